"""An exam at the desk."""

from assay.governance.permissions import Principal
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers
from assay.review.answer_key import Key
from assay.review.handle import JUDGMENT_HANDLE
from assay.review.qualification import Qualification, QualificationScope
from simulators.desk_program import person
from simulators.desk_work import Open, answer, claim, pairs, preference_queue


def test_an_exam_opens_the_queue_and_the_judgment_names_the_qualification(
    transaction: Open,
) -> None:
    """Where there is an exam, the role alone opens nothing; the right answers do, until a day."""
    program = transaction(exam="items: 40, pass_mark: 0.85 -> items: 12, pass_mark: 0.75")
    known = [each for each in pairs(program) if each.task.taxonomy["language"] == "en"][:12]
    rubric = program.context.ids["rubric"]
    scope = QualificationScope(role="reviewer", family="preference", language="en")
    keys = [
        Key(record=each.id, rubric=rubric, source="expert", verdicts=(Prefers(candidate=0),))
        for each in known
    ]
    assert program.desk.eligibility.add_exam_items(keys, scope) == len(known)
    program.desk.fill()
    good, bad = (person(program, name, "reviewer") for name in ("good", "bad"))

    def titles(who: Principal) -> list[str]:
        return [each.title for each in program.desk.queues(who)]

    for who, right in ((good, True), (bad, False)):
        assert [each for each in titles(who) if each.startswith("exam")]
        assert "preference · en · everything else" not in titles(who)
        queue = next(each.queue for each in program.desk.queues(who) if "exam" in each.title)
        for _ in known:
            lease = claim(program, who, queue=queue)
            if lease is None:
                break
            record = program.store.get(Record, lease.record)
            shown = program.desk.assignments.work(who, str(lease.handle)).shown.candidates
            wanted = record.candidates[0 if right else 1].content
            answer(program, who, lease, [each.content for each in shown].index(wanted))
            roles = {each.pseudonym: each.roles for each in program.accounts.list()}
            program.desk.route(roles)
    decisions = {each.reviewer: each.decision for each in program.store.scan(Qualification)}
    assert decisions == {good.pseudonym: "passed", bad.pseudonym: "failed"}
    assert "preference · en · everything else" in titles(good)
    assert "preference · en · everything else" not in titles(bad)
    lease = claim(program, good, queue=preference_queue(program, good))
    assert lease
    receipt = answer(program, good, lease)
    (stored,) = (
        each
        for each in program.store.scan(Judgment)
        if program.context.handle(JUDGMENT_HANDLE, each.id) == receipt.judgment
    )
    (held,) = (each for each in program.store.scan(Qualification) if each.decision == "passed")
    assert stored.reviewer.qualification == held.id
