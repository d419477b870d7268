"""A librarian that keeps words, and tells what it was asked to read and to sort."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lacuna.model.denoiser import Tokens


@dataclass(frozen=True)
class Seen:
    """What is seen from a place: texts, the nearest first."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    texts: tuple[str, ...]

    def seen_from(self, nearest: Sequence[int]) -> Seen:
        return Seen(tuple(self.texts[n] for n in nearest))


@dataclass(eq=False)
class Librarian:
    """`tokens` are code points."""

    texts: list[str] = field(default_factory=list)
    """All that was read."""
    libraries: int = 0
    threads: set[str] = field(default_factory=set)
    """Names of the threads that it worked in."""

    def tokens(self, text: str) -> Tokens:
        self.threads.add(threading.current_thread().name)
        self.texts.append(text)
        return np.array([ord(character) for character in text], np.uint16)

    def library(self, files: Sequence[Tokens]) -> Shelf:
        self.threads.add(threading.current_thread().name)
        self.libraries += 1
        return Shelf(tuple("".join(map(chr, tokens)) for tokens in files))
