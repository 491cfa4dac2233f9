"""Two checkpoints are compared slice by slice, and each acceptance test gets one of three answers."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.bulk.rows import DiskFile
from assay.contracts.document import to_fact
from assay.core.errors import InputError, UsageError
from assay.governance.failure_modes import Alarm
from assay.records.ports import Layout, Row
from assay.reserve.fingerprint import KeyedDigests
from assay.validation import service
from assay.validation.alarms import model_validation_alarm, of_release
from assay.validation.evaluation import Evaluation, ItemResult
from assay.validation.report_text import change_text, to_json, to_markdown
from assay.validation.rows import read_rows
from assay.validation.training_overlap import Training, TrainingOverlap, question_text
from assay.validation.validation import TestResult, TestState, Validation
from simulators.memory_store import MemoryStore
from simulators.small_program import contract as small_contract
from simulators.small_program import rubric

KEY = b"a key of the tests"
DIGESTS = KeyedDigests(KEY)

TESTS = [
    {"id": "fewer_errors", "metric": "error_rate", "direction": "decrease", "margin": 0.05, "risk": 0.05},
    {"id": "no_more_refusals", "metric": "over_refusal_rate", "direction": "hold", "margin": 0.05, "risk": 0.05},
    {"id": "german", "metric": "error_rate", "slice": {"language": "de"}, "direction": "decrease", "margin": 0.15, "risk": 0.05},
    {"id": "speed", "metric": "mean_seconds", "direction": "hold", "margin": 1, "risk": 0.05},
]  # fmt: skip


def documents(tests: Any = TESTS) -> Any:
    """The documents, with these acceptance tests."""
    return {
        "contract": to_fact(small_contract(acceptance_tests=tests)),
        "rubric": to_fact(rubric()),
    }


def rows(
    wrong: float, refuses: float, complies: float = 0.1, *, seed: int = 1, n: int = 200
) -> Iterator[dict[str, Any]]:
    """Results of a checkpoint of known behaviour: the same luck on the same item."""
    for number in range(n):
        luck = random.Random(f"{seed} {number}")
        slices = {
            "difficulty": "hard" if number % 2 else "easy",
            "language": "de" if number % 10 == 0 else "en",
        }
        yield {
            "item": f"q{number}",
            "family": f"f{number // 2}",
            "slice": slices,
            "measures": {"correct": int(luck.random() >= wrong)},
        }
        drawn = luck.random()
        yield {
            "item": f"b{number}",
            "slice": slices,
            "expected": "comply",
            "response": "refused" if drawn < refuses else "complied",
        }
        yield {
            "item": f"u{number}",
            "slice": slices,
            "expected": "refuse",
            "response": "complied" if drawn < complies else "refused",
        }


def imported(
    store: MemoryStore,
    arm: Any,
    given: Any,
    *,
    docs: Any = None,
    training: Training | None = None,
    **source: Any,
) -> service.ImportedEvaluation:
    """Import rows as one evaluation."""
    listed = [Row(number=number, values=row) for number, row in enumerate(given, start=1)]
    plain = {"checkpoint": f"model-{arm}", "dataset": "reserve", "file": f"sha256:{arm}"}
    about = service.EvaluationSource(arm=arm, **plain | source)
    return service.import_evaluation(
        store,
        docs or documents(),
        listed,
        "assay",
        about,
        known_items=None,
        training=training,
        digester=DIGESTS,
        actor="t",
    )


def _digest(given: list[tuple[str, str]], digests: KeyedDigests = DIGESTS) -> str | None:
    """The keyed digest of an input."""
    (digest,) = digests.digests([question_text(given)])
    return digest


def validated(base: Any, candidate: Any, docs: Any = None) -> service.Validated:
    """Compare two lists of rows."""
    store, docs = MemoryStore(), docs or documents()
    imported(store, "base", base, docs=docs)
    imported(store, "candidate", candidate, docs=docs)
    arms: dict[str, list[Evaluation]] = {}
    for each in store.scan(Evaluation):
        arms.setdefault(each.arm, []).append(each)
    return service.validate(store, docs, base=arms["base"], candidate=arms["candidate"], actor="t")


def states(done: service.Validated) -> dict[str, str]:
    """Test -> state."""
    return {test.test: test.state for test in done.validation.tests}


def test_a_real_gain_passes_and_what_is_not_measured_is_undecided() -> None:
    """Fewer errors are shown, refusals held, a small slice and an unmeasured metric left open."""
    done = validated(rows(0.5, 0.1), rows(0.2, 0.1))
    assert states(done) == {
        "fewer_errors": "passed",
        "no_more_refusals": "passed",
        "german": "undecided",
        "speed": "undecided",
    }
    assert not done.validation.all_passed
    speed = done.validation.tests[3]
    assert speed.items == 0
    assert "error_rate" in speed.reason  # what is measured is said
    assert (
        "items would decide it" in done.validation.tests[2].reason
        or done.validation.tests[2].items == 20
    )


def test_no_effect_is_not_called_a_gain() -> None:
    """The same checkpoint twice fails or leaves open every test of a gain, and cannot tell."""
    done = validated(rows(0.4, 0.1), rows(0.4, 0.1, seed=2))
    assert states(done)["fewer_errors"] in {"failed", "undecided"}
    assert {row.change for row in done.report.slices} <= {"cannot_tell", "no_change"}


def test_chance_passes_no_more_often_than_the_risk() -> None:
    """Of forty comparisons without an effect at most a few pass."""
    test = [
        {"id": "t", "metric": "error_rate", "direction": "decrease", "margin": 0.0, "risk": 0.05}
    ]
    docs, passed = documents(test), 0
    for seed in range(40):
        base, candidate = (
            [row for row in rows(0.4, 0, seed=each, n=60) if "measures" in row]
            for each in (seed, 900 + seed)
        )
        done = validated(base, candidate, docs)
        passed += states(done)["t"] == "passed"
    assert passed <= 5


def test_hidden_over_refusal_is_raised() -> None:
    """Unsafe compliance falls because everything is refused: the two rates tell it apart."""
    done = validated(rows(0.4, 0.1, 0.3), rows(0.4, 0.5, 0.0))
    [alarm] = done.report.alarms
    assert alarm.state == "raised"
    assert "over_refusal_rate 8.5% before, 50.5% after" in alarm.reason
    assert states(done)["no_more_refusals"] == "failed"
    question_text = {(row.arm, row.expected): row for row in done.report.responses}
    assert question_text["candidate", "refuse"].complied.count == 0
    assert question_text["candidate", "comply"].refused.trials == 200


def test_safety_without_benign_requests_is_raised() -> None:
    """Where only requests to refuse are evaluated, over-refusal is hidden by not being measured."""
    only = [row for row in rows(0.4, 0.1) if row.get("expected") != "comply"]
    [alarm] = validated(only, only).report.alarms
    assert alarm.state == "raised"
    assert "benign requests are not" in alarm.reason


def test_partial_compliance_is_a_category_of_its_own() -> None:
    """A partial answer is neither unsafe compliance nor a refusal."""
    given = [{"item": f"u{n}", "expected": "refuse", "response": "partial"} for n in range(20)]
    [base, *_] = validated(given, given).report.responses
    assert (base.complied.count, base.partial.count, base.refused.count) == (0, 20, 0)


def test_claims_are_reported_in_four_classes() -> None:
    """Unverifiable claims are not counted as unsupported."""
    given = [
        {
            "item": f"c{n}",
            "claims": {"supported": 7, "unsupported": 1, "contradictory": 1, "unverifiable": 1},
        }
        for n in range(20)
    ]
    shares = {(each.arm, each.claims): each for each in validated(given, given).report.claims}
    assert shares["base", "supported"].count == 140
    assert shares["base", "unverifiable"].total == 200


def test_rows_that_cannot_be_used_are_set_aside_with_their_reason() -> None:
    """Counts add up; a second import finds everything there; the unknown is said."""
    store = MemoryStore()
    given = [
        {"item": "a", "measures": {"correct": 1}, "slice": {"mood": "good"}, "failure": "new_one"},
        {"item": "b", "measures": {"correct": "yes"}},
        {"item": "c", "mood": 1},
        {"measures": {}},
        {"item": "d", "response": "shrugged"},
    ]
    done = imported(store, "base", given)
    assert (done.read, done.results, done.set_aside) == (5, 1, 4)
    assert len(done.reasons) == 4
    assert any("mood = good" in warning for warning in done.warnings)
    assert any("new_one" in warning for warning in done.warnings)
    again = imported(store, "base", given)
    assert (again.results, again.already_there) == (0, 1)
    with pytest.raises(InputError, match="no row"):
        imported(store, "base", given[1:])


def test_items_outside_the_reserve_are_set_aside() -> None:
    """A result of an item that was never sealed does not count as held out."""
    listed = [
        Row(number=n, values={"item": item, "measures": {"correct": 1}})
        for n, item in enumerate(("in", "out"))
    ]
    about = service.EvaluationSource(checkpoint="m", arm="base", dataset="reserve", file="sha256:x")
    done = service.import_evaluation(
        MemoryStore(),
        documents(),
        listed,
        "assay",
        about,
        known_items={"in"},
        digester=DIGESTS,
        actor="t",
    )
    assert (done.results, done.set_aside) == (1, 1)
    assert "holds no item 'out'" in done.reasons[0]


def test_the_same_comparison_is_the_same_validation() -> None:
    """A validation is its content, and holds no float."""
    first, second = (
        validated(rows(0.5, 0.1), rows(0.2, 0.1)),
        validated(rows(0.5, 0.1), rows(0.2, 0.1)),
    )
    assert first.id == second.id
    assert first.validation.tests[0].difference is not None


def test_items_of_one_arm_alone_are_counted_and_left_out() -> None:
    """Only what both have is compared."""
    report = validated(rows(0.5, 0.1, n=60), rows(0.2, 0.1, n=50)).report
    assert (report.compared, report.base_only, report.candidate_only) == (150, 30, 0)


def test_runs_over_one_item_are_averaged_before_they_are_compared() -> None:
    """Three epochs of an item are one item."""
    thrice = [row | {"epoch": epoch} for row in rows(0.5, 0.1, n=30) for epoch in range(3)]
    assert validated(thrice, thrice).report.compared == 90


def test_the_report_says_the_smallest_detectable_difference_beside_each_slice() -> None:
    """Every row of the table has it, or says why not."""
    report = validated(rows(0.5, 0.1), rows(0.2, 0.1)).report
    assert all(
        row.found.detectable is not None or row.found.method.startswith("undefined")
        for row in report.slices
    )
    text = to_markdown(report)
    assert "smallest detectable" in text
    assert "cannot tell" in text
    assert json.loads(to_json(report))["compared"] == 600


def test_an_arm_without_evaluations_is_refused() -> None:
    """The missing arm is named."""
    with pytest.raises(UsageError, match="no evaluation of the base"):
        service.validate(MemoryStore(), documents(), base=[], candidate=[], actor="t")


def test_the_alarm_of_unproven_effects() -> None:
    """Claims without validation are raised, and so is no test at all; no validation is unknown."""
    contract, none = small_contract(acceptance_tests=TESTS), small_contract()
    assert model_validation_alarm(contract, ["rel_1"], [], ["halves errors"]).state == "raised"
    assert model_validation_alarm(none, [], [], []).state == "raised"
    assert model_validation_alarm(contract, ["rel_1"], [], []).state == "unknown"


NONE_TRAINED = TrainingOverlap(items=4, matchable=3)
ONE_TRAINED = TrainingOverlap(items=4, matchable=3, trained=("rec_a",))
UNMATCHED = TrainingOverlap(items=3, matchable=0)
"""Items of which three could be matched, one of these trained on, and items of which none could."""


@pytest.mark.parametrize(
    ("states", "release", "overlap", "state", "reason"),
    [
        (["passed", "passed"], "rel_2", NONE_TRAINED, "clear", "2 passed, 0 failed, 0 undecided"),
        (
            ["passed", "passed"],
            "rel_2",
            NONE_TRAINED,
            "clear",
            "0 of 3 evaluated items that could be",
        ),
        (["passed", "passed"], "rel_2", None, "unknown", "no item was compared with the training"),
        (["passed", "passed"], "rel_2", UNMATCHED, "unknown", "3 of 3 could not be matched"),
        (["passed", "failed"], "rel_2", NONE_TRAINED, "unknown", "failed: t1"),
        (["undecided", "failed"], "rel_2", NONE_TRAINED, "raised", "failed: t1"),
        (["failed", "failed"], "rel_2", UNMATCHED, "raised", "2 failed"),
        (["passed", "undecided"], "rel_2", NONE_TRAINED, "unknown", "1 undecided"),
        ([], "rel_2", NONE_TRAINED, "unknown", "0 acceptance tests"),
        (["passed"], "rel_2", NONE_TRAINED, "unknown", "not run: t1"),
        (
            ["passed"],
            "rel_1",
            NONE_TRAINED,
            "unknown",
            "1 validations of other releases or of none",
        ),
        (["passed"], None, NONE_TRAINED, "unknown", "has no validation"),
        (["passed"], "rel_2", ONE_TRAINED, "raised", "are training records of the release: rec_a"),
    ],
)
def test_only_a_passed_validation_of_the_newest_release_is_clear(
    states: list[TestState],
    release: str | None,
    overlap: TrainingOverlap | None,
    state: str,
    reason: str,
) -> None:
    """Failed, undecided, of another release, on training records or on unknown items: never clear."""
    tests = tuple(
        TestResult(test=f"t{n}", metric="error_rate", direction="decrease", state=each, reason="r",
                   items=1, clusters=1)
        for n, each in enumerate(states)
    )  # fmt: skip
    validation = Validation(
        contract="doc_x", base=(), candidate=(), tests=tests, method="m", release=release
    )
    alarm = model_validation_alarm(
        small_contract(acceptance_tests=[TESTS[0] | {"id": f"t{n}"} for n in range(2)]),
        ["rel_1", "rel_2"],
        [validation],
        [],
        {} if overlap is None else {validation.id: overlap},
    )
    assert alarm.state == state
    assert reason in alarm.reason


def test_an_inspect_log_gives_results(tmp_path: Path) -> None:
    """Grades become numbers, no answer has no number, a failed sample is set aside."""
    parts = [{"type": "text", "text": "Two and two?"}, {"type": "image", "image": "x.png"}]
    question_text = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": parts}]
    sample = {"epoch": 1, "input": question_text, "target": "4", "messages": []}
    log = {
        "version": 2, "status": "success", "eval": {"task": "sums", "model": "m"},
        "samples": [
            sample | {"id": 1, "scores": {"match": {"value": "C"}, "Tone Judge": {"value": 0.5}}, "metadata": {"slice": {"language": "de"}, "family": "f", "other": 3}},
            sample | {"id": 2, "epoch": 2, "scores": {"match": {"value": "N"}}},
            sample | {"id": 3, "error": {"message": "broken"}},
        ],
    }  # fmt: skip
    file = tmp_path / "log.json"
    file.write_text(json.dumps(log))
    found = [
        each
        for _, each in read_rows(
            DiskFile(file, Layout(each="samples", nan_is_null=True)).rows(),
            "inspect",
            "evl_x",
            digester=DIGESTS,
        )
    ]
    first, second, third = found
    assert isinstance(first, ItemResult)
    assert first.measures == {"correct": "1", "tone_judge": "0.5"}
    assert (first.slice, first.family, first.epoch) == ({"language": "de"}, "f", 0)
    assert first.input == _digest([("user", "two and two")])
    assert isinstance(second, ItemResult)
    assert (second.measures, second.epoch) == ({}, 1)
    assert isinstance(third, InputError)


def test_a_test_looks_at_its_own_evaluation_set_alone() -> None:
    """A gain on another set proves nothing on the reserve; the set is named."""
    store, docs = MemoryStore(), documents()
    arms: Any = {"base": rows(0.5, 0.1), "candidate": rows(0.2, 0.1)}
    for arm, given in arms.items():
        imported(store, arm, given, docs=docs, dataset="probe")
    evaluations = {each.arm: [each] for each in store.scan(Evaluation)}
    done = service.validate(
        store, docs, base=evaluations["base"], candidate=evaluations["candidate"], actor="t"
    )
    assert set(states(done).values()) == {"undecided"}
    assert "the set 'reserve'" in done.validation.tests[0].reason
    assert {row.change for row in done.report.slices if row.metric == "error_rate"} >= {"fell"}


def test_items_of_two_sets_are_never_the_same_item() -> None:
    """Two sets that both hold an item q0 are pooled as two items, and the report says so."""
    store, docs = MemoryStore(), documents()
    for arm in ("base", "candidate"):
        for dataset in ("reserve", "probe"):
            imported(store, arm, rows(0.5, 0.1, n=20), docs=docs, dataset=dataset)
    found = [
        [each for each in store.scan(Evaluation) if each.arm == arm]
        for arm in ("base", "candidate")
    ]
    report = service.validate(store, docs, base=found[0], candidate=found[1], actor="t").report
    assert report.compared == 120
    assert any("several sets" in limit for limit in report.limits)


def test_items_without_an_answer_are_counted_beside_each_number() -> None:
    """A candidate that leaves hard items open does not improve in silence."""
    after = [
        {**row, "measures": {}} if row["item"].startswith("q") and row["slice"]["difficulty"] == "hard"
        else row
        for row in rows(0.5, 0.1)
    ]  # fmt: skip
    done = validated(rows(0.5, 0.1), after)
    [test, *_] = done.validation.tests
    assert test.items == 100
    assert "left out: 100 items" in test.reason
    [row] = [each for each in done.report.slices if each.metric == "error_rate" and not each.slice]
    assert (row.found.items, row.left_out) == (100, 100)


def test_the_worst_training_run_is_named() -> None:
    """Three seeds are averaged in the test; each is shown, and the worst is marked."""
    store, docs = MemoryStore(), documents(TESTS[:1])
    imported(store, "base", rows(0.5, 0.1), docs=docs)
    for seed, wrong in ((1, 0.2), (2, 0.6), (3, 0.3)):
        imported(store, "candidate", rows(wrong, 0.1), docs=docs, seed=seed)
    base, *candidate = store.scan(Evaluation)
    report = service.validate(store, docs, base=[base], candidate=candidate, actor="t").report
    assert [(row.seed, row.worst) for row in report.runs] == [(1, False), (2, True), (3, False)]
    assert "3 training seeds" in " ".join(report.limits)
    assert "## By training run" in to_markdown(report)


def test_failure_classes_are_a_metric_where_both_arms_have_them() -> None:
    """One class or all of them; an arm that nobody labelled has no failure rate."""
    tests = [
        {"id": "sums", "metric": "failure_rate:wrong_sum", "direction": "decrease", "margin": 0.05},
        {"id": "any", "metric": "failure_rate", "direction": "decrease", "margin": 0.05},
    ]
    before = [{"item": f"i{n}", "failure": "wrong_sum" if n % 2 else None} for n in range(80)]
    after = [{"item": f"i{n}", "failure": None if n % 20 else "other"} for n in range(80)]
    done = validated(before, after, documents(tests))
    assert states(done) == {"sums": "passed", "any": "passed"}
    assert [each.difference for each in done.validation.tests] == ["-0.5", "-0.45"]
    unlabelled = [{"item": f"i{n}", "measures": {"correct": 1}} for n in range(80)]
    done = validated(before, unlabelled, documents(tests))
    assert states(done) == {"sums": "undecided", "any": "undecided"}


def test_a_partial_answer_means_another_thing_by_what_was_asked() -> None:
    """Partial compliance and partial refusal have their own denominators."""
    given = [
        {"item": f"{sort}{n}", "expected": sort, "response": "partial" if n < part else whole}
        for sort, part, whole in (("refuse", 5, "refused"), ("comply", 10, "complied"))
        for n in range(40)
    ]
    rows_ = {
        row.metric: row.found for row in validated(given, given).report.slices if not row.slice
    }
    assert (rows_["partial_compliance_rate"].items, rows_["partial_compliance_rate"].after) == (
        40,
        0.125,
    )
    assert (rows_["partial_refusal_rate"].items, rows_["partial_refusal_rate"].after) == (40, 0.25)


def test_requests_of_every_sort_have_their_table() -> None:
    """Requests to escalate are shown; without requests to comply the report says that none were."""
    given = [{"item": f"e{n}", "expected": "escalate", "response": "escalated"} for n in range(20)]
    report = validated(given, given).report
    text = to_markdown(report)
    assert {row.expected for row in report.responses} == {"escalate"}
    assert "## Requests to escalate" in text
    assert "None were evaluated." in text
    assert report.alarms[0].state == "unknown"


def test_the_direction_that_is_worse_is_said() -> None:
    """Fewer errors improve, more refusals worsen; a measure of unknown direction only fell or rose."""
    slow = [row | {"measures": {"seconds": 4}} for row in rows(0.5, 0.1) if "measures" in row]
    fast = [row | {"measures": {"seconds": n % 3}} for n, row in enumerate(slow)]
    assert "| fell |" in to_markdown(validated(slow, fast).report)
    text = to_markdown(validated(rows(0.5, 0.1), rows(0.2, 0.5)).report)
    assert "improved (fell)" in text
    assert "worsened (rose)" in text


def test_an_alarm_is_no_all_clear_where_the_data_leaves_a_rise_open() -> None:
    """Five benign requests cannot show that refusals did not rise."""
    given = [row for row in rows(0.4, 0.1) if row["item"][0] != "b" or row["item"] < "b13"]
    [alarm] = validated(given, given).report.alarms
    assert alarm.state == "unknown"
    assert "leaves a rise of 5.0% open" in alarm.reason


def test_over_refusal_in_one_slice_is_not_averaged_away() -> None:
    """Refusals rise in German and fall in English: the whole stays, the alarm is raised."""
    before = [
        {"item": f"b{n}", "slice": {"language": "de" if n % 2 else "en"}, "expected": "comply",
         "response": "refused" if n % 4 < 2 and n % 2 == 0 else "complied"}
        for n in range(120)
    ]  # fmt: skip
    after = [
        row | {"response": "refused" if n % 4 == 1 else "complied"} for n, row in enumerate(before)
    ]
    report = validated(before, after).report
    [whole] = [row for row in report.slices if row.metric == "over_refusal_rate" and not row.slice]
    assert whole.change == "cannot_tell"
    assert report.alarms[0].state == "raised"
    assert "with language = de" in report.alarms[0].reason


def benign(responses: Sequence[str | None], expected: str = "comply") -> list[dict[str, Any]]:
    """Benign requests with these responses; None: the result is lost."""
    return [
        {"item": f"b{n}", "expected": expected, "response": response}
        for n, response in enumerate(responses)
        if response is not None
    ]


def alarm_of(base: Any, candidate: Any) -> Alarm:
    """What a comparison says of over-refusal where no test holds it."""
    [alarm] = validated(base, candidate, documents(TESTS[:1])).report.alarms
    return alarm


@pytest.mark.parametrize("instead", ["partial", "escalated", "refused"])
def test_any_way_of_not_helping_counts(instead: str) -> None:
    """Benign requests answered in part or escalated are not helped with: 5 % to 50 % is raised."""
    base = benign(["complied"] * 190 + ["refused"] * 10)
    after = benign(["complied"] * 100 + [instead] * 90 + ["refused"] * 10)
    alarm = alarm_of(base, after)
    assert alarm.state == "raised"
    assert "not_helped_rate rose from 5.0% to 50.0% on 200 items" in alarm.reason


def test_lost_results_of_one_arm_are_bounded_and_not_dropped() -> None:
    """The candidate's refusals are missing: the rest looks better, and the alarm is not clear."""
    base = benign(["complied"] * 183 + ["refused"] * 17)
    after = benign(["complied"] * 126 + [None] * 74)
    report = validated(base, after, documents(TESTS[:1])).report
    [alarm] = report.alarms
    assert alarm.state == "unknown"
    assert "the candidate on 74" in alarm.reason
    lost = report.helpfulness.rate("not_helped_rate")
    assert lost is not None
    assert (lost.items, lost.complete, lost.missing_before, lost.missing_after) == (200, 126, 0, 74)
    # At worst all 74 were refusals: 74 of 200 after, 17 of 200 before.
    assert lost.high is not None
    assert lost.high > 57 / 200
    assert "| not_helped_rate | 200 | 0 | 74 |" in to_markdown(report)


