"""Each gate lets through what it should and refuses with its figures."""

from collections.abc import Sequence

import msgspec
import pytest

from assay.contracts.contract import Sampling
from assay.contracts.document import Document, DocumentKind
from assay.core.issues import Issue
from assay.quality.floors import FloorResult, FloorState
from assay.quality.quota_coverage import coverage
from assay.records.evidence import TextSpan
from assay.releases.gates import (
    QaFigures,
    agreement_gate,
    claims_gate,
    qa_gate,
    quota_gate,
    reserve_gate,
    rights_gate,
    versions_gate,
)
from assay.releases.release import GateResult, GateState
from assay.reserve.overlap import Overlap
from simulators.ferries import TEXTS, documents
from simulators.placed_records import placed_cells
from simulators.small_program import contract

SAMPLING = Sampling.model_validate_json("""{
    "total": 100,
    "axes": {"level": ["easy", "hard"], "language": ["en", "de"]},
    "hard": [{"level": "hard", "language": "de"}],
    "quotas": [{"slice": {"level": "hard"}, "share": 0.1}, {"slice": {"language": "de"}, "minimum": 2}]
}""")


def _facts(**changed: str) -> dict[DocumentKind, Document]:
    return {kind: file.document for kind, file in documents(**changed).items()}


def _quotas(*places: tuple[str, str], aim: bool = True) -> tuple[bool, str]:
    sampling = SAMPLING.model_copy(update={"aim": aim})
    cells = placed_cells(
        sampling, (({"level": level, "language": language}, True) for level, language in places)
    )
    result = quota_gate(coverage(cells, sampling))
    return result.passed, result.reason


def test_rights_are_counted_and_refuse_only_an_empty_release() -> None:
    """Records without the right are left out; a release of none is refused."""
    some, none = rights_gate("train", 3, 2), rights_gate("publish", 0, 5)
    assert rights_gate("train", 0, 0).outcome == "unknown"
    assert (some.passed, none.passed) == (True, False)
    assert some.reason == "3 of 5 releasable records may be used to train; 2 left out"


def test_met_quotas_pass() -> None:
    """A share is a share of the total: 10 of 100 records, however many the release holds."""
    for hard, met in ((10, True), (9, False)):
        for others in (20, 90):
            assert _quotas(*[("hard", "de")] * hard, *[("easy", "en")] * others)[0] is met


def test_the_total_is_a_minimum_unless_it_is_an_aim() -> None:
    """99 of 100 records are refused; as an aim they are reported and pass."""
    places = [("hard", "de")] * 10 + [("easy", "en")] * 89
    passed, reason = _quotas(*places, aim=False)
    assert not passed
    assert reason == "the release has 99 records, and the contract asks for 100"
    passed, reason = _quotas(*places, aim=True)
    assert passed
    assert "99 records, and the contract aims at 100" in reason
    assert _quotas(*places, ("easy", "de"), aim=False)[0]


@pytest.mark.parametrize(
    ("total", "aim", "outcome", "reason"),
    [
        (1, False, "passed", "names no hard slice; the release has 1 record, and the contract asks for 1"),
        (2, False, "refused", "the release has 1 record, and the contract asks for 2"),
        (1, True, "unknown", "names no hard slice; the release has 1 record, and the contract aims at 1"),
    ],
)  # fmt: skip
def test_without_quotas_the_total_alone_is_compared(
    total: int, aim: bool, outcome: str, reason: str
) -> None:
    """A total that is met passes and says that no slice was asked for; an aim compares nothing."""
    bare = SAMPLING.model_copy(update={"quotas": (), "hard": (), "total": total, "aim": aim})
    result = quota_gate(coverage(placed_cells(bare, [({"level": "easy"}, True)]), bare))
    assert (result.outcome, result.stops) == (outcome, outcome == "refused")
    assert result.reason.endswith(reason)


