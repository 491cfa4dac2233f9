"""The system call filter: what is not allowed by name is refused by the kernel.

A classic BPF program over `struct seccomp_data` (Linux `seccomp(2)`): number at byte 0,
architecture at 4, arguments of eight bytes each from 16.
"""

import errno
import struct
from collections.abc import Iterator

from assay.verification.sandbox.inside.syscalls import ALLOWED, CHECKED, REFUSED, Numbers

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine -> its column in the tables, and its audit architecture number."""

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _JUMP, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x05, 0x06
_FARTHEST = 255
"""Instructions that a conditional jump can pass over."""
_X32 = 0x40000000
"""Numbers from here on are the x32 interface of x86-64."""
_NEW_NAMESPACES = 0x7E020000
"""Every CLONE_NEW* flag of clone(2)."""

_GET_LOCKS = (5, 36)
"""F_GETLK and F_OFD_GETLK of fcntl(2)."""
_SET_LOCKS = (6, 7, 37, 38)
"""F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW."""
_WATCHES = (1024, 1025, 1026)
"""F_SETLEASE, F_GETLEASE and F_NOTIFY of fcntl(2)."""

_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_AF_UNIX = 1
_SELF = 0
_ASK_PERSONALITY = 0xFFFFFFFF
_PRCTL_READS = (3, 15, 16, 21, 23, 39)
"""PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_CAPBSET_READ, PR_GET_NO_NEW_PRIVS."""

_SIGNALS = ("kill", "tkill", "tgkill")
_SIGNALS_WITH_DATA = ("rt_sigqueueinfo", "rt_tgsigqueueinfo")

Block = list[tuple[int, int, int, int]]
"""Instructions: code, jump where true, jump where false, operand."""

_ALLOWED = (_RETURN, 0, 0, _ALLOW)


def filter_program(machine: str, *, many: bool, only_pid: int | None = None) -> bytes:
    """The filter as the kernel takes it: eight bytes an instruction.

    Args:
        machine: `x86_64` or `aarch64`, as `os.uname()` says it.
        many: whether the program may start processes, threads and other programs.
        only_pid: the one process that may be signalled, where no namespace hides the others.

    Raises:
        KeyError: for another machine.
    """
    column, architecture = MACHINES[machine]
    rules: dict[int, Block] = {}
    for name, numbers in ALLOWED.items():
        if only_pid is None or name not in (*_SIGNALS, *_SIGNALS_WITH_DATA):
            _add(rules, numbers[column], [_ALLOWED])
    for numbers, block in _blocks(many=many, only_pid=only_pid):
        _add(rules, numbers[column], block)
    # The same number means another call in another interface of the kernel, 32-bit or x32, so a program
    # that uses one is killed.
    program: Block = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        *_search(_segments(rules)),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _add(rules: dict[int, Block], number: int | None, block: Block) -> None:
    if number is not None:
        rules[number] = block


def _segments(rules: dict[int, Block]) -> list[tuple[int, Block]]:
    """The ranges of numbers with one answer: the first number of each, and its instructions."""
    # As a kernel without the call answers: libraries then fall back to an older one.
    unknown: Block = [(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    segments: list[tuple[int, Block]] = []
    for number in range(max(rules) + 2):
        block = rules.get(number, unknown)
        if not segments or segments[-1][1] != block:
            segments.append((number, block))
    return segments


def _search(segments: list[tuple[int, Block]]) -> Block:
    """Binary search: the kernel asks the filter about every number when it is installed."""
    if len(segments) == 1:
        return segments[0][1]
    middle = len(segments) // 2
    low, high = _search(segments[:middle]), _search(segments[middle:])
    first = segments[middle][0]
    if len(low) <= _FARTHEST:
        return [(_AT_LEAST, len(low), 0, first), *low, *high]
    return [(_AT_LEAST, 0, 1, first), (_JUMP, 0, 0, len(low)), *low, *high]


def _blocks(*, many: bool, only_pid: int | None) -> Iterator[tuple[Numbers, Block]]:
    """The calls with a rule of their own, and the instructions that decide them."""
    if many:
        yield CHECKED["clone"], _without_bits(0, _NEW_NAMESPACES)
        for name in ("fork", "vfork", "execve", "execveat"):
            yield REFUSED[name], [(_RETURN, 0, 0, _ALLOW)]
    else:
        for numbers in (CHECKED["clone"], REFUSED["fork"], REFUSED["vfork"]):
            yield numbers, [(_RETURN, 0, 0, _ERRNO | errno.EAGAIN)]
        for name in ("execve", "execveat"):
            yield REFUSED[name], [(_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    for name in ("socket", "ptrace", "mount", "unshare", "setns", "bpf"):
        yield REFUSED[name], [(_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    yield from _locks(many=many)
    yield CHECKED["ioctl"], _unless(1, (_TIOCSTI, _TIOCLINUX))
    yield CHECKED["socketpair"], _only(0, (_AF_UNIX,))
    yield CHECKED["prctl"], _only(0, _PRCTL_READS)
    yield CHECKED["prlimit64"], _only(0, (_SELF,))
    yield CHECKED["personality"], _only(0, (_ASK_PERSONALITY,))
    if only_pid is not None:
        for name in _SIGNALS:
            yield ALLOWED[name], _only(0, (only_pid,))


def _locks(*, many: bool) -> Iterator[tuple[Numbers, Block]]:
    """No lock is ever held: one on a file that every run can open would be a channel between runs.

    One process alone is told that it has the lock, as it would be of a file of its own. Several are
    told that there are no locks, because they could rely on them among themselves.
    """
    answer = errno.ENOLCK if many else 0
    answers = dict.fromkeys(_SET_LOCKS, answer)
    answers |= dict.fromkeys(_GET_LOCKS, errno.ENOLCK)
    answers |= dict.fromkeys(_WATCHES, errno.EPERM)
    yield CHECKED["flock"], [(_RETURN, 0, 0, _ERRNO | answer)]
    yield CHECKED["fcntl"], _answer(1, answers)


def _argument(place: int) -> tuple[int, int, int, int]:
    return (_LOAD, 0, 0, 16 + 8 * place)


def _only(place: int, values: tuple[int, ...]) -> Block:
    """Allow where the lower half of an argument is one of these.

    The arguments that are compared are 32-bit integers, of which the kernel ignores the upper half.
    """
    tests = [(_EQUAL, len(values) - number, 0, value) for number, value in enumerate(values)]
    refuse, allow = (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)
    return [_argument(place), *tests, refuse, allow]


def _unless(place: int, values: tuple[int, ...]) -> Block:
    """Refuse where the lower half of an argument is one of these."""
    tests = [(_EQUAL, len(values) - number, 0, value) for number, value in enumerate(values)]
    allow, refuse = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    return [_argument(place), *tests, allow, refuse]


def _answer(place: int, answers: dict[int, int]) -> Block:
    """Answer with an error number where the lower half of an argument is one of these, else allow."""
    tests = [
        step
        for value, number in answers.items()
        for step in ((_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ERRNO | number))
    ]
    return [_argument(place), *tests, _ALLOWED]


def _without_bits(place: int, bits: int) -> Block:
    """Refuse where an argument has any of these bits."""
    allow, refuse = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    return [_argument(place), (_ANY_BIT, 1, 0, bits), allow, refuse]
