"""The gates that a site goes through by itself, and the one that all sites of a file go through together."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

from lacuna.refactor.drafts import Document, Draft, composed
from lacuna.refactor.plan import Part, Verdict
from lacuna.syntax import beside
from lacuna.syntax.defects import defects
from lacuna.syntax.gate import FaultKind, judge_of
from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_end, line_start, split_lines
from lacuna.syntax.parsing import Parsed, parse
from lacuna.syntax.spans import Span

PARSES, NAMES, FAULTS = "parses", "names", "faults"
WORDS, KEPT, LAYOUT, KIND, AGAIN = "words", "kept", "layout", "kind", "again"
_TOO_SLOW = "it cannot be parsed in reasonable time"
_BY_FAULT = {FaultKind.REFUSED: PARSES, FaultKind.UNBOUND: NAMES}

Gate = Callable[[Draft, Document], Verdict | None]
"""None: there is nothing to be asked about."""


def through(draft: Draft, document: Document) -> Draft:
    """The draft with a verdict of each gate; where one fails, with the next candidate that fails none."""
    judged = _judged(draft, document)
    if judged.is_kept:
        return judged
    others = (_judged(other, document) for other in draft.variants())
    return next((other for other in others if other.is_kept), judged)


def _judged(draft: Draft, document: Document) -> Draft:
    verdicts = (gate(draft, document) for gate in _GATES)
    return draft.judged(*(verdict for verdict in verdicts if verdict))


def _answers(draft: Draft, _: Document) -> Verdict | None:
    """What was found wrong with the answers when they were looked for."""
    if not draft.blanks:
        return None
    faults = [fault for answer in draft.answers for fault in answer.faults]
    return Verdict(FAULTS, not faults, ", ".join(faults))


def _words(draft: Draft, document: Document) -> Verdict:
    """No word is torn at either end of what is written."""
    torn = next((word for part in draft.parts(document.text) for word in _torn(part, document)), None)
    return Verdict(WORDS, torn is None, f"it makes {torn!r} of words that stood apart" if torn else "")


def _torn(part: Part, document: Document) -> list[str]:
    """Words that nobody knows and that a part makes of what stands before or behind it."""
    text, span, language = document.text, Span(part.start, part.end), document.parsed.language
    before, behind = beside.word_before(text, span), beside.word_behind(text, span)
    first = beside.word_behind(part.new, Span(0, 0))
    last = beside.word_before(part.new, Span(len(part.new), len(part.new)))
    is_one = first == part.new
    made = [before + first + (behind if is_one else "")] if before and (first or (is_one and behind)) else []
    made += [last + behind] if behind and last and not (is_one and before) else []
    return [word for word in made if not beside.is_known(word, text, span, language)]


def _kept(draft: Draft, document: Document) -> Verdict | None:
    """Text that must not change stands as often as it stood."""
    if not draft.sketch.kept:
        return None
    written = "\n".join(part.new for part in _untrimmed(draft).parts(document.text))
    lost = next((text for text in draft.sketch.kept if text.replace("\r\n", "\n") not in written), None)
    return Verdict(KEPT, lost is None, "it loses text that must stand" if lost is not None else "")


def _layout(draft: Draft, document: Document) -> Verdict | None:
    """Denoised lines are indented as the file's are, and do not leave the block that they stand in."""
    parts = [part for part in draft.parts(document.text) if part.blanks and "\n" in part.new]
    if not parts:
        return None
    words = next((why for part in parts if (why := _misplaced(part, document.text))), "")
    return Verdict(LAYOUT, not words, words)


def _misplaced(part: Part, text: str) -> str:
    start = line_start(text, part.start)
    around = [indentation_of(line) for line in split_lines(text[start : line_end(text, part.end)]) if line.strip()]
    lines = [indentation_of(line) for line in split_lines(part.new)[1:] if line.strip()]
    if around and any(len(line) < min(map(len, around)) for line in lines):
        return "it leaves its block"
    is_tabbed = "\n\t" in text
    if any("\t" in line for line in lines) and not is_tabbed:
        return "it is indented with tabs, the file with spaces"
    if any(" " in line for line in lines) and is_tabbed and "\n " not in text:
        return "it is indented with spaces, the file with tabs"
    return ""


def _kind(draft: Draft, document: Document) -> Verdict | None:
    """What replaces a node is a node of the same kind, where the rule says so."""
    spans = [one.span for one in draft.sketch.replacements]
    if not draft.rule.keeps_kind or all(span.start == span.end for span in spans):
        return None
    written = composed(document.text, [_untrimmed(draft)])
    after = parse(written.text, document.parsed.language)
    if after is None:
        return Verdict(KIND, is_passed=False, words=_TOO_SLOW)
    for before, (_, now) in zip(spans, written.written, strict=True):
        old, new = _kind_at(document.parsed, before), _kind_at(after, now)
        if old != new and before.start < before.end:
            return Verdict(KIND, is_passed=False, words=f"it makes {_named(new)} of {_named(old)}")
    return Verdict(KIND, is_passed=True)


def _untrimmed(draft: Draft) -> Draft:
    return replace(draft, replacements=draft.sketch.replacements)


def _kind_at(parsed: Parsed, span: Span) -> str:
    text = parsed.text[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip())
    end = max(start, span.start + len(text.rstrip()))
    node = parsed.tree.root_node.descendant_for_byte_range(parsed.to_byte(start), parsed.to_byte(end))
    return "" if node is None else node.type


def _named(kind: str) -> str:
    return kind.replace("_", " ") or "nothing"


_GATES: tuple[Gate, ...] = (_answers, _words, _kept, _layout, _kind)


class Whole:
    """Judges a whole file with drafts in it, by what it was before."""

    def __init__(self, document: Document) -> None:
        self.document = document
        judge = judge_of(document.parsed.language)
        self._judge = judge(document.text, document.oldest) if judge else None
        self.gates = (PARSES, NAMES, FAULTS) if judge else (PARSES,)
        """The gates that it stands for."""

    def why_not(self, drafts: Sequence[Draft]) -> Verdict | None:
        """What is wrong with the file by now and was not; None if nothing is."""
        text = self.document.text
        after = composed(text, drafts).text
        changes = [(part.old, part.new) for draft in drafts for part in draft.parts(text)]
        faults = self._judge.faults(after, changes) if self._judge else None
        if faults is None:
            return self._why_unparsed(after)
        return next(
            (Verdict(_BY_FAULT.get(one.kind, FAULTS), is_passed=False, words=one.words) for one in faults), None
        )

    def _why_unparsed(self, after: str) -> Verdict | None:
        language = self.document.parsed.language
        parsed = parse(after, language)
        if parsed is None:
            return Verdict(PARSES, is_passed=False, words=_TOO_SLOW)
        if defects(parsed.tree.root_node, language) > self._defects:
            return Verdict(PARSES, is_passed=False, words="the file has one more syntax error with it")
        return None

    @functools.cached_property
    def _defects(self) -> int:
        return defects(self.document.parsed.tree.root_node, self.document.parsed.language)
