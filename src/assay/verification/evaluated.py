"""What an evaluation that gave no value means for the claim: nothing."""

from assay.verification.ports import Evaluation
from assay.verification.verification import Error, Pass
from assay.verification.verifier import Found


def broken(found: Evaluation, what: str) -> Found:
    """The limit that was met, or an error: neither the answer nor the reference is refuted.

    Args:
        found: the evaluation.
        what: what could not be done, in words.
    """
    verdict = found.verdict
    if isinstance(verdict, Error):
        verdict = Error(reason=f"{what}: {verdict.reason}"[:300])
    if isinstance(verdict, Pass):
        verdict = Error(reason=what)
    return Found(verdict=verdict, isolation=found.isolation, usage=found.usage, note=what)
