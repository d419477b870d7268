"""Who adapts a tree: the rule as it ships, the same one site at a time, whole argument lists as holes, and by name."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lacuna.benchmarks.refactor.cases import Case, Contender, Kind
from lacuna.benchmarks.refactor.trees import Texts
from lacuna.infill.opening import OpenModel
from lacuna.infill.surroundings import around
from lacuna.refactor.plan import Outcome, PlannedFile, Site
from lacuna.refactor.proposing import Proposer, Task
from lacuna.refactor.python.signatures.calls import arguments
from lacuna.refactor.python.signatures.sketching import adapt_calls
from lacuna.refactor.rule import Hole, Replacement, Rule, Sketch, Sketcher
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Adapted:
    """What a contender makes of a tree."""

    texts: Texts
    """Of files that it changes."""
    edits: dict[str, list[tuple[Span, str]]]
    """By path, in order; none where only texts are known."""
    planned: dict[str, PlannedFile]


def adapted(case: Case, contender: Contender, model: OpenModel | None, threshold: float | None) -> Adapted:
    """Let a contender plan all files; a threshold of None is the artifact's."""
    path = case.path
    sketcher: Sketcher = adapt_calls({path: (case.old, case.new[path])}, case.new.items(), case.new)
    if contender is Contender.LISTS:
        sketcher = _Lists(sketcher)
    rule = Rule("adapt-calls", "", PYTHON.name, sketcher, "", is_joint=contender is not Contender.ALONE)
    with tempfile.TemporaryDirectory(prefix="lacuna-eval-") as folder:
        root = Path(folder)
        _write(root, case.new)
        proposer = Proposer(
            (rule,),
            model.infill if model else None,
            threshold,
            around(model.librarian, root) if model and model.librarian else None,
            root,
        )
        entries = (proposer.propose(Task(path, text.encode(), None, (0,))) for path, text in case.new.items())
        planned = {entry.path: entry for entry in entries if isinstance(entry, PlannedFile)}
    edits = {path: list(_edits(entry.sites)) for path, entry in planned.items()}
    edits = {path: found for path, found in edits.items() if found}
    return Adapted({path: written(case.new[path], found) for path, found in edits.items()}, edits, planned)


def needs_model(case: Case, contender: Contender) -> bool:
    """Whether a contender denoises in a case."""
    return contender is Contender.LISTS or case.kind is Kind.ADDED


def written(text: str, edits: Sequence[tuple[Span, str]]) -> str:
    pieces, done = [], 0
    for span, new in edits:
        pieces += [text[done : span.start], new]
        done = span.end
    return "".join(pieces) + text[done:]


def _edits(sites: Sequence[Site]) -> Iterator[tuple[Span, str]]:
    kept = {part for site in sites if site.outcome is Outcome.KEPT for part in site.parts}
    for part in sorted(kept, key=lambda part: (part.start, part.end)):
        yield Span(part.start, part.end), part.new


def _write(root: Path, texts: Texts) -> None:
    for path, text in texts.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


@dataclass(frozen=True, slots=True)
class _Lists:
    """Leaves it to the denoiser what stands between the brackets of each call that the rule would change."""

    rule: Sketcher

    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:
        done = -1
        for sketch in self.rule.sketches(path, parsed):
            if sketch.left:
                continue
            inside = _inside(parsed, sketch.replacements)
            if inside is None:
                yield sketch
            elif inside.start > done:
                before = tuple(one for one in sketch.replacements if one.span.end < inside.start)
                yield replace(sketch, replacements=(*before, Replacement(inside, (Hole(),))))
                done = inside.end


def _inside(parsed: Parsed, replacements: Sequence[Replacement]) -> Span | None:
    """What stands between the brackets of the innermost call in whose arguments the last replacement is."""
    last = replacements[-1].span
    node = parsed.tree.root_node.descendant_for_byte_range(parsed.to_byte(last.start), parsed.to_byte(last.end))
    while node is not None:
        found = arguments(parsed, node)
        if found and found.inside.start <= last.start and last.end <= found.inside.end:
            return found.inside
        node = node.parent
    return None
