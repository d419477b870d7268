"""Namespaces of its own for the process that calls this: no network, no other process, no file but the interpreter's.

Linux alone has them, and not every system lets every user make them. Where a step fails, it raises OSError.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from lacuna.benchmarks.evaluation import families

NEW_NAMESPACES = 0x00020000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000
"""Mounts, users, processes, network, IPC, host name; as in sched.h."""
PRIVATE, BIND, MOVE = (1 << 18) | 0x4000, 0x1000 | 0x4000, 0x2000
NO_SUID, NO_DEVICES = 2, 4
"""Of a mount, as in mount.h; the first two for all mounts below as well."""
MOUNT_SETATTR, HERE, ALL_BELOW, READ_ONLY = 442, -100, 0x8000, 1 | 2
"""A system call, the same on all processors, and its arguments; read-only takes setuid along."""
PARENT_ENDS, NO_NEW_PRIVILEGES = 1, 38
CAPABILITIES_VERSION = 0x20080522
NOBODY = 65534
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
"""What an interpreter's shared libraries lie in."""
FOLDER = Path("/tmp")  # noqa: S108 -- a file system of its own
SPACE = "size=16m,nr_inodes=500,mode=1777"
# Inside, nobody may make namespaces, in which a process has rights once more, nor memory that belongs to no process.
SWITCHED_OFF = ("user/max_user_namespaces", "kernel/shmall", "kernel/msgmni")


def enter(place: Path) -> None:
    """Go on as a process that sees, of files, the interpreter's, and may write in `FOLDER` alone, where it stands.

    What called this stays behind, outside, and ends when that process does. `place` is an empty folder.
    """
    is_root = os.geteuid() == 0
    _call("prctl", PARENT_ENDS, signal.SIGKILL, 0, 0, 0)
    _own_namespaces(is_root=is_root)
    _fork_and_wait()  # the first process of the namespace, with whose end all others end
    _call("prctl", PARENT_ENDS, signal.SIGKILL, 0, 0, 0)
    for name in SWITCHED_OFF:
        Path("/proc/sys", name).write_text("0", encoding="ascii")
    _own_root(place)
    _fork_and_wait()
    _without_rights(is_root=is_root)
    families.allow_local_alone()


def _own_namespaces(*, is_root: bool) -> None:
    """Root becomes two users inside, as no limit on processes holds for the system's root; others become root alone."""
    process, uid, gid = os.getpid(), os.geteuid(), os.getegid()
    if not is_root:
        _call("unshare", NEW_NAMESPACES)
        _map(process, f"0 {uid} 1", f"0 {gid} 1", may_set_groups=False)
        return
    begin, tell = os.pipe()
    mapping = os.fork()  # once inside, a process has no right to map two
    if not mapping:
        os.read(begin, 1)
        both = f"0 0 1\n{NOBODY} {NOBODY} 1"
        try:
            _map(process, both, both, may_set_groups=True)
        except OSError:
            os._exit(1)
        os._exit(0)
    _call("unshare", NEW_NAMESPACES)
    os.write(tell, b".")
    _, ended = os.waitpid(mapping, 0)
    if ended:
        raise PermissionError("users cannot be mapped")


def _map(process: int, users: str, groups: str, *, may_set_groups: bool) -> None:
    of = Path("/proc", str(process))
    if not may_set_groups:
        (of / "setgroups").write_text("deny", encoding="ascii")
    (of / "uid_map").write_text(users, encoding="ascii")
    (of / "gid_map").write_text(groups, encoding="ascii")


def _fork_and_wait() -> None:
    """Go on in a child; the parent keeps nothing open and ends when the child does."""
    child = os.fork()
    if child:
        os.closerange(0, 1 << 10)
        os.waitpid(child, 0)
        os._exit(0)


def _own_root(place: Path) -> None:
    _mount("none", "/", "", PRIVATE)
    _mount("none", str(place), "tmpfs", NO_SUID | NO_DEVICES, "mode=755")
    for name in dict.fromkeys((*SYSTEM, sys.base_prefix)):
        _show(Path(name), place)
    null = place / "dev/null"
    null.parent.mkdir()
    null.touch()
    _mount("/dev/null", str(null), "", BIND)
    (place / FOLDER.relative_to("/")).mkdir(exist_ok=True)
    os.chdir(place)
    _mount(".", "/", "", MOVE)
    os.chroot(".")
    wanted = (ctypes.c_uint64 * 4)(READ_ONLY, 0, 0, 0)
    _call("syscall", MOUNT_SETATTR, HERE, b"/", ALL_BELOW, wanted, ctypes.sizeof(wanted))
    _mount("none", str(FOLDER), "tmpfs", NO_SUID | NO_DEVICES, SPACE)
    os.chdir(FOLDER)


def _show(folder: Path, place: Path) -> None:
    """Show a folder, or what a link says, at its own place."""
    there = place / folder.relative_to("/")
    if not folder.exists() or there.exists():
        return
    there.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        there.symlink_to(folder.readlink())
        return
    there.mkdir()
    _mount(str(folder), str(there), "", BIND)


def _without_rights(*, is_root: bool) -> None:
    _call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if is_root:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _call("capset", (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0), (ctypes.c_uint32 * 6)())


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    written = (source.encode(), target.encode(), kind.encode())
    _call("mount", *written, ctypes.c_ulong(flags), options.encode() or None)


def _call(function: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, function)(*arguments) != 0:
        _raise(function)


def _raise(function: str) -> NoReturn:
    number = ctypes.get_errno()
    raise OSError(number, f"{function}: {os.strerror(number)}")
