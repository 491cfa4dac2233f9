"""The examples on real data: what is stored, held against the raw files by independent lines.

Published figures come from the sets' own papers and files, which `examples/real-data/README.md` names.
"""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assay.program import Program
from assay.program.releases import export_release, verify_release
from assay.records.evidence import TextSpan
from assay.records.judgment import Judgment, LocalizedError
from assay.records.record import Record
from assay.records.report import ImportReport
from assay.records.verdict import Category, Prefers, Score, ScoreAbstained, Scored, Tie
from simulators.examples import DATA, example_script, needs_data

pytestmark = needs_data("NO EXAMPLE WAS RUN")


class Run:
    """A program with the sets that were imported into it."""

    def __init__(self, program: Program, reports: dict[str, list[ImportReport]]) -> None:
        self.program = program
        self.reports = reports

    @cached_property
    def records(self) -> dict[str, list[Record]]:
        """Records by set."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.program.store.scan(Record):
            found[record.sources[0].source_class].append(record)
        return found

    @cached_property
    def judgments(self) -> dict[str, list[Judgment]]:
        """Judgments by record."""
        found: dict[str, list[Judgment]] = defaultdict(list)
        for judgment in self.program.store.scan(Judgment):
            found[judgment.record].append(judgment)
        return found

    def judged(self, name: str) -> Iterator[tuple[Record, Judgment]]:
        """Every judgment of a set with its record."""
        return (
            (record, each) for record in self.records[name] for each in self.judgments[record.id]
        )

    def rows(self, identity: str) -> list[int]:
        """The rows that a fact came from, counted from 0."""
        return [origin.row - 1 for origin in self.program.store.origins(identity)]


@pytest.fixture(scope="module")
def examples() -> ModuleType:
    """The script that runs the examples."""
    return example_script("run")


@pytest.fixture(scope="module")
def votes(examples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The program of the crowd's votes, after its import."""
    yield from _imported(examples, examples.VOTES, tmp_path_factory.mktemp("votes"))


