"""Endorsed candidates: what may be imitated, and why the others may not."""

from assay.contracts.verdict_words import BOTH_UNACCEPTABLE
from assay.quality.disposition import ExplainedStanding
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

_REJECTED_BY = {
    "veto": "vetoed",
    "objective": "failed_objective",
    "verifier": "refuted",
    "policy": "violates_policy",
    BOTH_UNACCEPTABLE: BOTH_UNACCEPTABLE,
}
"""The rule that rejected a candidate -> the reason for which a row is dropped."""


_LACKING = frozenset({"required", "verifier_missing"})
"""Rules that leave a candidate unjudged because evidence that the contract requires is missing."""


def standing_of(released: ReleasedRecord, candidate: int) -> ExplainedStanding:
    """The standing of a candidate; unjudged where none is known."""
    for standing in released.standings:
        if standing.candidate == candidate:
            return standing
    return ExplainedStanding(
        candidate=candidate, standing="unjudged", rule="nothing", reason="its standing is not known"
    )


def refuse_unless_endorsed(released: ReleasedRecord, candidate: int) -> None:
    """Refuse a candidate that may not be imitated.

    Where the record's layer asks for no judgment at all, an unjudged candidate may be.

    Raises:
        NotCarriedError: with the reason, such as `vetoed`, `refuted` or `unjudged`.
    """
    own = standing_of(released, candidate)
    if own.standing == "endorsed" or (own.standing == "unjudged" and not released.passes):
        return
    raise NotCarriedError(_reason(own), own.reason)


def refuse_rejected(released: ReleasedRecord, candidate: int) -> None:
    """Refuse a candidate that is rejected.

    Raises:
        NotCarriedError: with the reason, such as `vetoed`.
    """
    own = standing_of(released, candidate)
    if own.standing == "rejected":
        raise NotCarriedError(_reason(own), own.reason)


def lacks_evidence(released: ReleasedRecord, candidate: int) -> bool:
    """Whether a candidate is unjudged because evidence that the contract requires is missing."""
    own = standing_of(released, candidate)
    return bool(released.passes) and own.standing == "unjudged" and own.rule in _LACKING


def refuse_lacking(released: ReleasedRecord, candidate: int) -> None:
    """Refuse a candidate that lacks evidence which the contract requires.

    Raises:
        NotCarriedError: with the reason `unjudged`.
    """
    if lacks_evidence(released, candidate):
        raise NotCarriedError("unjudged", standing_of(released, candidate).reason)


def _reason(own: ExplainedStanding) -> str:
    return _REJECTED_BY.get(own.rule, "rejected") if own.standing == "rejected" else own.standing
