"""Spans: which part of a text is to be rewritten."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of a text, in code points."""

    start: int
    end: int
