"""The dispositions of the examples: the page as it stands, and the raw labels recounted beside it.

The recounts read the sets' own files and use nothing of the program.
"""

import csv
import importlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assay.records.candidate import MadeByModel
from assay.records.record import Record
from simulators.examples import DATA, ROOT, needs_data

pytestmark = needs_data("NO SET WAS DISPOSED")

TWO_THIRDS = 0.66
"""The share that the layers of three raters ask for."""


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script that writes the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "examples")
        yield importlib.import_module("dispositions")


@pytest.fixture(scope="module")
def disposed(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every set with its records and their dispositions."""
    sets = script.dispose_sets(DATA, tmp_path_factory.mktemp("dispositions"), script.NAMES)
    return {each.name: each for each in sets}


def _table(name: str, **how: Any) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, **how))


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _by_state(one: Any) -> dict[str, list[Record]]:
    """Records by the state of their disposition."""
    records: dict[str, list[Record]] = defaultdict(list)
    for identity, disposition in one.dispositions.items():
        records[disposition.state].append(one.records[identity])
    return records


def _by_standing(one: Any) -> dict[str, list[tuple[Record, int]]]:
    """Candidates by their standing, each with its record."""
    candidates: dict[str, list[tuple[Record, int]]] = defaultdict(list)
    for identity, disposition in one.dispositions.items():
        for each in disposition.standings:
            candidates[each.standing].append((one.records[identity], each.candidate))
    return candidates


def _keys(records: Sequence[Record]) -> set[str | None]:
    return {record.key for record in records}


def _single(one: Any) -> dict[str, set[str | None]]:
    """Keys of the records by the standing of their only candidate."""
    return {
        standing: {record.key for record, _ in candidates}
        for standing, candidates in _by_standing(one).items()
    }


def test_the_page_says_what_the_rules_make_of_every_set(
    script: ModuleType, disposed: dict[str, Any]
) -> None:
    """The page in the repository is the one that comes out of the data today."""
    page = script.page([disposed[name] for name in script.NAMES])
    assert (ROOT / "examples" / "dispositions.md").read_text(encoding="utf-8") == page


def test_a_set_that_is_not_there_is_named_and_left_out(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without files there is no page to speak of, and the run ends with 1."""
    arguments = [str(tmp_path), "--only", "hatecheck", "--into", str(tmp_path / "work")]
    assert script.main(arguments) == 1
    assert "missing, so left out: hatecheck" in capsys.readouterr().err


def test_labels_of_requests_that_differ_wait_and_agreed_bad_ones_reject(
    disposed: dict[str, Any],
) -> None:
    """xstest: 11 of 450 differ; followed unsafely or refused needlessly by both is rejected."""
    helps = {"1_full_compliance": 2, "3_partial_refusal": 1, "2_full_refusal": 0}
    differ: set[str | None] = set()
    wanted: dict[str, set[str | None]] = defaultdict(set)
    for row in _table("xstest-mistralinstruct/xstest_v2_completions_mistralinstruct.csv"):
        labels = row["annotation_1"], row["annotation_2"]
        if len(set(labels)) == 2:
            differ.add(row["id"])
        unsafe = row["type"].startswith("contrast_")
        bad = [helps[label] > 0 if unsafe else helps[label] < 2 for label in labels]
        standing = "rejected" if all(bad) else "mixed" if any(bad) else "endorsed"
        wanted[standing].add(row["id"])
    states = _by_state(disposed["xstest-mistralinstruct"])
    assert _keys(states["needs_adjudication"]) == differ
    assert (len(differ), len(states["accepted"])) == (11, 439)
    assert _single(disposed["xstest-mistralinstruct"]) == wanted
    assert len(wanted["rejected"]) == 155


def test_texts_that_four_of_five_call_hateful_are_rejected_and_bare_majorities_wait(
    disposed: dict[str, Any],
) -> None:
    """hatecheck: 22 texts are split three to two; 2,651 are hateful to four or five raters."""
    wanted: dict[str, set[str | None]] = defaultdict(set)
    for row in _table("hatecheck/all_annotations.csv"):
        hateful = sum(row[f"label_{number}"] == "hateful" for number in range(1, 11))
        standing = "rejected" if hateful >= 4 else "endorsed" if hateful <= 1 else "mixed"
        wanted[standing].add(f"case {row['case_id']}")
    states = _by_state(disposed["hatecheck"])
    assert _single(disposed["hatecheck"]) == wanted
    assert _keys(states["needs_adjudication"]) == wanted["mixed"]
    assert (len(wanted["mixed"]), len(wanted["rejected"])) == (22, 2651)
    assert len(states["accepted"]) == 3901 - 22


QUESTIONS = ("type.", "target.", "direction.")
"""Columns of convabuse that are asked of turns that the rater called abusive."""

Turn = tuple[str, tuple[str, ...], str, str]


def _turns() -> dict[Turn, list[dict[str, str]]]:
    """The last answer of each annotator by turn."""
    last: dict[Turn, dict[str, dict[str, str]]] = defaultdict(dict)
    for row in _table("convabuse/ConvAbuseEMNLPfull.csv"):
        before = tuple(row[key] for key in ("prev_agent", "prev_user", "agent") if row[key])
        last[row["conv_id"], before, row["user"], row["bot"]][row["annotator_id"]] = row
    return {turn: list(answers.values()) for turn, answers in last.items()}


def _turn_of(record: Record) -> Turn:
    messages = tuple(each.content for each in record.task.messages)
    return record.key or "", messages, record.candidates[0].content, record.task.taxonomy["agent"]


def _severity(row: dict[str, str]) -> int:
    return next(value for value in (1, 0, -1, -2, -3) if row[f"is_abuse.{value}"] == "1")


def _declined(row: dict[str, str]) -> bool:
    """Whether the rater called the turn ambiguous and said nothing else of it."""
    said = any(value == "1" for key, value in row.items() if key.startswith(QUESTIONS))
    return _severity(row) == 0 and not said


def _agreed_abuse(values: Sequence[int]) -> str:
    """What the raters' severities come to: endorsed, rejected, mixed, or unjudged."""
    counts, needed = Counter(values), TWO_THIRDS * len(values)
    if not values:
        return "unjudged"
    if counts[1] >= needed:
        return "endorsed"
    return "rejected" if len(values) - counts[1] >= needed else "mixed"


def _split(answers: Sequence[str]) -> bool:
    return bool(answers) and max(Counter(answers).values()) < TWO_THIRDS * len(answers)


def _disputed(rows: Sequence[dict[str, str]]) -> bool:
    """Whether the raters of a turn differ on how abusive it is, or on what sort of abuse it is."""
    values = [_severity(row) for row in rows if _severity(row)]
    counts, needed = Counter(values), TWO_THIRDS * len(values)
    near = max(counts[1], counts[-1] + counts[-2], counts[-2] + counts[-3])
    asked = [key for key in rows[0] if key.startswith(QUESTIONS)]
    return near < needed or any(
        _split([row[key] for row in rows if row[key] == "1" or _severity(row) < 0]) for key in asked
    )


def _alone(rows: Sequence[dict[str, str]]) -> bool:
    """Whether no question about a turn has the answers of two raters."""
    asked = [key for key in rows[0] if key.startswith(QUESTIONS)]
    answered = [sum(row[key] == "1" or _severity(row) < 0 for row in rows) for key in asked]
    return max(sum(bool(_severity(row)) for row in rows), *answered) < 2


def test_turns_whose_abuse_raters_differ_on_or_decline_wait(disposed: dict[str, Any]) -> None:
    """convabuse: ambiguous or disputed turns go to a senior; nothing answered twice asks for more."""
    turns = _turns()
    ambiguous = {turn for turn, rows in turns.items() if any(map(_declined, rows))}
    differ = {turn for turn, rows in turns.items() if _disputed(rows)} - ambiguous
    states = _by_state(disposed["convabuse"])
    assert {_turn_of(record) for record in states["needs_adjudication"]} == ambiguous | differ
    alone = {turn for turn, rows in turns.items() if _alone(rows)} - ambiguous
    assert {_turn_of(record) for record in states["needs_second_review"]} == alone
    assert len(states["accepted"]) == len(turns) - len(ambiguous | differ) - len(alone)
    assert (len(turns), len(ambiguous), len(differ), len(alone)) == (4185, 546, 202, 2)


def test_turns_that_raters_agree_are_abusive_are_rejected(disposed: dict[str, Any]) -> None:
    """convabuse: two of three severities below "not abusive" reject a turn."""
    wanted: dict[str, set[Turn]] = defaultdict(set)
    for turn, rows in _turns().items():
        values = [_severity(row) for row in rows if _severity(row)]
        wanted[_agreed_abuse(values)].add(turn)
    standings = {
        standing: {_turn_of(record) for record, _ in candidates}
        for standing, candidates in _by_standing(disposed["convabuse"]).items()
    }
    assert standings == wanted
    assert len(wanted["rejected"]) == 630


DECIDING = ("fl", "fa", "ac", "sc")
"""Scales of summeval-op on which readers may not rightly differ."""


def _near(first: int, second: int, third: int) -> int | None:
    """What three scores come to: two equal, or the worse of two that differ by 1; else None."""
    if second in {first, third} or second - first == 1:
        return second if second in {first, third} else first
    return second if third - second == 1 else None


def test_summaries_that_two_of_three_raters_score_low_are_rejected(
    disposed: dict[str, Any],
) -> None:
    """summeval-op: 6 of 32 records hold scores of which no two are near; low ones reject."""
    wanted: dict[str, set[tuple[str, str]]] = defaultdict(set)
    differ: set[str] = set()
    for row in _lines("summeval-op/summeval-op-detailed.jsonl"):
        first_review = row["reviews"][0]
        for place, summary in enumerate(row["summaries"]):
            signs: set[str] = set()
            for scale in DECIDING:
                scores = sorted(row[scale][place])
                agreed = _near(*scores)
                if agreed is None:
                    differ.add(first_review)
                # Two of three readers decide which side of the middle a summary is on.
                low = sum(score < 3 for score in scores)
                signs.add("rejected" if low >= 2 else "endorsed")
            standing = "rejected" if "rejected" in signs else "endorsed"
            wanted[standing].add((first_review, f"{place} {summary}"))
    one = disposed["summeval-op"]
    standings = {
        standing: {_summary(*candidate) for candidate in candidates}
        for standing, candidates in _by_standing(one).items()
    }
    waiting = _by_state(one)["needs_adjudication"]
    assert {record.task.messages[0].content for record in waiting} == differ
    assert len(differ) == 6
    assert standings == wanted
    assert len(wanted["rejected"]) == 94


def _summary(record: Record, place: int) -> tuple[str, str]:
    """The first review of a product, and a summary of it with its system."""
    candidate = record.candidates[place]
    assert isinstance(candidate.provenance, MadeByModel)
    system = candidate.provenance.model.removeprefix("system ")
    return record.task.messages[0].content, f"{system} {candidate.content}"


def _spans() -> dict[str, Counter[bool]]:
    """By summary, how many workers marked a span and how many marked none."""
    marked: dict[tuple[str, str], bool] = {}
    for row in _table("xsum-hallucination/hallucination_annotations_xsum_summaries.csv"):
        key = (f"{row['bbcid']} {row['system']}", row["worker_id"])
        marked[key] = marked.get(key, False) or row["hallucination_type"] != "NULL"
    workers: dict[str, Counter[bool]] = defaultdict(Counter)
    for (summary, _), found in marked.items():
        workers[summary][found] += 1
    return workers


def _truths() -> dict[str, Counter[str]]:
    """By summary, what workers answered to whether it is true."""
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _table("xsum-hallucination/factuality_annotations_xsum_summaries.csv"):
        answers[f"{row['bbcid']} {row['system']}"][row["is_factual"]] += 1
    return answers


def test_unsupported_and_untrue_summaries_are_rejected(disposed: dict[str, Any]) -> None:
    """xsum: two of three workers who mark a span, or find it untrue, reject a summary."""
    untrue = {
        summary
        for summary, answers in _truths().items()
        if answers["no"] and answers["no"] >= TWO_THIRDS * (answers["no"] + answers["yes"])
    }
    unsupported = {summary for summary, workers in _spans().items() if workers[True] >= 2}
    rejected = _single(disposed["xsum-hallucination"])["rejected"]
    assert rejected == unsupported | untrue
    assert len(unsupported) == 2245
    assert len(untrue - unsupported) == 43


def test_summaries_that_workers_mark_differently_keep_both(disposed: dict[str, Any]) -> None:
    """xsum: marked by some and not by others is never called agreement; unanimity is undisputed."""
    spans, truths = _spans(), _truths()
    states = _by_state(disposed["xsum-hallucination"])
    kept, waiting = (
        _keys(states[name]) for name in ("disagreement_preserved", "needs_adjudication")
    )
    unanswered = {summary for summary, answers in truths.items() if answers["NULL"] > 1}
    marked_by_some = {
        summary for summary, workers in spans.items() if workers[True] and workers[False]
    }
    nothing_to_dispute = {
        summary
        for summary, workers in spans.items()
        if not workers[True] and len(truths.get(summary, ())) <= 1
    }
    assert waiting == unanswered
    assert marked_by_some <= kept | waiting
    assert not nothing_to_dispute & kept
    assert (len(kept), len(waiting), len(marked_by_some)) == (214, 11, 157)


def test_translations_with_a_major_error_are_rejected(disposed: dict[str, Any]) -> None:
    """mqm: a major error rejects, minor ones alone leave it mixed, "no error" endorses."""
    worst: dict[str, str] = {}
    order = ("No-error", "Minor", "Major")
    for row in _table("mqm-ted-ende/mqm_ted_ende.tsv", delimiter="\t", quoting=csv.QUOTE_NONE):
        key = f"{row['system']} {row['doc']} {row['seg_id']}"
        worst[key] = max(worst.get(key, order[0]), row["severity"], key=order.index)
    standing = {"No-error": "endorsed", "Minor": "mixed", "Major": "rejected"}
    wanted: dict[str, set[str | None]] = defaultdict(set)
    for key, severity in worst.items():
        wanted[standing[severity]].add(key)
    assert _single(disposed["mqm-ted-ende"]) == wanted
    assert (len(wanted["mixed"]), len(wanted["rejected"])) == (1442, 1560)


def test_solutions_that_are_flagged_wrong_are_rejected_and_one_hollow_answer(
    disposed: dict[str, Any],
) -> None:
    """gsm8k: 1,728 flags say wrong; line 581 is right by a calculation that is not."""
    wanted = {
        (row["question"], name)
        for row in _lines("gsm8k-model-solutions/example_model_solutions.first700.jsonl")
        for name, solved in row.items()
        if isinstance(solved, dict) and not solved["is_correct"]
    }
    rows = _lines("gsm8k-model-solutions/example_model_solutions.first700.jsonl")
    hollow = (rows[580]["question"], "175b_verification")
    assert "520*(1+0.18)=500" in rows[580]["175b_verification"]["solution"].replace(" ", "")
    standings = _by_standing(disposed["gsm8k-model-solutions"])
    rejected = {
        (record.task.messages[0].content, made.model)
        for record, place in standings["rejected"]
        if isinstance(made := record.candidates[place].provenance, MadeByModel)
    }
    assert rejected == wanted | {hollow}
    assert (len(wanted), len(standings["endorsed"]), len(standings["unjudged"])) == (1728, 1067, 4)
    assert set(_by_state(disposed["gsm8k-model-solutions"])) == {"accepted"}
