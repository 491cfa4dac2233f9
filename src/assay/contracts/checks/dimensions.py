"""Dimensions: each with a field, evidence, an action, anchors, examples, exclusions and abstention."""

import re
from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.checks.context import CheckContext
from assay.contracts.contract import Contract
from assay.contracts.rubric import Dimension, Rubric
from assay.core.choices import nearest

BROAD_DIMENSION = re.compile(
    r"^(?:overall|quality|overall_quality|rating|score|helpful(?:ness)?|good(?:ness)?|preference|"
    r"useful(?:ness)?|safe(?:ty)?|truthful(?:ness)?|better|label)$"
)
"""Names under which several qualities hide."""

JUDGE_NAME = re.compile(r"(?:^|[^a-z])(?:llm|judge|model_judge)(?:$|[^a-z])", re.IGNORECASE)
"""Names of verifiers that are a model's opinion."""


@check("rubric")
def no_dimensions(rubric: Rubric) -> Iterator[Fault]:
    """A rubric has dimensions."""
    if not rubric.dimensions:
        yield Fault(
            "rubric", ("dimensions",), "rubric-without-dimensions",
            "the rubric has no dimension, so one overall label would be the only signal",
            "add dimensions: correctness, evidence, safety, uncertainty and communication apart",
        )  # fmt: skip


@check("rubric", whole=(("rubric", "dimensions"),))
def one_overall_label(rubric: Rubric) -> Iterator[Fault]:
    """One overall label is never the only signal."""
    if len(rubric.dimensions) == 1 and rubric.dimensions[0].nature != "objective":
        only = rubric.dimensions[0]
        yield Fault(
            "rubric", ("dimensions", 0), "one-overall-label",
            f"{only.id!r} is the only signal; correctness, evidence, style and safety collapse in it",
            "score separate dimensions and let priority rules compute the verdict",
        )  # fmt: skip


@check("rubric", whole=(("rubric", "dimensions"),))
def broad_dimension(rubric: Rubric) -> Iterator[Fault]:
    """A dimension is one quality."""
    for place, dimension in enumerate(rubric.dimensions):
        if len(rubric.dimensions) > 1 and BROAD_DIMENSION.match(dimension.id):
            yield Fault(
                "rubric", ("dimensions", place, "id"), "broad-dimension",
                f"{dimension.id!r} names several qualities at once",
                "split it: task completion, relevance, clarification, concise communication, ...",
                "warning",
            )  # fmt: skip


_JUDGED_BY_WHAT = (
    ("field", "dimension-without-field", "which part of the record it looks at",
     "name it, such as candidate.content, candidate.work or evidence"),
    ("evidence", "dimension-without-evidence", "which type of evidence a score rests on",
     "name it, such as calculation, citation, test, span or policy_section"),
    ("action", "dimension-without-action", "what the reviewer does",
     "say it: mark the span, redo the calculation, open the citation"),
)  # fmt: skip


@check("rubric")
def dimensions_say_how_to_judge(rubric: Rubric) -> Iterator[Fault]:
    """Every dimension has a field, an evidence type and a reviewer action."""
    for place, dimension in enumerate(rubric.dimensions):
        for key, code, says, hint in _JUDGED_BY_WHAT:
            if not getattr(dimension, key):
                yield Fault(
                    "rubric", ("dimensions", place, key), code,
                    f"{dimension.id!r} does not say {says}", hint,
                )  # fmt: skip


_GUIDANCE = (
    ("examples", "dimension-without-examples", "has no examples",
     "add an example output for at least one value"),
    ("exclusions", "dimension-without-exclusions", "does not say what does not count",
     "say which qualities belong to other dimensions"),
    ("abstention", "dimension-without-abstention", "does not say when to abstain",
     "say what a reviewer cannot know here"),
    ("escalation", "dimension-without-escalation", "does not say to whom a doubtful case goes",
     "name the role that decides"),
)  # fmt: skip


@check("rubric")
def guidance(rubric: Rubric) -> Iterator[Fault]:
    """Every dimension has examples, exclusions, abstention and an escalation path."""
    for place, dimension in enumerate(rubric.dimensions):
        for key, code, says, hint in _GUIDANCE:
            if not getattr(dimension, key):
                yield Fault(
                    "rubric", ("dimensions", place, key), code, f"{dimension.id!r} {says}", hint
                )


@check("rubric")
def anchors(rubric: Rubric) -> Iterator[Fault]:
    """Both ends of a range and every category have an anchor."""
    for place, dimension in enumerate(rubric.dimensions):
        lacking = [value for value in _to_anchor(dimension) if value not in dimension.anchors]
        if lacking:
            yield Fault(
                "rubric", ("dimensions", place, "anchors"), "dimension-without-anchors",
                f"{dimension.id!r} does not say what {', '.join(lacking)} looks like",
                "add an anchor for both ends of a range, and for each category of a list",
            )  # fmt: skip


