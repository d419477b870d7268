"""A denoiser by the book: for each place it knows how likely each text is, and its tokens are characters."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

import numpy as np

from lacuna.model.denoiser import Calibration, Ints, Prediction, Sampling, Scene, Tokens, Vocabulary

CHARACTERS = ["\n", *map(chr, range(32, 127))]
MASK = 0
VOCABULARY = Vocabulary((b"", *(character.encode() for character in CHARACTERS)), MASK)
Answers = Mapping[str, float]


@dataclass
class Scripted:
    """`answers` says how likely each text is at a scene's first place."""

    answers: Callable[[Scene], Answers]
    sampling: Sampling = field(default_factory=lambda: Sampling(canvas=60))
    calibration: Calibration | None = None
    belonging: Mapping[str, float] = field(default_factory=dict)
    """How likely a character belongs where it stands, those that are not there surely; the others share the rest."""
    head: str = ""
    """Text before the place that every answer repeats."""
    quoted: Mapping[str, int] = field(default_factory=dict)
    """How lines of other files go on that begin as the place's does, and how often."""
    unread: int = 0
    name: str = "scripted"
    provider: str = "none"
    looked: list[tuple[Scene, Sampling]] = field(default_factory=list)
    calls: int = 0

    def tokens(self, text: str) -> Tokens:
        return np.frombuffer(text.encode("utf-16-le"), np.uint16)

    def look(self, scene: Scene, sampling: Sampling) -> "Sight":
        self.looked.append((scene, sampling))
        return Sight(self, {self.head + text: p for text, p in self.answers(scene).items()})


@dataclass
class Sight:
    denoiser: Scripted
    answers: Answers
    attended: int = 10
    vocabulary: Vocabulary = VOCABULARY

    @property
    def head(self) -> bytes:
        return self.denoiser.head.encode()

    @property
    def unread(self) -> int:
        return self.denoiser.unread

    def read(self) -> Generator[int, None, None]:
        yield self.denoiser.unread
        self.denoiser.unread = 0
        yield 0

    def encode(self, text: str) -> tuple[int, ...]:
        return tuple(1 + CHARACTERS.index(character) for character in text)

    def quoted(self) -> Mapping[str, int]:
        return self.denoiser.quoted

    def predict(self, slots: Ints, lengths: Ints) -> Prediction:
        assert MASK not in slots, "filled in order: as a whole, only what stands there is judged"
        assert lengths.tolist() == [slots.shape[1]]
        self.denoiser.calls += 1
        chances = np.zeros((*slots.shape, len(VOCABULARY.spellings)))
        for b, n in np.ndindex(slots.shape):
            p = self.denoiser.belonging.get(VOCABULARY.spelled(slots[b, n : n + 1]).decode(), 1.0)
            chances[b, n, 1:] = (1.0 - p) / (len(CHARACTERS) - 1)
            chances[b, n, slots[b, n]] = p
        with np.errstate(divide="ignore"):
            return Prediction(np.log(chances), np.zeros(slots.shape, np.float32))

    def continued(self, slots: Ints, lengths: Ints) -> Prediction:  # noqa: ARG002 -- the same
        self.denoiser.calls += 1
        logits = np.zeros((*slots.shape, len(VOCABULARY.spellings)), np.float32)
        existence = np.zeros(slots.shape, np.float32)
        for b, n in np.ndindex(slots.shape):
            if MASK not in slots[b, :n]:
                logits[b, n], existence[b, n] = self._next(VOCABULARY.spelled(slots[b, :n]).decode())
        return Prediction(logits, existence)

    def _next(self, prefix: str) -> tuple[np.ndarray, float]:
        """Logits of the character after a prefix, and of there being one."""
        chances = np.zeros(len(VOCABULARY.spellings))
        for text, p in self.answers.items():
            if text.startswith(prefix) and text != prefix:
                chances[1 + CHARACTERS.index(text[len(prefix)])] += p
        goes_on, ends = chances.sum(), self.answers.get(prefix, 0.0)
        if not goes_on:
            return np.zeros_like(chances), -np.inf
        with np.errstate(divide="ignore"):
            return np.log(chances), np.log(goes_on) - np.log(ends)
