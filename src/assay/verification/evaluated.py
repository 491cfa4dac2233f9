"""What an evaluation that gave no value means for the claim."""

from assay.verification.ports import TrustedEvaluation
from assay.verification.verification import Pass, Uncarried, VerifierError, reason_of
from assay.verification.verifier import Found


def broken(evaluation: TrustedEvaluation, what: str) -> Found:
    """An answer that gave no value: it is not refuted, and counts as not passed.

    Args:
        evaluation: the evaluation of what a candidate wrote.
        what: what could not be done, in words.
    """
    verdict = evaluation.verdict
    if isinstance(verdict, Uncarried | Pass):
        reason = ": ".join(part for part in (what, reason_of(verdict)) if part)
        verdict = Uncarried(reason=reason[:300])
    return Found(verdict=verdict, isolation=evaluation.isolation, usage=evaluation.usage, note=what)


def unread(evaluation: TrustedEvaluation, what: str) -> Found:
    """A reference that gave no value: the verifier cannot say, and no candidate has a part in it.

    Args:
        evaluation: the evaluation of the reference.
        what: what could not be done, in words.
    """
    cause = reason_of(evaluation.verdict) or str(evaluation.verdict.__struct_config__.tag).replace(
        "pass", ""
    )
    reason = ": ".join(part for part in (what, cause) if part)
    verdict = VerifierError(reason=reason[:300])
    return Found(verdict=verdict, isolation=evaluation.isolation, usage=evaluation.usage, note=what)