@check("rubric")
def levels(rubric: Rubric) -> Iterator[Fault]:
    """Every level of a range has an anchor, or the rubric says how the others are distinguished."""
    for place, dimension in enumerate(rubric.dimensions):
        if dimension.scale_kind != "ordinal" or dimension.interpolation:
            continue
        lacking = [value for value in dimension.values[1:-1] if value not in dimension.anchors]
        if lacking and set(_to_anchor(dimension)) <= dimension.anchors.keys():
            shown = ", ".join(lacking[:8]) + (", ..." if len(lacking) > 8 else "")  # noqa: PLR2004
            yield Fault(
                "rubric", ("dimensions", place, "anchors"), "levels-without-anchor",
                f"{dimension.id!r} does not say what distinguishes {shown} from the neighbouring values",
                "add anchors for them, or say in 'interpolation' how people choose between anchors",
                "warning",
            )  # fmt: skip


@check("rubric", "context")
def verifier_is_known(rubric: Rubric, context: CheckContext) -> Iterator[Fault]:
    """A verifier that is named is installed."""
    if context.verifiers is None:
        return
    for place, dimension in enumerate(rubric.dimensions):
        if dimension.verifier and dimension.verifier not in context.verifiers:
            right = nearest(dimension.verifier, context.verifiers)
            yield Fault(
                "rubric", ("dimensions", place, "verifier"), "unknown-verifier",
                f"no verifier {dimension.verifier!r} is installed, so nothing tests {dimension.id!r}",
                f"did you mean {right!r}?" if right
                else f"install the plug-in that brings it; installed: {', '.join(context.verifiers)}",
            )  # fmt: skip


@check("rubric")
def on_scale(rubric: Rubric) -> Iterator[Fault]:
    """Anchors and examples are about values that the scale has."""
    for place, dimension in enumerate(rubric.dimensions):
        for key in ("anchors", "examples"):
            for value in getattr(dimension, key):
                if value not in dimension.values:
                    yield Fault(
                        "rubric", ("dimensions", place, key, value), "value-off-scale",
                        f"{value!r} is not a value of {dimension.id!r}",
                        f"its values are {', '.join(dimension.values[:12])}",
                    )  # fmt: skip


@check("rubric")
def objective_dimensions_have_verifiers(rubric: Rubric) -> Iterator[Fault]:
    """Objective dimensions name their verifier, or say why there is none."""
    for place, dimension in enumerate(rubric.dimensions):
        if dimension.verifier:
            continue
        where = ("dimensions", place, "verifier")
        if dimension.judged_by == "machine":
            yield Fault(
                "rubric", where, "machine-without-verifier",
                f"{dimension.id!r} is judged by a machine, but no verifier is named",
                "name the external test that measures it",
            )  # fmt: skip
        elif dimension.nature == "objective" and not dimension.unverified_because:
            yield Fault(
                "rubric", where, "objective-without-verifier",
                f"{dimension.id!r} is objective, but no verifier is named",
                "name the external test, or say in 'unverified_because' why none is feasible",
            )  # fmt: skip


@check("rubric")
def judge_as_verifier(rubric: Rubric) -> Iterator[Fault]:
    """A model's opinion verifies nothing."""
    for place, dimension in enumerate(rubric.dimensions):
        if dimension.verifier and JUDGE_NAME.search(dimension.verifier):
            yield Fault(
                "rubric", ("dimensions", place, "verifier"), "judge-as-verifier",
                f"{dimension.id!r} names a model's opinion, {dimension.verifier!r}, as a test",
                "name an external test; a model judge is a reviewer: assay review judge",
            )  # fmt: skip


@check("contract", "rubric", whole=(("contract", "behaviours"),))
def dimensions_are_used(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """Every dimension belongs to a behaviour."""
    beneath = {name for behaviour in contract.behaviours for name in behaviour.dimensions}
    for place, dimension in enumerate(rubric.dimensions):
        if dimension.id not in beneath:
            yield Fault(
                "rubric", ("dimensions", place), "dimension-unused",
                f"no behaviour of the contract needs {dimension.id!r}",
                "name it under a behaviour, or do not ask reviewers for it", "warning",
            )  # fmt: skip


def _to_anchor(dimension: Dimension) -> tuple[str, ...]:
    if dimension.scale_kind == "categorical":
        return dimension.values
    return (dimension.values[0], dimension.values[-1])


CHECKS: tuple[DocumentCheck, ...] = (
    no_dimensions, one_overall_label, broad_dimension, dimensions_say_how_to_judge, guidance,
    anchors, levels, on_scale, objective_dimensions_have_verifiers, verifier_is_known, judge_as_verifier, dimensions_are_used,
)  # fmt: skip
