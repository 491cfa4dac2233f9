"""Evidence by state: what each alarm of quality concludes from what it is given."""

from collections.abc import Callable
from typing import Literal

import pytest

from assay.governance.failure_modes import FailureMode
from assay.quality.disposition import State
from simulators.planted_modes import (
    World,
    alarms_of,
    bare_rulings,
    biased,
    compared,
    documents,
    graded,
    half_scored,
    halo,
    listed,
    one_of_three,
    one_sided,
    sampled,
    split,
    unchecked,
)

Make = Callable[[], World]

NOTHING: Make = lambda: World([], documents())  # noqa: E731  an entry of the tables below


TABLE: list[tuple[FailureMode, str, Make, str]] = [
    ("one_label_for_quality", "nothing", NOTHING, "unknown"),
    ("one_label_for_quality", "too few", lambda: half_scored("code", 1.0, items=12), "unknown"),
    ("one_label_for_quality", "all unscored", lambda: half_scored("code", 0.0), "raised"),
    ("one_label_for_quality", "64 of 120 unscored", lambda: half_scored("code", 56 / 120), "unknown"),
    ("one_label_for_quality", "30 % scored", lambda: half_scored("medicine", 0.3), "raised"),
    ("one_label_for_quality", "all scored apart", lambda: half_scored("de", 1.0), "clear"),
    ("one_label_for_quality", "one of three dimensions", lambda: one_of_three("medicine"), "raised"),
    ("one_label_for_quality", "rulings alone", lambda: bare_rulings("de"), "raised"),
    ("one_label_for_quality", "scores that are one", lambda: halo("ja", 0.3), "raised"),
    ("one_label_for_quality", "scores nearly one", lambda: halo("ja", 0.6), "unknown"),
    ("one_label_for_quality", "scores apart, no verdict", lambda: halo("ja", 2.0), "clear"),
    ("surface_cue_preference", "nothing", NOTHING, "unknown"),
    ("surface_cue_preference", "too few",
     lambda: compared("de", biased(1.0), items=10), "unknown"),
    ("surface_cue_preference", "one reviewer, nobody else scored",
     lambda: compared("code", biased(1.0), items=200, raters=1), "unknown"),
    ("surface_cue_preference", "longer wins 900 of 900",
     lambda: compared("medicine", biased(1.0), items=300), "raised"),
    ("surface_cue_preference", "longer wins 120 of 120",
     lambda: compared("medicine", biased(1.0), items=40), "raised"),
    ("surface_cue_preference", "nothing wins in 99",
     lambda: compared("code", biased(0.5), items=33), "unknown"),
    ("surface_cue_preference", "nothing wins in 900",
     lambda: compared("code", biased(0.5), items=300, equal=0.6), "clear"),
    ("surface_cue_preference", "longest first", lambda: listed("ja", 0.95, items=60), "raised"),
    ("surface_cue_preference", "long answers taken for right",
     lambda: graded("code", 1.0, items=120), "raised"),
    ("surface_cue_preference", "right answers taken for right",
     lambda: graded("code", 0.0, items=300), "clear"),
    ("forced_consensus", "nothing", NOTHING, "unknown"),
    ("forced_consensus", "too few items", lambda: split("de", "pairs", 0.5, items=20), "unknown"),
    ("forced_consensus", "two against two in noise",
     lambda: split("de", "pairs", 0.5, raters=4, panel=4, noise=0.25), "unknown"),
    ("forced_consensus", "noise that would hide a split",
     lambda: split("de", "pairs", 0.0, noise=0.25), "unknown"),
    ("forced_consensus", "agreement", lambda: split("de", "pairs", 0.0), "clear"),
    ("forced_consensus", "a declared split",
     lambda: split("code", "pairs", 0.3, declared="true"), "raised"),
    ("forced_consensus", "a split behind a grouping that explains nothing",
     lambda: split("code", "pairs", 0.3, declared="irrelevant"), "raised"),
    ("forced_consensus", "one-sided decisions without notes",
     lambda: one_sided("code", 1.0), "raised"),
    ("forced_consensus", "one-sided decisions with notes",
     lambda: one_sided("code", 1.0, noted=True), "clear"),
    ("forced_consensus", "decisions for both sides", lambda: one_sided("code", 0.5), "clear"),
    ("unverified_rationales", "nothing", NOTHING, "unknown"),
    ("unverified_rationales", "15 of 15 unchecked",
     lambda: unchecked("ja", 15, items=15), "raised"),
    ("unverified_rationales", "90 of 200 unchecked",
     lambda: unchecked("de", 90, items=200), "raised"),
    ("unverified_rationales", "3 of 3 unchecked", lambda: unchecked("de", 3, items=3), "unknown"),
    ("unverified_rationales", "8 checked", lambda: unchecked("code", 0, items=8), "unknown"),
    ("unverified_rationales", "60 checked", lambda: unchecked("medicine", 0, items=60), "clear"),
    ("easy_item_inflation", "nothing", NOTHING, "unknown"),
    ("easy_item_inflation", "quotas met by hard items", lambda: sampled("de", 40), "clear"),
    ("easy_item_inflation", "40 copies of one item",
     lambda: sampled("de", 40, identical=True), "raised"),
    ("easy_item_inflation", "hard items that all agree on",
     lambda: sampled("de", 40, agreed=True), "raised"),
    ("easy_item_inflation", "hard items that all solve",
     lambda: sampled("de", 40, solved=True), "raised"),
    ("easy_item_inflation", "no record of a declared language",
     lambda: sampled("de", 40, languages=("en",)), "raised"),
    ("easy_item_inflation", "a starved quota", lambda: sampled("de", 6), "raised"),
]  # fmt: skip


