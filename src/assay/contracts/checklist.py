"""The operating checklist: fourteen points, and what the documents claim about each.

A document proves nothing, it claims. A point is `missing` where the documents do not even claim it,
where a fault contradicts it or its text is filler or an open question; `refuted` where the documents
contradict what they are compared with (the day, the installed verifiers, the arithmetic of an
exam); else `claimed`. Only facts of the stage that is named can make it `shown`:
`planning.checklist`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from assay.contracts.checks.check import Part
from assay.contracts.contract import Contract
from assay.contracts.open_question import NOT_ANSWERED
from assay.contracts.policy import PolicyRules
from assay.contracts.reading import FILES, FileKind, Reading
from assay.contracts.rubric import Rubric
from assay.contracts.sources import Sources
from assay.core.issues import Issue
from assay.core.wording import count_phrase

PointState = Literal["missing", "claimed", "shown", "refuted"]
"""What is known of a point.

`missing`: the documents do not claim it; `claimed`: they do, and nothing has shown or refuted it;
`shown`: facts that could have shown the opposite support it; `refuted`: facts contradict it.
"""

Stage = Literal[
    "contracts", "review", "verification", "reserve", "quality", "releases", "validation"
]
"""The stage whose facts can show a point, or refute it."""

FILLER = frozenset({"filler", "anchor-says-nothing", "one-word-answer", "vague-text", NOT_ANSWERED})
"""Faults of texts that say nothing: a point whose texts have one is not even claimed."""


class ChecklistPoint(msgspec.Struct, frozen=True):
    """One point of the checklist, as the documents have it."""

    number: int
    """Place in the checklist, from 1 to 14."""
    point: str
    """What must hold, as one sentence."""
    state: PointState
    """`missing`, `claimed` or `refuted`; documents alone show nothing."""
    evidence: str
    """What the answer rests on."""
    stage: Stage
    """The stage whose facts can show it, or refute it."""


class _ChecklistQuestion(msgspec.Struct, frozen=True):
    point: str
    needs: tuple[Part, ...]
    """Parts of documents that must be there without a fault of shape."""
    codes: frozenset[str]
    """Issues that contradict the point."""
    evidence: Callable[..., str]
    """What is claimed, from the documents in the order of `needs`."""
    stage: Stage
    refuting: frozenset[str] = frozenset()
    """Issues by which the documents refute the point themselves."""


def compute_checklist(
    readings: Mapping[FileKind, Reading], issues: Iterable[Issue]
) -> tuple[ChecklistPoint, ...]:
    """The fourteen points, from the documents and all their issues."""
    every = list(issues)
    return tuple(
        _answer(number, question, readings, every)
        for number, question in enumerate(_QUESTIONS, start=1)
    )


def _answer(
    number: int,
    question: _ChecklistQuestion,
    readings: Mapping[FileKind, Reading],
    issues: list[Issue],
) -> ChecklistPoint:
    def point(state: PointState, evidence: str) -> ChecklistPoint:
        return ChecklistPoint(number, question.point, state, evidence, question.stage)

    # The heaviest answer first: a point that is refuted as well as missing is refuted.
    refuting = [issue for issue in issues if issue.code in question.refuting]
    if refuting:
        return point("refuted", _cite_first(refuting))
    against = [issue for issue in issues if _speaks_against(issue, question)]
    if against:
        return point("missing", _cite_first(against))
    # A part that was left out for its shape was not examined, so that it has no fault shows nothing.
    for kind, key in question.needs:
        reading = readings[kind]
        if reading.shaped.document is None or reading.shaped.lacks(key):
            return point("missing", f"{reading.file}: {key!r} cannot be read")
    kinds = dict.fromkeys(kind for kind, _ in question.needs)
    return point("claimed", question.evidence(*(readings[kind].shaped.document for kind in kinds)))


def _speaks_against(issue: Issue, question: _ChecklistQuestion) -> bool:
    """Whether an issue takes a point away: by its code, or as filler in the point's own texts."""
    if issue.code in question.codes:
        return True
    return issue.code in FILLER and any(
        issue.file == FILES[kind] and issue.path.startswith(key) for kind, key in question.needs
    )


