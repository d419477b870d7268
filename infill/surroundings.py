"""The other files of a project, as hints for those who fill one of them."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.model.denoiser import Beside, Librarian, Library, Tokens
from lacuna.syntax.languages.language import Language
from lacuna.syntax.languages.registry import language_of
from lacuna.workspace import written
from lacuna.workspace.index import Index, Limits
from lacuna.workspace.nearness import Nearness
from lacuna.workspace.outwards import outwards
from lacuna.workspace.projects import project_of

SEEN = 100
"""Files that are seen from one, the nearest."""
MEMORY = 64 * 1024 * 1024
"""Bytes that all that is known takes, even while it is sorted anew."""
_PER_TOKEN = 50
"""Bytes: two in an index, 16 in the library that is seen, 24 to make the next one, the rest to find and read files."""
LIMITS = Limits(files=2_000, kept=MEMORY // _PER_TOKEN)


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """The files of one project at one moment, seen from any of them."""

    nearness: Nearness
    library: Library

    @classmethod
    def of(cls, librarian: Librarian, index: Index[Tokens]) -> "Surroundings":
        """What an index knows by now; takes as long as to sort it all."""
        paths, tokens = index.files()
        return cls(Nearness(paths), librarian.library(tokens))

    def seen_from(self, file: Path, text: str, language: Language, recent: Sequence[Path] = ()) -> Beside:
        """The other files in the language of `file`, which holds a text; of `recent` the last used comes first."""
        return self.library.seen_from(self.nearness.order(file, text, language, recent)[:SEEN])


def around(librarian: Librarian, root: Path) -> Surroundings:
    """All files below a folder, as many as an index takes, for those who ask about many of them."""
    index = Index(root, librarian.tokens, LIMITS)
    for _ in index.look():
        pass
    return Surroundings.of(librarian, index)


def beside(librarian: Librarian, file: Path, text: str) -> Beside | None:
    """The files of its project that are seen from a file, and no others read; None if it is in no project."""
    language = language_of(file.name)
    root = project_of(file, language)
    if root is None:
        return None
    found = itertools.chain.from_iterable(outwards(root, [file.parent]))
    paths = list(itertools.islice(found, LIMITS.files))
    nearest = (paths[n] for n in Nearness(paths).order(file, text, language))
    texts = (read for one in nearest if (read := written.read(one, root)) is not None)
    tokens = [librarian.tokens(text) for text in itertools.islice(texts, SEEN)]
    return librarian.library(tokens).seen_from(range(len(tokens)))
