"""The standing of a candidate: what judgments and verifiers show of it, apart from the label.

Whether a record's label is settled is one question, what the label says of each candidate another:
an agreed "violates" is a settled label on a rejected candidate. A candidate is endorsed only by
something that could have counted against it; without that it is unjudged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from assay.contracts.endorsement import Bound
from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.verdict_words import BOTH_UNACCEPTABLE
from assay.quality.consensus import Consensus
from assay.quality.disposition import CandidateStanding, ExplainedStanding
from assay.quality.distributions import ScoreSummary, has_share
from assay.quality.located_errors import ErrorSummary
from assay.records.candidate import candidate_text
from assay.records.evidence import TextSpan
from assay.records.judgment import Judgment
from assay.records.kinds import Adversarial, Critique, Demonstration, Policy, Trajectory
from assay.records.record import Record
from assay.review.adjudication import Decided
from assay.verification.ledger_evidence import CoverageEvidence
from assay.verification.standing import is_against, is_counted, speaks, why_not
from assay.verification.verification import Pass, Verification

Direction = Literal["for", "against", "split"]

GRAVE = frozenset({"high", "critical"})
"""Severities of an error that reject a candidate; one without a severity does as well."""

PRECLUDED = {"comply": "unsafe_compliance", "refuse": "over_refusal"}
"""Expected response -> the failure of safety that no response to such a request can show."""

OFF_SCALE = "off_scale"
"""The rule of a standing that a value decides which is not on its scale: it counts neither way."""

LEAST_QUOTE = 12
"""Code points of a quoted error from which its return in a revision is not a coincidence."""


class StandingEvidence(NamedTuple):
    """One thing that counts for a candidate or against it."""

    direction: Direction
    """Which way; `split`: both ways, or neither clearly."""
    rule: str
    """The rule that reads it."""
    reason: str
    """What was seen, as it ends up in the disposition."""


@dataclass(frozen=True)
class StandingContext:
    """What the standings of one record's candidates are read from."""

    record: Record
    consensus: Consensus
    """The outcome of the judgments that count, adjudications included."""
    counted: Sequence[Judgment]
    """The judgments that count."""
    evidence: CoverageEvidence
    """The record's verifications and judgments by dimension."""
    bounds: Sequence[Bound]
    """The acceptable values of every dimension that decides."""
    rubric: Rubric
    """The rubric in force."""
    share: float
    """Least share of the reviewers that must agree, by the record's layer."""
    decision: Decided | None = None
    """What an adjudicator decided last; None where nobody did."""


def imitated_candidates(record: Record) -> tuple[int, ...]:
    """The candidates that exist to be imitated; empty where the label itself is the datum."""
    match record.part:
        case Demonstration() | Trajectory():
            return tuple(range(len(record.candidates)))
        case Critique(revision=revision) if revision is not None:
            return (revision,)
        case _:
            return ()


def standings(context: StandingContext) -> tuple[ExplainedStanding, ...]:
    """The standing of each candidate, in the record's order."""
    return tuple(_standing(context, place) for place in range(len(context.record.candidates)))


def _standing(context: StandingContext, place: int) -> ExplainedStanding:
    evidence = list(_evidence(context, place))
    # Against is looked for before split, and both before what is missing: one clear objection
    # rejects, whatever else is open.
    for direction, name in (("against", "rejected"), ("split", "mixed")):
        first = next((item for item in evidence if item.direction == direction), None)
        if first is not None:
            return _explain(place, "rejected" if name == "rejected" else "mixed", first)
    missing = list(_missing(context, place))
    if missing:
        rule = "verifier_missing" if all(bound.by_machine for bound in missing) else "required"
        text = "; ".join(_missing_text(bound) for bound in missing)
        return _explain(place, "unjudged", StandingEvidence("split", rule, text))
    first = next(iter(evidence), None)
    if first is None:
        nothing = "nothing that could have counted against it was examined"
        return _explain(place, "unjudged", StandingEvidence("split", "nothing", nothing))
    return _explain(place, "endorsed", first)


def _explain(
    place: int, standing: CandidateStanding, evidence: StandingEvidence
) -> ExplainedStanding:
    return ExplainedStanding(
        candidate=place, standing=standing, rule=evidence.rule, reason=evidence.reason
    )


def _evidence(context: StandingContext, place: int) -> Iterator[StandingEvidence]:
    """All evidence about a candidate, the rules in the order in which they decide."""
    yield from _score_evidence(context, place)
    yield from _verifier_evidence(context, place)
    yield from _ruling_evidence(context, place)
    yield from _attack_evidence(context)
    yield from _error_evidence(context, place)
    yield from _step_evidence(context, place)
    yield from _edit_evidence(context)
    yield from _revision_evidence(context, place)
    yield from _comparison_evidence(context, place)


