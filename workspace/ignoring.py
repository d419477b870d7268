"""Files that Lacuna keeps out of: those the user names, secrets, and what .gitignore and .lacunaignore files name."""

import itertools
import os
import time
from collections.abc import Iterable
from pathlib import Path, PurePath

from pathspec import GitIgnoreSpec

from lacuna.workspace import patterns
from lacuna.workspace.gitignore import Rules
from lacuna.workspace.uris import LONGEST, globbed

_SECRETS = GitIgnoreSpec.from_lines(
    (
        *(".env", ".env.*", "*.env", ".envrc", "!.env.example", "!.env.sample", "!.env.template"),
        *("*.pem", "*.key", "*.p8", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.gpg"),
        *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".ssh/", ".gnupg/", ".aws/", ".kube/"),
        *(".netrc", "_netrc", ".pgpass", ".htpasswd", ".pypirc", ".npmrc", ".git-credentials", ".vault-token"),
        *("credentials", "credentials.json", "secrets.json", "secrets.toml", "secrets.yaml", "secrets.yml"),
        *("secrets.py", "credentials.py"),
    )
)


_OURS = type(PurePath())
"""Paths of the system this runs on; others (a Windows client's, seen from Linux) cannot be looked up."""
PATIENCE = 2.0
"""Seconds for which anybody waits to be told whether a file is ignored."""
_LABOUR = 0.5
"""Seconds of CPU for finding it out."""
TOO_LONG = f"has more than {patterns.LARGEST >> 10} KiB or {patterns.MOST:,} patterns"
TOO_SLOW = "This file counts as ignored: to find out what the ignore files say of it takes too long."


def why_ignored(path: PurePath, exclude: GitIgnoreSpec, folders: Iterable[PurePath]) -> str | None:
    """A sentence that says why a file is ignored; None if it is not. The user's patterns go before all others.

    Where no repository is found, .gitignore files count from the workspace's folder downwards.
    """
    name = globbed(path)
    if len(name) > LONGEST:
        return "No file has so long a name."
    if exclude is patterns.EVERYTHING:
        return f"lacuna.exclude {TOO_LONG}; every file counts as ignored."
    excluded = exclude.check_file(name).include
    if excluded is not None:
        return "lacuna.exclude names this file." if excluded else None
    if holds_secrets(path):
        return "Files of this name hold secrets."
    if isinstance(path, _OURS):
        return _git_ignores(Path(path), [Path(folder) for folder in folders if isinstance(folder, _OURS)])
    return None


def holds_secrets(path: PurePath) -> bool:
    """Whether a file of this name, or in a folder of this name, is likely to hold secrets."""
    return _SECRETS.match_file(globbed(path).casefold())  # as file systems of macOS and Windows have it


def rules_above(root: Path) -> Rules:
    """The rules of the repository's folders above `root`; none if they name `root` itself, which somebody asked for."""
    rules = Rules()
    for folder, inner in itertools.pairwise(_from_root(root / "*", ())):
        rules = rules.within(folder)
        if rules.naming(inner, is_folder=True):
            return Rules()
    return rules


def _git_ignores(path: Path, folders: Iterable[Path]) -> str | None:
    rules, latest = Rules(), time.thread_time() + _LABOUR
    for folder, inner in itertools.pairwise([*_from_root(path, folders), path]):
        rules = rules.within(folder)
        if named := rules.naming(inner, is_folder=inner != path):
            return named.sentence("this file")
        if time.thread_time() > latest:
            return TOO_SLOW
    return None


def _from_root(path: Path, folders: Iterable[Path]) -> list[Path]:
    """The folders whose .gitignore files speak of a file, outermost first."""
    parents = list(path.parents)
    roots = [n for n, parent in enumerate(parents) if os.path.lexists(parent / ".git")][:1]
    roots += [n for folder in folders for n, parent in enumerate(parents) if parent == folder]
    return parents[roots[0] :: -1] if roots else []
