"""Rest-of-line holes in files never trained on, drawn anew from the same seed each time."""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from lacuna.model.corpus.files import SourceFile
from lacuna.syntax.lines import lines
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Hole:
    """One question: a file's text, and the span of it that is hidden."""

    package: str
    path: str
    text: str
    span: Span

    @property
    def truth(self) -> str:
        return self.text[self.span.start : self.span.end]

    @property
    def shown(self) -> str:
        """The text without the answer: all that a system may see."""
        return self.text[: self.span.start] + self.text[self.span.end :]

    @property
    def place(self) -> Span:
        """Where the answer belongs in what is shown."""
        return Span(self.span.start, self.span.start)

    @property
    def file(self) -> str:
        return f"{self.package}/{self.path}"


def draw(files: Iterable[SourceFile], count: int, *, seed: int, apart_from: Iterable[Hole] = ()) -> tuple[Hole, ...]:
    """At most `count` holes, as many from each package, spread over its files as evenly as they allow.

    A cursor stands at a random column of a random line that is neither blank nor a comment, at the end of its
    indentation or further right, before at least one character that is no blank. Each line is asked about once, and
    none of those that `apart_from` asks about.
    """
    packages: dict[str, list[SourceFile]] = {}
    for file in files:
        packages.setdefault(file.package, []).append(file)
    if not packages:
        return ()
    taken = {(hole.file, hole.span.end) for hole in apart_from}
    share, more = divmod(count, len(packages))
    holes: list[Hole] = []
    for number, name in enumerate(sorted(packages)):
        # Seeded by name, so that a package's holes do not depend on which others there are.
        generator = random.Random(f"{seed}/{name}")  # noqa: S311 -- a fixed sample, not a secret
        wanted = share + (number < more)
        fresh = (h for h in _in_turn(packages[name], generator) if (h.file, h.span.end) not in taken)
        holes += islice(fresh, wanted)
    return tuple(holes)


def _in_turn(files: Sequence[SourceFile], generator: random.Random) -> Iterator[Hole]:
    """One hole of every file, in random order, then a second of every file, and so on."""
    shuffled = sorted(files, key=lambda file: file.path)
    generator.shuffle(shuffled)
    places = [_lines(file.text) for file in shuffled]
    for starts in places:
        generator.shuffle(starts)
    for turn in zip_longest(*places):
        for file, line in zip(shuffled, turn, strict=True):
            if line is not None:
                yield Hole(file.package, file.path, file.text, _cursor(file.text, line, generator))


def _lines(text: str) -> list[Span]:
    """The lines that may be asked about, without their ends."""
    return [
        line
        for line in lines(text, Span(0, len(text)))
        if text[line.start : line.end].strip() and not _is_comment(text, line)
    ]


def _is_comment(text: str, line: Span) -> bool:
    return text[line.start : line.end].lstrip().startswith("#")


def _cursor(text: str, line: Span, generator: random.Random) -> Span:
    content = text[line.start : line.end]
    indentation = len(content) - len(content.lstrip())
    column = generator.randint(indentation, len(content.rstrip()) - 1)
    return Span(line.start + column, line.end)


def digest(holes: Sequence[Hole]) -> str:
    """Hash of the holes: equal in two runs that asked the same questions."""
    rows = [[hole.package, hole.path, hole.span.start, hole.span.end, hole.truth] for hole in holes]
    return hashlib.sha256(json.dumps(rows).encode("ascii")).hexdigest()[:16]