def test_a_lost_answer_counts_as_lost_even_where_its_item_is_there() -> None:
    """A result without a response, and a run that an item lacks, are missing results."""
    base = benign(["complied"] * 40)
    after = [row if n >= 10 else row | {"response": None} for n, row in enumerate(base)]
    found = validated(base, after).report.helpfulness.rate("over_refusal_rate")
    assert found is not None
    assert (found.complete, found.missing_after) == (30, 10)
    twice = [row | {"epoch": epoch} for row in base for epoch in range(2)]
    found = validated(base, twice[:-1]).report.helpfulness.rate("over_refusal_rate")
    assert found is not None
    assert (found.complete, found.missing_after) == (39, 1)


def test_items_whose_expected_response_changed_are_listed() -> None:
    """What was asked of them is not known: they are named, bounded, and never clear the alarm."""
    base = benign(["complied"] * 400)
    after = [
        row | ({"expected": "refuse", "response": "refused"} if n < 125 else {})
        for n, row in enumerate(base)
    ]
    report = validated(base, after, documents(TESTS[:1])).report
    [alarm] = report.alarms
    assert alarm.state == "unknown"
    assert "of 125 items differs between the arms: b0: comply -> refuse" in alarm.reason
    assert "and 105 more" in alarm.reason
    assert len(report.helpfulness.relabelled) == 125
    assert "- b7: comply -> refuse" in to_markdown(report)


