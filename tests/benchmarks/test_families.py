"""The filter of calls, also for processors that this machine has not: its bytes are run as by the kernel."""

import errno
import socket
import struct

import pytest

from lacuna.benchmarks.evaluation.families import filter_of

BIT64, LITTLE_ENDIAN = 0x80000000, 0x40000000
ARCHITECTURES = {"x86_64": 62 | BIT64 | LITTLE_ENDIAN, "aarch64": 183 | BIT64 | LITTLE_ENDIAN}
"""By the ELF machine, as linux/audit.h makes them."""
I386, ARM = 3 | LITTLE_ENDIAN, 40 | LITTLE_ENDIAN
CALLS = {
    "x86_64": {"read": 0, "socket": 41, "connect": 42, "socketpair": 53, "execve": 59, "io_uring_setup": 425},
    "aarch64": {"read": 63, "socket": 198, "connect": 203, "socketpair": 199, "execve": 221, "io_uring_setup": 425},
}
"""As the kernel's tables have them (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h)."""
ALLOW, FAIL = 0x7FFF0000, 0x00050000
REFUSED = FAIL | errno.EAFNOSUPPORT
X32 = 0x40000000
SIZE = 64
"""Bytes of `struct seccomp_data`: number, architecture, address, six arguments."""


def verdict(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter says of a call."""
    given = (*arguments, *[0] * 6)[:6]
    architecture = ARCHITECTURES[machine] if architecture is None else architecture
    return run(bytes(filter_of(machine)), struct.pack("<IIQ6Q", number, architecture, 0x7F0000000000, *given))


def run(program: bytes, data: bytes) -> int:
    """Interpret a program of the classic BPF, with the checks of the kernel before one is taken."""
    instructions = list(struct.iter_unpack("<HBBI", program))
    assert len(data) == SIZE
    assert instructions[-1][0] == 0x06, "the last instruction returns"
    accumulator = at = 0
    while True:
        code, yes, no, k = instructions[at]
        at += 1
        match code:
            case 0x20:  # BPF_LD | BPF_W | BPF_ABS
                assert k % 4 == 0
                assert k < SIZE
                (accumulator,) = struct.unpack_from("<I", data, k)
            case 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
                at += yes if accumulator == k else no
            case 0x35:  # BPF_JMP | BPF_JGE | BPF_K
                at += yes if accumulator >= k else no
            case 0x06:  # BPF_RET | BPF_K
                return k
            case _:
                raise AssertionError(f"{code:#x} is no instruction of a filter")


machines = pytest.mark.parametrize("machine", ARCHITECTURES)


@machines
@pytest.mark.parametrize("call", ["socket", "socketpair"])
def test_sockets_of_local_processes_are_made_and_no_others(machine: str, call: str):
    made = {family for family in range(256) if verdict(machine, CALLS[machine][call], family) == ALLOW}
    assert made == {socket.AF_UNIX}
    # The kernel looks at the lower half of what is an int to it.
    assert verdict(machine, CALLS[machine][call], 1 << 32 | socket.AF_INET) == REFUSED
    assert verdict(machine, CALLS[machine][call], 0xFFFFFFFF) == REFUSED


@machines
def test_no_ring_is_made_and_every_other_call_is_as_it_was(machine: str):
    calls = CALLS[machine]
    assert verdict(machine, calls["io_uring_setup"]) == REFUSED
    others = set(range(600)) - {calls["io_uring_setup"], calls["socket"], calls["socketpair"]}
    assert {verdict(machine, number, socket.AF_INET) for number in others} == {ALLOW}


@machines
@pytest.mark.parametrize("number", [0, 41, 198, X32 - 1, X32, X32 | 41, 0xFFFFFFFF])
def test_calls_by_the_numbers_of_another_architecture_are_refused(machine: str, number: int):
    other = next(one for name, one in ARCHITECTURES.items() if name != machine)
    for architecture in (other, I386, ARM, 0):
        assert verdict(machine, number, socket.AF_UNIX, architecture=architecture) == REFUSED
    assert (verdict(machine, number, socket.AF_UNIX) == REFUSED) is (number >= X32)


def test_other_processors_have_no_filter():
    with pytest.raises(OSError, match="a processor whose calls are not known"):
        filter_of("riscv64")
