"""The plan of a run of all steps: which step has something to do, which has not, and why."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from assay.core.wording import count_phrase

RunStepName = Literal["import", "verify", "dispose", "report", "release"]
"""A step of `assay run`, in the order of the data."""

RunStepState = Literal["new", "nothing", "unknown"]
"""`new`: there is something to do; `nothing`: there is not; `unknown`: only running it tells, and it
changes nothing where nothing is new."""


class DataFileFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One data file, and whether it was imported."""

    path: str
    """Its path, as assay.toml has it."""
    imported: str | None = None
    """When its newest import in this way was finished; None where none was."""
    is_current: bool | None = True
    """Whether the file is as it was then; None where only reading it tells."""
    note: str = ""
    """Why `is_current` is what it is, where there is more to say."""


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the store and the folder before a run."""

    files: tuple[DataFileFigures, ...]
    """The data files, in their order."""
    verifiers: int = 0
    """Verifiers that the rubric names."""
    verifications: int = 0
    """Results of verifiers that are stored."""
    undisposed: int = 0
    """Records without a current disposition under the documents in force."""
    reported: bool = False
    """Whether the folder of reports holds one."""
    release: str | None = None
    """Version of the newest release."""
    missing: Mapping[RunStepName, str] = {}
    """Step -> what it needs and does not have, with the remedy; only steps that lack something."""


class RunStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a run, as it stands before it."""

    step: RunStepName
    """Name of the step; an import is one step for each data file."""
    state: RunStepState
    """Whether it has something to do."""
    reason: str
    """Why, with the figures."""
    path: str | None = None
    """The file that is imported."""
    missing: str | None = None
    """What the step needs and does not have, with the remedy: a run ends here. None where nothing
    is known to be missing, and for a step that has nothing to do."""


def plan_run(figures: RunFigures) -> tuple[RunStep, ...]:
    """Every step of a run in its order, with what it would do."""
    imports = tuple(_import(file) for file in figures.files)
    verify = _verify(figures, imports)
    dispose = _dispose(figures, (*imports, verify))
    report = _report(figures, dispose)
    steps = (*imports, verify, dispose, report, _release(figures, dispose))
    return tuple(_with_missing(step, figures) for step in steps)


def _with_missing(step: RunStep, figures: RunFigures) -> RunStep:
    if step.state == "nothing":
        return step
    return msgspec.structs.replace(step, missing=figures.missing.get(step.step))


def _import(file: DataFileFigures) -> RunStep:
    if file.imported is None:
        reason = "it was not imported in this way"
        return RunStep(step="import", state="new", reason=reason, path=file.path)
    state: RunStepState = "new" if file.is_current is False else "nothing"
    reason = "changed since" if file.is_current is False else "not changed since"
    if file.is_current is None:
        state, reason = "unknown", "only reading it tells whether it has changed"
    note = f" ({file.note})" if file.note else ""
    reason = f"imported at {file.imported}, and {reason}{note}"
    return RunStep(step="import", state=state, reason=reason, path=file.path)


def _verify(figures: RunFigures, imports: Sequence[RunStep]) -> RunStep:
    if not figures.verifiers:
        return RunStep(step="verify", state="nothing", reason="the rubric names no verifier")
    if _any_new(imports):
        return RunStep(step="verify", state="new", reason="records are imported before it")
    if not figures.verifications:
        return RunStep(step="verify", state="new", reason="no verifier has run")
    return RunStep(
        step="verify", state="unknown", reason="what has changed is tested, and nothing else"
    )


def _dispose(figures: RunFigures, before: Sequence[RunStep]) -> RunStep:
    if figures.undisposed:
        waiting = count_phrase(figures.undisposed, "record")
        reason = f"{waiting} without a current disposition"
        return RunStep(step="dispose", state="new", reason=reason)
    if _any_new(before):
        return RunStep(step="dispose", state="new", reason="a step before it has something new")
    # Whether a verifier finds anything shows only when it runs; what depends on it is open too.
    if any(step.state == "unknown" for step in before):
        return RunStep(step="dispose", state="unknown", reason="verifiers may find something new")
    reason = "every record has a current disposition"
    return RunStep(step="dispose", state="nothing", reason=reason)


def _report(figures: RunFigures, dispose: RunStep) -> RunStep:
    if not figures.reported:
        return RunStep(step="report", state="new", reason="there is no report yet")
    return RunStep(step="report", state=dispose.state, reason=_as_before(dispose))


def _release(figures: RunFigures, dispose: RunStep) -> RunStep:
    if figures.release is None:
        return RunStep(step="release", state="new", reason="there is no release yet")
    if dispose.state == "new":
        return RunStep(step="release", state="new", reason=_as_before(dispose))
    reason = f"it is built if its content differs from {figures.release}"
    return RunStep(step="release", state="unknown", reason=reason)


def _as_before(dispose: RunStep) -> str:
    if dispose.state == "new":
        return "dispositions are made before it"
    return dispose.reason


def _any_new(steps: Sequence[RunStep]) -> bool:
    return any(step.state == "new" for step in steps)


def next_version(newest: str | None) -> str:
    """The version of the next release: the minor one goes up; 1.0.0 where there is none.

    Args:
        newest: the newest version, semantic.
    """
    if newest is None:
        return "1.0.0"
    major, minor, _ = newest.partition("-")[0].partition("+")[0].split(".")
    return f"{major}.{int(minor) + 1}.0"
