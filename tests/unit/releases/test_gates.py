"""Each gate lets through what it should and refuses with its figures."""

from collections.abc import Sequence

import pytest

from assay.contracts.contract import Sampling
from assay.contracts.document import Document, DocumentKind
from assay.core.issues import Issue
from assay.quality.coverage import count_cells, coverage
from assay.releases.gates import (
    QaFigures,
    claims_gate,
    qa_gate,
    quota_gate,
    rights_gate,
    versions_gate,
)
from simulators.ferries import TEXTS, documents

SAMPLING = Sampling.model_validate_json("""{
    "total": 100,
    "axes": {"level": ["easy", "hard"], "language": ["en", "de"]},
    "hard": [{"level": "hard", "language": "de"}],
    "quotas": [{"slice": {"level": "hard"}, "share": 0.1}, {"slice": {"language": "de"}, "minimum": 2}]
}""")


def _facts(**changed: str) -> dict[DocumentKind, Document]:
    return {kind: file.document for kind, file in documents(**changed).items()}


def _quotas(*places: tuple[str, str]) -> tuple[bool, str]:
    cells = count_cells(
        ({"level": level, "language": language}, True) for level, language in places
    )
    result = quota_gate(coverage(cells, SAMPLING))
    return result.passed, result.reason


def test_rights_are_counted_and_refuse_only_an_empty_release() -> None:
    """Records without the right are left out; a release of none is refused."""
    some, none = rights_gate("train", 3, 2), rights_gate("publish", 0, 5)
    assert (some.passed, none.passed) == (True, False)
    assert some.reason == "3 of 5 releasable records may be used to train; 2 left out"


def test_met_quotas_pass() -> None:
    """A share is met at exactly its number: 3 of 30 are 10 %."""
    hard = [("hard", "de")] * 3
    assert _quotas(*hard, *[("easy", "en")] * 27)[0]


def test_every_unmet_quota_is_named_with_its_figures() -> None:
    """A share, a minimum and a hard slice that are not met are all told."""
    passed, reason = _quotas(*[("easy", "en")] * 10)
    assert not passed
    assert reason.split("; ") == [
        "level=hard has 0 of 10 records and needs 1",
        "language=de has 0 of 10 records and needs 2",
        "language=de and level=hard has 0 of 10 records and needs 1",
    ]


def test_easy_items_do_not_buy_a_hard_slice() -> None:
    """A release full of easy records misses its hard slice however many there are."""
    passed, reason = _quotas(*[("hard", "en")] * 20, *[("easy", "de")] * 20)
    assert not passed
    assert "language=de and level=hard" in reason


def test_review_that_is_finished_passes() -> None:
    """Accepted and preserved records are counted apart."""
    result = qa_gate(QaFigures(accepted=2, preserved=1))
    assert result.passed
    assert (
        result.reason == "2 records are accepted and 1 released with their disagreement preserved"
    )


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        (QaFigures(), "no record is accepted"),
        (QaFigures(accepted=1, undecided=["rec_aaaabbbb"]), "1 records have no disposition"),
        (QaFigures(accepted=1, unread=["rec_b"]), "judged or tested again after"),
    ],
)
def test_review_that_is_not_finished_is_refused(figures: QaFigures, reason: str) -> None:
    """No disposition, an outdated one or no accepted record stops the release."""
    result = qa_gate(figures)
    assert not result.passed
    assert reason in result.reason


def test_a_long_list_of_records_is_cut_with_its_number() -> None:
    """A reason names five records and says how many more there are."""
    result = qa_gate(QaFigures(accepted=1, undecided=[f"rec_{number}" for number in range(9)]))
    assert "9 records have no disposition" in result.reason
    assert "rec_4 and 4 more" in result.reason


def test_clean_documents_are_pinned() -> None:
    """The reason names version and id of each document."""
    result = versions_gate(_facts())
    assert result.passed
    assert "contract 1.0.0 (doc_" in result.reason


def _issue(severity: str, message: str) -> Issue:
    return Issue(
        file="rubric.yaml", line=7, path="x", code="c", severity=severity, message=message, hint="h"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "issues", "reason"),
    [
        ({}, [_issue("error", "no anchors")], "rubric.yaml:7: no anchors"),
        ({}, [_issue("error", str(n)) for n in range(9)], "and 4 more errors"),
        ({"rubric": TEXTS["rubric"].replace("status: active", "status: retired")}, [], "retired"),
        (
            {"rubric": TEXTS["rubric"].replace("pleasant |", "kind |")}, [],
            "the rubric changed its meaning and kept the version 1.0.0",
        ),
    ],
)  # fmt: skip
def test_documents_that_are_not_pinned_are_refused(
    changed: dict[str, str], issues: Sequence[Issue], reason: str
) -> None:
    """Faults, retired documents and a meaning that changed under one version stop the release."""
    result = versions_gate(_facts(**changed), issues, previous=_facts())
    assert not result.passed
    assert reason in result.reason


def test_warnings_do_not_stop_a_release() -> None:
    """Only errors of a document make it unusable."""
    assert versions_gate(_facts(), [_issue("warning", "long")]).passed


def test_a_missing_document_is_named() -> None:
    """No release without a contract, a rubric and sources."""
    facts = _facts()
    del facts["sources"]
    assert versions_gate(facts).reason == "the sources is missing"


def test_claims_are_found_in_every_text() -> None:
    """Each forbidden claim is told with its file and an honest wording; a denial is none."""
    result = claims_gate({
        "b.md": ["Fully GDPR compliant data.", "This is not certified."],
        "a.md": ["Holds the model's hidden chain of thought."],
    })  # fmt: skip
    assert not result.passed
    assert [part.split(" says ")[0] for part in result.reason.split("; ") if " says " in part] == [
        "a.md", "b.md",
    ]  # fmt: skip


def test_plain_texts_pass() -> None:
    """A text without a claim passes, and so does the gate's own reason."""
    result = claims_gate({"a.md": ["Worked steps and their sources."]})
    assert result.passed
    assert claims_gate({"reason": [result.reason]}).passed
