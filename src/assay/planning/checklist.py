"""The checklist against the facts: what a document claims is shown, refuted, or neither.

Each rule states its threshold in the evidence that it gives, and says `shown` only where the facts
at hand could have shown the opposite. A point that the documents do not claim, or refute themselves,
stays as it is: no fact makes up for it.
"""

from collections.abc import Callable, Iterable, Mapping
from math import sqrt
from statistics import NormalDist

import msgspec

from assay.contracts.checklist import ChecklistPoint, PointState
from assay.contracts.contract import Welfare
from assay.contracts.documents import Documents
from assay.planning.checklist_figures import Figures, JudgmentFigures
from assay.review.welfare import has_caps

LEAST_ANSWERS = 20
"""Answers on a dimension, or comparisons, below which nothing is evidence (a convention)."""

MOST_DECLINED = 0.25
"""Share of abstentions above which a dimension is not shown to be observable (a convention)."""

LEAST_SHARE = 0.95
"""Least share of judgments that must be qualified, or have their order stored (a convention)."""

MOST_UNBALANCED = 0.15
"""Distance from one half of the first candidate's share at the first place that matters (a convention)."""

CHANCE_Z = NormalDist().inv_cdf(0.99)
"""Standard errors that a fair draw leaves with a probability of 2 %."""

MOST_OVER = 0.25
"""Part of a cap above it that may be read: what was open or ready is still judged (a convention)."""

LEAST_VERIFIED = 0.9
"""Least share of items on which each verifier must have a result (a convention)."""

OPEN_ANSWERS_SEEN_BY = 200
"""Comparisons in which a share of 2 % open answers shows with probability 0.98, at least once."""

_Verdict = tuple[PointState, str]
"""The state that the facts give, and the evidence in words."""


class LivePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One point of the operating checklist, with the evidence that is there today."""

    number: int
    """Place in the checklist, from 1 to 14."""
    point: str
    """What must be so."""
    state: PointState
    """`missing`, `claimed`, `shown` or `refuted`."""
    evidence: str
    """What the documents claim, and what the facts say of it, with the threshold."""
    stage: str
    """The stage whose facts show or refute it."""
    digests: tuple[str, ...] = ()
    """Ids of the documents and facts that it rests on, the newest few."""


def judge_points(
    points: Iterable[ChecklistPoint],
    documents: Documents,
    figures: Figures,
    digests: Mapping[int, tuple[str, ...]] = {},
) -> tuple[LivePoint, ...]:
    """The fourteen points, as the facts show or refute them.

    Args:
        points: what the documents claim.
        documents: the documents in force.
        figures: the figures that the facts give.
        digests: ids that a point rests on, by its number.
    """
    return tuple(
        _judge(point, documents, figures, digests.get(point.number, ())) for point in points
    )


def _judge(
    point: ChecklistPoint, documents: Documents, figures: Figures, digests: tuple[str, ...]
) -> LivePoint:
    state, evidence = point.state, point.evidence
    # Facts can only show or refute a claim: where the documents make none, they stay unread.
    if state == "claimed":
        state, facts = _RULES[point.number](documents, figures)
        evidence = f"{evidence}; {facts}"
    return LivePoint(
        number=point.number,
        point=point.point,
        state=state,
        evidence=evidence,
        stage=point.stage,
        digests=digests,
    )


def _observable_dimensions(documents: Documents, figures: Figures) -> _Verdict:
    """1: each dimension of a behaviour was judged, and people could judge it."""
    of_behaviours = {
        name for behaviour in documents.contract.behaviours for name in behaviour.dimensions
    }
    verified = {row.dimension: row.verified for row in figures.ledger}
    answers = {
        name: max(figures.judgments.answered[name], verified.get(name, 0)) for name in of_behaviours
    }
    return _enough_answers(answers, figures.judgments.declined, "answers")


def _separate_evaluation(_documents: Documents, figures: Figures) -> _Verdict:
    """2: what is evaluated is not what is trained on."""
    evaluation = figures.evaluation
    if not evaluation.items:
        return "claimed", "nothing was evaluated yet"
    if evaluation.trained_on:
        return (
            "refuted",
            f"{evaluation.trained_on} of {evaluation.items} evaluated items are records here",
        )
    evidence = f"{evaluation.on_reserve} of {evaluation.items} evaluated items are sealed"
    if not _held_out(figures):
        others = evaluation.items - evaluation.on_reserve
        evidence += (
            f" (needed all, of {LEAST_ANSWERS} or more); of the {others} others {evaluation.matchable} "
            "could be matched with a record of the newest release, by name or input"
        )
        return "claimed", evidence
    return "shown", f"{evidence}, and no record shares text with a sealed item"


def _held_out(figures: Figures) -> bool:
    """Whether every evaluated item is sealed, so that its text was compared with all records."""
    evaluation = figures.evaluation
    return (
        figures.reserve.leakage == "clear"
        and evaluation.on_reserve == evaluation.items >= LEAST_ANSWERS
    )


def _usable_guideline(documents: Documents, figures: Figures) -> _Verdict:
    """3: people judged by the rubric in force, could answer, and reported no gap that is open."""
    if figures.open_gaps:
        return "refuted", f"{figures.open_gaps} gaps that reviewers reported have no answer"
    by_people = [
        dimension.id
        for dimension in documents.rubric.dimensions
        if dimension.judged_by != "machine"
    ]
    judgments = figures.judgments
    answers = {name: judgments.current[name] for name in by_people}
    return _enough_answers(answers, judgments.declined_current, "answers under this rubric")


def _rights_gate(_documents: Documents, figures: Figures) -> _Verdict:
    """4: the rights of what was released were compared with its use."""
    return _gate(figures, "rights", "rights are compared with the use when a release is built")


def _qualified_reviewers(documents: Documents, figures: Figures) -> _Verdict:
    """5: who judged had passed the exam for the role, and was calibrated on the model's outputs."""
    failed = {role: count for role, count in figures.failed_roles.items() if count}
    if failed:
        spelled = ", ".join(f"{count} as {role}" for role, count in sorted(failed.items()))
        return "refuted", f"judgments by people whose exam was failed or revoked: {spelled}"
    roles = {role for layer in documents.contract.review.layers for role in layer.roles}
    total = {role: figures.judgments.roles[role] for role in sorted(roles)}
    passed = {
        role: sum(
            count
            for (held, exam), count in figures.judgments.by_qualification.items()
            if held == role and figures.passed_exams.get(exam) == role
        )
        for role in total
    }
    spelled = ", ".join(f"{role} {passed[role]} of {total[role]}" for role in total)
    evidence = (
        f"judgments by people who passed the exam: {spelled} (needed {LEAST_SHARE:.0%} of "
        f"{LEAST_ANSWERS} or more in each role); {_calibration_text(figures)}"
    )
    enough = all(
        count >= LEAST_ANSWERS and passed[role] >= LEAST_SHARE * count
        for role, count in total.items()
    )
    return ("shown" if total and enough and figures.rounds else "claimed"), evidence


def _calibration_text(figures: Figures) -> str:
    """The calibration rounds that count, in words; the contract names no model itself."""
    others = (
        f", {figures.other_rounds} on those of other models or revisions"
        if figures.other_rounds
        else ""
    )
    target = ", ".join(figures.targets)
    if not target:
        return (
            "no evaluation of a base says which model is trained, so no calibration round is on its "
            f"outputs{others} (needed 1)"
        )
    return f"{figures.rounds} calibration rounds on outputs of {target} were discussed{others} (needed 1)"