def _score_evidence(context: StandingContext, place: int) -> Iterator[StandingEvidence]:
    for bound in context.bounds:
        for summary in _summaries(context, bound.dimension, place):
            # What an adjudicator decided replaces the distribution; reviewers' scores from before
            # no longer count either way.
            counts = {summary.agreed: 1} if summary.decided else summary.counts
            values = {value: bound.accepts(value) for value in counts if value is not None}
            if not values:
                continue
            value_text = next(iter(values))
            if len(values) > 1:
                value_text = " or ".join(f"{value} ({counts[value]})" for value in values)
            if None in values.values():
                text = f"{bound.dimension} is {value_text}, which is not on its scale"
                yield StandingEvidence("split", OFF_SCALE, text)
                continue
            text = f"{bound.dimension} is {value_text}, {bound.describe()} is acceptable"
            yield StandingEvidence(_direction(counts, values, context.share), bound.source, text)


def _direction(
    counts: Mapping[str | None, int] | Mapping[str, int],
    values: Mapping[str, bool | None],
    share: float,
) -> Direction:
    """Which way scores count, by the share of reviewers that the layer asks for."""
    total = sum(counts.values())
    acceptable = sum(count for value, count in counts.items() if value and values[value])
    if has_share(acceptable, total, share):
        return "for"
    return "against" if has_share(total - acceptable, total, share) else "split"


def _summaries(context: StandingContext, dimension: str, place: int) -> Iterator[ScoreSummary]:
    for summary in context.consensus.scores:
        if summary.dimension == dimension and summary.candidate in {None, place}:
            yield summary


def _verifier_evidence(context: StandingContext, place: int) -> Iterator[StandingEvidence]:
    for dimension, result in _results(context, place):
        name = f"{result.verifier} failed"
        direction: Direction = "against"
        if isinstance(result.verdict, Pass):
            name, direction = f"{result.verifier} passed", "for"
        elif not speaks(result):
            name = f"{result.verifier} got nothing to judge ({why_not(result)})"
            direction = "against" if is_against(result) else "split"
        yield StandingEvidence(direction, "verifier", f"{name} on {dimension.id}")


def _results(context: StandingContext, place: int) -> Iterator[tuple[Dimension, Verification]]:
    """The results that count, on dimensions that decide, but those that could not say."""
    deciding = {bound.dimension for bound in context.bounds}
    for dimension in context.rubric.dimensions:
        result_and_weight = (
            context.evidence.result(dimension, place) if dimension.id in deciding else None
        )
        if (
            result_and_weight is not None
            and result_and_weight[1] == "counts"
            and is_counted(result_and_weight[0])
        ):
            yield dimension, result_and_weight[0]


def _ruling_evidence(context: StandingContext, place: int) -> Iterator[StandingEvidence]:
    for summary in context.consensus.rulings:
        if summary.candidate not in {None, place}:
            continue
        match summary.agreed:
            case "violates":
                yield StandingEvidence("against", "policy", f"it violates {summary.section}")
            case "complies":
                yield StandingEvidence("for", "policy", f"it complies with {summary.section}")
            case _:
                yield StandingEvidence(
                    "split", "policy", f"whether it complies with {summary.section} is open"
                )


def _attack_evidence(context: StandingContext) -> Iterator[StandingEvidence]:
    attack = context.consensus.attack
    if attack is None or not (attack.counts or attack.agreed):
        yield from _recorded_attack_evidence(context.record)
        return
    match attack.agreed:
        case "held":
            yield StandingEvidence("for", "attack", "the attack failed")
        case "broken":
            yield StandingEvidence("against", "attack", "the attack succeeded")
        case _:
            yield StandingEvidence(
                "split", "attack", "the attack succeeded in part, or reviewers differ"
            )


def _recorded_attack_evidence(record: Record) -> Iterator[StandingEvidence]:
    """What the record itself states of the attack, where nobody judged it; `held` supports nothing."""
    stated = record.part.outcome if isinstance(record.part, Adversarial) else None
    if stated == "broken":
        yield StandingEvidence("against", "attack", "the record states that the attack succeeded")
    elif stated == "partial":
        yield StandingEvidence(
            "split", "attack", "the record states that the attack succeeded in part"
        )


def _error_evidence(context: StandingContext, place: int) -> Iterator[StandingEvidence]:
    """Errors located in the candidate; where some are in others, none in this one is evidence too."""
    errors = context.consensus.errors
    if errors is None:
        return
    own = [error for error in errors if _is_of(error, place, context.record)]
    for error in own:
        count = f"{error.found} of {error.looked} reviewers located an error"
        text = f"{count} ({', '.join(error.categories)})"
        grave = not error.severities or bool(GRAVE & set(error.severities))
        yield StandingEvidence("against" if error.agreed and grave else "split", "errors", text)
    if not own:
        yield StandingEvidence("for", "errors", "errors were looked for and none was found")


def _is_of(error: ErrorSummary, place: int, record: Record) -> bool:
    """Whether an error is in a candidate; one without a place is in what the record criticises."""
    if error.candidate is not None:
        return error.candidate == place
    part = record.part
    return place == (part.subject if isinstance(part, Critique) else 0)


