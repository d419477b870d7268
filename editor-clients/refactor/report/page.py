"""A plan as one HTML file to review it on: it loads nothing, and exports what stays ticked as a plan."""

import base64
import functools
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from lacuna.refactor.plan import Alternative, Entry, Footer, Header, Site, Skipped
from lacuna.refactor.planfile import Plan, line_of
from lacuna.refactor.report import words
from lacuna.refactor.report.hunks import Hunk, Original, alone
from lacuna.refactor.report.reviewed import PROPOSED, Reviewed, Totals
from lacuna.syntax.errors import FileError, UsageError
from lacuna.workspace import atomic

_BEGINNING = b"<!doctype html>"
_PARTS = Path(__file__).with_name("page")
_PIECES = 1000
"""Of the page that are written at once; a hunk has dozens."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A site with what the page draws of it."""

    site: Site
    hunks: tuple[Hunk, ...]
    candidates: tuple[tuple[Alternative, ...], ...]
    passed: tuple[str, ...]
    """Gates."""
    failed: dict[str, str]
    """What other gates said."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the plan that the page exports, with what is shown of it."""

    value: Entry
    sites: tuple[_Shown, ...] = ()
    why_not: str = ""


def write(path: Path, plan: Plan, found: Iterable[Reviewed | Skipped], totals: Totals) -> None:
    """Write the page as the plan is read, atomically; a link stays a link. Raise FileError if that cannot be done.

    What stands there and is no page is not overwritten: that is a UsageError.
    """
    try:
        if path.is_file() and not _begins_a_page(path):
            raise UsageError(f"{path} is no page, so it is not overwritten.")
        with atomic.replacing(Path(os.path.realpath(path))) as stream:
            for piece in pieces(plan, found, totals):
                stream.write(piece)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error


def _begins_a_page(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_BEGINNING)) in (b"", _BEGINNING)


def pieces(plan: Plan, found: Iterable[Reviewed | Skipped], totals: Totals) -> Iterator[bytes]:
    """The page, as the plan is read."""
    style = _part("page.css")
    script = _part("plan.js") + _part("page.js")
    stream = _template().stream(
        policy="default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"script-src '{_digest(script)}'; style-src '{_digest(style)}'",
        style=Markup(style),  # noqa: S704 -- ours
        script=Markup(script),  # noqa: S704 -- ours
        header=plan.header,
        entries=map(_entry, found),
        footer=plan.footer(),
        line=_line,
        sums=totals.sentence,  # called when all has been counted
        skipped=totals.skipped.most_common,
    )
    stream.enable_buffering(_PIECES)
    for piece in stream:
        yield piece.encode("utf-8", "replace")


def _entry(found: Reviewed | Skipped) -> _Entry:
    if isinstance(found, Skipped):
        return _Entry(found)
    original = Original(found.source.text) if found.source else None
    return _Entry(found.file, tuple(_shown(site, original) for site in found.file.sites), found.why_not)


def _shown(site: Site, original: Original | None) -> _Shown:
    if original is None:
        hunks = alone(site)
    else:
        hunks = original.hunks(site) if site.outcome in PROPOSED else original.place(site)
    return _Shown(
        site,
        hunks,
        tuple(words.candidates(site)),
        tuple(verdict.gate for verdict in site.verdicts if verdict.is_passed),
        {verdict.gate: verdict.words for verdict in site.verdicts if not verdict.is_passed},
    )


def _line(value: Header | Entry | Footer) -> Markup:
    """A line of a plan in which nothing ends an element: such signs are in strings alone, where JSON can spell them."""
    line = line_of(value).rstrip("\n")
    return Markup(line.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 -- said above


def _visible(text: str, kept: str = "\t") -> Markup:
    """The text, with the code point of what is not seen or turns the order of what follows, unless it is `kept`."""
    if text.isprintable():
        return escape(text)
    pieces: list[Markup] = []
    at = 0
    for found in words.CONTROL.finditer(text):
        if found.group() not in kept:
            point = Markup('<span class="point">U+{:04X}</span>').format(ord(found.group()))
            pieces += [escape(text[at : found.start()]), point]
            at = found.end()
    return Markup().join([*pieces, escape(text[at:])])


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PARTS),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["visible"] = _visible
    return environment.get_template("page.html")
