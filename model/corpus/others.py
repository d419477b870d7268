"""The other files of a document's package, as hints of other files are looked up in them."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, takewhile

import numpy as np
from numpy.typing import NDArray

from lacuna.model.chunked.library import Beside, Library
from lacuna.model.corpus.files import SourceFile


class Others:
    """Makes a package's library when one of its files is asked about, and keeps it."""

    def __init__(self, files: Sequence[SourceFile], tokens: NDArray[np.uint16], starts: NDArray[np.int64]) -> None:
        """`files`, sorted by package, and their tokens; `starts` (files + 1,): where each one's tokens begin."""
        self._files, self._tokens, self._starts = files, tokens, starts
        self._packages: list[range] = []
        for _, numbers in groupby(range(len(files)), key=lambda n: files[n].package):
            same = list(numbers)
            self._packages += [range(same[0], same[-1] + 1)] * len(same)
        self._library = lru_cache(None)(self._made)

    def beside(self, number: int) -> Beside:
        """The other files as they are seen from one: those in its folder first."""
        package = self._packages[number]
        here = self._files[number].path.split("/")
        others = [n for n in package if n != number]
        others.sort(key=lambda n: -_shared(here, self._files[n].path.split("/")))
        return self._library(package).seen_from([n - package.start for n in others])

    def _made(self, package: range) -> Library:
        vocabulary = 1 + int(self._tokens.max(initial=0))
        return Library([self._tokens[self._starts[n] : self._starts[n + 1]] for n in package], vocabulary)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many folders both lie in."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
