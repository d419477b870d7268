"""Paths of documents, from URIs as editors on Linux, macOS and Windows write them. Nothing is opened here.

A path's system is told by the path's own shape, not by the system this runs on: `/c:/` and a host are Windows'.
"""

import re
import unicodedata
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

LONGEST = 4_096
"""Characters of a path; files of longer ones cannot be opened."""
_DRIVE = re.compile(r"/[A-Za-z]:(?=/|$)")


def path_of(uri: str) -> PurePath | None:
    """The file that a URI names; None if it names none (an untitled buffer, a notebook's cell), or cannot name one.

    Escapes are undone whether or not they had to be there: VS Code sends `file:///c%3A/`, others `file:///C:/`.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.scheme != "file" or not 0 < len(path) <= LONGEST:
        return None
    if parts.netloc not in ("", "localhost"):
        return PureWindowsPath(f"//{unquote(parts.netloc)}{path}")
    if _DRIVE.match(path):
        return PureWindowsPath(f"{path[1:3]}/{path[4:]}")
    return PurePosixPath(path)


def globbed(path: PurePath) -> str:
    """A path as patterns of .gitignore are matched with it: without root, with slashes and with composed letters."""
    root = path.anchor.replace("\\", "/").strip("/")
    rest = path.as_posix()[len(path.anchor) :]
    # macOS splits letters from their accents.
    return unicodedata.normalize("NFC", f"{root}/{rest}" if root else rest)


def is_within(uri: str, folder: str) -> bool:
    """Whether a document lies in a folder; letter case counts as it does on the path's own system."""
    path, root = path_of(uri), path_of(folder)
    if path is None or root is None or type(path) is not type(root):
        return False
    return path.is_relative_to(root)


def name_of(uri: str) -> str:
    """The name of a document that is no file, as patterns of .gitignore are matched with it."""
    try:
        path = urlsplit(uri).path
    except ValueError:
        path = uri
    return unquote(path).lstrip("/")
