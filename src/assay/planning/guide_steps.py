"""Where a program stands in the eight steps of the guide, and which is the next.

Each step has a rule of its own. A rule says `done` only where a fact or a check could have shown the
opposite, and names it; `open` where something is to be done, with the one command that does it; and
`unknown` where the documents state something that nothing in the store shows.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from assay.core.issues import Issue
from assay.core.wording import count_phrase
from assay.planning.checklist_figures import Figures, ReleaseFigures

StepState = Literal["done", "open", "unknown"]
"""`done`: shown; `open`: something is to be done; `unknown`: stated, and shown by nothing."""

CHECK = "assay contract check"
"""The command that lists the faults of the documents with their places."""

IMPORT = "assay record import FILE --source SOURCE"
"""The command that brings records in."""

RUN = "assay run"
"""The command that brings in the files that assay.toml lists, and goes on from there."""


class PlanFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in the newest validation of the newest release, and planned for it."""

    findings: int = 0
    """Groups of failures that were found."""
    without_cause: tuple[str, ...] = ()
    """Ids of those whose root cause nobody has set."""
    plan: str | None = None
    """Id of the newest plan that answers them."""
    accepted: str | None = None
    """Document id of the contract that was made with that plan; the plan's own id where its answer
    is that data is not the remedy."""


class GuideFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All that the documents and the facts of a store say about the eight steps."""

    faults: tuple[Issue, ...] = ()
    """Errors of the documents."""
    facts: Figures | None = None
    """What the facts come to; None where the documents do not check, and nothing was read."""
    base: tuple[str, ...] = ()
    """Ids of the evaluations of the model before training."""
    base_results: int = 0
    """Results that these hold."""
    base_failures: int = 0
    """Of these, failures of a class that the contract names."""
    files_listed: bool = False
    """Whether assay.toml lists data files."""
    exported: bool = False
    """Whether the newest release was exported with a row, wherever its rows went."""
    hard_slices: int = 0
    """Slices for which the contract asks for records: quotas and hard slices."""
    verifications: int = 0
    """How many results of verifiers the store holds."""
    trained: tuple[str, ...] = ()
    """Ids of the evaluations of checkpoints that were trained on the newest release."""
    planning: PlanFigures = PlanFigures()
    """Findings, causes and plans."""


class GuideStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the guide's sequence, as the program stands in it."""

    number: int
    """Place in the sequence, from 1 to 8."""
    title: str
    """What is to be done, in the guide's words."""
    state: StepState
    """`done`, `open` or `unknown`."""
    reason: str
    """Why, with the figures."""
    evidence: tuple[str, ...] = ()
    """Ids of the documents and facts that the state rests on."""
    command: str | None = None
    """The command that takes the step further; capitals stand for what a person fills in."""


class GuideProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a program stands in the guide's eight steps."""

    steps: tuple[GuideStep, ...]
    """The eight steps in their order."""
    next: GuideStep | None
    """The first step that is open, or else the first that is unknown; None where all are done."""


class _Standing(msgspec.Struct, frozen=True):
    """The state that a rule gives its step."""

    state: StepState
    reason: str
    evidence: tuple[str, ...] = ()
    command: str | None = None


def guide_progress(figures: GuideFigures) -> GuideProgress:
    """The eight steps, and the next one."""
    steps = tuple(
        _step(number, title, rule, figures) for number, (title, rule) in enumerate(_STEPS, start=1)
    )
    # An open step has known work to do; an unknown one only lacks evidence.
    following = _first(steps, "open") or _first(steps, "unknown")
    return GuideProgress(steps=steps, next=following)


def _first(steps: Iterable[GuideStep], state: StepState) -> GuideStep | None:
    return next((step for step in steps if step.state == state), None)


def _step(
    number: int,
    title: str,
    rule: Callable[[GuideFigures, Figures], _Standing],
    figures: GuideFigures,
) -> GuideStep:
    faults = [issue for issue in figures.faults if _step_of(issue) == number]
    if faults:
        first = f"{faults[0].file}:{faults[0].line}: {faults[0].message}"
        state = _Standing("open", f"{count_phrase(len(faults), 'error')}: {first}", (), CHECK)
    elif figures.facts is None:
        state = _Standing(
            "unknown", "the documents do not check, so nothing was looked at", (), CHECK
        )
    else:
        state = rule(figures, figures.facts)
    return GuideStep(
        number=number,
        title=title,
        state=state.state,
        reason=state.reason,
        evidence=state.evidence,
        command=state.command,
    )


_GAP = ("gap", "deployment", "failure_classes", "training_objectives")
"""Fields of the contract that select the gap."""


