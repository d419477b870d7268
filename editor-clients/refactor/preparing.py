"""What a process that plans is told once: the rules, the model and the other files; made into a Proposer there."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from lacuna.export.artifact import MANIFEST
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.infill.surroundings import LIMITS, Surroundings
from lacuna.model.denoiser import Librarian
from lacuna.refactor.proposing import Proposer
from lacuna.refactor.rule import Rule
from lacuna.syntax.errors import ModelError
from lacuna.workspace import written
from lacuna.workspace.changes import sha256
from lacuna.workspace.nearness import Nearness
from lacuna.workspace.outwards import outwards
from lacuna.workspace.projects import holds_everything

Neighbours = tuple[tuple[Path, str], ...]
"""Files with their texts."""
_PER_TOKEN = 4
"""Code points, or more: so much text is read that what can be kept of it is full."""


def version() -> str:
    return metadata.version("lacuna-infill")


def artifact_hash(model: ModelOptions) -> str:
    """The hash by which a plan names an artifact; raise ModelError if there is none."""
    manifest = model.artifact / MANIFEST
    try:
        return sha256(manifest.read_bytes())
    except OSError as error:
        raise ModelError(f"{manifest} cannot be read: {error.strerror or error}.") from error


@dataclass(frozen=True, slots=True)
class Preparation:
    """Pickled for each process."""

    rules: tuple[Rule, ...]
    tree: Path
    threshold: float | None
    opening: Opening
    model: ModelOptions
    version: str
    """Of the Lacuna that makes the plan."""
    artifact: str
    """Its artifact's hash; empty where no rule has blanks."""
    is_alone: bool = False
    """Other files are not looked at."""
    neighbours: Neighbours | None = None
    """None: they are read where they are needed."""

    def proposer(self, allow: Callable[[int], object]) -> Proposer:
        """Open what is needed; raise ModelError where that is not what the plan is made with."""
        if (here := version()) != self.version:
            raise ModelError(f"The plan is made with Lacuna {self.version}, but a worker has {here}.")
        if not self.artifact:
            return Proposer(self.rules, None, self.threshold, tree=self.tree, allow=allow)
        if artifact_hash(self.model) != self.artifact:
            raise ModelError(f"The artifact in {self.model.artifact} is not the one that the plan is made with.")
        # Of several threads none would be the faster: as many processes as processors are at work.
        opened = self.opening(replace(self.model, threads=self.model.threads or 1))
        around = self._surroundings(opened.librarian) if opened.librarian and not self.is_alone else None
        return Proposer(self.rules, opened.infill, self.threshold, around, self.tree, allow)

    def with_neighbours(self) -> "Preparation":
        """For processes that have no disk in common with this one."""
        return self if self.is_alone or not self.artifact else replace(self, neighbours=neighbours(self.tree))

    def _surroundings(self, librarian: Librarian) -> Surroundings:
        paths, tokens, kept = [], [], 0
        for path, text in neighbours(self.tree) if self.neighbours is None else self.neighbours:
            found = librarian.tokens(text)
            kept += len(found)
            if kept > LIMITS.kept:
                break
            paths.append(path)
            tokens.append(found)
        return Surroundings(Nearness(paths), librarian.library(tokens))


def neighbours(tree: Path) -> Neighbours:
    """The files of a tree that others are shown, the outermost first, as many as can be made use of."""
    return () if holds_everything(tree) else tuple(_read(tree))


def _read(tree: Path) -> Iterator[tuple[Path, str]]:
    left = LIMITS.kept * _PER_TOKEN
    for path in itertools.islice(itertools.chain.from_iterable(outwards(tree, [tree])), LIMITS.files):
        text = written.read(path, tree)
        if text is not None:
            left -= len(text)
            if left < 0:
                return
            yield path, text
