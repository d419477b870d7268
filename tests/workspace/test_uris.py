"""Which file a URI names, as editors on Linux, macOS and Windows write them: a table of texts, for any system."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest

from lacuna.workspace.uris import globbed, is_within, name_of, path_of

POSIX = [
    ("file:///home/me/a.py", "/home/me/a.py"),
    ("file://localhost/home/me/a.py", "/home/me/a.py"),
    ("file:///home/me/with%20blank/a.py", "/home/me/with blank/a.py"),
    ("file:///home/me/100%25/a.py", "/home/me/100%/a.py"),
    ("file:///home/me/a%23b%3Fc.py", "/home/me/a#b?c.py"),
    ("file:///home/me/%C3%A9%F0%9F%98%80.py", "/home/me/é😀.py"),
    ("file:///home/me/é.py", "/home/me/é.py"),
    ("file:///Users/me/My%20Code/a.py", "/Users/me/My Code/a.py"),
    ("file:///home/me/a%3A1.py", "/home/me/a:1.py"),
    ("file:///cd:/a.py", "/cd:/a.py"),
    ("file:///", "/"),
]
WINDOWS = [
    ("file:///c%3A/Users/me/a.py", r"c:\Users\me\a.py"),
    ("file:///c%3a/Users/me/a.py", r"c:\Users\me\a.py"),
    ("file:///C:/Users/me/a.py", r"C:\Users\me\a.py"),
    ("file:///c:/Program%20Files%20%28x86%29/a.py", r"c:\Program Files (x86)\a.py"),
    ("file:///c:", "c:\\"),
    ("file://server/share/folder/a.py", r"\\server\share\folder\a.py"),
    ("file://wsl%24/Debian/home/me/a.py", r"\\wsl$\Debian\home\me\a.py"),
]


@pytest.mark.parametrize(("uri", "path"), POSIX, ids=[uri for uri, _ in POSIX])
def test_a_uri_of_linux_or_macos_names_a_file(uri, path):
    assert path_of(uri) == PurePosixPath(path)


@pytest.mark.parametrize(("uri", "path"), WINDOWS, ids=[uri for uri, _ in WINDOWS])
def test_a_uri_of_windows_names_a_file(uri, path):
    found = path_of(uri)
    assert str(found) == path
    assert found == PureWindowsPath(path)


@pytest.mark.parametrize(
    "uri",
    ["untitled:Untitled-1", "vscode-notebook-cell:/home/me/a.ipynb#W0", "git:/home/me/a.py?ref", "", "a.py", "file:"],
    ids=repr,
)
def test_other_uris_name_no_file(uri):
    assert path_of(uri) is None


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///home/me/a.py", "home/me/a.py"),
        ("file:///c%3A/Users/me/a.py", "c:/Users/me/a.py"),
        ("file://server/share/folder/a.py", "server/share/folder/a.py"),
        ("file:///Users/me/e%CC%81.py", "Users/me/\u00e9.py"),
    ],
    ids=["posix", "drive", "host", "decomposed by macOS"],
)
def test_patterns_see_slashes_and_no_root(uri, name):
    assert globbed(path_of(uri)) == name


def test_patterns_see_the_name_of_what_is_no_file():
    assert name_of("vscode-notebook-cell:/home/me/a%20b.ipynb#W0") == "home/me/a b.ipynb"


@pytest.mark.parametrize(
    ("uri", "folder", "is_in"),
    [
        ("file:///home/me/a.py", "file:///home/me", True),
        ("file:///home/me/a.py", "file:///home/me/", True),
        ("file:///home/meister/a.py", "file:///home/me", False),
        ("file:///home/Me/a.py", "file:///home/me", False),
        ("file:///C:/Code/a.py", "file:///c%3A/code", True),
        ("file:///d:/code/a.py", "file:///c:/code", False),
        ("file://server/share/a.py", "file://SERVER/share", True),
        ("file:///c:/code/a.py", "file:///code", False),
        ("untitled:Untitled-1", "file:///", False),
    ],
    ids=["in", "slash", "prefix", "case", "drive and case", "other drive", "host", "other system", "no file"],
)
def test_a_document_lies_in_a_folder(uri, folder, is_in):
    assert is_within(uri, folder) is is_in
