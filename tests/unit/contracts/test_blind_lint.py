"""Bad contracts written from the description of their kinds alone, each an altered template."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay.contracts.reading import FILES, FileKind, read_program
from assay.contracts.service import init
from assay.core.canonical import json_text
from assay.core.issues import Issue
from assay.program.checking import check_documents

TODAY = "2026-06-01T00:00:00Z"
"""The day on which the documents are checked."""

Trees = dict[FileKind, dict[str, Any]]
"""The plain content of the YAML files, by kind."""

YAML: tuple[FileKind, ...] = ("contract", "rubric", "policy", "sources")


class Bad(NamedTuple):
    """One bad contract."""

    template: str
    """The sound program that is altered."""
    places: tuple[tuple[FileKind, str], ...]
    """Where the fault stands: an issue at one of these places, or inside one, finds it."""
    alter: Callable[[Trees], None]
    """Puts the fault in."""


def put(kind: FileKind, path: tuple[str | int, ...], value: Any) -> Callable[[Trees], None]:
    """Sets one place of one file."""

    def alter(trees: Trees) -> None:
        place: Any = trees[kind]
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return alter


def both(*changes: Callable[[Trees], None]) -> Callable[[Trees], None]:
    """Several changes that make one fault."""

    def alter(trees: Trees) -> None:
        for change in changes:
            change(trees)

    return alter


def without(kind: FileKind, path: tuple[str | int, ...]) -> Callable[[Trees], None]:
    """Takes one place out."""

    def alter(trees: Trees) -> None:
        place: Any = trees[kind]
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return alter


def copied_dimension(trees: Trees) -> None:
    """A third dimension once more, under a name of its own, beneath the same behaviour."""
    dimensions = trees["rubric"]["dimensions"]
    dimensions.append({**dimensions[2], "id": "chain_holds"})
    trees["contract"]["behaviours"][1]["dimensions"].append("chain_holds")


def second_class(trees: Trees) -> None:
    """Worksheets under the GPL, published beside solutions that are shared alike."""
    classes = trees["sources"]["classes"]
    classes.append(
        {**classes[0], "id": "worksheets", "licence": "GPL-3.0-only",
         "description": "Worksheets that a publisher of free textbooks put on the web."}
    )  # fmt: skip


def nothing_hard(trees: Trees) -> None:
    """No value that is hard by its meaning, and none that is named."""
    sampling = trees["contract"]["sampling"]
    sampling["axes"]["difficulty"] = ["easy", "medium"]
    sampling["axes"]["failure_cluster"] = ["none"]
    sampling["quotas"] = [{"slice": {"difficulty": "medium"}, "share": 0.3}]
    trees["contract"]["acceptance_tests"][0]["slice"] = {"difficulty": "medium"}
    trees["contract"]["review"]["layers"][0]["slice"] = {"difficulty": "medium"}


def axes_left_out(trees: Trees) -> None:
    """One axis, and all the others left out without saying why."""
    sampling = trees["contract"]["sampling"]
    others = [axis for axis in sampling["axes"] if axis != "difficulty"]
    sampling["axes"] = {"difficulty": sampling["axes"]["difficulty"]}
    sampling["left_out"] = dict.fromkeys([*others, *sampling["left_out"]], "nope")
    sampling["quotas"] = sampling["quotas"][:1]


BAD: dict[str, Bad] = {
    "a virtue for a behaviour": Bad(
        "tools",
        (("contract", "behaviours[0]"),),
        put("contract", ("behaviours", 0, "statement"),
            "Is a courteous, trustworthy and useful companion at all times."),
    ),
    "a state of mind for a behaviour": Bad(
        "tools",
        (("contract", "behaviours[0]"),),
        put("contract", ("behaviours", 0, "statement"),
            "Grasps what the traveller truly has at heart."),
    ),
    "a dimension copied": Bad(
        "math", (("rubric", "dimensions[2]"), ("rubric", "dimensions[3]")), copied_dimension
    ),
    "one anchor at both ends": Bad(
        "safety",
        (("rubric", "dimensions[2].anchors"),),
        put("rubric", ("dimensions", 2, "anchors"),
            {"0": "Points to a product", "1": "Points to a product"}),
    ),
    "grades for anchors": Bad(
        "tools",
        (("rubric", "dimensions[2].anchors"),),
        put("rubric", ("dimensions", 2, "anchors"),
            {"1": "poor", "2": "fair", "3": "excellent"}),
    ),
    "a placeholder among exclusions": Bad(
        "code",
        (("rubric", "dimensions[1].exclusions"),),
        put("rubric", ("dimensions", 1, "exclusions"), ["to be decided"]),
    ),
    "a placeholder for an action": Bad(
        "code",
        (("rubric", "dimensions[2].action"),),
        put("rubric", ("dimensions", 2, "action"), "see above"),
    ),
    "a placeholder for an abstention, French": Bad(
        "code",
        (("rubric", "dimensions[1].abstention"),),
        put("rubric", ("dimensions", 1, "abstention"), "à compléter"),
    ),
    "a placeholder for an example, Korean": Bad(
        "tools",
        (("rubric", "dimensions[2].examples"),),
        put("rubric", ("dimensions", 2, "examples"), {"1": "추후 작성"}),
    ),
    "seven values with two anchors": Bad(
        "code",
        (("rubric", "dimensions[1]"),),
        both(
            put("rubric", ("dimensions", 1, "scale"), "1..7"),
            put("rubric", ("dimensions", 1, "anchors"),
                {"1": "Rewrites unrelated code", "7": "Only what is needed"}),
        ),
    ),
    "a question that asks for nothing": Bad(
        "math",
        (("rubric", "dimensions[2].question"),),
        put("rubric", ("dimensions", 2, "question"), "How nice is this one overall?"),
    ),
    "acceptable by a feeling": Bad(
        "code",
        (("contract", "behaviours[0].acceptable_when"),),
        put("contract", ("behaviours", 0, "acceptable_when"), "Looks fine to us."),
    ),
    "shares of 140 % on one axis": Bad(
        "math",
        (("contract", "sampling"),),
        put("contract", ("sampling", "quotas"), [
            {"slice": {"difficulty": "hard"}, "share": 0.3},
            {"slice": {"failure_cluster": "unit conversion"}, "minimum": 50},
            {"slice": {"domain": "fractions"}, "share": 0.5},
            {"slice": {"domain": "geometry"}, "share": 0.5},
            {"slice": {"domain": "rates"}, "share": 0.4},
        ]),
    ),
    "minimums that cross": Bad(
        "tools",
        (("contract", "sampling"),),
        put("contract", ("sampling", "quotas"), [
            {"slice": {"difficulty": "hard"}, "share": 0.3},
            {"slice": {"language": "ga"}, "minimum": 100},
            {"slice": {"language": "en", "domain": "rail"}, "minimum": 60},
            {"slice": {"language": "en", "domain": "flights"}, "minimum": 60},
            {"slice": {"failure_cluster": "refund first"}, "minimum": 30},
            {"slice": {"tool_availability": "one fails", "interaction_length": "long"},
             "minimum": 20},
        ]),
    ),
    "four records": Bad(
        "preference",
        (("contract", "sampling"),),
        both(
            put("contract", ("sampling", "total"), 4),
            put("contract", ("sampling", "quotas", 2),
                {"slice": {"failure_cluster": "herbal products"}, "share": 0.2}),
        ),
    ),
    "axes left out for no reason": Bad(
        "math", (("contract", "sampling.left_out"),), axes_left_out
    ),
    "no hard slice": Bad("math", (("contract", "sampling"),), nothing_hard),
    "taste before the veto": Bad(
        "safety",
        (("rubric", "priority"),),
        put("rubric", ("priority",), [
            {"compare": "alternative"}, {"compare": "over_refusal"},
            {"veto": "unsafe_compliance", "above": 0},
        ]),
    ),
    "a critical failure without a veto": Bad(
        "tools",
        (("rubric", "priority"), ("contract", "failure_classes[1]")),
        put("rubric", ("priority",), [
            {"compare": "permission_kept"}, {"compare": "end_state"}, {"compare": "asks_back"},
        ]),
    ),
    "a comparison by two before another": Bad(
        "math",
        (("rubric", "priority"),),
        put("rubric", ("priority", 1), {"compare": "step_follows", "by": 2}),
    ),
    "measured on the training set": Bad(
        "code",
        (("contract", "acceptance_tests[0]"),),
        put("contract", ("acceptance_tests", 0, "dataset"), "training_set"),
    ),
    "measured on what was tuned on": Bad(
        "tools",
        (("contract", "acceptance_tests[0]"),),
        put("contract", ("acceptance_tests", 0, "dataset"), "finetune-corpus"),
    ),
    "a margin wider than the scale": Bad(
        "code",
        (("contract", "acceptance_tests[0]"),),
        both(
            put("contract", ("acceptance_tests", 0, "metric"), "mean_scope"),
            put("contract", ("acceptance_tests", 0, "margin"), 6),
        ),
    ),
    "a margin above one on a rate": Bad(
        "safety",
        (("contract", "acceptance_tests[0]"),),
        put("contract", ("acceptance_tests", 0, "margin"), 1.5),
    ),
    "no margin to speak of": Bad(
        "math",
        (("contract", "acceptance_tests[0]"),),
        put("contract", ("acceptance_tests", 0, "margin"), 0),
    ),
    "a metric misspelt": Bad(
        "preference",
        (("contract", "acceptance_tests[0].metric"),),
        both(
            put("contract", ("acceptance_tests", 0, "metric"), "unsuported_claim_rate"),
            put("contract", ("acceptance_tests", 0, "margin"), 0.2),
        ),
    ),
    "more refusals asked for": Bad(
        "safety",
        (("contract", "acceptance_tests[1]"),),
        both(
            put("contract", ("acceptance_tests", 1, "direction"), "increase"),
            put("contract", ("acceptance_tests", 1, "margin"), 0.2),
        ),
    ),
    "one metric up and down": Bad(
        "code",
        (("contract", "acceptance_tests[0]"), ("contract", "acceptance_tests[1]")),
        both(
            put("contract", ("acceptance_tests", 0, "slice"), {"failure_cluster": "time zones"}),
            put("contract", ("acceptance_tests", 0, "margin"), 0.05),
            put("contract", ("acceptance_tests", 1, "direction"), "decrease"),
        ),
    ),
    "a reserve that shows no margin": Bad(
        "tools",
        (("contract", "reserve"), ("contract", "acceptance_tests")),
        put("contract", ("reserve", "size"), 12),
    ),
    "a source from another territory": Bad(
        "safety",
        (("sources", "classes[0]"),),
        put("sources", ("classes", 0, "territory"), ["BR"]),
    ),
    "non-commercial, trained on and published": Bad(
        "preference",
        (("sources", "classes[1]"),),
        put("sources", ("classes", 1, "licence"), "CC-BY-NC-SA-4.0"),
    ),
    "no derivatives, trained on": Bad(
        "math",
        (("sources", "classes[0]"),),
        put("sources", ("classes", 0, "licence"), "CC-BY-ND-3.0"),
    ),
    "two licences that exclude each other": Bad("math", (("sources", "classes"),), second_class),
    "a retention that is over": Bad(
        "safety",
        (("sources", "classes[0]"),),
        put("sources", ("classes", 0, "retention_until"), "2026-03-31"),
    ),
    "a retention of twelve days": Bad(
        "tools",
        (("sources", "classes[0]"),),
        both(
            put("sources", ("classes", 0, "retention_days"), 12),
            put("sources", ("classes", 0, "collected_on"), "2026-05-28"),
        ),
    ),
    "a source that no reviewer may read": Bad(
        "code",
        (("sources", "classes[1]"),),
        put("sources", ("classes", 1, "reviewer_access"), ["administrator"]),
    ),
    "persons in what is published for ever": Bad(
        "math",
        (("sources", "classes[0]"),),
        put("sources", ("classes", 0, "holds_personal_information"), value=True),
    ),
    "nobody deletes": Bad(
        "safety",
        (("sources", "classes[0].deletion_contact"), ("sources", "classes[0].deletion_procedure")),
        both(
            put("sources", ("classes", 0, "deletion_contact"), "no one"),
            put("sources", ("classes", 0, "deletion_procedure"), "not applicable"),
        ),
    ),
    "high severity read once": Bad(
        "code",
        (("contract", "review.layers[1]"),),
        put("contract", ("review", "layers", 1, "passes"), 1),
    ),
    "Korean and Arabic that nobody reads": Bad(
        "safety",
        (("contract", "roles"), ("contract", "sampling.axes"), ("contract", "review")),
        both(
            put("contract", ("sampling", "axes", "language"), ["en", "ko", "ar"]),
            put("contract", ("roles", 0, "expertise"),
                "Trust and safety, with the policy of this program"),
        ),
    ),
    "an exam of two items": Bad(
        "math",
        (("contract", "roles[0]"),),
        both(
            put("contract", ("roles", 0, "test"), "a quiz"),
            put("contract", ("roles", 0, "items"), 2),
            put("contract", ("roles", 0, "pass_mark"), 0.05),
        ),
    ),
    "an opener who writes training data": Bad(
        "math",
        (("contract", "reserve.openers"), ("contract", "roles[3]")),
        put("contract", ("roles", 3, "duty"),
            "Owns the contract, drafts worked solutions for training and opens the reserve"),
    ),
    "nobody to turn to": Bad(
        "safety",
        (("contract", "welfare.support"),),
        put("contract", ("welfare", "support"), "none so far"),
    ),
    "severe content all day": Bad(
        "safety",
        (("contract", "welfare"),),
        put("contract", ("welfare", "daily_minutes"), 450),
    ),
    "unblinded for ease": Bad(
        "preference",
        (("contract", "review.unblinded_because"),),
        both(
            put("contract", ("review", "blinded"), value=False),
            put("contract", ("review", "unblinded_because"), "simpler"),
        ),
    ),
    "unverified for no reason": Bad(
        "preference",
        (("rubric", "dimensions[0].unverified_because"),),
        put("rubric", ("dimensions", 0, "unverified_because"), "unknown"),
    ),
    "a verifier that is not there": Bad(
        "tools",
        (("rubric", "dimensions[0].verifier"),),
        put("rubric", ("dimensions", 0, "verifier"), "booking-oracle"),
    ),
    "a signal for no reason": Bad(
        "code",
        (("contract", "supervision[1].why"),),
        put("contract", ("supervision", 1, "why"), "Obviously."),
    ),
    "a training goal as an evaluation goal": Bad(
        "tools",
        (("contract", "training_objectives"), ("contract", "evaluation_objectives")),
        put("contract", ("evaluation_objectives", 0),
            "Whether the change that was asked for is finished"),
    ),
}  # fmt: skip
"""The bad contracts by what is wrong with them."""


def issues_of(folder: Path, template: str, *changes: Callable[[Trees], None]) -> list[Issue]:
    """What the check says of an altered template."""
    init(folder, template)
    readings = read_program(folder)
    trees: Trees = {}
    for kind in YAML:
        tree = readings[kind].tree
        assert tree is not None
        trees[kind] = tree.plain
    for change in changes:
        change(trees)
    for kind, plain in trees.items():
        (folder / FILES[kind]).write_text(json_text(plain), encoding="utf-8")
    return list(check_documents(folder, lambda: TODAY).issues)


def is_at(issue: Issue, bad: Bad) -> bool:
    """Whether an issue stands where the fault was put."""
    return any(
        issue.file == FILES[kind] and issue.path.startswith(place) for kind, place in bad.places
    )


MISSED: dict[str, str] = {
    "acceptable by a feeling": "`looks fine to us` names something, by the list; `looks good` does not",
    "a critical failure without a veto": (
        "the dimension that shows it is objective, and failing one rejects a candidate by default: no "
        "fault"
    ),
    "a comparison by two before another": (
        "there is no `preference` to compare, and behind it only a scale of two values, which closes "
        "no circle: no fault"
    ),
}
"""Bad contracts that no issue names, and why."""


@pytest.mark.parametrize("template", sorted({bad.template for bad in BAD.values()}))
def test_the_templates_are_sound(template: str, tmp_path: Path) -> None:
    """A template without an alteration has no issue."""
    assert issues_of(tmp_path / "program", template) == []


@pytest.mark.share(4)
@pytest.mark.parametrize("name", [name for name in BAD if name not in MISSED])
def test_a_blind_bad_contract_is_named_at_its_place(name: str, tmp_path: Path) -> None:
    """A bad contract has an issue where its fault stands."""
    bad = BAD[name]
    issues = issues_of(tmp_path / "program", bad.template, bad.alter)
    assert any(is_at(each, bad) for each in issues), issues


def test_what_is_listed_as_missed_is_written() -> None:
    """The list of what is missed names bad contracts."""
    assert set(MISSED) <= set(BAD)