def _cite_first(issues: list[Issue]) -> str:
    more = f", and {len(issues) - 1} more" if len(issues) > 1 else ""
    return f"{issues[0].file}:{issues[0].line}: {issues[0].message}{more}"


def _behaviours_claim(contract: Contract) -> str:
    dimensions = {name for behaviour in contract.behaviours for name in behaviour.dimensions}
    count = count_phrase(len(contract.behaviours), "behaviour")
    return f"{count} over {count_phrase(len(dimensions), 'dimension')}, for: {contract.deployment}"


def _objectives_claim(contract: Contract) -> str:
    taught, measured = len(contract.training_objectives), len(contract.evaluation_objectives)
    return f"{taught} for training, {measured} for evaluation, not the same set"


def _guidance_claim(rubric: Rubric) -> str:
    return f"{count_phrase(len(rubric.dimensions), 'dimension')}, each with all three"


def _rights_claim(sources: Sources) -> str:
    uses = sorted({use for source in sources.classes for use in source.permitted_uses})
    return f"{count_phrase(len(sources.classes), 'source class', 'source classes')}; uses: {', '.join(uses)}"


def _qualification_claim(contract: Contract) -> str:
    roles = ", ".join(rule.role for rule in contract.roles if rule.test)
    return f"a blinded test with a pass mark for: {roles}"


def _blinding_claim(contract: Contract) -> str:
    if contract.review.blinded:
        return "identity is hidden and the order is drawn separately for each reviewer"
    return f"not blinded, because: {contract.review.unblinded_because}"


def _verdicts_claim(rubric: Rubric) -> str:
    return f"permitted: {', '.join(rubric.verdicts)}; each judgment is kept"


def _verifiers_claim(rubric: Rubric) -> str:
    objective = [dimension for dimension in rubric.dimensions if dimension.nature == "objective"]
    verifiers = sorted(
        {dimension.verifier for dimension in rubric.dimensions if dimension.verifier}
    )
    without = [dimension.id for dimension in objective if not dimension.verifier]
    text = f"{count_phrase(len(objective), 'objective dimension')}; verifiers: "
    text += ", ".join(verifiers) or "none"
    return text + (f"; with a stated reason not: {', '.join(without)}" if without else "")


def _reserve_claim(contract: Contract) -> str:
    reserve = contract.reserve
    return f"the reserve {reserve.id!r} is declared" if reserve else ""


def _failures_claim(contract: Contract) -> str:
    classes = count_phrase(len(contract.failure_classes), "failure class", "failure classes")
    return f"{classes} with severities; axes: {', '.join(contract.sampling.axes)}"


def _tests_claim(contract: Contract) -> str:
    tests = contract.acceptance_tests
    guards = sum(test.direction == "hold" for test in tests)
    return f"{count_phrase(len(tests), 'acceptance test')}, of which {guards} guard against regressions"


def _versions_claim(*documents: Any) -> str:
    return ", ".join(f"{document.kind} {document.version}" for document in documents)


def _welfare_claim(contract: Contract, _policy: PolicyRules) -> str:
    if contract.welfare is None:
        return "no severe content is declared"
    return f"severe content is restricted to: {', '.join(contract.welfare.restricted_to)}"


def _honesty_claim(*_documents: Any) -> str:
    return "no forbidden claim in any text of the documents"


