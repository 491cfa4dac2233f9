"""The story: contract, reserve, records, review, verification, quality, release, validation, plan, the desk.

Each step says what it did and where to look. The clock is fixed and draws are seeded, so that
the last line is the same on every machine.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from assay.core.errors import UsageError, missing_extra

try:
    import altair as alt  # noqa: F401  asked for before the first step, not in the middle of the story
    import httpx  # noqa: F401
    import scipy  # noqa: F401
    import vl_convert  # noqa: F401
except ImportError as error:
    raise missing_extra("demo", "the demo") from error

import assay
from assay.contracts import service as contracts
from assay.core.clock import fixed_clock
from assay.demo.caught import catch_failures
from assay.demo.collecting import import_records, review, seal_reserve, verify, wait_at_desk
from assay.demo.documents import MOMENT, write_program
from assay.demo.judging import judge_quality
from assay.demo.proving import export, plan_next, release, show_lineage, validate
from assay.demo.world import build_world
from assay.program.program import Program

MARK = ".assay/demo"
"""The file by which a folder is known to be an earlier demo, which may be written over."""

Say = Callable[[str], None]
"""Prints one line of the story."""


def tell(folder: Path, say: Say, *, failures: bool = True, next_batch: bool = True) -> str:
    """Run every step in a folder.

    Args:
        folder: where to; made if it is not there, and overwritten if an earlier demo is there.
        say: prints one line.
        failures: whether to plant the eight failure modes as well, each in a program of its own.
        next_batch: whether to leave records that nobody has judged for people at the desk.

    Returns:
        The head of the program's audit chain, which binds every fact: the same every time.

    Raises:
        UsageError: if the folder holds something else.
    """
    _clear(folder)
    _write_contract(folder, say)
    items = build_world()
    with open_demo(folder) as program:
        seal_reserve(program, say)
        import_records(program, items, say)
        review(program, items, say)
        verify(program, say)
        report = judge_quality(program, items, say)
        if failures:
            catch_failures(folder / "failures", say)
        built = release(program, say)
        export(built, say)
        validate(program, say)
        plan = plan_next(program, say)
        show_lineage(program, plan, folder, say)
        if next_batch:
            wait_at_desk(program, items, say)
        digest = f"sha256:{program.store.head().hash}"
    say("")
    say(f"quality report  {folder}/quality/quality.html ({report.records} records)")
    say(f"manifest        {built.folder}/manifest.json")
    say(f"try             cd {folder} && assay status")
    say(f"program digest  {digest}")
    return digest


def open_demo(folder: Path) -> Program:
    """The demo's program, at the moment when it takes place."""
    return assay.open(folder, clock=fixed_clock(MOMENT), who="demo")


def _clear(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        folder.mkdir(parents=True, exist_ok=True)
        return
    if not (folder / MARK).exists():
        raise UsageError(
            code="folder-in-use",
            message="this folder holds something that is not an earlier demo",
            where=str(folder),
            hint="name an empty folder: assay demo my-demo",
        )
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _write_contract(folder: Path, say: Say) -> None:
    say("1. Contract: what the model must do, and how anyone will know")
    write_program(folder)
    (folder / MARK).touch()
    checked = contracts.check(folder)
    states = [point.state for point in checked.checklist]
    say(
        f"   the documents check: {len(checked.issues)} faults; of the 14 points of the checklist "
        f"{states.count('claimed')} are claimed, and facts have to show them"
    )
    say(f"   see {folder}/contract.yaml and {folder}/rubric.yaml")