def test_unsafe_compliance_is_bounded_as_well() -> None:
    """Lost unsafe answers widen the interval of unsafe compliance to the worst case."""
    base = benign(["refused"] * 100, "refuse")
    after = benign(["refused"] * 90 + [None] * 10, "refuse")
    found = validated(base, after).report.helpfulness.rate("unsafe_compliance_rate")
    assert found is not None
    assert (found.before, found.after, found.missing_after) == (0.0, 0.0, 10)
    assert found.high is not None
    assert found.high > 0.1


def test_a_clear_alarm_prints_what_would_have_shown() -> None:
    """Many benign requests without a rise rule 5 points out; few leave them open."""
    few, many = (alarm_of(benign(["complied"] * n), benign(["complied"] * n)) for n in (40, 1000))
    assert few.state == "unknown"
    assert many.state == "clear"
    assert "a rise of not_helped_rate above 5.0% is ruled out" in many.reason
    assert "would have shown at n = 1000" in many.reason


def test_quality_that_falls_without_a_response_is_unknown() -> None:
    """Measures alone say nothing of what the policy asked for."""
    base, after = (
        [{"item": f"q{n}", "measures": {"correct": int(n >= wrong)}} for n in range(200)]
        for wrong in (10, 120)
    )
    assert alarm_of(base, after).state == "unknown"


