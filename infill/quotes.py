"""What other files say where a line begins as the place's line does: answers to weigh, and how often each is given."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lacuna.infill.places import Place
from lacuna.model.denoiser import Seen
from lacuna.syntax.lines import rest_of_line

MOST = 4
"""Quotes at most that are weighed."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """Texts that complete the place's line as other files do."""

    counts: Mapping[str, int]
    """How often each is given."""

    @classmethod
    def at(cls, place: Place, seen: Seen) -> "Quotes":
        """Those that end in what stands behind the place in its line, less that."""
        text, span = place.scene.text, place.span
        rest = text[span.end : rest_of_line(text, span.end).end].strip()
        found = Counter[str]()
        for line, count in seen.quoted().items():
            if line.endswith(rest):
                found[line.removesuffix(rest)] += count
        return cls(found)

    def tokens(self, seen: Seen, canvas: int) -> Iterator[tuple[int, ...]]:
        """Those that are given most often, as answers shorter than a canvas; what does not show is quoted by none."""
        head = seen.head.decode("utf-8", "surrogatepass")
        texts = (text for text, _ in Counter(self.counts).most_common() if text.strip() and text.isprintable())
        rows = (seen.encode(head + text) for text in texts)
        return itertools.islice((row for row in rows if len(row) < canvas), MOST)

    def shares(self, text: str) -> tuple[float, float]:
        """Which shares of the lines that begin alike, and one more, go on with a text and otherwise."""
        total = sum(self.counts.values())
        alike = sum(count for quote, count in self.counts.items() if quote.rstrip() == text.rstrip())
        return alike / (total + 1), (total - alike) / (total + 1)
