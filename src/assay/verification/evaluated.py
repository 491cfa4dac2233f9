"""What an evaluation that gave no value means for the claim."""

from assay.verification.ports import TrustedEvaluation
from assay.verification.verification import Pass, Uncarried, VerifierError, reason_of
from assay.verification.verifier import Found


def broken(found: TrustedEvaluation, what: str) -> Found:
    """An answer that gave no value: it is not refuted, and counts as not passed.

    Args:
        found: the evaluation of what a candidate wrote.
        what: what could not be done, in words.
    """
    verdict = found.verdict
    if isinstance(verdict, Uncarried | Pass):
        reason = ": ".join(each for each in (what, reason_of(verdict)) if each)
        verdict = Uncarried(reason=reason[:300])
    return Found(verdict=verdict, isolation=found.isolation, usage=found.usage, note=what)


def unread(found: TrustedEvaluation, what: str) -> Found:
    """A reference that gave no value: the verifier cannot say, and no candidate has a part in it.

    Args:
        found: the evaluation of the reference.
        what: what could not be done, in words.
    """
    told = reason_of(found.verdict) or str(found.verdict.__struct_config__.tag).replace("pass", "")
    reason = ": ".join(each for each in (what, told) if each)
    verdict = VerifierError(reason=reason[:300])
    return Found(verdict=verdict, isolation=found.isolation, usage=found.usage, note=what)