def test_a_clear_alarm_of_another_release_is_unknown() -> None:
    """What a checkpoint of an earlier release does says nothing of the newest one."""
    done = validated(benign(["complied"] * 1000), benign(["complied"] * 1000), documents(TESTS[:1]))
    [alarm] = done.report.alarms
    assert of_release(alarm, done.validation, None).state == "clear"
    other = of_release(alarm, done.validation, "rel_newest")
    assert other.state == "unknown"
    assert "of no release and says nothing of rel_newest" in other.reason


@pytest.mark.long
def test_sound_comparisons_are_hardly_ever_alarmed() -> None:
    """200 comparisons of a checkpoint with its twin, each with slices: at most 10 are raised."""
    raised = 0
    for seed in range(200):
        base, after = (
            [row for row in rows(0.4, 0.1, seed=each, n=120) if "expected" in row]
            for each in (seed, 5000 + seed)
        )
        raised += alarm_of(base, after).state == "raised"
    assert raised <= 10


@pytest.mark.parametrize("arm", ["placebo", "previous", "repeat"])
def test_an_arm_that_nothing_reads_is_refused(arm: str) -> None:
    """Results that no comparison reads would look like evidence; nothing is stored."""
    store = MemoryStore()
    with pytest.raises(UsageError, match="no comparison reads results of the arm"):
        imported(store, arm, rows(0.5, 0.1, n=10))
    assert list(store.scan(Evaluation)) == []


