"""The system call filter allows what its tables name, on both machines, and nothing else."""

import errno
import re
import struct
from pathlib import Path

import pytest

from assay.verification.sandbox.inside.seccomp import MACHINES, filter_program
from assay.verification.sandbox.inside.syscalls import ALLOWED, CHECKED, REFUSED

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000


def answer(program: bytes, machine: str, number: int, *arguments: int) -> int:
    """What the filter says of a call: the classic BPF machine, as far as the filter uses it."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("=iIQ6Q", number, MACHINES[machine][1], 0, *padded)
    code = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    held, place = 0, 0
    while True:
        kind, yes, no, operand = code[place]
        place += 1
        if kind == 0x06:
            return int(operand)
        if kind == 0x20:
            held = struct.unpack_from("=I", data, operand)[0]
        elif kind == 0x05:
            place += operand
        else:
            truth = {0x15: held == operand, 0x35: held >= operand, 0x45: bool(held & operand)}
            place += yes if truth[kind] else no


@pytest.mark.parametrize("machine", list(MACHINES))
@pytest.mark.parametrize("many", [False, True])
def test_every_number_gets_the_answer_of_its_table(machine: str, many: bool) -> None:
    """All numbers from 0 to 600: allowed ones pass, all others are refused with an error."""
    column = MACHINES[machine][0]
    program = filter_program(machine, many=many)
    allowed = {numbers[column] for numbers in ALLOWED.values()}
    ruled = {numbers[column] for numbers in (*CHECKED.values(), *REFUSED.values())}
    for number in range(600):
        said = answer(program, machine, number)
        if number in allowed:
            assert said == ALLOW, number
        elif number not in ruled:
            assert said == ERRNO | errno.ENOSYS, number


@pytest.mark.parametrize("machine", list(MACHINES))
def test_starting_processes_hangs_on_the_profile_and_never_makes_namespaces(machine: str) -> None:
    """One process: clone is refused; several: allowed, but with no new namespace of any kind."""
    clone = CHECKED["clone"][MACHINES[machine][0]]
    execve = REFUSED["execve"][MACHINES[machine][0]]
    assert clone is not None
    assert execve is not None
    one, several = (filter_program(machine, many=many) for many in (False, True))
    assert answer(one, machine, clone, 17) == ERRNO | errno.EAGAIN
    assert answer(one, machine, execve) == ERRNO | errno.EPERM
    assert answer(several, machine, clone, 17) == ALLOW
    assert answer(several, machine, execve) == ALLOW
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert answer(several, machine, clone, 17 | flag) == ERRNO | errno.EPERM


@pytest.mark.parametrize("machine", list(MACHINES))
def test_calls_with_arguments_are_allowed_for_the_harmless_ones(machine: str) -> None:
    """Terminals cannot be typed into, sockets are pairs of this machine, limits are one's own."""
    column = MACHINES[machine][0]
    program = filter_program(machine, many=True)
    for name, arguments, fine in (
        ("ioctl", (0, 0x5413), True), ("ioctl", (0, 0x5412), False), ("ioctl", (0, 0x541C), False),
        ("socketpair", (1,), True), ("socketpair", (40,), False),
        ("prctl", (15,), True), ("prctl", (22,), False), ("prctl", (4,), False),
        ("prlimit64", (0,), True), ("prlimit64", (7,), False),
        ("personality", (0xFFFFFFFF,), True), ("personality", (0x40000,), False),
    ):  # fmt: skip
        number = CHECKED[name][column]
        assert number is not None
        said = answer(program, machine, number, *arguments)
        assert (said == ALLOW) is fine, (name, arguments)


def test_another_interface_of_the_machine_ends_the_process() -> None:
    """Calls of the x32 interface, and those of another architecture, kill."""
    program = filter_program("x86_64", many=True)
    assert answer(program, "x86_64", 0x40000000) == KILL
    assert answer(program, "aarch64", 0) == KILL


def test_without_namespaces_only_itself_can_be_signalled() -> None:
    """The filter of the weaker level allows `kill` for its own process id."""
    program = filter_program("x86_64", many=False, only_pid=77)
    kill = ALLOWED["kill"][0]
    assert kill is not None
    assert answer(program, "x86_64", kill, 77, 9) == ALLOW
    assert answer(program, "x86_64", kill, 78, 9) == ERRNO | errno.EPERM


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0),
        ("/usr/include/asm-generic/unistd.h", 1),
    ],
)
def test_the_numbers_are_those_of_the_kernel_headers(header: str, column: int) -> None:
    """Every number of the tables stands in the headers of this machine, where it has them."""
    file = Path(header)
    if not file.exists():
        pytest.skip(f"this machine has no {header}")
    found = dict(re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", file.read_text()))
    renamed = {"newfstatat": "fstatat"} if column else {}
    for name, numbers in {**ALLOWED, **CHECKED, **REFUSED}.items():
        number = numbers[column]
        if number is not None:
            assert found[renamed.get(name, name)] == str(number), name
