"""Which lines of a file were changed since a revision."""

from collections.abc import Iterator, Mapping

from lacuna.syntax.lines import split_lines
from lacuna.workspace.diff import changes

Lines = tuple[tuple[int, int], ...]
"""Ranges of lines from 0, half open; a range without lines is where some went."""

_LONGEST = 20_000
"""Lines between the first change and the last that are compared; of more, all count as changed."""


def changed_lines(texts: Mapping[str, tuple[str | None, str]]) -> dict[str, Lines]:
    """The changed lines of each file, given its text then and now; of a new file all are."""
    return {path: tuple(_changed(old, new)) for path, (old, new) in texts.items()}


def is_changed(lines: Lines, first: int, last: int) -> bool:
    """Whether some of these lines changed, or stand right beside lines that did.

    Of two equal lines that stood near each other and changed places, a comparison takes one for unchanged.
    """
    return any(start <= last + 1 and first - 1 < max(end, start + 1) for start, end in lines)


def _changed(old: str | None, new: str) -> Iterator[tuple[int, int]]:
    after = split_lines(new)
    before = split_lines(old) if old is not None else None
    if before is None or max(len(before), len(after)) > _LONGEST:
        if old != new:
            yield 0, len(after)
        return
    encoded = [[line.encode("utf-8", "surrogatepass") for line in side] for side in (before, after)]
    yield from ((start, end) for _, _, _, start, end in changes(*encoded))