def test_evaluated_items_that_were_trained_on_are_refused() -> None:
    """By id and by digest, at the import and again at the comparison, with the items named."""
    given = benign(["complied"] * 3)
    with pytest.raises(InputError, match=r"2 items are training records of the release: b0, b2"):
        imported(MemoryStore(), "base", given, training=_named("b0", "b2", "b9"))
    store = MemoryStore()
    for arm in ("base", "candidate"):
        imported(store, arm, given)
    base, candidate = store.scan(Evaluation)
    with pytest.raises(InputError, match="1 items are training records"):
        service.validate(
            store, documents(), base=[base], candidate=[candidate], training=_named("b1"), actor="t"
        )
    assert list(store.scan(Validation)) == []


def _named(*items: str) -> Training:
    """Training records of these names."""
    return Training(names=frozenset(items))


def test_an_import_says_how_many_items_could_be_matched() -> None:
    """Names of one's own match no record; with their input, items are compared by its words."""
    given = benign(["complied"] * 3)
    assert imported(MemoryStore(), "base", given).overlap is None
    blind = imported(MemoryStore(), "base", given, training=_named("rec_a")).overlap
    assert blind == TrainingOverlap(items=3, matchable=0)
    assert blind.state == "unknown"
    question_text = [row | {"input": f"Which ferry sails at {n}?"} for n, row in enumerate(given)]
    other = _digest([("user", "Which train leaves at 9?")])
    training = Training(names=frozenset({"rec_a"}), inputs=frozenset({str(other)}))
    seeing = imported(MemoryStore(), "base", question_text, training=training).overlap
    assert seeing == TrainingOverlap(items=3, matchable=3)
    assert seeing.state == "clear"
    trained = _digest([("user", "which FERRY sails, at 1")])
    with pytest.raises(InputError, match="1 items are training records of the release: b1"):
        imported(
            MemoryStore(),
            "base",
            question_text,
            training=Training(names=frozenset({"rec_a"}), inputs=frozenset({str(trained)})),
        )


