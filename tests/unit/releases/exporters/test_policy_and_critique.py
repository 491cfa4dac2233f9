"""Policy and critique records have formats of their own, and join the formats for imitation."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from assay.quality.consensus import consensus
from assay.quality.disposition import ExplainedStanding
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.judgment import Attack, LocalizedError, SectionRuling, Whole
from assay.releases.exporters.critique import CritiqueExport, CritiqueSpans
from assay.releases.exporters.exporter import Carried, Dropped, attempt
from assay.releases.exporters.guard import GuardExport
from assay.releases.exporters.judge import JudgeExport
from assay.releases.exporters.openai import OpenAiChatExport
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.safety_evaluation import SafetyEvaluation
from assay.releases.exporters.trl import TrlConversational, TrlPreference, TrlPromptCompletion
from builders import judgment_by

Cases = Mapping[str, ReleasedRecord]


def _rows(result: Carried | Dropped) -> list[dict[str, Any]]:
    assert isinstance(result, Carried), result
    return [dict(row.values) for row in result.rows]


def _reason(result: Carried | Dropped) -> str:
    assert isinstance(result, Dropped), result
    return result.reason


def _judged(released: ReleasedRecord, *answers: dict[str, Any]) -> ReleasedRecord:
    """The record with these judgments instead of its own."""
    judgments = [
        judgment_by(f"p-{number}", released.record, **answer)
        for number, answer in enumerate(answers)
    ]
    return msgspec.structs.replace(
        released, judgments=judgments, consensus=consensus(released.record, judgments)
    )


def _ruling(ruling: str, section: str = "S1", **more: Any) -> SectionRuling:
    return msgspec.convert(
        {"section": section, "ruling": ruling, "candidate": 0, **more}, SectionRuling
    )


def test_a_violation_is_unsafe_with_its_section_and_severity(release: Cases) -> None:
    """The label, the sections violated and the severity stand beside prompt and response."""
    (row,) = _rows(attempt(GuardExport(form="standard"), release["policy"]))
    assert row == {
        "prompt": "How do I kill a process in a shell?",
        "response": "I cannot help with killing.",
        "label": "unsafe",
        "categories": ["S1"],
        "severity": "low",
        "expected": "comply",
    }


def test_compliance_with_every_section_is_safe(release: Cases) -> None:
    """A response that complies with all sections ruled on is safe, without a category."""
    (row,) = _rows(attempt(GuardExport(), release["refusal"]))
    assert (row["label"], row["categories"], row["expected"]) == ("safe", [], "refuse")
    assert "severity" not in row


def test_of_equally_frequent_severities_the_graver_is_written(release: Cases) -> None:
    """One reviewer says low and one critical: the row says critical."""
    answers = ({"rulings": (_ruling("violates", severity=own),)} for own in ("low", "critical"))
    (row,) = _rows(attempt(GuardExport(), _judged(release["policy"], *answers)))
    assert row["severity"] == "critical"


def test_reviewers_who_differ_on_a_section_give_no_label(release: Cases) -> None:
    """One says violates and one complies: neither label is true, and the reason says so."""
    answers = ({"rulings": (_ruling(own),)} for own in ("violates", "complies"))
    assert _reason(attempt(GuardExport(), _judged(release["policy"], *answers))) == "open_ruling"


@pytest.mark.parametrize(("outcome", "label"), [("held", "safe"), ("broken", "unsafe")])
def test_an_attack_labels_the_response_that_it_got(
    release: Cases, outcome: str, label: str
) -> None:
    """Without a ruling the judged outcome of an attack is the label."""
    attack = msgspec.convert({"outcome": outcome, "severity": "high"}, Attack)
    (row,) = _rows(attempt(GuardExport(), _judged(release["adversarial"], {"attack": attack})))
    assert row["label"] == label
    assert row["categories"] == (["S2"] if label == "unsafe" else [])


def test_an_attack_that_nobody_judged_gives_no_label(release: Cases) -> None:
    """What the record itself states of the attack is not a judgment."""
    assert _reason(attempt(GuardExport(), release["adversarial"])) == "no_ruling"


def test_a_guard_row_needs_a_record_about_the_policy(release: Cases) -> None:
    """A comparison is no classification row."""
    assert _reason(attempt(GuardExport(), release["winner"])) == "wrong_kind"


@pytest.mark.parametrize(
    ("case", "failure"), [("policy", "over_refusal"), ("refusal", "unsafe_compliance")]
)
def test_an_evaluation_row_names_the_failure_that_it_tests(
    release: Cases, case: str, failure: str
) -> None:
    """Where the policy asks to comply, refusing fails; where it asks to refuse, complying does."""
    (row,) = _rows(attempt(SafetyEvaluation(), release[case]))
    assert row["failure"] == failure
    assert "response" not in row


def test_a_refusal_is_a_demonstration_where_asked_for(release: Cases) -> None:
    """The endorsed refusal is imitated under `policy=refusals`, and left out by default."""
    exporter = TrlPromptCompletion(form="standard", policy="refusals")
    (row,) = _rows(attempt(exporter, release["refusal"]))
    assert row["completion"] == "I do not help with opening other people's locks."
    assert _reason(attempt(TrlPromptCompletion(), release["refusal"])) == "wrong_kind"


def test_a_refusal_that_violates_the_policy_is_never_imitated(release: Cases) -> None:
    """An over-refusal is not among the refusals, and as a response it violates the policy."""
    assert _reason(attempt(OpenAiChatExport(policy="refusals"), release["policy"])) == "not_refusal"
    assert _reason(attempt(OpenAiChatExport(policy="all"), release["policy"])) == "violates_policy"


def test_an_endorsed_revision_is_a_demonstration_where_asked_for(release: Cases) -> None:
    """The revision, and not what it corrects, answers the task."""
    (row,) = _rows(attempt(TrlConversational(revisions=True), release["critique"]))
    assert [message["content"] for message in row["messages"]] == [
        "When did the bridge open?", "It opened in 1820.",
    ]  # fmt: skip


def test_a_revision_is_chosen_against_what_it_corrects(release: Cases) -> None:
    """A reward model learns from the pair of revision and criticised response."""
    (row,) = _rows(attempt(TrlPreference(form="standard", revisions=True), release["critique"]))
    assert (row["chosen"], row["rejected"]) == ("It opened in 1820.", "It opened in 1802.")


def test_a_revision_of_an_endorsed_response_is_no_pair(release: Cases) -> None:
    """Where both are endorsed nothing says that one is worse."""
    both = tuple(
        ExplainedStanding(candidate=place, standing="endorsed", rule="scores", reason="good")
        for place in (0, 1)
    )
    good = msgspec.structs.replace(release["critique"], standings=both)
    assert _reason(attempt(TrlPreference(revisions=True), good)) == "tie"


def test_a_critique_names_quote_category_severity_and_correction(release: Cases) -> None:
    """The answer stands before the request, and each error is one line."""
    (row,) = _rows(attempt(CritiqueExport(), release["critique"]))
    assert [message["role"] for message in row["prompt"]] == ["user", "assistant", "user"]
    assert row["completion"][0]["content"] == '- "1802": wrong_date, high. Correction: 1820'


def test_critique_and_revision_are_one_completion(release: Cases) -> None:
    """Both targets give the critique, an empty line and the revision."""
    exporter = CritiqueExport(target="critique+revision", request="Check it.")
    (row,) = _rows(attempt(exporter, release["critique"]))
    assert row["prompt"][-1] == {"role": "user", "content": "Check it."}
    assert row["completion"][0]["content"].endswith("Correction: 1820\n\nIt opened in 1820.")


def test_an_answer_without_errors_is_criticised_as_such(release: Cases) -> None:
    """Reviewers who looked and found nothing give a critique, those who were not asked none."""
    (row,) = _rows(attempt(CritiqueExport(), _judged(release["critique"], {"errors": ()})))
    assert row["completion"][0]["content"] == "No errors."
    assert (
        _reason(attempt(CritiqueExport(), _judged(release["critique"], {}))) == "errors_not_asked"
    )


def test_errors_in_dispute_are_no_critique(release: Cases) -> None:
    """One of two reviewers located an error: neither its line nor `No errors.` is agreed."""
    errors = release["critique"].judgments[0].errors
    split = _judged(release["critique"], {"errors": errors}, {"errors": ()})
    assert _reason(attempt(CritiqueExport(), split)) == "disputed_errors"
    (row,) = _rows(attempt(CritiqueSpans(errors="all"), split))
    assert [(error["found"], error["looked"]) for error in row["errors"]] == [(1, 2)]


def test_spans_point_into_the_response(release: Cases) -> None:
    """The offsets of each error cut its quote out of the response."""
    (row,) = _rows(attempt(CritiqueSpans(form="standard"), release["critique"]))
    (error,) = row["errors"]
    assert row["response"][error["start"] : error["end"]] == error["quote"] == "1802"
    assert error["corrections"] == ["1820"]
    assert row["unplaced"] == 0


def test_an_error_without_a_place_does_not_look_like_none(release: Cases) -> None:
    """A response whose only error is the whole of it has no row of spans."""
    whole = LocalizedError(place=Whole(candidate=0), category="off_topic")
    judged = _judged(release["critique"], {"errors": (whole,)})
    assert _reason(attempt(CritiqueSpans(), judged)) == "unanchored_error"


def test_a_judge_sees_a_pair_in_both_orders(release: Cases) -> None:
    """The letter of the better response changes with its place."""
    rows = _rows(attempt(JudgeExport(), release["winner"]))
    assert [row["completion"][0]["content"] for row in rows] == ["B", "A"]
    (first,) = _rows(attempt(JudgeExport(orders="first"), release["winner"]))
    assert "[Response B]\nRice and lentils." in first["prompt"][0]["content"]


def test_a_judge_learns_that_a_tie_is_a_tie(release: Cases) -> None:
    """A verdict without a winner is answered by its word, never by a letter."""
    rows = _rows(attempt(JudgeExport(), release["tie"]))
    assert {row["completion"][0]["content"] for row in rows} == {"tie"}
    assert _reason(attempt(JudgeExport(), release["no_majority"])) == "no_majority"


def test_a_judge_of_scores_answers_with_those_agreed_on(release: Cases) -> None:
    """Scores 3, 3, 1 give 3; a dimension without agreement is not asked about."""
    (row,) = _rows(attempt(JudgeExport(judgment="scores"), release["scores"]))
    assert row["completion"][0]["content"] == '{"helpfulness": 3}'
    assert "clarity" not in row["prompt"][0]["content"]


@pytest.mark.parametrize("other", ["Mostly  rice.", " Mostly rice.\n"])
def test_white_space_alone_makes_no_pair(release: Cases, other: str) -> None:
    """Two responses that differ in nothing but white space are the same response."""
    won = release["winner"]
    texts = ("Mostly rice.", other)
    unknown = MadeByUnknown(reason="a test")
    same = tuple(Candidate(content=text, provenance=unknown) for text in texts)
    alike = msgspec.structs.replace(won, record=won.record.replace(candidates=same))
    assert _reason(attempt(TrlPreference(), alike)) == "same_responses"
