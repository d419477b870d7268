"""Doubt: whether a wrong token that is planted in a function is among the least likely ones there."""

import json
import keyword
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import tree_sitter

from lacuna.benchmarks.evaluation.metrics import Estimate, mean_over
from lacuna.infill.doubt import standing
from lacuna.model.corpus.edits import others
from lacuna.model.denoiser import Denoiser
from lacuna.syntax.errors import FileError
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.nodes import every
from lacuna.syntax.parsing import Parsed, parse
from lacuna.syntax.spans import Kind, Span
from lacuna.workspace import textfile

LINES = (3, 25)
"""Fewest and most lines of a function's body."""
MOST_DOUBTED = (1, 3)


@dataclass(frozen=True, slots=True)
class Planted:
    """A function with one token that is wrong."""

    file: str
    text: str
    body: Span
    wrong: Span
    right: str
    """What stood there."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """How the planted tokens were doubted."""

    functions: int
    among: dict[int, Estimate]
    """The share of functions whose planted token is among so many of the least likely ones."""
    tokens: float
    """Of a function's body, in the mean."""


def planted(files: Sequence[Path], count: int, seed: int) -> list[Planted]:
    """One function of each of `count` files at most, drawn by chance, with a planted token."""
    generator = random.Random(seed)  # noqa: S311 -- a fixed sample, not a secret
    found: list[Planted] = []
    for file in generator.sample(files, len(files)):
        if len(found) == count:
            break
        try:
            text = textfile.read(file).text
        except FileError:  # not text, or too large to be asked about
            continue
        parsed = parse(text, language_of(file.name))
        if parsed is not None and not parsed.tree.root_node.has_error:
            found += _in_file(str(file), parsed, generator)
    return found


def _in_file(name: str, parsed: Parsed, generator: random.Random) -> list[Planted]:
    bodies = [
        body
        for body in every(parsed, Kind.BODY)
        if LINES[0] <= 1 + parsed.text.count("\n", body.start, body.end) <= LINES[1]
    ]
    generator.shuffle(bodies)
    for body in bodies:
        if found := in_body(name, parsed, body, generator):
            return [found]
    return []


def in_body(name: str, parsed: Parsed, body: Span, generator: random.Random) -> Planted | None:
    """A file with a token of a body, drawn by chance, swapped for another of its kind; None if no token has one."""
    text = parsed.text
    leaves = list(_leaves(parsed, body))
    words = {text[leaf.start : leaf.end] for leaf in leaves}
    names = sorted(word for word in words if word.isidentifier() and not keyword.iskeyword(word))
    able = [(leaf, like) for leaf in leaves if (like := others(text[leaf.start : leaf.end], names))]
    if not able:
        return None
    leaf, like = generator.choice(able)
    wrong = generator.choice(like)
    changed = text[: leaf.start] + wrong + text[leaf.end :]
    longer = len(changed) - len(text)
    where = Span(leaf.start, leaf.start + len(wrong))
    return Planted(name, changed, Span(body.start, body.end + longer), where, text[leaf.start : leaf.end])


def _leaves(parsed: Parsed, within: Span) -> Iterator[Span]:
    """The tokens of code in a part of a text."""
    nodes: list[tree_sitter.Node] = [parsed.tree.root_node]
    while nodes:
        node = nodes.pop()
        span = parsed.span_of(node)
        if span.end <= within.start or span.start >= within.end or node.type in {"string", "comment"}:
            continue
        if node.children:
            nodes += reversed(node.children)
        elif within.start <= span.start and span.end <= within.end:
            yield span


def rank(denoiser: Denoiser, one: Planted) -> tuple[int, int]:
    """How many tokens of the function are doubted more than the planted ones, and how many it has."""
    tokens = list(standing(denoiser, one.text, one.body))
    wrong = [
        token.probability for token in tokens if token.span.start < one.wrong.end and token.span.end > one.wrong.start
    ]
    least = min(wrong)
    others_ = [
        token.probability for token in tokens if token.span.end <= one.wrong.start or token.span.start >= one.wrong.end
    ]
    return sum(probability < least for probability in others_), len(tokens)


def report(asked: Sequence[Planted], ranks: Sequence[tuple[int, int]], seed: int) -> Doubted:
    files = [one.file for one in asked]
    among = {
        count: mean_over([float(before < count) for before, _ in ranks], files, seed=seed) for count in MOST_DOUBTED
    }
    return Doubted(len(asked), among, float(np.mean([size for _, size in ranks])))


def to_json(found: Doubted) -> str:
    return json.dumps(asdict(found), indent=2)
