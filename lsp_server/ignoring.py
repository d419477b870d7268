"""Files that Lacuna keeps out of: those the user names, secrets, and what the project's .gitignore files name."""

import functools
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from pathspec import GitIgnoreSpec

from lacuna.lsp_server.uris import globbed

_SECRETS = GitIgnoreSpec.from_lines(
    (
        *(".env", ".env.*", "*.env", ".envrc", "!.env.example", "!.env.sample", "!.env.template"),
        *("*.pem", "*.key", "*.p8", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.gpg"),
        *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".ssh/", ".gnupg/", ".aws/", ".kube/"),
        *(".netrc", "_netrc", ".pgpass", ".htpasswd", ".pypirc", ".npmrc", ".git-credentials", ".vault-token"),
        *("credentials", "credentials.json", "secrets.json", "secrets.toml", "secrets.yaml", "secrets.yml"),
    )
)
_LARGEST = 1 << 20
"""Bytes of a .gitignore file that are read."""


def why_ignored(path: PurePath, exclude: GitIgnoreSpec, folders: Iterable[PurePath]) -> str | None:
    """A sentence saying why the file is ignored; None if it is not. The user's patterns go before all others.

    folders: the workspace's. Where no repository is found, .gitignore files count from the folder downwards.
    """
    name = globbed(path)
    excluded = exclude.check_file(name).include
    if excluded is not None:
        return "lacuna.exclude names this file." if excluded else None
    if _SECRETS.match_file(name):
        return "Files of this name hold secrets."
    if isinstance(path, _OURS):
        return _git_ignores(Path(path), [Path(folder) for folder in folders if isinstance(folder, _OURS)])
    return None


_OURS = type(PurePath())
"""Paths of the system this runs on; others (a Windows client's, seen from Linux) cannot be looked up."""


def _git_ignores(path: Path, folders: Iterable[Path]) -> str | None:
    ignored_by: Path | None = None
    for folder in _from_root(path, folders):
        include = _patterns_in(folder).check_file(globbed(path.relative_to(folder))).include
        if include is not None:  # the patterns nearest to the file decide
            ignored_by = folder if include else None
    return f"{ignored_by / '.gitignore'} names this file." if ignored_by else None


def _from_root(path: Path, folders: Iterable[Path]) -> list[Path]:
    """The folders whose .gitignore files speak of a file, outermost first."""
    parents = list(path.parents)
    roots = [n for n, parent in enumerate(parents) if os.path.lexists(parent / ".git")][:1]
    roots += [n for folder in folders for n, parent in enumerate(parents) if parent == folder]
    return parents[roots[0] :: -1] if roots else []


def _patterns_in(folder: Path) -> GitIgnoreSpec:
    file = folder / ".gitignore"
    try:
        found = file.stat()
    except (OSError, ValueError):  # none, or a path that cannot be one
        return _NONE
    return _read(file, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=256)
def _read(file: Path, _changed: int, _size: int) -> GitIgnoreSpec:
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return _NONE
    return GitIgnoreSpec(pattern for line in text.splitlines() for pattern in _pattern(line))


def _pattern(line: str) -> Iterator[Any]:
    try:
        yield from GitIgnoreSpec.from_lines([line]).patterns
    except (ValueError, re.error):  # git skips a pattern that it cannot read
        return


_NONE = GitIgnoreSpec(())
