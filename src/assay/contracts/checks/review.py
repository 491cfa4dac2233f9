"""Review: every record has a layer, risk has its passes, and people are qualified for their roles."""

from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract, MachineEvidence, ReviewLayer
from assay.contracts.policy import PolicyRules
from assay.contracts.rubric import Rubric
from assay.contracts.terms import Severity

_HIGH: tuple[Severity, ...] = ("high", "critical")


@check("contract", whole=(("contract", "review"),))
def every_record_has_a_layer(contract: Contract) -> Iterator[Fault]:
    """The last layer takes all records that no earlier one took."""
    layers = contract.review.layers
    catching = [place for place, layer in enumerate(layers) if _takes_all(layer)]
    if not catching:
        yield Fault(
            "contract", ("review", "layers"), "records-without-layer",
            "records that no layer fits would never be reviewed",
            "end with a layer that has neither slice nor severities",
        )  # fmt: skip
    for place in range(catching[0] + 1 if catching else len(layers), len(layers)):
        yield Fault(
            "contract", ("review", "layers", place), "layer-never-reached",
            f"{layers[catching[0]].id!r} takes every record before {layers[place].id!r} is asked",
            "move the layer that takes all records to the end", "warning",
        )  # fmt: skip


@check("contract")
def layers_review(contract: Contract) -> Iterator[Fault]:
    """A layer without independent passes verifies by machine and samples by people."""
    for place, layer in enumerate(contract.review.layers):
        sampled = layer.needs_verification and layer.second_review_share > 0
        if layer.passes == 0 and not sampled:
            yield Fault(
                "contract", ("review", "layers", place, "passes"), "layer-without-review",
                f"nobody judges the records of {layer.id!r}",
                "ask for a pass, or for 'needs_verification' with a 'second_review_share'",
            )  # fmt: skip


@check("contract", "rubric")
def verdicts_are_asked_for(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """A contract with requirements for verdicts has a verifier that gives verdicts."""
    demanded = contract.verification != MachineEvidence()
    if demanded and not any(dimension.verifier for dimension in rubric.dimensions):
        yield Fault(
            "contract", ("verification",), "verification-of-nothing",
            "the contract sets requirements for verdicts, and no dimension names a verifier",
            "name a verifier in the rubric, or leave 'verification' out", "warning",
        )  # fmt: skip


@check("contract", "policy", whole=(("contract", "review"),))
def risk_has_passes(contract: Contract, policy: PolicyRules) -> Iterator[Fault]:
    """High risk has two independent judgments or a senior decision."""
    severities = {failure.severity for failure in contract.failure_classes}
    severities |= {section.severity for section in policy.sections}
    first: dict[int, Severity] = {}
    for severity in _HIGH:
        if severity in severities:
            place = _layer_for(severity, contract.review.layers)
            if place is not None:
                first.setdefault(place, severity)
    for place, severity in first.items():
        layer = contract.review.layers[place]
        if layer.passes < 2 and not layer.always_adjudicate:  # noqa: PLR2004 - two are independent
            yield Fault(
                "contract", ("review", "layers", place), "high-risk-single-pass",
                f"records of {severity} severity fall into {layer.id!r} and are judged once",
                "add a layer for high and critical severities with two passes or more", "warning",
            )  # fmt: skip


@check("contract", whole=(("contract", "roles"),))
def no_roles(contract: Contract) -> Iterator[Fault]:
    """The contract says who may do what."""
    if not contract.roles:
        yield Fault(
            "contract", ("roles",), "no-roles",
            "the contract does not say who works in it and what qualifies them",
            "add roles, each with duty, expertise and a blinded test",
        )  # fmt: skip


@check("contract", whole=(("contract", "roles"),))
def roles_are_described(contract: Contract) -> Iterator[Fault]:
    """Every role that reviews, adjudicates or opens the reserve is described."""
    described = {rule.role for rule in contract.roles}
    if not described:
        return
    for place, layer in enumerate(contract.review.layers):
        for at, role in enumerate(layer.roles):
            if role not in described:
                yield Fault(
                    "contract", ("review", "layers", place, "roles", at),
                    "role-without-qualification",
                    f"the role {role!r} judges in {layer.id!r}, but nothing says what qualifies for it",
                    "describe it under 'roles'",
                )  # fmt: skip
        senior = layer.always_adjudicate or layer.on_disagreement == "adjudication"
        if senior and not described & {"adjudicator", "lead"}:
            yield Fault(
                "contract", ("review", "layers", place), "adjudication-without-adjudicator",
                f"{layer.id!r} sends records to adjudication, but there is no adjudicator",
                "describe the role 'adjudicator' under 'roles'",
            )  # fmt: skip


@check("contract")
def qualification_is_tested(contract: Contract) -> Iterator[Fault]:
    """People who judge have shown it on blinded work; credentials only support screening."""
    judging = {role for layer in contract.review.layers for role in layer.roles} | {"adjudicator"}
    for place, rule in enumerate(contract.roles):
        if rule.role in judging and (rule.test is None or rule.pass_mark is None):
            key = "test" if rule.test is None else "pass_mark"
            yield Fault(
                "contract", ("roles", place, key), "qualification-without-test",
                f"the role {rule.role!r} judges without a test that can be failed",
                "add a blinded test on the exact task and rubric, with a pass mark",
            )  # fmt: skip


@check("contract")
def blinding_is_off_for_a_reason(contract: Contract) -> Iterator[Fault]:
    """Where candidates are not blinded, there is a reason."""
    review = contract.review
    if not review.blinded and review.unblinded_because is None:
        yield Fault(
            "contract", ("review", "blinded"), "unblinded-without-reason",
            "candidates' identity and order are shown without a reason",
            "leave 'blinded' out, or say why in 'unblinded_because'",
        )  # fmt: skip


def _takes_all(layer: ReviewLayer) -> bool:
    return not layer.slice and not layer.severities


def _layer_for(severity: Severity, layers: tuple[ReviewLayer, ...]) -> int | None:
    """The first layer that takes a record of this severity wherever it is on the axes."""
    for place, layer in enumerate(layers):
        if not layer.slice and (not layer.severities or severity in layer.severities):
            return place
    return None


CHECKS: tuple[DocumentCheck, ...] = (
    every_record_has_a_layer, layers_review, verdicts_are_asked_for, risk_has_passes, no_roles,
    roles_are_described, qualification_is_tested, blinding_is_off_for_a_reason,
)  # fmt: skip
