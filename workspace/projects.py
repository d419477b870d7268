"""Which folder a file's project is, where no editor says."""

import os
from pathlib import Path

from lacuna.syntax.languages.language import Language

_REPOSITORY = ".git"


def project_of(file: Path, language: Language) -> Path | None:
    """The nearest folder above a file that is marked as the root of a project or of a repository.

    None where there is none, and where it holds more than a project.
    """
    for folder in file.parents:
        if any(os.path.lexists(folder / mark) for mark in (*language.roots, _REPOSITORY)):
            return None if holds_everything(folder) else folder
    return None


def holds_everything(folder: Path) -> bool:
    """Whether a folder is somebody's home, or above one: it is never read as a whole."""
    return len(folder.parts) <= 1 or Path.home().is_relative_to(folder)
