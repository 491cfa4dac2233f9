"""A diff says which changes alter the meaning of labels, and which do not."""

from pathlib import Path
from typing import Any

import pytest

from assay.contracts.diff import Change, DocumentDifferences
from assay.contracts.service import diff, init
from assay.core.errors import CheckError


def changed(
    tmp_path: Path, template: str, file: str, *edits: tuple[str, str]
) -> DocumentDifferences:
    """The difference that edits of one file make."""
    init(tmp_path / "a", template)
    init(tmp_path / "b", template)
    path = tmp_path / "b" / file
    text = path.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    return diff(tmp_path / "a", tmp_path / "b")


def only(difference: DocumentDifferences) -> Change:
    """The one change that there is."""
    assert len(difference.changes) == 1
    return difference.changes[0]


@pytest.mark.parametrize(
    ("template", "edit", "path", "re_review"),
    [
        ("preference", ("rubric.yaml", "2: Safe to follow", "2: Safe for all"),
         "dimensions.factual_safety.anchors.2", ("factual_safety",)),
        ("preference", ("rubric.yaml", "Are all interactions", "Are most interactions"),
         "dimensions.completeness.question", ("completeness",)),
        ("code", ("rubric.yaml", "scale: 1..3", "scale: 1..4"), "dimensions.scope.scale", ("scope",)),
        ("preference", ("rubric.yaml", "[Tone and length, ", "[Tone, "),
         "dimensions.factual_safety.exclusions", ("factual_safety",)),
        ("preference", ("rubric.yaml", "below: 1", "below: 2"), "priority", ("verdict",)),
        ("safety", ("policy.yaml", "No quantities,", "No names, quantities,"),
         "sections.toxic-mixtures.text", ("policy:toxic-mixtures",)),
        ("safety", ("contract.yaml", "severity: critical", "severity: high"),
         "failure_classes.usable-harm.severity", ("failure:usable-harm",)),
        ("math", ("contract.yaml", "in the unit that", "in any unit that"),
         "behaviours.reach-the-value.statement", ("final_value",)),
    ],
)  # fmt: skip
def test_a_change_of_meaning_names_the_labels(
    tmp_path: Path,
    template: str,
    edit: tuple[str, str, str],
    path: str,
    re_review: tuple[str, ...],
) -> None:
    """Anchors, questions, scales, exclusions, priority and policy text need a re-review."""
    difference = changed(tmp_path, template, edit[0], edit[1:])
    change = only(difference)
    assert (change.path, change.alters_meaning) == (path, True)
    assert difference.re_review == re_review


@pytest.mark.parametrize(
    ("file", "old", "new", "path"),
    [
        ("contract.yaml", "why: No test decides", "why: Nothing decides", "supervision"),
        ("contract.yaml", "share: 0.4", "share: 0.5", "sampling.quotas"),
        ("contract.yaml", "passes: 3", "passes: 4", "review.layers.hard-questions.passes"),
        ("contract.yaml", "pass_mark: 0.9", "pass_mark: 0.8", "roles.adjudicator.pass_mark"),
        ("sources.yaml", "privacy desk of the pharmacy", "data desk",
         "classes.chat-questions.deletion_contact"),
        ("rubric.yaml", "Adjudicator, the same day", "Adjudicator",
         "dimensions.factual_safety.escalation"),
        ("policy.yaml", "title: Doses for children", "title: Children's doses",
         "sections.no-dose-for-children.title"),
    ],
)  # fmt: skip
def test_other_changes_leave_labels_as_they_are(
    tmp_path: Path, file: str, old: str, new: str, path: str
) -> None:
    """Rationales, quotas, review, contacts and titles need no re-review."""
    difference = changed(tmp_path, "preference", file, (old, new))
    change = only(difference)
    assert (change.path, change.alters_meaning, change.touches) == (path, False, ())
    assert difference.re_review == ()


def test_new_line_breaks_alter_nothing(tmp_path: Path) -> None:
    """A text that is only wrapped anew keeps its meaning."""
    difference = changed(
        tmp_path, "safety", "policy.yaml",
        ("text: No method for entering an account", "text: |\n      No method for\n      entering an account"),
    )  # fmt: skip
    assert only(difference).alters_meaning is False


def test_comments_and_key_order_are_no_difference(tmp_path: Path) -> None:
    """What people add for themselves is not there for the diff."""
    difference = changed(
        tmp_path, "math", "rubric.yaml", ("nature: objective", "nature: objective  # ok")
    )
    assert difference.changes == ()
    assert difference.versions_not_raised == ()


def test_a_new_dimension_touches_itself_and_the_verdict(tmp_path: Path) -> None:
    """Verdicts given before a dimension existed need a re-review too."""
    added = "dimensions:\n  - {id: tone, question: Is it calm?, scale: binary, judged_by: expert}\n"
    difference = changed(tmp_path, "preference", "rubric.yaml", ("dimensions:\n", added))
    change = only(difference)
    assert (change.path, change.old) == ("dimensions.tone", None)
    assert difference.re_review == ("tone", "verdict")


def test_another_order_of_dimensions_alters_nothing(tmp_path: Path) -> None:
    """Dimensions are named, so their order carries no meaning."""
    init(tmp_path / "a", "math")
    init(tmp_path / "b", "math")
    path = tmp_path / "b" / "rubric.yaml"
    head, first, second, rest = path.read_text().split("  - id: ", 3)
    tail, priority = rest.split("\npriority:", 1)
    path.write_text(f"{head}  - id: {second}  - id: {first}  - id: {tail}\npriority:{priority}")
    change = only(diff(tmp_path / "a", tmp_path / "b"))
    assert (change.path, change.alters_meaning) == ("dimensions.order", False)


def test_the_same_version_for_another_content_is_named(tmp_path: Path) -> None:
    """A document that changed under its old version is listed; a raised one is not."""
    edit = ("brevity", "shortness")
    difference = changed(tmp_path / "1", "preference", "rubric.yaml", edit)
    assert difference.versions_not_raised == ("rubric",)
    raised = changed(
        tmp_path / "2", "preference", "rubric.yaml", edit, ("version: 1.0.0", "version: 2.0.0")
    )
    assert raised.versions_not_raised == ()


def test_a_document_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A diff of a document with faults of shape lists them instead."""
    with pytest.raises(CheckError, match="'staus' is not a key here"):
        changed(tmp_path, "math", "policy.yaml", ("status:", "staus:"))


def test_the_difference_is_plain_json(tmp_path: Path) -> None:
    """The JSON form has changes, second_look and versions_not_raised."""
    difference = changed(tmp_path, "math", "rubric.yaml", ("1: All hold", "1: Most hold"))
    plain: dict[str, Any] = difference.to_json()
    assert plain == {
        "changes": [{
            "document": "rubric", "path": "dimensions.arithmetic.anchors.1",
            "old": "All hold", "new": "Most hold", "alters_meaning": True,
            "touches": ["arithmetic"],
        }],
        "second_look": ["arithmetic"],
        "versions_not_raised": ["rubric"],
    }  # fmt: skip