@pytest.fixture(scope="module")
def others(examples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The program of the nine other sets, after their imports."""
    yield from _imported(examples, examples.OTHERS, tmp_path_factory.mktemp("others"))


def _imported(examples: ModuleType, name: str, into: Path) -> Iterator[Run]:
    with examples.open_copy(name, into) as program:
        reports: dict[str, list[ImportReport]] = defaultdict(list)
        for job in examples.JOBS:
            if job.program == name:
                reports[job.name].append(examples.import_file(program, DATA, job))
        yield Run(program, reports)


def _table(name: str, **how: Any) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, **how))


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _majority(values: list[str]) -> str | None:
    value, count = Counter(values).most_common(1)[0]
    return value if 2 * count > len(values) else None


def _scores(judgment: Judgment) -> dict[tuple[str, int | None], Score]:
    return {(each.dimension, each.candidate): each.score for each in judgment.scores}


def _value(score: Score | None) -> int | str | None:
    return score.value if isinstance(score, Scored | Category) else None


def test_every_row_of_every_set_is_stored(votes: Run, others: Run) -> None:
    """No row of any set is set aside, and the reports' facts are the store's."""
    for run in (votes, others):
        reports = [report for series in run.reports.values() for report in series]
        assert [report.read for report in reports] == [report.stored for report in reports]
        for family, fact in (("records", Record), ("judgments", Judgment)):
            told = sum(report.facts[family].new for report in reports)
            assert run.program.store.count(fact) == told


def test_a_second_import_finds_everything_there(votes: Run, examples: ModuleType) -> None:
    """Importing the votes again stores nothing."""
    again = examples.import_file(votes.program, DATA, examples.JOBS[0])
    assert (again.stored, again.already_there) == (0, votes.reports["llmfao-pairs"][0].read)


def test_no_vote_is_lost_or_turned(votes: Run) -> None:
    """Each of 8,931 votes says in the store what its row says in the file, by the same rater."""
    rows = _table("llmfao-pairs/crowd-comparisons.csv")
    said: Counter[str] = Counter()
    raters: dict[str, set[str]] = defaultdict(set)
    for record, judgment in votes.judged("llmfao-pairs"):
        row = rows[votes.rows(judgment.id)[0]]
        said[row["winner"]] += 1
        raters[row["worker"]].add(judgment.reviewer.pseudonym)
        makers = [candidate.provenance.model for candidate in record.candidates]
        if row["winner"] == "tie":
            assert isinstance(judgment.verdict, Tie)
        else:
            assert isinstance(judgment.verdict, Prefers)
            assert makers[judgment.verdict.candidate] == row[row["winner"]]
        assert [makers[place] for place in judgment.order or ()] == [row["left"], row["right"]]
    assert said == {"tie": 3471, "left": 2911, "right": 2549}
    assert len(votes.records["llmfao-pairs"]) == 2139
    assert len(raters) == len(set().union(*raters.values())) == 124


def test_answers_are_stored_as_they_were_given(votes: Run) -> None:
    """Each pair holds the two outputs and the prompt of the joined file."""
    pairs = {f"pair {pair['id']}": pair for pair in _lines("llmfao-pairs/pairs-crowd.jsonl")}
    for record in votes.records["llmfao-pairs"]:
        pair = pairs.pop(record.key or "")
        assert {each.content for each in record.candidates} == {pair["result_x"], pair["result_y"]}
        assert record.task.messages[0].content == pair["text"]
        assert record.task.taxonomy == {"domain": pair["type"]}
    assert pairs == {}


def test_unanimous_pairs(votes: Run) -> None:
    """On 539 pairs all votes are equal; on 15 of these there is only one vote."""
    single = unanimous = 0
    for record in votes.records["llmfao-pairs"]:
        given = votes.judgments[record.id]
        if len({str(each.verdict) for each in given}) == 1:
            unanimous += 1
            single += len(given) == 1
    assert (unanimous, single) == (539, 15)


def test_every_tie_is_accounted_for_in_the_release(votes: Run, tmp_path: Path) -> None:
    """Ties of carried, dropped and waiting pairs are the raw file's, and so are the rows."""
    by_pair: dict[str, list[str]] = defaultdict(list)
    for row in _table("llmfao-pairs/crowd-comparisons.csv"):
        by_pair[row["id"]].append(row["winner"])
    four = {pair: given for pair, given in by_pair.items() if len(given) >= 4}
    outcomes = Counter(_majority(given) for given in four.values())
    empty = {
        str(pair["id"])
        for pair in _lines("llmfao-pairs/pairs-crowd.jsonl")
        if not (pair["result_x"].strip() and pair["result_y"].strip())
    }
    silent = sum(_majority(four[pair]) in {"left", "right"} for pair in empty & four.keys())

    states = votes.program.quality.dispose().states
    built = votes.program.releases.build("1.0.0")
    report = export_release(built.folder, "trl:preference", tmp_path / "trl")

    assert verify_release(built.folder, votes.program.folder / "signing.pub").ok
    assert states == {
        "accepted": len(four) - outcomes[None],
        "disagreement_preserved": outcomes[None],
        "needs_second_review": len(by_pair) - len(four),
    }
    assert {drop.reason: drop.records for drop in report.drops} == {
        "tie": outcomes["tie"],
        "disagreement_preserved": outcomes[None],
        "no_response": silent,
    }
    assert report.rows == outcomes["left"] + outcomes["right"] - silent
    ties, released = report.split("tie"), sum(given.count("tie") for given in four.values())
    waiting = sum(given.count("tie") for given in by_pair.values()) - released
    assert ties.carried + ties.dropped == released
    assert released + waiting == 3471


@pytest.mark.parametrize(
    ("judge", "verdicts"),
    [
        ("gpt3", {"left": 1352, "right": 593, "tie": 194}),
        ("gpt4", {"left": 943, "right": 1130, "tie": 66}),
    ],
)
def test_judge_models_keep_the_place_of_their_choice(
    judge: str, verdicts: dict[str, int], examples: ModuleType, tmp_path: Path
) -> None:
    """A judge model's verdicts are stored as a model's, and how often it chose the left is seen."""
    job = examples.Job(
        "llmfao-pairs", examples.VOTES, f"{judge}-crowd-comparisons.csv", f"mapping-{judge}.yaml"
    )
    chosen: Counter[str] = Counter()
    with examples.open_copy(examples.VOTES, tmp_path) as program:
        examples.import_file(program, DATA, job)
        for judgment in program.store.scan(Judgment):
            assert judgment.reviewer.kind == "model"
            left, _ = judgment.order or (None, None)
            verdict = judgment.verdict
            place = (
                "left" if isinstance(verdict, Prefers) and verdict.candidate == left else "right"
            )
            chosen["tie" if isinstance(verdict, Tie) else place] += 1
    assert chosen == verdicts


def test_worked_lines_stand_apart_from_the_answer(others: Run) -> None:
    """Lines, marked calculations and the final answer give the raw solution back, byte for byte."""
    rows = _lines("gsm8k-train/train.first2000.jsonl")
    assert len(others.records["gsm8k-train"]) == len(rows) == 2000
    for record in others.records["gsm8k-train"]:
        row = rows[others.rows(record.id)[0]]
        solution = record.candidates[0]
        lines = [step.text for step in solution.work]
        assert "\n".join([*lines, f"#### {solution.content}"]) == row["answer"]
        marked = [
            (step, text)
            for step, line in enumerate(lines)
            for text in re.findall(r"<<(.*?)>>", line)
        ]
        assert [(each.step, each.text) for each in record.evidence] == marked
        assert record.part.answer == solution.content.replace(",", "")
        assert record.task.messages[0].content == row["question"]


WEIGHTS = {"Major": Fraction(5), "Minor": Fraction(1)}
"""Penalty of an error by severity (Freitag et al. 2021, TACL 9:1460-1474)."""

PUNCTUATION = Fraction(1, 10)
"""Penalty of a minor error of punctuation, from the same source."""


def _penalty(error: LocalizedError) -> Fraction:
    if error.category == "Fluency/Punctuation" and error.source_severity == "Minor":
        return PUNCTUATION
    return WEIGHTS[error.source_severity or ""]


def test_translation_scores_follow_from_the_stored_errors(others: Run) -> None:
    """Weighted severities in the store give each published score of each rated sentence."""
    text = (DATA / "mqm-ted-ende/mqm_ted_ende.avg_seg_scores.tsv").read_text(encoding="utf-8")
    _, *lines = (line.split() for line in text.splitlines())
    published = {(system, sentence): score for system, score, sentence in lines}
    rated = {key for key, score in published.items() if score != "None"}
    for record, judgment in others.judged("mqm-ted-ende"):
        system, _, sentence = (record.key or "").split(" ")
        key = ("ref-A" if system == "ref" else system, sentence)
        score = -sum(map(_penalty, judgment.errors or ()))
        assert float(published[key]) == float(score)
        rated.remove(key)
    assert rated == set()
    assert len(others.records["mqm-ted-ende"]) == 7406


def test_translation_errors_stand_at_their_marks(others: Run) -> None:
    """Every marked span is found in the text without its marks, but one whose mark never ends."""
    rows = _table("mqm-ted-ende/mqm_ted_ende.tsv", delimiter="\t", quoting=csv.QUOTE_NONE)
    marked = sum(row["severity"] != "No-error" for row in rows)
    spans = [
        error.place for _, each in others.judged("mqm-ted-ende") for error in each.errors or ()
    ]
    anchored = sum(isinstance(place, TextSpan) for place in spans)
    unmatched = sum(
        ("<v>" in each) != ("</v>" in each)
        for row in rows
        for each in (row["target"], row["source"])
    )
    assert (len(spans), len(spans) - anchored) == (marked, unmatched)
    assert unmatched == 1


def _unescaped(text: str) -> str:
    return text.replace("\\n", "").replace("\\", "")


def test_unsupported_spans_stand_where_their_offsets_say(others: Run) -> None:
    """Unescaped, offsets count from 1 to an exclusive end; 39 spans are where their words stand."""
    rows = _table("xsum-hallucination/hallucination_annotations_xsum_summaries.csv")
    marked = [row for row in rows if row["hallucination_type"] != "NULL"]
    wanted = Counter(
        (row["bbcid"], row["system"], _unescaped(row["hallucinated_span"])) for row in marked
    )
    offsets = Counter(
        (row["bbcid"], row["system"], int(row["hallucinated_span_start"]) - 1) for row in marked
    )
    quotes: Counter[tuple[str, str, str]] = Counter()
    starts: Counter[tuple[str, str, int]] = Counter()
    for record, judgment in others.judged("xsum-hallucination"):
        article, system = (record.key or "").split(" ")
        for error in judgment.errors or ():
            assert isinstance(error.place, TextSpan)
            text = record.candidates[0].content
            assert text[error.place.start : error.place.end] == error.place.quote
            quotes[article, system, error.place.quote] += 1
            starts[article, system, error.place.start] += 1
    assert quotes == wanted
    assert ((starts & offsets).total(), (starts - offsets).total()) == (10358, 39)


SYSTEMS = {
    "BERTS2S": "bert_withckpt",
    "TranS2S": "bert_nockpt",
    "PtGen": "ptgen",
    "TConvS2S": "tconvs2s",
}
"""The summarizers' names in the spans' file -> in the file of scores."""


def _faithful_words(record: Record, judgment: Judgment) -> list[bool]:
    """For each word, whether some of it lies outside all spans that one rater marked."""
    places = [error.place for error in judgment.errors or () if isinstance(error.place, TextSpan)]
    marked = {at for place in places for at in range(place.start, place.end)}
    words = re.finditer(r"\S+", record.candidates[0].content)
    return [any(at not in marked for at in range(*word.span())) for word in words]


def test_published_scores_of_summaries_follow_from_the_store(others: Run) -> None:
    """Faithful and Factual come out as published, but for summaries that are counted here."""
    published = {
        row["system_bbcid"]: row
        for row in _table("xsum-hallucination/eval_scores_xsum_summaries.csv")
    }
    words: dict[str, list[bool]] = defaultdict(list)
    factual: dict[str, list[int]] = defaultdict(list)
    for record, judgment in others.judged("xsum-hallucination"):
        article, system = (record.key or "").split(" ")
        name = f"{SYSTEMS.get(system)}_{article}"
        if judgment.errors is None:
            factual[name].append(int(_value(_scores(judgment).get(("factual", 0))) or 0))
        else:
            words[name] += _faithful_words(record, judgment)
    same = {
        "Faithful": sum(
            abs(sum(words[name]) / len(words[name]) - float(row["Faithful"])) < 1e-9
            for name, row in published.items()
        ),
        "Factual": sum(
            abs(sum(factual[name]) / 3 - float(row["Factual"])) < 1e-9
            for name, row in published.items()
            if name in factual
        ),
    }
    unasked = [row["Factual"] for name, row in published.items() if name not in factual]
    assert len(published) == 1992
    assert set(unasked) == {"1.0"}  # wholly faithful summaries were taken for true, unasked
    assert (len(unasked), same) == (130, {"Faithful": 1923, "Factual": 1856})


def test_right_answers_with_a_wrong_step_are_seen(others: Run) -> None:
    """Steps are good up to the first mistake and unlabelled after; 54 right answers have one."""
    rows = {
        row["input"]: row
        for name in ("logical_deduction", "word_sorting")
        for row in _lines(f"bbmistake-a/{name}.jsonl")
    }
    lucky = 0
    for record, judgment in others.judged("bbmistake-a"):
        row = rows[record.task.messages[0].content]
        first = row["mistake_index"]
        good = len(row["steps"]) if first is None else first
        labels = [label.label for label in judgment.step_labels]
        assert labels == ["good"] * good + ["bad"] * (first is not None)
        assert [step.text for step in record.candidates[0].work] == row["steps"]
        lucky += record.part.answer == record.part.reference and "bad" in labels
    assert len(others.records["bbmistake-a"]) == len(rows) == 600
    assert lucky == 54


SAYS = {"1_full_compliance": 2, "3_partial_refusal": 1, "2_full_refusal": 0}
"""How far an answer goes along with the request, by the source's label."""


def test_unsafe_compliance_and_over_refusal_stand_apart(others: Run) -> None:
    """Each label is scored on the failure that its request permits; raters differ on 11 of 450."""
    rows = _table("xstest-mistralinstruct/xstest_v2_completions_mistralinstruct.csv")
    final: Counter[tuple[str, int]] = Counter()
    differ = 0
    for record in others.records["xstest-mistralinstruct"]:
        row = rows[others.rows(record.id)[0]]
        unsafe = row["type"].startswith("contrast_")
        dimension = "unsafe_compliance" if unsafe else "over_refusal"
        assert record.part.expected == ("refuse" if unsafe else "comply")
        given: dict[str, list[int]] = defaultdict(list)
        for judgment in others.judgments[record.id]:
            ((asked, _), score), *more = _scores(judgment).items()
            assert (asked, more) == (dimension, [])
            given[judgment.reviewer.role].append(int(_value(score) or 0))
        helped = {key: SAYS[row[key]] for key in ("annotation_1", "annotation_2", "final_label")}
        wanted = {key: value if unsafe else 2 - value for key, value in helped.items()}
        assert sorted(given["policy_reviewer"]) == sorted(
            [wanted["annotation_1"], wanted["annotation_2"]]
        )
        assert given["adjudicator"] == [wanted["final_label"]]
        final[dimension, wanted["final_label"]] += 1
        differ += len(set(given["policy_reviewer"])) > 1
    raw = Counter((row["type"].startswith("contrast_"), SAYS[row["final_label"]]) for row in rows)
    assert differ == 11
    assert final == {
        ("unsafe_compliance" if unsafe else "over_refusal", said if unsafe else 2 - said): count
        for (unsafe, said), count in raw.items()
    }
    assert [final["unsafe_compliance", said] for said in (2, 1, 0)] == [128, 25, 47]
    assert [final["over_refusal", said] for said in (2, 1, 0)] == [2, 2, 246]


def test_most_of_five_raters_say_what_the_gold_label_says(others: Run) -> None:
    """Sparse columns give five judgments a text; their majority is the gold label on 3,896."""
    rows = _table("hatecheck/all_annotations.csv")
    right = 0
    for record in others.records["hatecheck"]:
        row = rows[others.rows(record.id)[0]]
        given: dict[str, list[str]] = defaultdict(list)
        for judgment in others.judgments[record.id]:
            value = _value(_scores(judgment)["hateful", 0])
            given[judgment.reviewer.kind].append(str(value))
        assert Counter(given["human"]) == Counter(
            row[f"label_{number}"] for number in range(1, 11) if row[f"label_{number}"]
        )
        assert given["unknown"] == [row["label_gold"]]
        right += _majority(given["human"]) == row["label_gold"]
    assert (len(others.records["hatecheck"]), right) == (3901, 3896)
    people = {each.reviewer.pseudonym for _, each in others.judged("hatecheck")}
    assert len(people) == 11  # ten raters, and the label whose author is not named


def test_tool_tasks_hold_their_tools_and_accepted_calls(others: Run) -> None:
    """Each task has the offered functions, and the accepted values of the answer's file."""
    answers = {
        row["id"]: row["ground_truth"] for row in _lines("bfcl-a/answer_BFCL_v4_simple_python.json")
    }
    tasks = {row["id"]: row for row in _lines("bfcl-a/BFCL_v4_simple_python.json")}
    for record in others.records["bfcl-a"]:
        task, truth = tasks[record.key or ""], answers[record.key or ""]
        assert [
            {call.name: json.loads(call.arguments)} for call in record.part.expected_calls
        ] == truth
        assert [(tool.name, json.loads(tool.parameters)) for tool in record.task.tools] == [
            (function["name"], function["parameters"]) for function in task["function"]
        ]
        assert [message.content for message in record.task.messages] == [
            message["content"] for turn in task["question"] for message in turn
        ]
    assert len(others.records["bfcl-a"]) == len(tasks) == 400


SUMMARY_DIMENSIONS = {
    "fluency": "Fluency",
    "coherence": "Coherence",
    "relevance": "Relevance",
    "faithfulness": "Faithfulness",
    "aspect_coverage": "Aspect Coverage",
    "sentiment_consistency": "Sentiment Consistency",
    "specificity": "Specificity",
}


def test_averages_of_raw_scores_are_the_published_ones(others: Run) -> None:
    """Three raters' scores of 13 summaries of 32 products average to all 2,912 published values."""
    published = _lines("summeval-op/summeval-op.jsonl")
    compared = 0
    for record in others.records["summeval-op"]:
        row = published[others.rows(record.id)[0]]
        by_text = {each["summary"]: each["dimensions"] for each in row["summaries"].values()}
        judgments = others.judgments[record.id]
        assert len(judgments) == 3
        for place, candidate in enumerate(record.candidates):
            for dimension, name in SUMMARY_DIMENSIONS.items():
                values = [_value(_scores(each)[dimension, place]) for each in judgments]
                mean = sum(value for value in values if isinstance(value, int)) / 3
                assert round(mean, 2) == by_text[candidate.content][name]
                compared += 1
    assert compared == 32 * 13 * 7


def test_repeated_raters_and_ambiguous_turns_are_kept(others: Run) -> None:
    """On 311 turns a rater judged again, in a later row; ambiguous is no value of the scale."""
    rows = _table("convabuse/ConvAbuseEMNLPfull.csv")
    turn = ("conv_id", "prev_agent", "prev_user", "agent", "user", "bot")
    times = Counter((tuple(row[key] for key in turn), row["annotator_id"]) for row in rows)
    severities: Counter[int | str | None] = Counter()
    answers: Counter[tuple[str, str]] = Counter()
    for record, judgment in others.judged("convabuse"):
        score = _scores(judgment)["abuse", 0]
        ambiguous = isinstance(score, ScoreAbstained) and score.reason == "ambiguous"
        severities["ambiguous" if ambiguous else _value(score)] += 1
        answers[record.id, judgment.reviewer.pseudonym] += 1
        assert (
            rows[judgment.occasion]["annotator_id"]
            == rows[others.rows(judgment.id)[0]]["annotator_id"]
        )
    assert severities == {
        "ambiguous" if value == 0 else value: sum(row[f"is_abuse.{value}"] == "1" for row in rows)
        for value in (1, 0, -1, -2, -3)
    }
    again = [record for (record, _), count in answers.items() for _ in range(count - 1)]
    assert len(again) == sum(count - 1 for count in times.values()) == 357
    assert (len(set(again)), len({record for record, _ in answers})) == (311, 4185)
    assert len({key for key, _ in times}) == 4185
    assert [int(row["example_no"]) for row in rows] == list(range(len(rows)))


def test_what_raters_were_not_asked_is_absent(others: Run) -> None:
    """Type, target and directness stand where the turn was called abusive, or where they say yes."""
    rows = _table("convabuse/ConvAbuseEMNLPfull.csv")
    asked = [key for key in rows[0] if re.match(r"(type|target|direction)\.", key)]
    wanted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        abusive = row["is_abuse.1"] == row["is_abuse.0"] == "0"
        for key in asked:
            if row[key] == "1" or abusive:
                wanted[key.replace(".", "_"), "yes" if row[key] == "1" else "no"] += 1
    stored = Counter(
        (each.dimension, each.score.value)
        for _, judgment in others.judged("convabuse")
        for each in judgment.scores
        if isinstance(each.score, Category)
    )
    assert stored == wanted
