"""A filter of the system's calls: this process, and its children, make no socket but those between local processes.

A namespace holds the internet's protocols; others, as a virtual machine's line to its host (AF_VSOCK), know none.
"""

import ctypes
import errno
import platform
import socket

_SET_SECCOMP, _FILTER = 22, 2
"""Of `prctl(2)`."""
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
"""Instructions of a filter, as in linux/bpf_common.h, on words and constants."""
_NUMBER, _PROCESSOR, _FIRST_ARGUMENT = 0, 4, 16
"""Where these lie in what a filter sees of a call, the lower half of the argument first."""
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000 | errno.EAFNOSUPPORT
_OTHER_NUMBERS = 0x40000000
"""From here on calls have the numbers of x32."""
_RING = 425
"""io_uring_setup: such a ring makes sockets without a call."""
_CALLS = {"x86_64": (0xC000003E, 41, 53), "aarch64": (0xC00000B7, 198, 199)}
"""By the processor: its number in linux/audit.h, and those of `socket` and `socketpair`."""


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("size", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def allow_local_alone() -> None:
    """Refuse all but AF_UNIX from now on; raise OSError where that cannot be, as while new rights can be got."""
    instructions = filter_of(platform.machine())
    program = _Program(len(instructions), instructions)
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no filter of calls can be set")


def filter_of(machine: str) -> "ctypes.Array[_Instruction]":
    """The filter for a kind of processor, by its name in `uname`; raise OSError if its calls are not known."""
    if machine not in _CALLS:
        raise OSError(errno.ENOSYS, "a processor whose calls are not known")
    processor, one, pair = _CALLS[machine]
    refused, allowed = 9, 10
    written = [  # an instruction, which comes next if it is true, which if it is not, and its constant
        (_LOAD, 1, 1, _PROCESSOR),
        (_EQUAL, 2, refused, processor),
        (_LOAD, 3, 3, _NUMBER),
        (_AT_LEAST, refused, 4, _OTHER_NUMBERS),
        (_EQUAL, refused, 5, _RING),
        (_EQUAL, 7, 6, one),
        (_EQUAL, 7, allowed, pair),
        (_LOAD, 8, 8, _FIRST_ARGUMENT),
        (_EQUAL, allowed, refused, socket.AF_UNIX),
        (_RETURN, 10, 10, _REFUSED),
        (_RETURN, 11, 11, _ALLOWED),
    ]
    return (_Instruction * len(written))(
        *(_Instruction(code, yes - n, no - n, k) for n, (code, yes, no, k) in enumerate(written, start=1))
    )