def _balanced_orders(documents: Documents, figures: Figures) -> _Verdict:
    """6: the orders in which candidates were presented are stored, and balanced."""
    judgments = figures.judgments
    if not documents.contract.review.blinded:
        return "claimed", "no fact can show that a reason is good"
    evidence = f"{judgments.ordered} of {judgments.comparisons} comparisons have a stored order"
    if judgments.ordered < LEAST_ANSWERS:
        return "claimed", f"{evidence} (needed {LEAST_ANSWERS})"
    share = judgments.first_listed_first / judgments.ordered
    away, chance = abs(share - 0.5), CHANCE_Z * 0.5 / sqrt(judgments.ordered)
    evidence += (
        f", the first candidate first in {share:.0%} (balanced: within {MOST_UNBALANCED:.0%} of one "
        f"half, chance leaves {chance:.0%})"
    )
    if away > max(MOST_UNBALANCED, chance):
        return "refuted", evidence
    enough = judgments.ordered >= LEAST_SHARE * judgments.comparisons
    # Shown only where even the far end of chance is inside the limit: few comparisons that happen
    # to balance prove nothing.
    balanced = away + chance <= MOST_UNBALANCED
    return (
        "shown" if enough and balanced else "claimed"
    ), f"{evidence}; needed {LEAST_SHARE:.0%} with an order"


def _open_answers(_documents: Documents, figures: Figures) -> _Verdict:
    """7: answers without a winner were given and are stored."""
    judgments = figures.judgments
    evidence = (
        f"{judgments.open_answers} of {judgments.comparisons} comparisons have no winner, and "
        f"{figures.records.preserved} records keep their disagreement"
    )
    if judgments.open_answers and judgments.comparisons >= LEAST_ANSWERS:
        return "shown", evidence
    if not judgments.open_answers and judgments.comparisons >= OPEN_ANSWERS_SEEN_BY:
        return "refuted", f"{evidence}; a share of 2 % would have shown"
    return "claimed", f"{evidence} (needed {LEAST_ANSWERS} comparisons and one such answer)"


def _verifier_results(_documents: Documents, figures: Figures) -> _Verdict:
    """8: each verifier has a result on nearly every item of its objective dimension."""
    if not figures.ledger:
        return (
            "claimed",
            "nothing is verified yet, or no objective dimension names a verifier",
        )
    spelled = ", ".join(f"{row.dimension} {row.verified} of {row.items}" for row in figures.ledger)
    evidence = f"verified items: {spelled} (needed {LEAST_VERIFIED:.0%} of each, of {LEAST_ANSWERS} or more)"
    if all(
        row.items >= LEAST_ANSWERS and row.verified >= LEAST_VERIFIED * row.items
        for row in figures.ledger
    ):
        return "shown", evidence
    less = any(2 * row.verified < row.items for row in figures.ledger)
    if figures.release and less:
        return "refuted", f"{evidence}, and release {figures.release.version} was built"
    return "claimed", evidence


def _sealed_reserve(documents: Documents, figures: Figures) -> _Verdict:
    """9: as much as declared is under seal, and no record shares text with it."""
    reserve = figures.reserve
    declared = reserve.declared or 0
    evidence = f"{reserve.sealed} of {declared} declared items sealed; {reserve.compared}"
    if reserve.leakage == "raised":
        return "refuted", evidence
    if reserve.sealed < declared:
        return ("refuted" if figures.release else "claimed"), evidence
    shown = reserve.leakage == "clear" and documents.contract.reserve is not None
    return ("shown" if shown else "claimed"), evidence


def _tracked_dispositions(_documents: Documents, figures: Figures) -> _Verdict:
    """10: every judged record has a disposition that read everything, and disputes have causes."""
    records = figures.records
    evidence = (
        f"{records.disposed} of {records.judged} judged records have a disposition, {records.stale} of these "
        f"are out of date; {records.adjudicated} adjudications with a cause"
    )
    if records.stale:
        return "refuted", evidence
    evidence += f" (needed all, of {LEAST_ANSWERS} or more, and one cause)"
    if not records.adjudicated:
        return "claimed", f"{evidence}; no dispute was adjudicated, so no cause is known"
    complete = records.judged >= LEAST_ANSWERS and records.disposed == records.judged
    return ("shown" if complete else "claimed"), evidence


