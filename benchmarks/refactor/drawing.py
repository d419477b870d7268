"""Refactorings whose right answer is known, drawn from packages: who is used where says rope, not the rule."""

import ast
import functools
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import libcst as cst
from rope.base.project import Project
from rope.contrib.findit import find_occurrences

from lacuna.benchmarks.refactor import seeds, trees, tuples
from lacuna.benchmarks.refactor.cases import Case, Found, Kind, Label, Uses, sites
from lacuna.benchmarks.refactor.seeds import Place, Seed
from lacuna.benchmarks.refactor.trees import Function, Offsets, Texts, Use
from lacuna.syntax.python.compiling import quiet

FEWEST, MOST = 2, 40
"""Uses that a case has to change."""
_NAMED = 400
"""Uses of one name that are asked about."""
_FRESH = ("marker", "origin_key", "chosen", "given_part", "subject_item")
"""What is renamed gets the first of these names that the package does not have."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A function, or a method."""

    path: str
    node: Function
    owner: ast.ClassDef | None
    offset: int
    """Of the name that it is called by: a constructor by its class's."""
    place: Place
    """Of its own name."""

    @property
    def called(self) -> str:
        return self.owner.name if self.owner and self.node.name == "__init__" else self.node.name

    @property
    def key(self) -> tuple[str, str]:
        return self.path, f"{self.owner.name}.{self.node.name}" if self.owner else self.node.name

    @property
    def is_bound(self) -> bool:
        """Its first parameter is what it is called on."""
        return self.owner is not None and "staticmethod" not in map(ast.unparse, self.node.decorator_list)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a call has to give so that it changes."""

    name: str
    number: int
    kind: Kind

    def is_in(self, use: Use) -> bool:
        assert isinstance(use.node, ast.Call), "calls are looked for"
        is_named = any(each.arg == self.name for each in use.node.keywords)
        is_there = self.number < len(use.node.args)
        return {Kind.RENAMED: is_named, Kind.REORDERED: is_there}.get(self.kind, is_named or is_there)


Candidate = Callable[[random.Random], Case | None]


def drawn(folder: Path, per_kind: int, seed: int, kinds: Iterable[Kind]) -> Iterator[Case]:
    """At most so many cases of each kind from a package."""
    package = _Package(folder)
    for kind in kinds:
        generator = random.Random(f"{seed} {folder.name} {kind}")  # noqa: S311 -- a fixed sample, not a secret
        candidates = list(package.candidates(kind))
        generator.shuffle(candidates)
        found = (case for one in candidates if (case := one(generator)) is not None and _is_fit(case))
        yield from itertools.islice(found, per_kind)


def _is_fit(case: Case) -> bool:
    changing = [site for site in case.targets if case.text_at(site) != site.truth]
    return FEWEST <= len(changing) <= MOST


class _Package:
    def __init__(self, folder: Path) -> None:
        self.name, self.texts = folder.name, trees.texts_of(folder)
        with quiet():  # rope warns of itself
            self._project = Project(str(folder), ropefolder=None)
        self._all = "\n".join(self.texts.values())
        self._fresh = next(word for word in _FRESH if word not in self._all)

    def candidates(self, kind: Kind) -> Iterator[Candidate]:
        for path, text in self.texts.items():
            if kind is Kind.FIELD:
                for owner, target, offset in _fields(text):
                    yield functools.partial(self._field, path, owner, target, offset)
                continue
            for one in _definitions(path, text):
                if self._all.count(f"{one.called}(") > FEWEST:
                    yield functools.partial(self._function, kind, one)

    def _function(self, kind: Kind, one: Defined, generator: random.Random) -> Case | None:
        is_plain = all(ast.unparse(each) in ("staticmethod", "classmethod") for each in one.node.decorator_list)
        if not is_plain or one.node.args.posonlyargs:
            return None
        if kind is Kind.FUNCTION:
            return self._renamed(one)
        if kind is Kind.TUPLE:
            return self._paired(one, generator)
        return self._method(one) if kind is Kind.METHOD else self._parameter(kind, one, generator)

    # --- kinds

    def _parameter(self, kind: Kind, one: Defined, generator: random.Random) -> Case | None:
        """A parameter comes, goes, gets another name or another place."""
        taken = [each.arg for each in one.node.args.args][one.is_bound :]
        needed = len(taken) - len(one.node.args.defaults)
        if kind is Kind.RENAMED:
            choice = [*taken, *(each.arg for each in one.node.args.kwonlyargs)]
        else:
            choice = taken[: needed - (kind is Kind.REORDERED)] if needed > 0 else []
        if not choice:
            return None
        number = generator.randrange(len(choice))
        name, after = choice[number], list(taken)
        if kind is Kind.RENAMED:
            seed, after = seeds.renamed(name, self._fresh), [self._fresh if each == name else each for each in after]
        elif kind is Kind.REORDERED:
            seed = seeds.swapped(number, (name, taken[number + 1]))
            after[number : number + 2] = taken[number + 1], name
        else:
            seed = seeds.removed(name, number)
            after = [each for each in after if each != name or kind is Kind.ADDED]
        case = self._of_calls(kind, one, seed, tuple(after), _Given(name, number, kind))
        if case is None:
            return None
        return replace(case, old_name=name) if kind is Kind.RENAMED else replace(case, word=name)

    def _of_calls(
        self, kind: Kind, one: Defined, seed: Seed, parameters: tuple[str, ...], given: "_Given"
    ) -> Case | None:
        find = functools.partial(trees.calls, names=frozenset({one.called}))
        uses = self._uses(one.path, one.offset, find, one.called, given.is_in)
        if uses is None or not _are_plain(uses, is_alone=kind is Kind.REORDERED):
            return None
        paths = {one.path, *uses.by_path}
        places = {path: self._places(path, uses.targets(path)) for path in paths}
        changed = functools.partial(self._seeded, seed=seed, one=one)
        done = {path: changed(path, places[path], is_defined=True) for path in paths}
        if kind is Kind.ADDED:
            old = done[one.path]
            new = {path: changed(path, places[path], is_defined=False) for path in paths}
            guess = seeds.appended(given.name)
            by_name = {
                path: seeds.rewritten(text, guess, frozenset(_place(text, use.name) for use in find(text)))
                for path, text in new.items()
            }
            return self._case(kind, one.key, old, (new, self.texts, by_name), uses, find, parameters)
        named = {path: self._places(path, uses.by_path.get(path, ())) for path in paths}
        by_name = {path: changed(path, named[path], is_defined=True) for path in paths}
        new = {one.path: changed(one.path, frozenset(), is_defined=True)}
        return self._case(kind, one.key, self.texts[one.path], (new, done, by_name), uses, find, parameters)

    def _method(self, one: Defined) -> Case | None:
        """A function of a module becomes a method of the class that its first parameter is called like, or another."""
        text = self.texts[one.path]
        classes = [each.name for each in trees.parsed(text).body if isinstance(each, ast.ClassDef)]
        taken = [each.arg for each in one.node.args.args]
        if one.owner or one.node.decorator_list or not classes or not taken or one.node.col_offset:
            return None
        find = functools.partial(trees.calls, names=frozenset({one.called}))
        uses = self._uses(one.path, one.offset, find, one.called)
        if uses is None or not _are_plain(uses, is_alone=True) or self._calls_itself(one, uses):
            return None
        if not all(_gives_first(use, taken[0]) for path in uses.by_path for use in uses.targets(path)):
            return None
        subject = taken[0].lower().strip("_")
        owner = next((each for each in classes if each.lower().endswith(subject)), classes[0])
        move = functools.partial(seeds.moved, name=one.called, owner=owner, subject=taken[0])
        seed = seeds.as_method(one.called, taken[0])
        done, by_name = dict[str, str](), dict[str, str]()
        for path, found in uses.by_path.items():
            done[path] = seeds.rewritten(self.texts[path], seed, self._places(path, uses.targets(path)))
            named = [use for use in found if _gives_first(use, taken[0])]
            by_name[path] = seeds.rewritten(self.texts[path], seed, self._places(path, named))
        done[one.path], by_name[one.path] = move(done.get(one.path, text)), move(by_name.get(one.path, text))
        trios = ({one.path: move(text)}, done, by_name)
        case = self._case(Kind.METHOD, one.key, text, trios, uses, find, tuple(taken[1:]))
        return case and replace(case, word=owner)

    def _renamed(self, one: Defined) -> Case | None:
        """A function or method gets another name."""
        if one.node.name.startswith("__"):
            return None
        seed = Seed(word=self._fresh, function=lambda node: node.with_changes(name=cst.Name(self._fresh)))
        find = functools.partial(trees.words, names=frozenset({one.node.name, self._fresh}))
        uses = self._uses(one.path, one.offset, find, one.node.name)
        if uses is None:
            return None
        changed = functools.partial(self._seeded, seed=seed, one=one, is_defined=True)
        new = {one.path: changed(one.path, frozenset())}
        done = {path: changed(path, self._places(path, uses.targets(path))) for path in uses.by_path}
        by_name = {path: changed(path, self._places(path, found)) for path, found in uses.by_path.items()}
        case = self._case(Kind.FUNCTION, one.key, self.texts[one.path], (new, done, by_name), uses, find)
        return case and replace(case, old_name=one.node.name)

    def _field(self, path: str, owner: ast.ClassDef, name: str, offset: int, _: random.Random) -> Case | None:
        """An attribute gets another name; its class has it already."""
        if self._all.count(f".{name}") <= FEWEST:
            return None
        find = functools.partial(trees.attributes, names=frozenset({name, self._fresh}))
        uses = self._uses(path, offset, find, name)
        if uses is None:
            return None
        text, seed = self.texts[path], Seed(word=self._fresh)
        own = range(owner.lineno, (owner.end_lineno or 0) + 1)
        known = (at for (where, at), label in uses.labels.items() if where == path and label is Label.TARGET)
        within = {at for at in known if _place(text, at)[0] in own} | {offset}
        here = frozenset(_place(text, at) for at in within)
        new = {path: seeds.rewritten(text, seed, here)}
        done, by_name = dict[str, str](), dict[str, str]()
        for other, found in uses.by_path.items():
            also = here if other == path else frozenset[Place]()
            done[other] = seeds.rewritten(self.texts[other], seed, self._places(other, uses.targets(other)) | also)
            by_name[other] = seeds.rewritten(self.texts[other], seed, self._places(other, found) | also)
        case = self._case(Kind.FIELD, (path, f"{owner.name}.{name}"), text, (new, done, by_name), uses, find)
        return case and replace(case, old_name=name)

    def _paired(self, one: Defined, generator: random.Random) -> Case | None:
        """A function returns a parameter, too, behind what it has returned."""
        parameters = [each.arg for each in one.node.args.args][one.is_bound :]
        extras = tuples.extras(one.node, parameters)
        is_only = self._all.count(f"def {one.node.name}(") == 1
        if not extras or not is_only or one.node.name.startswith("__"):
            return None
        find = functools.partial(trees.calls, names=frozenset({one.called}))
        uses = self._uses(one.path, one.offset, find, one.called)
        if uses is None or not _are_plain(uses, is_alone=True) or self._calls_itself(one, uses):
            return None
        extra, old = generator.choice(extras), self.texts[one.path]
        new = {**self.texts, one.path: tuples.paired(old, one.node, extra)}
        found = tuples.sites(uses, new, find, extra)
        path, name = one.key
        names = frozenset({one.called})
        return Case(
            self.name, Kind.TUPLE, name, path, old, new, found, names, extra, self._fresh, tuple(parameters), ()
        )

    # --- parts of a case

    def _uses(
        self, path: str, offset: int, find: Found, name: str, changes: Callable[[Use], bool] = lambda _: True
    ) -> Uses | None:
        """Who uses what is defined there; None if too few would change, or too many."""
        by_path = {each: found for each, text in self.texts.items() if name in text and (found := find(text))}
        every = [use for found in by_path.values() for use in found]
        if len(every) > _NAMED or sum(map(changes, every)) < FEWEST:
            return None
        resource = self._project.get_resource(path)
        try:
            with quiet():
                occurrences = find_occurrences(self._project, resource, offset, unsure=True)
        except Exception:  # noqa: BLE001 -- rope raises whatever unusual code leads to
            return None
        labels = {
            (each.resource.path, each.offset): Label.UNSURE if each.unsure else Label.TARGET for each in occurrences
        }
        if self.texts[path][:offset].endswith(("\ndef ", "\nclass ")):
            labels |= dict.fromkeys(self._by_imports(path, name, by_path), Label.TARGET)
        uses = Uses(by_path, labels)
        count = sum(changes(use) for each in by_path for use in uses.targets(each))
        return uses if FEWEST <= count <= MOST else None

    def _by_imports(self, path: str, name: str, by_path: Mapping[str, list[Use]]) -> Iterator[tuple[str, int]]:
        """Uses of what a module defines at its top, by what LibCST says of their files' imports: rope misses some."""
        whole = [*path.removesuffix(".py").removesuffix("/__init__").split("/"), name]
        for other, found in by_path.items():
            known = seeds.qualified(self.texts[other])
            for use in found:
                for meant in known.get(_place(self.texts[other], use.name), ()):
                    parts = meant.lstrip(".").split(".")
                    if up := len(meant) - len(meant.lstrip(".")):
                        is_it = other.split("/")[:-up] + parts == whole
                    else:
                        is_it = parts == [name] if other == path else whole[-len(parts) :] == parts != [name]
                    if is_it:
                        yield other, use.name

    def _calls_itself(self, one: Defined, uses: Uses) -> bool:
        own = range(one.node.lineno, (one.node.end_lineno or 0) + 1)
        text = self.texts[one.path]
        return any(_place(text, use.name)[0] in own for use in uses.by_path.get(one.path, ()))

    def _places(self, path: str, uses: Sequence[Use]) -> frozenset[Place]:
        return frozenset(_place(self.texts[path], use.name) for use in uses)

    def _seeded(self, path: str, places: frozenset[Place], seed: Seed, one: Defined, *, is_defined: bool) -> str:
        definition = one.place if is_defined and path == one.path else None
        return seeds.rewritten(self.texts[path], seed, places, definition)

    def _case(
        self,
        kind: Kind,
        defined: tuple[str, str],
        old: str,
        versions: tuple[Texts, Texts, Texts],
        uses: Uses,
        find: Found,
        parameters: tuple[str, ...] = (),
    ) -> Case | None:
        path, name = defined
        new, truth, by_name = ({**self.texts, **changed} for changed in versions)
        found = sites(uses, (new, truth, by_name), find)
        if found is None or old == new[path]:
            return None
        changed = tuple(text for other, text in by_name.items() if text != new[other])
        called = name.removesuffix(".__init__").rpartition(".")[2]
        names = frozenset({called, self._fresh})
        return Case(self.name, kind, name, path, old, new, found, names, self._fresh, self._fresh, parameters, changed)