def test_every_unmet_quota_is_named_with_its_figures() -> None:
    """A share, a minimum and a hard slice that are not met are all told."""
    passed, reason = _quotas(*[("easy", "en")] * 10)
    assert not passed
    assert reason.split("; ") == [
        "level=hard has 0 of 10 records and needs 10",
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
            "the rubric changed the meaning of",
        ),
        (
            {"rubric": TEXTS["rubric"].replace("Right before pleasant", "Right first")}, [],
            "the rubric changed (title), no label means anything else, and kept the version 1.0.0",
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
    """A text without a claim passes, says what was searched, and passes as a text itself."""
    result = claims_gate({"a.md": ["Worked steps and their sources."], "b.md": [""]})
    assert result.passed
    assert "1 texts of 2 files were searched with English patterns only" in result.reason
    assert claims_gate({"reason": [result.reason]}).passed


@pytest.mark.parametrize(
    "foreign",
    [
        "Das Training senkt Halluzinationen um die H\u00e4lfte.",
        "Les donn\u00e9es sont conformes au RGPD.",
        "GDPR\u6e96\u62e0\u306e\u30c7\u30fc\u30bf\u3067\u3059",
        "\u0414\u0430\u043d\u043d\u044b\u0435 \u0441\u0435\u0440\u0442\u0438\u0444\u0438\u0446\u0438\u0440\u043e\u0432\u0430\u043d\u044b",
    ],
    ids=["German", "French", "Japanese", "Russian"],
)
@pytest.mark.parametrize("around", ["{}", "# Limits\n\nOnly one harbour was asked.\n\n{}\n"])
def test_a_text_that_the_patterns_cannot_read_leaves_the_gate_unknown(
    foreign: str, around: str
) -> None:
    """A passage in another language is named with its file, alone or within an English text."""
    result = claims_gate({"a.md": ["Worked steps."], "b.md": [around.format(foreign)]})
    assert (result.outcome, result.stops) == ("unknown", False)
    assert "2 texts of 2 files were searched with English patterns only" in result.reason
    assert "not read by them: b.md " in result.reason
    assert foreign[:20] in result.reason


def test_a_claim_refuses_whatever_else_could_not_be_read() -> None:
    """What was found counts, beside texts that the patterns cannot read."""
    result = claims_gate({"a.md": ["GDPR compliant.", "Das ist nicht zu lesen, sagt der Hafen."]})
    assert result.outcome == "refused"


@pytest.mark.parametrize(
    "text",
    [
        "CC-BY-4.0", "`judgments.jsonl`, `judgments.parquet`", "0.362 (0.149 to 0.542)",
        "fares, connections, rules", "| 8 of 59: 13.6% (7.0% to 24.5%) | vu |",
        "sed -n 's/^{\"payload\":\"/p' attestation.json", "River in Egypt: four letters",
        "Krippendorff's \u03b1 of tone is at least 0.6 here.", "doc_5rtasyj5r7hh", "Bahnhof",
    ],
)  # fmt: skip
def test_figures_names_and_short_texts_are_not_taken_for_another_language(text: str) -> None:
    """What is too short to tell, or no prose at all, is searched as it is."""
    assert claims_gate({"a.md": [text]}).passed


def test_claims_over_no_text_are_unknown_and_stop() -> None:
    """A release always has texts: if none was searched, nothing was compared."""
    for texts in ({}, {"a.md": [" "]}):
        result = claims_gate(texts)
        assert (result.outcome, result.stops) == ("unknown", True)


def test_judgments_under_another_meaning_stop_the_release() -> None:
    """Stale judgments that still decide are counted by dimension; the guidelines are printed."""
    judged = {"rubric ferries 1.0.0": 7, "guideline crowd": 3}
    sound = versions_gate(_facts(), judged_under=judged, stale={"tone": 0})
    assert sound.passed
    assert "judged under: rubric ferries 1.0.0 (7 judgments), guideline crowd (3" in sound.reason
    stale = versions_gate(_facts(), judged_under=judged, stale={"tone": 4})
    assert stale.outcome == "refused"
    assert "4 judgments that decide tone were made under a text" in stale.reason


RESERVE = {"id": "kept", "size": 4, "openers": ["lead"], "covers": "All of it."}


@pytest.mark.parametrize(
    ("reserve", "sealed", "compared", "state", "reason"),
    [
        (None, {}, 5, ("unknown", False), "the contract declares no reserve"),
        (None, {"old": 3}, 5, ("passed", False), "are not found"),
        (
            RESERVE,
            {},
            5,
            ("unknown", True),
            "0 of the 4 items that the contract declares as 'kept'",
        ),
        (RESERVE, {"kept": 3}, 5, ("unknown", True), "3 of the 4 items"),
        (RESERVE, {"other": 9}, 5, ("unknown", True), "0 of the 4 items"),
        (RESERVE, {"kept": 4}, 5, ("passed", False), "0 of 5 records share text with 4 sealed"),
        (RESERVE, {"kept": 4}, 0, ("unknown", True), "0 of 0 records"),
        (RESERVE | {"size": None, "share": 0.5}, {"kept": 4}, 5, ("unknown", True), "4 of the 5"),
        (RESERVE | {"size": None, "share": 0.5}, {"kept": 5}, 5, ("passed", False), "5 sealed"),
    ],
)
def test_a_reserve_is_compared_whole_or_not_passed(
    reserve: dict[str, object] | None,
    sealed: dict[str, int],
    compared: int,
    state: tuple[str, bool],
    reason: str,
) -> None:
    """Size and share of the contract's total (9, so half of it is 5) are held against the seal."""
    sampling = {"total": 9, "axes": {"level": ["easy"]}}
    given = contract(reserve=reserve, sampling=sampling)
    result = reserve_gate((), compared, sealed, given)
    assert (result.outcome, result.stops) == state
    assert reason in result.reason


@pytest.mark.parametrize(
    ("wordless", "state", "reason"),
    [
        (1, ("passed", False), "0 of 5 records share text with 3 sealed items; nothing could be compared with 1 sealed items"),
        (4, ("unknown", True), "0 of 5 records were compared with 0 sealed items; nothing could be compared with 4 sealed items"),
    ],
)  # fmt: skip
def test_an_item_without_a_word_is_not_counted_as_compared(
    wordless: int, state: tuple[str, bool], reason: str
) -> None:
    """Items that hold nothing to compare are said apart; where all are such, nothing is known."""
    result = reserve_gate((), 5, {"kept": 4}, contract(reserve=RESERVE), wordless=wordless)
    assert (result.outcome, result.stops) == state
    assert result.reason.startswith(reason)


def test_an_overlap_is_refused_however_little_is_sealed() -> None:
    """What was found counts, and so does what is missing from the seal."""
    overlap = Overlap(
        holder="rec_a", item="item-1", containment=1.0, longest_run=9, rule="containment",
        spans=(TextSpan(pointer="/task", start=0, end=3, quote="abc"),),
    )  # fmt: skip
    result = reserve_gate((overlap,), 5, {"kept": 1}, contract(reserve=RESERVE))
    assert result.outcome == "refused"
    assert "1 of 5 records and other texts share text" in result.reason
    assert "1 of the 4 items" in result.reason


def _floor(state: FloorState) -> FloorResult:
    return FloorResult(
        dimension="tone", slice={"level": "hard"}, least=0.6, bound="lower", state=state, items=3,
        alpha=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("floors", "declared", "outcome", "stops"),
    [
        ([], 0, "unknown", False),
        ([], 1, "unknown", True),
        (["met"], 1, "passed", False),
        (["met"], 2, "unknown", True),
        (["met", "unknown"], 2, "unknown", True),
        (["below", "unknown"], 2, "refused", True),
    ],
)
def test_agreement_below_its_floor_refuses_and_an_unknown_one_stops(
    floors: list[FloorState], declared: int, outcome: str, stops: bool
) -> None:
    """Every declared floor must have been computed and met."""
    result = agreement_gate([_floor(state) for state in floors], declared)
    assert (result.outcome, result.stops) == (outcome, stops)
    assert len(floors) < declared or not floors or "alpha of tone with level" in result.reason


@pytest.mark.parametrize(
    ("passed", "state", "outcome"),
    [(True, None, "passed"), (False, None, "refused"), (False, "unknown", "unknown")],
)
def test_gates_of_two_values_are_read_as_they_were(
    passed: bool, state: GateState | None, outcome: str
) -> None:
    """An old gate's bytes do not change, and its state follows from `passed`."""
    gate = GateResult(gate="qa", passed=passed, reason="r", state=state)
    assert gate.outcome == outcome
    assert gate.consistent
    assert (b"state" in msgspec.json.encode(gate)) is (state is not None)


def test_copies_of_one_item_fill_no_quota() -> None:
    """Forty-five copies of one hard item are one hard item, for the gate as for the alarm."""
    places = [({"level": "hard", "language": "de"}, True)] * 45
    sampling = SAMPLING.model_copy(update={"aim": True})
    copied, different = (
        quota_gate(coverage(placed_cells(sampling, places, copies=copies), sampling))
        for copies in (True, False)
    )
    assert (copied.outcome, different.outcome) == ("refused", "passed")
    assert "level=hard has 45 of 45 records, 1 where near copies count once, and needs 10" in (
        copied.reason
    )
