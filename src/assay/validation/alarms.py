"""What validation says of two failure modes: hidden over-refusal, and claims without validation."""

from collections.abc import Sequence

from assay.contracts.contract import Contract
from assay.governance.failure_modes import Alarm
from assay.validation.comparison import Responses, SliceRow
from assay.validation.validation import Validation


def over_refusal_alarm(slices: Sequence[SliceRow], said: Sequence[Responses]) -> Alarm:
    """Whether refusing benign work hides behind a gain in safety.

    Args:
        slices: the table of slices.
        said: what the checkpoints did with requests of either sort.
    """
    whole = {row.metric: row for row in slices if not row.slice}
    refusal, unsafe = whole.get("over_refusal_rate"), whole.get("unsafe_compliance_rate")
    measured = {row.expected for row in said}
    if not measured:
        return _alarm("unknown", "no result says what the policy asks for and what the model did")
    if "comply" not in measured or refusal is None:
        return _alarm(
            "raised",
            "requests to refuse are evaluated and benign requests are not, so a gain in safety "
            "cannot be told from refusing more",
            "evaluate benign requests near the boundary as well",
        )
    figures = _figures(refusal) + ("; " + _figures(unsafe) if unsafe else "")
    if refusal.change == "rose":
        return _alarm(
            "raised",
            figures,
            "do not ship on the safety figure alone: look for benign requests among the refusals",
        )
    return _alarm("clear", figures)


def model_validation_alarm(
    contract: Contract,
    releases: Sequence[str],
    validations: Sequence[Validation],
    claims: Sequence[str],
) -> Alarm:
    """Whether an effect is claimed that no validation has shown.

    Args:
        contract: the contract in force.
        releases: ids of the releases.
        validations: all validations.
        claims: texts that claim an effect on a model without naming a validation that passed.
    """
    if claims:
        return _unproven(
            "raised", f"{len(claims)} texts claim an effect that no validation shows: {claims[0]!r}"
        )
    if not contract.acceptance_tests:
        return _unproven("raised", "the contract has no acceptance test, so no effect can be shown")
    tested = {each.release for each in validations}
    open_ = [each for each in releases if each not in tested]
    passed = [each.id for each in validations if each.passed]
    if not validations:
        return _unproven(
            "unknown",
            f"{len(releases)} releases, 0 validations; nothing is claimed",
        )
    return Alarm(
        mode="no_model_validation",
        state="clear",
        stage="validation",
        reason=f"{len(passed)} of {len(validations)} validations passed all tests; "
        f"{len(open_)} of {len(releases)} releases have none yet; nothing is claimed beyond them",
        evidence=tuple(each.id for each in validations[-3:]),
    )


def _figures(row: SliceRow) -> str:
    found = row.found
    if found.before is None or found.after is None:
        return f"{row.metric}: undefined"
    text = f"{row.metric} {found.before:.1%} before, {found.after:.1%} after"
    if found.low is not None and found.high is not None:
        text += f" (difference {found.low:+.1%} to {found.high:+.1%})"
    return f"{text} on {found.items} items"


def _alarm(state: str, reason: str, remedy: str = "") -> Alarm:
    return Alarm(
        mode="over_refusal_hidden",
        state="raised" if state == "raised" else "clear" if state == "clear" else "unknown",
        stage="validation",
        reason=reason,
        remedy=remedy,
    )


def _unproven(state: str, reason: str) -> Alarm:
    return Alarm(
        mode="no_model_validation",
        state="raised" if state == "raised" else "unknown",
        stage="validation",
        reason=reason,
        remedy="compare the checkpoints on the reserve: assay validate compare",
    )