# --- of texts


def _definitions(path: str, text: str) -> Iterator[Defined]:
    offsets = Offsets(text)
    module = trees.parsed(text)
    owners: list[tuple[ast.ClassDef | None, list[ast.stmt]]] = [(None, module.body)]
    owners += [(node, node.body) for node in module.body if isinstance(node, ast.ClassDef)]
    for owner, body in owners:
        for node in body:
            if isinstance(node, Function):
                own = _name_at(text, offsets, node)
                called = _name_at(text, offsets, owner) if owner and node.name == "__init__" else own
                yield Defined(path, node, owner, called, _place(text, own))


def _fields(text: str) -> Iterator[tuple[ast.ClassDef, str, int]]:
    """Attributes that classes set in `__init__`, or declare, and where."""
    offsets = Offsets(text)
    for owner in trees.parsed(text).body:
        if not isinstance(owner, ast.ClassDef):
            continue
        seen = set[str]()
        for node in ast.walk(owner):
            match node:
                case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()) if name not in seen:
                    seen.add(name)
                    if not name.startswith("__"):
                        yield owner, name, offsets.span(node).end - len(name)


def _name_at(text: str, offsets: Offsets, node: Function | ast.ClassDef) -> int:
    word = "class " if isinstance(node, ast.ClassDef) else "def "
    start = offsets.at(node.lineno, node.col_offset)
    return text.index(node.name, text.index(word, start) + len(word))


def _place(text: str, offset: int) -> Place:
    line = text.count("\n", 0, offset)
    return line + 1, offset - (text.rfind("\n", 0, offset) + 1)


def _are_plain(uses: Uses, *, is_alone: bool) -> bool:
    """Whether the calls give all that they give one by one, on no class, and, if need be, in none of each other."""
    for path in uses.by_path:
        found = uses.targets(path)
        for use in found:
            assert isinstance(use.node, ast.Call), "calls are looked for"
            stars = any(isinstance(each, ast.Starred) for each in use.node.args)
            if stars or any(each.arg is None for each in use.node.keywords) or _is_on_class(use.node.func):
                return False
        pairs = itertools.permutations(found, 2)
        if is_alone and any(one.span.start <= other.name < one.span.end for one, other in pairs):
            return False
    return True


def _is_on_class(called: ast.expr) -> bool:
    """As `C.f(x)`: written as a class is."""
    on = called.value if isinstance(called, ast.Attribute) else None
    return isinstance(on, ast.Name) and on.id[:1].isupper()


def _gives_first(use: Use, name: str) -> bool:
    assert isinstance(use.node, ast.Call), "calls are looked for"
    return bool(use.node.args) or any(each.arg == name for each in use.node.keywords)