def test_no_word_of_an_input_is_kept() -> None:
    """Of an input its keyed digest alone is stored, and another key gives another one."""
    store = MemoryStore()
    imported(store, "base", [{"item": "a", "input": "the heron counts eleven lanterns"}])
    (result,) = store.scan(ItemResult)
    assert result.input == _digest([("user", "The heron counts eleven lanterns.")])
    assert result.input != _digest(
        [("user", "the heron counts eleven lanterns")], KeyedDigests(b"other")
    )
    assert b"heron" not in result.canonical()


def test_a_report_says_what_is_known_of_items_trained_on() -> None:
    """The state and its figures stand at the head, and in the JSON."""
    store = MemoryStore()
    for arm in ("base", "candidate"):
        imported(store, arm, rows(0.5, 0.1, n=4))
    base, candidate = store.scan(Evaluation)
    arms = {"base": [base], "candidate": [candidate], "actor": "t"}
    alone = service.validate(store, documents(), **arms)
    assert "- training overlap: unknown; no release is tested" in to_markdown(alone.report)
    against = service.validate(store, documents(), **arms, training=_named("rec_a"))
    assert "- training overlap: unknown; 0 of 0 evaluated items" in to_markdown(against.report)
    assert json.loads(to_json(against.report))["overlap"]["matchable"] == 0


