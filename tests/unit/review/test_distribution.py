"""How the answers to one question are spread, and when people differ."""

from assay.records.judgment import (
    Attack,
    LocalizedError,
    SectionRuling,
    StepLabel,
    Whole,
)
from assay.records.verdict import Abstained
from assay.review.distribution import distributions
from simulators.known_work import answer, records
from simulators.small_program import judged, worked

REAL = records(3)


def test_to_decline_where_others_answer_is_to_differ() -> None:
    """Abstentions are counted under their name; what was not answered is counted apart."""
    given = [
        answer(REAL[0], "ada"),
        answer(REAL[0], "bob", verdict=Abstained(reason="hm"), clarity=None),
    ]
    found = {each.question: each for each in distributions(given)}
    assert found["verdict"].counts == {"abstained": 1, "prefers:0": 1}
    assert found["verdict"].differs
    assert (found["clarity"].counts, found["clarity"].unanswered) == ({"5": 1}, 1)
    assert not found["clarity"].differs


def test_the_spread_shows_every_part_of_an_answer() -> None:
    """Labels, rulings, errors, attacks and texts are revealed, and people differ on them."""
    one = judged(
        worked(),
        "ada",
        step_labels=(StepLabel(candidate=0, step=0, label="good"),),
        rulings=(SectionRuling(section="fees", ruling="violates", candidate=0, severity="high"),),
        attack=Attack(outcome="held"),
        errors=(),
        stands_as_is=True,
    )
    other = judged(
        worked(),
        "bob",
        step_labels=(StepLabel(candidate=0, step=0, label="bad"),),
        rulings=(SectionRuling(section="fees", ruling="complies", candidate=0),),
        attack=Attack(outcome="broken", severity="low"),
        errors=(LocalizedError(place=Whole(candidate=0), category="wrong_sum"),),
        wrote="rec_written",
    )
    spread = {
        (each.question, each.candidate): (each.counts, each.own, each.differs)
        for each in distributions([one, other], "ada")
    }
    assert spread == {
        ("step 1", 0): ({"bad": 1, "good": 1}, "good", True),
        ("section fees", 0): ({"complies": 1, "violates (high)": 1}, "violates (high)", True),
        ("attack", None): ({"broken": 1, "held": 1}, "held", True),
        ("severity of the attack", None): ({"low": 1}, None, False),
        ("errors", None): ({"none found": 1, "wrong_sum": 1}, "none found", True),
        ("text", None): ({"revised": 1, "stands as it is": 1}, "stands as it is", True),
    }
