"""The other files that are beside a question's file: those of the folder on the command line that it lies in."""

import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from lacuna.infill.opening import OpenModel
from lacuna.infill.surroundings import around
from lacuna.model.denoiser import Beside
from lacuna.syntax.languages.registry import language_of

Sees = Callable[[str, str], Beside | None]
"""What is seen beside a file, by its name as it was asked about, and what is shown of it."""


def sees(model: OpenModel, folders: Sequence[Path]) -> Sees:
    """Other files are those of the innermost of `folders`; a library of each is made when it is first needed.

    A file in none of them is alone, and so are all where the model makes no use of others.
    """
    librarian = model.librarian
    if librarian is None:
        return lambda _file, _text: None
    known = functools.cache(functools.partial(around, librarian))
    roots = sorted({_plain(folder) for folder in folders if folder.is_dir()}, key=lambda root: -len(root.parts))

    def seen(file: str, text: str) -> Beside | None:
        path = _plain(Path(file))
        root = next((root for root in roots if path.is_relative_to(root)), None)
        return None if root is None else known(root).seen_from(path, text, language_of(path.name))

    return seen


def _plain(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 -- Path.absolute keeps "..", resolve follows links