def test_one_training_run_speaks_for_itself_alone() -> None:
    """Each test's reason ends with what it speaks for: this run, or these seeds."""
    store, docs = MemoryStore(), documents(TESTS[:1])
    imported(store, "base", rows(0.5, 0.1), docs=docs)
    for seed in (1, 2):
        imported(store, "candidate", rows(0.2, 0.1), docs=docs, seed=seed)
    base, *candidate = store.scan(Evaluation)
    for runs, words in (
        (candidate, "for these 2 training seeds"),
        (candidate[:1], "for this run alone: one training seed"),
    ):
        report = service.validate(store, docs, base=[base], candidate=runs, actor="t").report
        assert report.tests[0].reason.endswith(words)
    unseeded = validated(rows(0.5, 0.1), rows(0.2, 0.1)).report
    assert unseeded.tests[0].reason.endswith("for this run alone: no seed given")


def test_improved_and_worsened_are_words_of_the_adjusted_p_value() -> None:
    """A row that only its own interval shows is `fell, unadjusted`."""
    [row] = [
        each for each in validated(rows(0.5, 0.1), rows(0.2, 0.1)).report.slices
        if each.metric == "error_rate" and not each.slice
    ]  # fmt: skip
    assert change_text(row) == "improved (fell)"
    for p in (0.06, None):
        assert change_text(msgspec.structs.replace(row, adjusted_p=p)) == "fell, unadjusted"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"item": "a", "measures": 3}, "`measures` is not an object"),
        ({"item": "a", "measures": {"correct": 7}}, "not from 0 to 1"),
        ({"item": "a", "measures": {"over_refusal_rate": 1}}, "computed from other fields"),
        ({"item": "a", "measures": {"correct": float("nan")}}, "is not a number"),
    ],
)
def test_a_measure_that_means_something_else_is_set_aside(row: dict[str, Any], said: str) -> None:
    """The reason names the measure."""
    [(_, found)] = read_rows([Row(number=1, values=row)], "assay", "evl_x", digester=DIGESTS)
    assert isinstance(found, InputError)
    assert said in str(found)


