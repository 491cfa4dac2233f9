"""A verdict rests on how a run was seen to end, whatever the run says of itself."""

import pytest

from assay.verification.ports import Limits
from assay.verification.sandbox.host import Ending
from assay.verification.sandbox.memory_watch import ended_for_memory
from assay.verification.sandbox.verdicts import ending_verdict, one_line, split_verdict
from assay.verification.verification import Crash, Fail, Memory, Pass, Timeout, VerifierError

LIMITS = Limits(seconds=2.0, memory_mb=100)


def ending(**parts: object) -> Ending:
    sound = {
        "stopped": None, "code": 0, "signal": None, "wall_ms": 1, "cpu_ms": 1, "memory_kb": 1,
        "unconfined": "", "files_full": False, "run": 1,
    }  # fmt: skip
    return Ending(**(sound | parts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ({"signal": 9}, Crash),
        ({"signal": 9, "machine_full": True}, VerifierError),
        ({"signal": 11, "machine_full": True}, Crash),
        ({"signal": 9, "cpu_ms": 2000, "machine_full": True}, Timeout),
        ({"signal": 24, "cpu_ms": 2000}, Timeout),
        ({"stopped": "time", "signal": 9}, Timeout),
        ({"unconfined": "capset: no"}, VerifierError),
    ],
)
def test_a_kill_is_the_machine_s_only_where_the_kernel_says_so(
    seen: dict[str, object], verdict: type
) -> None:
    """SIGKILL is a crash, the limit of processor time, or the kernel's want of memory."""
    assert isinstance(ending_verdict(ending(code=None, **seen), LIMITS), verdict)
    assert ended_for_memory() >= 0


@pytest.mark.parametrize(
    ("said", "ours", "theirs", "verdict"),
    [
        ({"verdict": "pass"}, {}, {}, Pass),
        ({"verdict": "pass"}, {}, {"unconfined": "no"}, VerifierError),
        ({}, {"stopped": "time"}, {}, VerifierError),
        ({"asked": True}, {"stopped": "time"}, {}, Timeout),
        ({"asked": True}, {"signal": 11}, {}, Crash),
        ({"asked": True}, {"code": 1}, {}, Fail),
        ({"asked": True}, {}, {}, Fail),
        ({"asked": True}, {"signal": 15}, {}, Fail),
        ({"asked": True}, {"signal": 9, "machine_full": True}, {}, VerifierError),
        ({"asked": True}, {"signal": 9, "stopped": "memory"}, {}, Memory),
        ({"verdict": "silent"}, {}, {"signal": 6}, Crash),
        ({"verdict": "silent"}, {}, {"code": 121}, Fail),
        ({"verdict": "fail", "raised": ["MemoryError"]}, {}, {"memory_kb": 60 << 10}, Memory),
        ({"verdict": "fail", "raised": ["MemoryError"]}, {}, {"memory_kb": 40 << 10}, Fail),
        ({"verdict": "fail", "raised": ["ValueError"]}, {}, {"memory_kb": 90 << 10}, Fail),
    ],
)
def test_two_endings_make_one_verdict(
    said: dict[str, object], ours: dict[str, object], theirs: dict[str, object], verdict: type
) -> None:
    """The tests' report counts where there is one; else what became of both processes."""
    found = split_verdict(dict(said), ending(**ours), ending(**theirs), LIMITS)
    assert isinstance(found, verdict), found


def test_text_of_others_is_one_line_of_bounded_length() -> None:
    """Control, separator and direction characters become escapes."""
    assert one_line("a\nb\u2028c\x1b[1m\u202e") == "a\\nb\\u2028c\\x1b[1m\\u202e"
    assert len(one_line("x" * 1000)) == 300