def _step_of(issue: Issue) -> int:
    """The step in which a fault of the documents is corrected."""
    if issue.file != "contract.yaml":
        return 1 if issue.file == "assay.toml" else 4
    if issue.path.startswith("supervision"):
        return 3
    return 1 if not issue.path or issue.path.startswith(_GAP) else 2


def _gap(figures: GuideFigures, facts: Figures) -> _Standing:
    """1: a failure that the contract names was seen in the model."""
    contract = _ids(facts.documents, "contract")
    if not figures.base_results:
        return _Standing(
            "unknown",
            "the contract names a gap, and no evaluation of the model before training shows it",
            contract,
            f"{_RESULTS} base",
        )
    seen = (
        f"{figures.base_failures} of {count_phrase(figures.base_results, 'result')} of the model before "
        "training show a failure that the contract names"
    )
    evidence = (*contract, *figures.base)
    if figures.base_failures:
        return _Standing("done", seen, evidence)
    return _Standing("open", f"{seen}: select a gap that the model has", evidence, CHECK)


def _map(figures: GuideFigures, facts: Figures) -> _Standing:
    """2: the map of behaviours, boundaries and release metrics checks."""
    slices = count_phrase(figures.hard_slices, "slice")
    return _Standing(
        "done",
        f"behaviours, boundaries, evidence and acceptance tests check; {slices} must be covered",
        _ids(facts.documents, "contract", "policy"),
    )


def _mix(_figures: GuideFigures, facts: Figures) -> _Standing:
    """3: every signal of the mix has behaviours, dimensions and a reason that check."""
    return _Standing("done", "the supervision mix checks", _ids(facts.documents, "contract"))


def _schema(_figures: GuideFigures, facts: Figures) -> _Standing:
    """4: rubric, policy and sources check, and no gap of the guideline is open."""
    evidence = _ids(facts.documents, "rubric", "policy", "sources")
    if facts.open_gaps:
        gaps = count_phrase(facts.open_gaps, "gap")
        return _Standing(
            "open",
            f"{gaps} that reviewers reported in the rubric: no answer",
            evidence,
            "assay serve",
        )
    return _Standing("done", "rubric, policy and sources check", evidence)


def _calibration(figures: GuideFigures, facts: Figures) -> _Standing:
    """5: people judged the target model's outputs apart, and what they disagree about is diagnosed."""
    records, judged = facts.records, sum(facts.judgments.roles.values())
    rubric = _ids(facts.documents, "rubric")
    if not records.records:
        return _no_records(figures)
    held = count_phrase(records.records, "record")
    assign = "assay review assign --reviewer NAME=ROLE"
    if not judged:
        return _Standing("open", f"{held}, and nobody has judged one", (), assign)
    if not records.independent:
        return _Standing("open", f"of {held} none was judged by two people", (), assign)
    if records.disputed:
        disputed = count_phrase(records.disputed, "record")
        verb = "waits" if records.disputed == 1 else "wait"
        command = f"assay review adjudicate {records.first_disputed or 'RECORD'}"
        return _Standing("open", f"{disputed} {verb} for an adjudicator", rubric, command)
    apart = f"{records.independent} of {held} were judged by two people or more"
    if facts.rounds:
        rounds = count_phrase(facts.rounds, "calibration round")
        return _Standing(
            "done", f"{apart}; {rounds} on the target model's outputs were discussed", rubric
        )
    return _Standing(
        "unknown",
        f"{apart}; no calibration round on outputs of the model that is trained was discussed",
        rubric,
        "assay serve",
    )


def _no_records(figures: GuideFigures) -> _Standing:
    return _Standing("open", "there are no records", (), RUN if figures.files_listed else IMPORT)


def _pilot(figures: GuideFigures, facts: Figures) -> _Standing:
    """6: a release holds the hard slices, passed QA, and a trainer read an export of it."""
    missing = _before_release(figures, facts)
    if missing is not None:
        return missing
    release = facts.release
    if release is None or release.documents.get("contract") != facts.documents.get("contract"):
        under = "under the contract in force" if release else "yet"
        return _Standing("open", f"there is no release {under}", (), "assay release build VERSION")
    return _pilot_of_release(figures, release)


def _before_release(figures: GuideFigures, facts: Figures) -> _Standing | None:
    """What must be done before a release can be built; None where nothing is missing."""
    records, reserve = facts.records, facts.reserve
    if not records.records:
        return _no_records(figures)
    if any(row.items for row in facts.ledger) and not figures.verifications:
        return _Standing("open", "the rubric names verifiers; none has run", (), "assay verify run")
    if records.undisposed or records.stale:
        waiting = count_phrase(records.undisposed + records.stale, "record")
        return _Standing(
            "open", f"{waiting} without a current disposition", (), "assay quality dispose"
        )
    if reserve.declared and not reserve.sealed:
        declared = count_phrase(reserve.declared, "item")
        return _Standing(
            "open",
            f"the contract declares a reserve of {declared}, and none is sealed",
            (),
            "assay reserve seal FILE --remove",
        )
    return None