def _validated_release(_documents: Documents, figures: Figures) -> _Verdict:
    """11: the newest release was validated, every test passed, and on no item that it holds."""
    if figures.release is None:
        return "claimed", "no release yet"
    validation = figures.validation
    if validation is None:
        others = figures.other_validations
        more = f"; {others} validations of other releases do not count" if others else ""
        return "claimed", f"release {figures.release.version} is not validated{more}"
    evidence = (
        f"release {figures.release.version}: {validation.passed} tests passed, {validation.failed} failed, "
        f"{validation.undecided} undecided"
    )
    overlap = figures.evaluation.trained_on
    if overlap:
        return "refuted", f"{evidence}, and {overlap} evaluated items are records here"
    if validation.failed:
        return "refuted", evidence
    if not _held_out(figures):
        return "claimed", f"{evidence}; not every evaluated item is a sealed one that was compared"
    return (
        "shown" if validation.passed and not validation.undecided else "claimed"
    ), f"{evidence} (needed: all)"


def _pinned_documents(_documents: Documents, figures: Figures) -> _Verdict:
    """12: a release pins the documents in force, and no version has two contents."""
    if figures.reused_versions:
        return "refuted", f"two contents under one version: {', '.join(figures.reused_versions)}"
    if figures.release is None:
        return "claimed", "no release pins them yet"
    pinned = figures.release.documents
    other = [
        kind
        for kind in pinned.keys() | figures.documents.keys()
        if figures.documents.get(kind) != pinned.get(kind)
    ]
    evidence = (
        f"release {figures.release.version} pins {', '.join(sorted(pinned)) or 'no document'}"
    )
    if other or not pinned:
        return (
            "claimed",
            f"{evidence}; not in their current form: {', '.join(sorted(other)) or 'all'}",
        )
    return "shown", f"{evidence} in their current form, and no version has two contents"


def _protected_readers(documents: Documents, figures: Figures) -> _Verdict:
    """13: severe content was read by roles that may, who agreed, within the caps; or there is none."""
    severe, welfare = figures.records.severe, documents.contract.welfare
    records, rated = figures.records.records, figures.records.rated
    evidence = f"{severe} of {rated} records that are rated are of high or critical severity"
    if welfare is None:
        if severe:
            return "refuted", f"{evidence}, and no control protects who reads them"
        evidence += f"; {rated} of {records} are rated (needed all, of {LEAST_ANSWERS} or more)"
        return ("shown" if rated == records >= LEAST_ANSWERS else "claimed"), evidence
    verdicts = [_read_by_role(welfare, figures.judgments)]
    if welfare.opt_in:
        verdicts.append(_agreed_to(figures.judgments))
    if has_caps(welfare):
        verdicts.append(_within_caps(figures))
    evidence = "; ".join([evidence, *(text for _, text in verdicts)])
    return _weakest(state for state, _ in verdicts), evidence


def _read_by_role(welfare: Welfare, judgments: JudgmentFigures) -> _Verdict:
    outside = sum(
        count for role, count in judgments.severe.items() if role not in welfare.restricted_to
    )
    total = judgments.severe.total()
    evidence = (
        f"{outside} of {total} judgments of these are by roles that may not read them "
        f"(needed {LEAST_ANSWERS})"
    )
    if outside:
        return "refuted", evidence
    return ("shown" if total >= LEAST_ANSWERS else "claimed"), evidence


def _agreed_to(judgments: JudgmentFigures) -> _Verdict:
    agreed = judgments.harmful - judgments.refused - judgments.unasked
    evidence = (
        f"{agreed} of {judgments.harmful} judgments of harms are by people who agreed to read them, "
        f"{judgments.refused} by people who refused (needed all, of {LEAST_ANSWERS} or more)"
    )
    if judgments.refused:
        return "refuted", evidence
    return ("shown" if agreed == judgments.harmful >= LEAST_ANSWERS else "claimed"), evidence


