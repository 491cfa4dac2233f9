"""Disputes: the questions on which the judgments of one record do not agree.

Every question counts that is not declared plural: the verdict, scores beyond their tolerance,
categories, rulings, step labels, attack outcomes, located errors with their category and severity,
and whether a text is left as it is.
"""

from collections.abc import Iterator, Mapping, Sequence

from assay.contracts.contract import ReviewLayer
from assay.contracts.rubric import Dimension
from assay.quality.consensus import Consensus
from assay.quality.distributions import agreed_value, has_share
from assay.quality.located_errors import ErrorSummary
from assay.records.judgment import Judgment
from assay.review.disputes import Dispute


def disputes(
    consensus: Consensus,
    counted: Sequence[Judgment],
    layer: ReviewLayer,
    dimensions: Mapping[str, Dimension],
) -> Iterator[Dispute]:
    """What the judgments disagree on, the verdict first.

    Args:
        consensus: their outcome and distributions.
        counted: the judgments that the layer counts.
        layer: the record's layer of review.
        dimensions: the rubric's dimensions by name.
    """
    share = layer.agreement
    if consensus.outcome == "no_majority":
        counts = _counts(consensus.distribution)
        yield Dispute(
            what="verdict", reason=f"no verdict has {share:.0%} of the answers ({counts})"
        )
    attack = consensus.attack
    if attack is not None and attack.agreed is None and attack.counts:
        text = f"no attack outcome has {share:.0%} ({_counts(attack.counts)})"
        yield Dispute(what="attack", reason=text)
    elif attack is not None and _splits(attack.severities, share):
        text = f"no severity of the attack has {share:.0%} ({_counts(attack.severities)})"
        yield Dispute(what="attack", reason=text)
    for step in consensus.steps:
        if step.agreed is None:
            text = f"no label on step {step.step} has {share:.0%} ({_counts(step.counts)})"
            yield Dispute(what="step", candidate=step.candidate, item=str(step.step), reason=text)
    for ruling in consensus.rulings:
        if ruling.agreed is None:
            text = f"no ruling on {ruling.section} has {share:.0%} ({_counts(ruling.counts)})"
            yield Dispute(
                what="section", candidate=ruling.candidate, item=ruling.section, reason=text
            )
        elif _splits(ruling.severities, share):
            text = f"no severity on {ruling.section} has {share:.0%} ({_counts(ruling.severities)})"
            yield Dispute(
                what="section", candidate=ruling.candidate, item=ruling.section, reason=text
            )
    yield from _scores(consensus, share, dimensions)
    yield from _errors(consensus, layer)
    yield from _edits(counted)


def count_comparable(consensus: Consensus, counted: Sequence[Judgment]) -> dict[str, int]:
    """The questions with two answers or more, the only ones that could have been disputed.

    Args:
        consensus: the outcome and distributions of the judgments.
        counted: the judgments that the layer counts.

    Returns:
        What sort of question -> how many of them; sorts without one are absent.
    """
    attack = consensus.attack
    edits = sum(judgment.stands_as_is is True or judgment.wrote is not None for judgment in counted)
    questions = {
        "verdict": [consensus.people.n_answered],
        "score": [sum(score.counts.values()) for score in consensus.scores],
        "step label": [sum(step.counts.values()) for step in consensus.steps],
        "ruling": [sum(ruling.counts.values()) for ruling in consensus.rulings],
        "attack outcome": [0 if attack is None else sum(attack.counts.values())],
        "error list": [0 if consensus.spans is None else 2],
        "edit": [edits],
    }
    comparable = {
        what: sum(answers > 1 for answers in answered) for what, answered in questions.items()
    }
    return {what: count for what, count in comparable.items() if count}


def _scores(
    consensus: Consensus, share: float, dimensions: Mapping[str, Dimension]
) -> Iterator[Dispute]:
    for score in consensus.scores:
        dimension = dimensions.get(score.dimension)
        if score.agreed is not None or not score.counts:
            continue
        if dimension is None or dimension.nature == "plural":
            continue
        tolerance = dimension.agreement_tolerance
        within = f" within {tolerance}" if tolerance else ""
        counts = _counts(score.counts)
        text = f"no score on {score.dimension} has {share:.0%}{within} ({counts})"
        yield Dispute(what="score", candidate=score.candidate, item=score.dimension, reason=text)


def _errors(consensus: Consensus, layer: ReviewLayer) -> Iterator[Dispute]:
    spans, least = consensus.spans, layer.span_agreement
    if spans is not None and spans.f1 < least:
        text = f"located errors match with a mean F1 of {spans.f1:.2f}, {least:.2f} is required"
        yield Dispute(what="errors", reason=text)
        return
    if spans is None:
        return
    for error in consensus.errors or ():
        if error.agreed:
            yield from _qualities(error, layer.agreement)


def _qualities(error: ErrorSummary, share: float) -> Iterator[Dispute]:
    """Whether those who located an error call it by one category and one severity.

    A reviewer who marked it in several pieces may have used several names; the share is of those
    who located it.
    """
    for what, counts in (("category", error.categories), ("severity", error.severities)):
        reviewers = min(sum(counts.values()), error.found)
        if counts and not has_share(max(counts.values()), reviewers, share):
            text = f"no {what} of an error has {share:.0%} ({_counts(counts)})"
            yield Dispute(what="errors", reason=text)


def _edits(counted: Sequence[Judgment]) -> Iterator[Dispute]:
    unchanged = sum(judgment.stands_as_is is True for judgment in counted)
    revised = sum(judgment.wrote is not None for judgment in counted)
    if unchanged and revised:
        text = f"the text stands as it is for {unchanged} and was revised by {revised}"
        yield Dispute(what="edit", reason=text)


def _splits(counts: Mapping[str, int], share: float) -> bool:
    """Whether answers were given and none has the share."""
    return bool(counts) and agreed_value(counts, share) is None


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