_QUESTIONS: tuple[_ChecklistQuestion, ...] = (
    _ChecklistQuestion(
        "The target behaviour can be observed and belongs to a deployment",
        (("contract", "behaviours"), ("contract", "deployment")),
        frozenset({
            "no-behaviours", "broad-goal", "behaviour-without-dimension",
            "behaviour-without-conditions", "behaviour-without-evidence",
            "behaviour-not-observable",
        }),
        _behaviours_claim, "review",
    ),
    _ChecklistQuestion(
        "Training objectives and evaluation objectives are kept apart",
        (("contract", "training_objectives"), ("contract", "evaluation_objectives")),
        frozenset({"objectives-missing", "objectives-not-separated", "objective-shared", "objective-restated"}),
        _objectives_claim, "validation",
    ),
    _ChecklistQuestion(
        "Each dimension of the rubric has examples, anchors and a rule for abstaining",
        (("rubric", "dimensions"),),
        frozenset({
            "rubric-without-dimensions", "dimension-without-anchors",
            "dimension-without-examples", "dimension-without-abstention", "anchors-equal",
            "anchors-alike", "levels-without-anchor", "dimension-copied",
        }),
        _guidance_claim, "review",
    ),
    _ChecklistQuestion(
        "Rights of the sources and permitted uses are written down",
        (("sources", "classes"),),
        frozenset({
            "no-sources", "source-without-licence", "source-without-permitted-uses",
            "source-without-retention", "retention-without-start", "source-without-territory",
            "source-without-access", "source-without-deletion", "bad-licence",
            "licence-against-use", "share-alike-conflict", "personal-information-without-rules",
        }),
        _rights_claim, "releases", frozenset({"retention-over"}),
    ),
    _ChecklistQuestion(
        "What qualifies reviewers fits the risk and the domain",
        (("contract", "roles"), ("contract", "review")),
        frozenset({
            "no-roles", "role-without-qualification", "qualification-without-test",
            "adjudication-without-adjudicator", "high-risk-single-pass", "exam-cannot-tell",
            "language-without-specialist",
        }),
        _qualification_claim, "review", frozenset({"exam-impossible"}),
    ),
    _ChecklistQuestion(
        "Identity and order of candidates are hidden wherever that is appropriate",
        (("contract", "review"),),
        frozenset({"unblinded-without-reason"}),
        _blinding_claim, "review",
    ),
    _ChecklistQuestion(
        "Ties, both unacceptable and disagreement can be expressed and are kept",
        (("rubric", "verdicts"),),
        frozenset({"forced-choice"}),
        _verdicts_claim, "review",
    ),
    _ChecklistQuestion(
        "Objective dimensions are verified from outside where that is feasible",
        (("rubric", "dimensions"),),
        frozenset({
            "rubric-without-dimensions", "objective-without-verifier", "machine-without-verifier",
            "judge-as-verifier",
        }),
        _verifiers_claim, "verification", frozenset({"unknown-verifier"}),
    ),
    _ChecklistQuestion(
        "Hidden evaluation data is sealed off and free of duplicates",
        (("contract", "reserve"),),
        frozenset({
            "no-reserve", "reserve-open-to-authors", "opener-makes-training-data",
            "reserve-too-small",
        }),
        _reserve_claim, "reserve",
    ),
    _ChecklistQuestion(
        "Defects are followed by severity, task family and cause",
        (("contract", "failure_classes"), ("contract", "sampling")),
        frozenset({"no-failure-classes"}),
        _failures_claim, "quality",
    ),
    _ChecklistQuestion(
        "Effect on the model, and regressions, are tested on data held out",
        (("contract", "acceptance_tests"),),
        frozenset({
            "no-acceptance-tests", "acceptance-on-training-data",
            "acceptance-test-without-margin", "regressions-not-tested", "margin-outside-range",
            "margin-zero", "hold-without-margin", "metric-wrong-way", "metric-both-ways",
            "metric-misspelt", "metric-without-failure-class",
        }),
        _tests_claim, "validation",
    ),
    _ChecklistQuestion(
        "Schema, rubric, policy and transformations have versions",
        tuple((kind, "version") for kind in ("contract", "rubric", "policy", "sources")),
        frozenset(),
        _versions_claim, "releases",
    ),
    _ChecklistQuestion(
        "Controls for sensitive content and for reviewers' welfare are defined",
        (("contract", "welfare"), ("policy", "sections")),
        frozenset({"severe-content-without-welfare", "welfare-incomplete", "welfare-without-limit"}),
        _welfare_claim, "review",
    ),
    _ChecklistQuestion(
        "Public claims promise no hidden chain of thought and no unverified certification",
        tuple((kind, "title") for kind in ("contract", "rubric", "policy", "sources")),
        frozenset({"forbidden-claim"}),
        _honesty_claim, "releases",
    ),
)  # fmt: skip
