"""What becomes of a record after its passes."""

from assay.records.record import Record
from simulators.desk_program import person
from simulators.desk_work import Open, answer, claim, preference_queue


def test_a_second_review_and_an_adjudication_follow_from_the_contract(transaction: Open) -> None:
    """Two against one where the layer asks for agreement: one more pass, then a senior decision."""
    change = "on_disagreement: preserve -> on_disagreement: second_review"
    program = transaction(layer=change, all="agreement: 0.66, max_abstentions: 1, on_disagreement: second_review -> agreement: 1.0, max_abstentions: 1, on_disagreement: second_review")  # fmt: skip
    people = [person(program, name, "reviewer") for name in ("ana", "ben", "eva", "ida")]
    for place, who in enumerate(people[:3]):
        queue = preference_queue(program, who)
        while (lease := claim(program, who, queue=queue)) is not None:
            record = program.store.get(Record, lease.record)
            shown = program.desk.assignments.work(who, str(lease.handle)).shown.candidates
            wanted = record.candidates[0 if place else 1].content
            answer(program, who, lease, [each.content for each in shown].index(wanted))
    routed = program.desk.route()
    assert routed.second_review > 0
    fourth = people[3]
    queue = preference_queue(program, fourth)
    more = 0
    while (lease := claim(program, fourth, queue=queue)) is not None:
        answer(program, fourth, lease)
        more += 1
    assert more >= routed.second_review
    assert program.desk.route().adjudication > 0
    sen = person(program, "sen", "adjudicator")
    assert program.adjudication.waiting(sen).open > 0