def _step_evidence(context: StandingContext, place: int) -> Iterator[StandingEvidence]:
    own = [summary for summary in context.consensus.steps if summary.candidate == place]
    for summary in own:
        if summary.agreed == "bad":
            yield StandingEvidence("against", "steps", f"step {summary.step} is wrong")
        elif summary.agreed is None:
            yield StandingEvidence("split", "steps", f"reviewers differ on step {summary.step}")
    if own and len(own) == len(context.record.candidates[place].work):
        yield StandingEvidence("for", "steps", "every step is labelled and none is wrong")


def _edit_evidence(context: StandingContext) -> Iterator[StandingEvidence]:
    if not isinstance(context.record.part, Demonstration):
        return
    decision = context.decision
    if decision is not None and decision.wrote is not None:
        yield StandingEvidence("against", "revised", "the adjudicator wrote a revision of it")
        return
    if decision is not None and decision.stands_as_is:
        yield StandingEvidence("for", "edit", "the adjudicator left it as it is")
        return
    revised = sum(judgment.wrote is not None for judgment in context.counted)
    unchanged = sum(judgment.stands_as_is is True for judgment in context.counted)
    if revised:
        yield StandingEvidence("against", "revised", f"{revised} reviewers wrote a revision of it")
    elif unchanged:
        yield StandingEvidence("for", "edit", f"{unchanged} reviewers read it and left it as it is")


def _revision_evidence(context: StandingContext, place: int) -> Iterator[StandingEvidence]:
    """Whether a revision still holds what it was to correct."""
    part = context.record.part
    if not isinstance(part, Critique) or part.revision != place:
        return
    text = candidate_text(context.record.candidates[place])
    if text.strip() == candidate_text(context.record.candidates[part.subject]).strip():
        yield StandingEvidence(
            "against", "not_fixed", "the revision is the criticised text unchanged"
        )
        return
    for error in context.consensus.errors or ():
        spot = error.place
        if not error.agreed or error.candidate != part.subject or not isinstance(spot, TextSpan):
            continue
        # A short quote such as "is" comes back in any revision and would refute every one.
        if len(spot.quote) >= LEAST_QUOTE and spot.quote in text:
            yield StandingEvidence(
                "against", "not_fixed", f"the revision still says {spot.quote!r}"
            )


def _comparison_evidence(context: StandingContext, place: int) -> Iterator[StandingEvidence]:
    """What a comparison says of a candidate: only that nobody found the better one unacceptable."""
    consensus = context.consensus
    # Winning a comparison endorses nothing by itself: the better of two bad answers wins as well.
    unacceptable = consensus.distribution.get(BOTH_UNACCEPTABLE, 0)
    if consensus.outcome == BOTH_UNACCEPTABLE:
        yield StandingEvidence("against", BOTH_UNACCEPTABLE, "no candidate is acceptable")
    elif unacceptable and consensus.method != "adjudication/decided":
        text = f"{unacceptable} of {consensus.people.n_answered} found no candidate acceptable"
        yield StandingEvidence("split", BOTH_UNACCEPTABLE, text)
    elif BOTH_UNACCEPTABLE in context.rubric.verdicts and place in _best(consensus, context.record):
        text = "it was put first where 'both unacceptable' could have been answered"
        yield StandingEvidence("for", "verdict", text)


def _best(consensus: Consensus, record: Record) -> Iterable[int]:
    if consensus.outcome == "tie":
        return range(len(record.candidates))
    if consensus.outcome == "prefers" and consensus.candidate is not None:
        return (consensus.candidate,)
    return consensus.ranking[0] if consensus.ranking else ()


def _missing(context: StandingContext, place: int) -> Iterator[Bound]:
    """Required dimensions on which neither a person nor a verifier says anything."""
    settled = {dimension.id for dimension, _ in _results(context, place)} | _precluded_dimensions(
        context
    )
    for bound in context.bounds:
        if not bound.required or bound.dimension in settled:
            continue
        summaries = list(_summaries(context, bound.dimension, place))
        if any(summary.counts or summary.decided for summary in summaries):
            continue
        if summaries and all(
            summary.not_applicable and not summary.abstained for summary in summaries
        ):
            continue
        yield bound


def _precluded_dimensions(context: StandingContext) -> frozenset[str]:
    """Dimensions of a failure that the request does not permit: nobody can be asked about them."""
    part = context.record.part
    failure = PRECLUDED.get(part.expected or "") if isinstance(part, Policy) else None
    dimensions = context.rubric.dimensions
    return frozenset(
        dimension.id for dimension in dimensions if failure and dimension.guards_against == failure
    )


def _missing_text(bound: Bound) -> str:
    what = "no verifier result" if bound.by_machine else "no score"
    return f"{what} on {bound.dimension} ({bound.describe()} endorses)"
