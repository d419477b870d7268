"""Documents of given lengths from the running Python's standard library, all with the same passage in their middle."""

import ast
import random
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.syntax.spans import Span

MODULES = (
    "posixpath",
    "shutil",
    "difflib",
    "argparse",
    "dataclasses",
    "configparser",
    "ast",
    "pickle",
    "threading",
    "optparse",
    "mailbox",
    "ipaddress",
    "doctest",
    "tarfile",
    "inspect",
    "typing",
)
"""Long modules without data or binary tricks, in every Python that we support. The order decides what is taken."""
SPARE = 2
"""Lines of blocks to choose from, as a multiple of the lines asked for: not every block fits."""
LEAST = 2000
"""At least so many lines of blocks to choose from: of few, none may fit what a short document still lacks."""
MOST_BLANK = 0.02
"""Share of lines that may be left blank because no block is short enough."""
SHORTEST_STATEMENT = 12
"""Code points that a statement needs: the middle of a shorter one is its beginning, too."""


@dataclass(frozen=True, slots=True)
class Text:
    """A document, and where the passage stands that all documents of a run share."""

    text: str
    passage: Span

    @property
    def lines(self) -> int:
        return self.text.count("\n")


def texts(sizes: Sequence[int]) -> tuple[Text, ...]:
    """One document a size, ascending: the first is the passage, the others have different text around it.

    What the model makes of a line decides how many steps it takes; lines that all documents share leave their length
    as the only difference. Raises FileError if the standard library cannot be read or is too short.
    """
    pool = _pool(max(LEAST, SPARE * sum(sizes)))
    shortest, *longer = sizes
    passage = _taken(pool, shortest)
    made = [Text(passage, Span(0, len(passage)))]
    for lines in longer:
        around = lines - passage.count("\n")
        before = _taken(pool, around // 2)
        after = _taken(pool, around - before.count("\n"))
        made.append(Text(before + passage + after, Span(len(before), len(before) + len(passage))))
    return tuple(made)


def places(passage: str, count: int, seed: int) -> tuple[int, ...]:
    """Offsets in the middle of one-line statements, from top to bottom as a person types; no two are alike.

    Raises FileError if there are not so many.
    """
    found = sorted({place for statement in _statements(passage) for place in _middle(passage, statement)})
    if len(found) < count:
        raise FileError(
            f"The passage of {passage.count(chr(10))} lines has {len(found)} places to type at, not {count}."
        )
    return tuple(sorted(random.Random(seed).sample(found, count)))  # noqa: S311 -- repeatable, not secret


def _taken(pool: list[str], lines: int) -> str:
    """Take the first blocks that fit out of the pool; blank lines fill up where no block is short enough."""
    taken, left = [], lines
    for block in list(pool):
        height = block.count("\n")
        if height <= left:
            taken.append(block)
            pool.remove(block)
            left -= height
    if left > lines * MOST_BLANK:
        raise FileError(f"The standard library's text is used up: {left} of {lines} lines are missing.")
    return "".join([*taken, "\n" * left])


def _pool(lines: int) -> list[str]:
    """Collect blocks of whole modules until there are so many lines, or no more modules."""
    pool: list[str] = []
    height = 0
    for module in MODULES:
        if height >= lines:
            break
        blocks = list(_blocks(module))
        pool += blocks
        height += sum(block.count("\n") for block in blocks)
    return pool


def _blocks(module: str) -> Iterator[str]:
    """Yield top-level functions and classes, each with the comments and blank lines before it."""
    path = Path(sysconfig.get_path("stdlib")) / f"{module}.py"
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    lines = source.split("\n")
    last = 0
    for node in ast.parse(source).body:
        end = node.end_lineno or node.lineno
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield "".join(f"{line}\n" for line in lines[last:end])
        last = end


def _statements(source: str) -> Iterator[Span]:
    """Yield statements on one line that hold no others; a docstring does not count."""
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt) or hasattr(node, "body") or node.lineno != node.end_lineno:
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        start = starts[node.lineno - 1]
        line = source[start : starts[node.lineno] - 1]
        if line.isascii() and node.end_col_offset == len(line):  # the tree counts bytes
            yield Span(start + node.col_offset, start + len(line))


def _middle(source: str, statement: Span) -> Iterator[int]:
    length = statement.end - statement.start
    if length < SHORTEST_STATEMENT:
        return
    for offset in range(statement.start + length // 3, statement.end - length // 3):
        if not source[offset].isspace():
            yield offset