def _pilot_of_release(figures: GuideFigures, release: ReleaseFigures) -> _Standing:
    """The state of the pilot by the newest release."""
    evidence = (release.id, *figures.trained)
    for gate, command in (("quotas", IMPORT), ("qa", "assay quality dispose")):
        passed, reason = release.gates.get(gate, (False, "nothing was compared"))
        if not passed:
            return _Standing("open", f"{release.version}, gate {gate}: {reason}", evidence, command)
    if not figures.hard_slices:
        return _Standing(
            "open",
            f"{release.version}: the contract names no quota and no hard slice, so none was held",
            evidence,
            CHECK,
        )
    if not figures.trained:
        return _Standing(
            "open",
            f"{release.version} holds its slices and passed QA; no result of a checkpoint that was "
            "trained on it shows that its trainer read an export",
            evidence,
            _results_of_candidate(release)
            if figures.exported
            else f"assay release export releases/{release.version} --format FORMAT",
        )
    trained = count_phrase(len(figures.trained), "evaluation")
    return _Standing(
        "done",
        f"{release.version} holds its slices, passed QA, and has {trained} of checkpoints that were "
        "trained on it",
        evidence,
    )


_RESULTS = "assay validate import RESULTS --checkpoint NAME --arm"


def _results_of_candidate(release: ReleaseFigures) -> str:
    """The command that brings in the results of a checkpoint trained on a release."""
    return f"{_RESULTS} candidate --release {release.version}"


def _validation(figures: GuideFigures, facts: Figures) -> _Standing:
    """7: every acceptance test on the newest release was decided."""
    release, validation = facts.release, facts.validation
    if release is None:
        return _Standing(
            "open", "there is no release to validate", (), "assay release build VERSION"
        )
    if not figures.trained:
        return _Standing(
            "open",
            f"no checkpoint trained on {release.version} was evaluated",
            (release.id,),
            _results_of_candidate(release),
        )
    if not figures.base:
        return _Standing(
            "open",
            "the model before training was not evaluated",
            (release.id,),
            f"{_RESULTS} base",
        )
    if validation is None:
        command = f"assay validate compare --release {release.version}"
        return _Standing(
            "open", f"nothing was compared for {release.version}", figures.trained, command
        )
    outcome = (
        f"acceptance tests: {validation.passed} passed, {validation.failed} failed, "
        f"{validation.undecided} undecided"
    )
    if validation.undecided or not validation.passed + validation.failed:
        return _Standing("unknown", outcome, (validation.id,), "assay validate show")
    return _Standing("done", outcome, (validation.id,))


def _iteration(figures: GuideFigures, facts: Figures) -> _Standing:
    """8: the failures of the newest validation have causes, and a plan for them was accepted."""
    validation, planning = facts.validation, figures.planning
    if validation is None:
        return _Standing("unknown", "nothing was validated, so no failure is known", (), None)
    evidence: tuple[str, ...] = (validation.id,)
    if not planning.findings:
        return _Standing(
            "unknown", "no group of failures is in the store", evidence, "assay plan findings"
        )
    findings = count_phrase(planning.findings, "finding")
    if planning.without_cause:
        first = planning.without_cause[0]
        return _Standing(
            "open",
            f"{len(planning.without_cause)} of {findings} have no root cause",
            evidence,
            f"assay plan cause {first[:16]} --cause CAUSE --note NOTE",
        )
    if planning.plan is None:
        return _Standing(
            "open", f"{findings} with causes, and no plan", evidence, "assay plan draft"
        )
    evidence = (*evidence, planning.plan)
    if planning.accepted is None:
        return _Standing(
            "open", f"the plan for {findings} is not accepted", evidence, "assay plan accept"
        )
    return _Standing(
        "done", f"the plan for {findings} was accepted", (*evidence, planning.accepted)
    )


def _ids(documents: Mapping[str, str], *kinds: str) -> tuple[str, ...]:
    return tuple(documents[kind] for kind in kinds if kind in documents)


_STEPS: tuple[tuple[str, Callable[[GuideFigures, Figures], _Standing]], ...] = (
    ("Select one behaviour gap", _gap),
    ("Create a behaviour and risk map", _map),
    ("Choose the supervision mix", _mix),
    ("Draft schema and rubric together", _schema),
    ("Calibrate on target-model outputs", _calibration),
    ("Deliver a representative pilot", _pilot),
    ("Run model-in-the-loop validation", _validation),
    ("Version and iterate", _iteration),
)
"""The guide's sequence, each step with its rule."""