def _within_caps(figures: Figures) -> _Verdict:
    """Whether the log of views shows that nobody read more than the caps allow.

    How much was read is left out: the figure would be one person's.
    """
    judged, reading = figures.judgments.harmful, figures.reading
    evidence = (
        f"{reading.logged} of {judged} judgments of harms have a logged view (needed "
        f"{LEAST_SHARE:.0%} of {LEAST_ANSWERS} or more)"
    )
    used = reading.most_of_a_cap
    if used is None:
        return "claimed", f"{evidence}; nothing was compared with the caps"
    if used > 1 + MOST_OVER:
        return "refuted", f"{evidence}; a cap was exceeded by more than {MOST_OVER:.0%}"
    if used > 1:
        return "claimed", f"{evidence}; a cap was exceeded by up to {MOST_OVER:.0%}"
    enough = judged >= LEAST_ANSWERS and reading.logged >= LEAST_SHARE * judged
    return ("shown" if enough else "claimed"), f"{evidence}; no cap was exceeded"


def _weakest(states: Iterable[PointState]) -> PointState:
    """The state of several conditions that must all hold."""
    # One refuted condition refutes the point, whatever the others show.
    distinct = set(states)
    if "refuted" in distinct:
        return "refuted"
    return "claimed" if "claimed" in distinct else "shown"


def _claims_gate(_documents: Documents, figures: Figures) -> _Verdict:
    """14: the texts of the newest release were searched, all in the language of the patterns."""
    return _gate(figures, "claims", "texts are searched when a release is built")


def _gate(figures: Figures, name: str, otherwise: str) -> _Verdict:
    release = figures.release
    if release is None:
        return "claimed", f"no release yet; {otherwise}"
    if name not in release.gates:
        return "claimed", f"release {release.version} has no gate {name!r}"
    passed, reason = release.gates[name]
    return ("shown" if passed else "claimed"), f"release {release.version}: {reason}"


def _enough_answers(answers: Mapping[str, int], declined: Mapping[str, int], what: str) -> _Verdict:
    """Whether each dimension has answers enough, and people could give them.

    Args:
        answers: dimension -> values given.
        declined: dimension -> abstentions among the same judgments.
        what: what is counted, in words.
    """
    few = [name for name, count in answers.items() if count < LEAST_ANSWERS]
    unseen = [
        name
        for name, count in answers.items()
        if declined.get(name, 0) >= LEAST_ANSWERS and declined[name] > count
    ]
    limits = f"needed {LEAST_ANSWERS} on each dimension, at most {MOST_DECLINED:.0%} declined"
    if unseen:
        return "refuted", f"more people declined than answered on {', '.join(unseen)} ({limits})"
    if few or not answers:
        spelled = ", ".join(f"{name} {answers[name]}" for name in few[:5])
        return "claimed", f"{what} too few on {len(few)} of {len(answers)}: {spelled} ({limits})"
    doubtful = [
        name
        for name, count in answers.items()
        if declined.get(name, 0) > MOST_DECLINED * (declined.get(name, 0) + count)
    ]
    if doubtful:
        return "claimed", f"often declined: {', '.join(doubtful)} ({limits})"
    return (
        "shown",
        f"{min(answers.values())} or more {what} on each of {len(answers)} ({limits})",
    )


_RULES: Mapping[int, Callable[[Documents, Figures], _Verdict]] = {
    1: _observable_dimensions, 2: _separate_evaluation, 3: _usable_guideline, 4: _rights_gate, 5: _qualified_reviewers, 6: _balanced_orders, 7: _open_answers,
    8: _verifier_results, 9: _sealed_reserve, 10: _tracked_dispositions, 11: _validated_release, 12: _pinned_documents, 13: _protected_readers,
    14: _claims_gate,
}  # fmt: skip
