"""What is said of a site in words, the same wherever it is shown; a plan's texts are strangers' and stay in a line."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lacuna.refactor.plan import Alternative, Outcome, Part, Site

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Characters that end a line, drive a terminal, turn the order of what follows, or are not seen."""
_LONGEST = 60
_REASONS = 5
_NOTHING = Part(0, 0, "", "")
"""For a plan edited by hand, whose sites may be empty; such a file is shown, and never written."""


def one_line(text: str) -> str:
    """The text in one line, with escapes for what is not seen or does harm."""
    return CONTROL.sub(lambda found: _escaped(found.group()), text)


def headline(site: Site) -> str:
    """`annotations, line 3, confidence 0.71`, and why the site is left out if it is."""
    said = f"{site.rule}, line {site.line}"
    if site.confidence is not None:
        said += f", confidence {site.confidence:.2f}"
    if site.outcome is not Outcome.KEPT:
        said += f": {why_not(site)}"
    return one_line(said)


def why_not(site: Site) -> str:
    """Why a site is not kept: `failed a gate (names: y is bound nowhere)`."""
    failed = (f"{verdict.gate}: {verdict.words}" for verdict in site.verdicts if not verdict.is_passed)
    reason = site.reason or "; ".join(failed)
    return f"{site.outcome} ({reason})" if reason else site.outcome


def amount(count: int, noun: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def seen(site: Site) -> Part:
    """The part that people look for; others are often imports."""
    return max(reversed(site.parts), key=lambda part: (bool(part.old), bool(part.blanks)), default=_NOTHING)


def change(site: Site) -> str:
    """`"x" becomes "y"`, of that part."""
    part = seen(site)
    if not part.old:
        return f"insert {_quoted(part.new)}"
    if not part.new:
        return f"remove {_quoted(part.old)}"
    return f"{_quoted(part.old)} becomes {_quoted(part.new)}"


def candidates(site: Site) -> Iterable[tuple[Alternative, ...]]:
    """For each blank of the site what could stand there, best first."""
    return (blank.candidates for part in site.parts for blank in part.blanks)


def counted(outcomes: Counter[Outcome]) -> str:
    """`12 kept, 3 low confidence`, in the order of the outcomes; `nothing found` if there are none."""
    return ", ".join(f"{outcomes[outcome]:,} {outcome}" for outcome in Outcome if outcomes[outcome]) or "nothing found"


def summed(outcomes: Counter[Outcome], files: int, looked_through: int | None) -> str:
    """`12 kept, 3 low confidence in 2 of 16 files`, which are those with sites, of those that were looked through."""
    if looked_through is None or files >= looked_through:
        return f"{counted(outcomes)} in {amount(files, 'file')}"
    of = f"{files:,} of " if files else ""
    return f"{counted(outcomes)} in {of}{amount(looked_through, 'file')}"


def again(reasons: Counter[str]) -> Iterator[str]:
    """`8 of these: left out in run 1 of the same rule.`, for each of the reasons of what is kept."""
    return (f"{count:,} of these: {reason}." for reason, count in reasons.items())


def passed_by(skipped: Counter[str]) -> str:
    """`not looked through: 3 paths; It is a cache (2), It is hidden (1).`, by the five most frequent reasons."""
    reasons = (f"{reason.removesuffix('.')} ({count})" for reason, count in skipped.most_common(_REASONS))
    return f"not looked through: {amount(skipped.total(), 'path')}; {', '.join(reasons)}."


def _quoted(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return one_line(json.dumps(cut, ensure_ascii=False))


def _escaped(character: str) -> str:
    code = ord(character)
    named = {9: "\\t", 10: "\\n", 13: "\\r"}
    return named.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
