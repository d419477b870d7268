"""What a denoiser is to those who fill with one: it looks at a text with holes, and predicts what stands in a canvas.

Letters in shapes: B candidates, N slots of a canvas, V tokens. Numpy only; nothing here knows how a denoiser reads.
"""

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lacuna.syntax.spans import Span

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Tokens = NDArray[np.uint16]
"""Tokens of a whole file (T,), in as little memory as can be."""


@dataclass(frozen=True)
class Vocabulary:
    """A denoiser's tokens. Equal by identity: a denoiser has one."""

    spellings: Sequence[bytes]
    """The bytes of each token; empty for those that stand for no text."""
    mask: int
    """The token of a masked slot."""

    @cached_property
    def is_text(self) -> Bools:
        """(V,) which tokens have a spelling."""
        return np.array([bool(spelling) for spelling in self.spellings])

    @cached_property
    def is_blank(self) -> Bools:
        """(V,) which tokens spell white space, or nothing."""
        return np.array([not spelling.strip() for spelling in self.spellings])

    def spelled(self, tokens: Sequence[int] | Ints) -> bytes:
        """The bytes that tokens stand for."""
        return b"".join(self.spellings[token] for token in tokens)


def fitting(beginning: bytes, spellings: Sequence[bytes]) -> Bools:
    """(V,) which tokens may come first in a text that begins so."""
    begun = {beginning[:size] for size in range(1, len(beginning))}
    return np.array([bool(s) and (s in begun or s.startswith(beginning)) for s in spellings])


@dataclass(frozen=True, slots=True)
class Scene:
    """A text with places to write, as a denoiser is shown it."""

    text: str
    spans: tuple[Span, ...]
    """Sorted and disjoint: the place in hand, then those still to come. What stands in them is not seen."""
    before: tuple[str, ...] = ()
    """What stood at each span, for denoisers that make use of it; empty where nobody says."""
    beside: "Beside | None" = None
    """Other files, likewise."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to fill; an artifact's manifest has its own, which callers may vary."""

    canvas: int = 31
    """Slots of a canvas: the longest text that is written at once."""
    blocks: int = 1
    """Canvases that one hole may get, one after another, where its text fills them to the end."""
    candidates: int = 4
    """Denoised as one batch: the width of the beam."""
    budget: int = 2048
    """Context tokens."""
    threshold: float = 0.35
    """Least confidence at which an answer is offered."""


SCORE = "score"
"""An answer's log-probability, among what is known of it."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """From what is known of an answer to the probability that it is right: logistic regression.

    Of the log-probability alone it is Platt scaling.
    """

    intercept: float
    weights: Mapping[str, float]
    """By what is known, by its name; whatever else is known counts nothing."""

    def probability(self, evidence: Mapping[str, float]) -> float:
        odds = self.intercept + sum(self.weights.get(name, 0.0) * value for name, value in evidence.items())
        return 1.0 / (1.0 + math.exp(min(700.0, -odds)))


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a denoiser says of every slot."""

    logits: Floats  # (B, N, V)
    existence: Floats  # (B, N) logit of P(the slot exists)


class Beside(Protocol):
    """Other files as they are seen from one place: which of them, and how near."""


class Library(Protocol):
    """Other files, made ready to be looked up; for many places."""

    def seen_from(self, nearest: Sequence[int]) -> Beside:
        """The files with these numbers, their places in what the library was made of; the nearest first."""


class Seen(Protocol):
    """The place in hand of a scene, as one denoiser sees it."""

    @property
    def head(self) -> bytes:
        """What an answer must begin with: text before the place that belongs to its first token."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def attended(self) -> int:
        """Context tokens that are seen."""

    @property
    def unread(self) -> int:
        """Context tokens among them that are not encoded yet; 0 where nothing is encoded ahead."""

    def read(self) -> Generator[int, None, None]:
        """Encode what is unread, the nearest to the place first; yields the tokens left before and after each part."""

    def encode(self, text: str) -> tuple[int, ...]:
        """The tokens in which the denoiser would write a text."""

    def quoted(self) -> Mapping[str, int]:
        """How lines of other files go on that begin as the place's line does, and how often; the nearest come first."""

    def predict(self, slots: Ints, lengths: Ints) -> Prediction:
        """Slots (B, N), masked ones among them, of canvases of such lengths (B,); each slot sees its whole canvas."""

    def continued(self, slots: Ints, lengths: Ints) -> Prediction:
        """The same in order: a slot sees what is to its left in its canvas.

        N may be less than the lengths. Nothing need be said of slots past a canvas' first masked one.
        """


class Librarian(Protocol):
    """Makes other files ready to be looked up; may be called in any thread."""

    def tokens(self, text: str) -> Tokens:
        """What is kept of a file's text."""

    def library(self, files: Sequence[Tokens]) -> Library:
        """A library of some files; takes as long as to sort all their tokens."""


class Denoiser(Librarian, Protocol):
    """A model that fills."""

    @property
    def name(self) -> str: ...

    @property
    def provider(self) -> str:
        """What computes, by ONNX Runtime's name."""

    @property
    def sampling(self) -> Sampling:
        """How it fills unless callers say otherwise."""

    @property
    def calibration(self) -> Calibration | None:
        """None: an answer's confidence is the probability that the denoiser gave it."""

    def look(self, scene: Scene, sampling: Sampling) -> Seen:
        """See the scene's first place; encodes nothing yet."""
