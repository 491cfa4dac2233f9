"""Signals: each fits the dimensions that it is scored on, and review can disagree where a layer depends on it."""

import re
from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract, ReviewLayer
from assay.contracts.endorsement import IMITATED
from assay.contracts.rubric import Dimension, Rubric

_RESISTED = re.compile(
    r"refus|unsafe|harm|danger|prohibit|polic|secur|leak|secret|privac|jailbreak|attack|inject|"
    r"abus|hat(?:e|red)|threat|fraud|evasion|instruction|permission",
    re.IGNORECASE,
)
"""What an attack tries to break, in a dimension's own words."""

_TESTED_BY = frozenset({"outcome", "process", "trajectory"})


_VERIFIABLE_SIGNALS = frozenset({"outcome", "process"})


@check("contract")
def no_supervision(contract: Contract) -> Iterator[Fault]:
    """The contract has a supervision mix."""
    if not contract.supervision:
        yield Fault(
            "contract", ("supervision",), "no-supervision",
            "the contract assigns no signal",
            "add signals, each with its behaviours, its dimensions and why it fits the evidence",
        )  # fmt: skip


@check("contract")
def signals_have_dimensions(contract: Contract) -> Iterator[Fault]:
    """A signal that judges is scored on dimensions, not on one overall label."""
    for place, signal in enumerate(contract.supervision):
        if signal.signal not in IMITATED and not signal.dimensions:
            yield Fault(
                "contract", ("supervision", place, "dimensions"), "signal-without-dimensions",
                f"the {signal.signal} has no dimensions, so one overall label is all it gives",
                "name the dimensions that it is scored on",
            )  # fmt: skip


@check("contract", "rubric", whole=(("rubric", "dimensions"),))
def verifiable(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """Outcome and process signals rest on something that can be verified."""
    by_id = {dimension.id: dimension for dimension in rubric.dimensions}
    for place, signal in enumerate(contract.supervision):
        scored_on = [by_id[name] for name in signal.dimensions if name in by_id]
        if signal.signal not in _VERIFIABLE_SIGNALS or not scored_on:
            continue
        if not any(
            dimension.verifier or dimension.nature == "objective" for dimension in scored_on
        ):
            yield Fault(
                "contract", ("supervision", place), "signal-without-verifiable-evidence",
                f"the {signal.signal} rests on judgment alone",
                "score it on an objective dimension, or use critiques or preferences", "warning",
            )  # fmt: skip


@check("contract", "rubric", whole=(("rubric", "dimensions"),))
def fits(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """Attacks test what can be broken, and demonstrations show what has one right form."""
    by_id = {dimension.id: dimension for dimension in rubric.dimensions}
    for place, signal in enumerate(contract.supervision):
        scored_on = [by_id[name] for name in signal.dimensions if name in by_id]
        where = ("supervision", place, "dimensions")
        if signal.signal == "adversarial" and scored_on and not any(map(_can_break, scored_on)):
            yield Fault(
                "contract", where, "signal-does-not-fit",
                f"attacks are scored on {', '.join(signal.dimensions)}, which an attack cannot affect",
                "score them on what must hold under pressure (guards_against), or use preferences",
                "warning",
            )  # fmt: skip
        plural = [dimension.id for dimension in scored_on if dimension.nature == "plural"]
        if signal.signal == "demonstration" and plural:
            yield Fault(
                "contract", where, "signal-does-not-fit",
                f"a demonstration shows one form, and people may rightly differ on {', '.join(plural)}",
                "compare several answers there: a preference keeps the spread", "warning",
            )  # fmt: skip


@check("contract", "rubric", whole=(("contract", "supervision"), ("rubric", "dimensions")))
def verifiers_are_asked(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """What a verifier measures is the datum of an outcome or process signal."""
    if not contract.supervision:
        return
    behind = {
        name
        for signal in contract.supervision
        if signal.signal in _TESTED_BY
        for name in signal.dimensions
    }
    tested = any(
        signal.signal in _TESTED_BY and not signal.dimensions for signal in contract.supervision
    )
    for place, dimension in enumerate(rubric.dimensions):
        alone = (
            dimension.nature == "objective" and dimension.verifier and dimension.id not in behind
        )
        if alone and not tested:
            yield Fault(
                "rubric", ("dimensions", place, "verifier"), "verifier-without-signal",
                f"{dimension.verifier!r} tests {dimension.id!r}, and no outcome or process signal "
                "carries its results",
                f"add a signal 'outcome' or 'process' with 'dimensions: [{dimension.id}]'", "warning",
            )  # fmt: skip


@check("contract", "rubric", whole=(("contract", "review"), ("rubric", "dimensions")))
def disagreement_can_happen(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """`on_disagreement` is stated only where there can be a disagreement."""
    compares = any(signal.signal == "preference" for signal in contract.supervision)
    all_plural = bool(rubric.dimensions) and all(
        dimension.nature == "plural" for dimension in rubric.dimensions
    )
    for place, layer in enumerate(contract.review.layers):
        if "on_disagreement" not in layer.model_fields_set:
            continue
        why = None
        if not _can_disagree(layer):
            why = f"{layer.id!r} asks for one judgment, which disagrees with nothing"
        elif all_plural and not compares:
            why = f"every dimension is plural and no verdict is asked, so {layer.id!r} sees no disagreement"
        if why:
            yield Fault(
                "contract", ("review", "layers", place, "on_disagreement"),
                "disagreement-never", why,
                "ask for two passes or more, or leave 'on_disagreement' out; where imported records "
                "bring several judgments, state 'agreement'",
                "warning",
            )  # fmt: skip


def _can_disagree(layer: ReviewLayer) -> bool:
    """Whether the layer's records can have two judgments."""
    return _judgments(layer) >= 2 or "agreement" in layer.model_fields_set  # noqa: PLR2004 - two differ


def _judgments(layer: ReviewLayer) -> int:
    """Most independent judgments of a record that the layer asks for before anybody disagrees."""
    return layer.passes + (layer.second_review_share > 0)


def _can_break(dimension: Dimension) -> bool:
    stated = dimension.guards_against is not None or dimension.nature == "objective"
    return (
        stated
        or "policy_section" in dimension.evidence
        or bool(_RESISTED.search(f"{dimension.id} {dimension.question}"))
    )


CHECKS: tuple[DocumentCheck, ...] = (
    no_supervision,
    signals_have_dimensions,
    verifiable,
    fits,
    verifiers_are_asked,
    disagreement_can_happen,
)
