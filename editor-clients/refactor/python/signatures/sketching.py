"""The rule `adapt-calls`: calls written for what definitions took before become calls for what they take now."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lacuna.refactor.python.signatures.adapting import Calls
from lacuna.refactor.python.signatures.bodies import returned
from lacuna.refactor.python.signatures.changes import changes, parsed
from lacuna.refactor.python.signatures.file import File, Found
from lacuna.refactor.python.signatures.importing import useless
from lacuna.refactor.python.signatures.naming import Names
from lacuna.refactor.python.signatures.places import Places
from lacuna.refactor.python.signatures.resolving import Resolver
from lacuna.refactor.python.signatures.scopes import placed
from lacuna.refactor.python.signatures.since import Since, remembered
from lacuna.refactor.python.signatures.tree import Tree, tree
from lacuna.refactor.rule import Replacement, Sketch
from lacuna.syntax.lines import line_end
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.python.compiling import HOSTILE
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class AdaptCalls:
    """Knows what changed in a tree, and adapts one file at a time."""

    tree: Tree
    then: dict[str, bytes | None]
    """The lines that each file had."""

    def sketches(self, path: str, whole: Parsed) -> Iterator[Sketch]:
        """A site is a call, or a name that stands elsewhere; by start."""
        if not self.tree.changes or not self.tree.concerns(whole.text):
            return
        module = parsed(whole.source.decode("utf-8", "replace"))
        try:
            found = self._found(path, whole, module) if module else [_unread(whole.text)]
        except HOSTILE:
            found = [_unread(whole.text)]
        for one in sorted(found, key=lambda one: (one.at.start, one.at.end)):
            if one.why:
                yield Sketch((Replacement(one.at, (whole.text[one.at.start : one.at.end],)),), left=one.why)
            else:
                yield Sketch(one.replacements)

    def _found(self, path: str, whole: Parsed, module: ast.Module) -> list[Found]:
        every = placed(module)
        resolver = Resolver(path, self.tree, returned(every))
        file = File(module, Places(whole), resolver, Since(self.then.get(path), whole.text))
        found = Calls(file, Names(file).go(every)).go(every)
        return [*found, *useless(file, every, found)]


def _unread(text: str) -> Found:
    return Found(
        Span(0, line_end(text, 0)), why="Python does not take this file, and it may have calls of what changed"
    )


def adapt_calls(
    changed: Mapping[str, tuple[str | None, str]], files: Iterable[tuple[str, str]], paths: Iterable[str]
) -> AdaptCalls:
    """Compare a tree with what it was.

    `changed` has the texts then and now of the Python files that changed, None for new ones; `files` gives all of the
    tree's, as they are now, one after another; `paths` are their names.
    """
    found = changes({path: (old, new) for path, (old, new) in changed.items() if old is not None})
    if not found:
        return AdaptCalls(tree(found, (), paths), {})
    then: dict[str, bytes | None] = {
        path: None if old is None else remembered(old) for path, (old, _) in changed.items()
    }

    def remembering() -> Iterator[tuple[str, str]]:
        for path, text in files:
            if path not in then:
                then[path] = remembered(text)
            yield path, text

    return AdaptCalls(tree(found, remembering(), paths), then)