@pytest.mark.share(4)
@pytest.mark.parametrize(
    ("mode", "evidence", "make", "state"), TABLE, ids=[f"{row[0]}: {row[1]}" for row in TABLE]
)
def test_evidence_decides_the_state(
    mode: FailureMode, evidence: str, make: Make, state: str
) -> None:
    """What could not have shown is unknown, what shows is raised, and clear says what would have."""
    alarm = alarms_of(make())[mode]
    assert alarm.state == state, (evidence, alarm.reason)
    if state == "clear":
        assert "would have shown" in alarm.reason
    if state == "raised":
        assert alarm.remedy
        assert any(character.isdigit() for character in alarm.reason)


@pytest.mark.share(4)
@pytest.mark.parametrize("kind", ["pairs", "scores", "rulings", "ranks"])
def test_splits_are_seen_on_every_kind_of_answer(kind: str) -> None:
    """A fifth of the items split between two camps is seen in verdicts, scores, rulings, ranks."""
    world = split("medicine", kind, 0.2)  # type: ignore[arg-type]  one of the four
    alarm = alarms_of(world)["forced_consensus"]
    assert alarm.state == "raised"
    assert alarm.evidence
    assert "r0" in alarm.reason or "r1" in alarm.reason  # reviewers by pseudonym


def test_a_preserved_split_is_not_forced() -> None:
    """Where the distribution of every divided record is kept, nothing is erased."""
    alarm = alarms_of(_all_in("disagreement_preserved", split("code", "pairs", 0.3)))
    assert alarm["forced_consensus"].state == "clear"
    assert "no accepted record hides it" in alarm["forced_consensus"].reason


def test_a_split_in_records_that_nobody_settled_is_unknown() -> None:
    """Where no record is settled, none could have hidden the split."""
    alarm = alarms_of(_all_in("needs_second_review", split("code", "pairs", 0.3)))
    assert alarm["forced_consensus"].state == "unknown"
    assert "no record with answers to it is settled yet" in alarm["forced_consensus"].reason


@pytest.mark.parametrize("kind", ["tie", "category"])
def test_a_split_need_not_lie_on_both_sides_of_the_middle(kind: Literal["tie", "category"]) -> None:
    """Half see a tie where half prefer, or two categories of one end: accepted, it is raised."""
    alarm = alarms_of(_all_in("accepted", split("code", kind, 0.3)))["forced_consensus"]
    assert alarm.state == "raised", alarm.reason
    assert "the two sides' answers differ" in alarm.reason


def _all_in(state: State, world: World) -> World:
    """The same world with every record in one state."""
    cases = [
        type(case)(
            id=case.id,
            record=case.record,
            judgments=case.judgments,
            disposition=case.disposition.replace(state=state),
        )
        for case in world.cases
        if case.disposition
    ]
    return World(cases, world.documents)


def test_scores_that_follow_length_are_never_clear() -> None:
    """Where reviewers score longer answers higher, nobody independent says whether they are."""
    world = compared("code", biased(0.5), items=400, equal=0.3, tied=True, noise=0.2)
    alarm = alarms_of(world)["surface_cue_preference"]
    assert alarm.state == "unknown"