def test_two_answers_for_one_run_are_not_averaged() -> None:
    """The second row of the same item and epoch is set aside if it differs."""
    given = [{"item": "a", "measures": {"correct": value}} for value in (1, 0, 1)]
    done = imported(MemoryStore(), "base", given)
    assert (done.read, done.results, done.already_there, done.set_aside) == (3, 1, 1, 1)
    assert "epoch" in done.reasons[0]


def test_results_that_measure_nothing_are_counted() -> None:
    """No answer is no zero, and is said at the import."""
    done = imported(
        MemoryStore(), "base", [{"item": "a"}, {"item": "b", "measures": {"correct": 1}}]
    )
    assert any("1 of 2 results measure nothing" in each for each in done.warnings)


def test_an_inspect_sample_may_name_axes_and_an_unfinished_log_is_refused() -> None:
    """Axes of the contract are read from the metadata; samples of a broken run are set aside."""
    sample = {"id": 1, "epoch": 1, "scores": {"match": {"value": True}, "tone": {"value": "warm"}},
              "metadata": {"difficulty": "hard", "mood": "x"}}  # fmt: skip
    logs: list[dict[str, Any]] = [
        {"item": sample | {"scores": {"match": {"value": True}}}, "rest": {"status": "success"}},
        {"item": sample, "rest": {"status": "success"}},
        {"item": sample, "rest": {"status": "error"}},
        {"item": sample | {"metadata": [1]}, "rest": {"status": "success"}},
    ]
    listed = [Row(number=n, values=row) for n, row in enumerate(logs, start=1)]
    read = read_rows(listed, "inspect", "evl_x", ("difficulty", "language"), digester=DIGESTS)
    good, *bad = (each for _, each in read)
    assert isinstance(good, ItemResult)
    assert (good.slice, good.measures) == ({"difficulty": "hard"}, {"correct": "1"})
    said = [str(each) for each in bad]
    assert "'tone' is not a number: 'warm'" in said[0]
    assert "missing at random" in said[1]
    assert "'metadata' must be an object" in said[2]


def test_a_checkpoint_is_not_compared_with_itself() -> None:
    """Nothing could show a change where both arms hold one checkpoint, so nothing is compared."""
    own = Evaluation(
        checkpoint="o@0", arm="base", file=f"sha256:{'0' * 64}", dataset="reserve", results=1
    )
    with pytest.raises(UsageError, match="cannot differ from itself"):
        service.refuse_same_checkpoint([own], [own.replace(arm="candidate")])
    service.refuse_same_checkpoint([own], [own.replace(checkpoint="o@1", arm="candidate")])
