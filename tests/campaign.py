"""A campaign of fuzzers: each tries a block of cases for a seed. `make test` has a few seeds, `make fuzz` those wanted.

FUZZ_SEEDS is how many there are, FUZZ_FROM the first. A test's id has the seed with which it can be repeated.
"""

import os

import pytest


def seeds(usual: int) -> pytest.MarkDecorator:
    """The argument `seed`, and the mark by which `make fuzz` finds the test."""
    first, count = int(os.environ.get("FUZZ_FROM", "0")), int(os.environ.get("FUZZ_SEEDS", str(usual)))
    values = [pytest.param(seed, marks=pytest.mark.fuzz, id=f"seed {seed}") for seed in range(first, first + count)]
    return pytest.mark.parametrize("seed", values)
