"""What the desk offers whom: caps, consent, breaks, the contract's shares and sentinels."""

from collections import Counter

from assay.governance.permissions import Principal
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers
from assay.review.answer_key import Key
from assay.store.audit import verify
from simulators.desk_program import person
from simulators.desk_work import MovedClock, Open, answer, claim, pairs, preference_queue


def test_severe_work_needs_a_cleared_role_and_the_persons_own_word(transaction: Open) -> None:
    """Consent opens the queue, and taking it back closes it, both at once."""
    program = transaction()
    ana = person(program, "ana", "policy_reviewer")
    ben = person(program, "ben", "reviewer")

    def severe(who: Principal) -> bool:
        return any(each.harms for each in program.desk.queues(who))

    assert program.desk.harms() == ("fare_evasion",)
    assert not severe(ana)
    program.desk.consent(ana, "fare_evasion", given=True)
    assert severe(ana)
    program.desk.consent(ben, "fare_evasion", given=True)
    assert not severe(ben), "a reviewer is not cleared for severe content"
    program.desk.consent(ana, "fare_evasion", given=False)
    assert not severe(ana)


def test_a_cap_closes_severe_work_and_says_until_when(transaction: Open, clock: MovedClock) -> None:
    """At the day's cap no such queue is offered; a day later it is open again."""
    program = transaction(cap="daily_minutes: 120 -> daily_minutes: 10")
    ana = person(program, "ana", "policy_reviewer")
    program.desk.consent(ana, "fare_evasion", given=True)
    queue = next(each.queue for each in program.desk.queues(ana) if each.harms)
    lease = claim(program, ana, queue=queue)
    assert lease
    program.desk.assignments.expose(ana, str(lease.handle), 11 * 60).result()
    program.desk.assignments.release(ana, str(lease.handle), "welfare").result()
    clock.wait(minutes=12)
    given = program.desk.claims.claim(ana, queue=queue).result()
    assert given.none
    assert given.none.code == "capped"
    assert given.none.until
    assert given.none.until > clock()
    clock.wait(days=1)
    again = program.desk.claims.claim(ana, queue=queue).result()
    assert again.none is None or again.none.code == "no-work"


def test_benign_work_comes_after_a_break_from_severe_content(
    transaction: Open, clock: MovedClock
) -> None:
    """After the minutes of a break are over, so many benign items come first."""
    program = transaction(
        rest="  break_after_minutes: 45 ->   break_after_minutes: 5\n  cool_down_items: 2"
    )
    ana = person(program, "ana", "policy_reviewer", "reviewer")
    program.desk.consent(ana, "fare_evasion", given=True)
    severe = next(each.queue for each in program.desk.queues(ana) if each.harms)
    lease = claim(program, ana, queue=severe)
    assert lease
    program.desk.assignments.expose(ana, str(lease.handle), 6 * 60).result()
    program.desk.assignments.release(ana, str(lease.handle), "welfare").result()
    clock.wait(minutes=30)

    def closed() -> str | None:
        none = program.desk.claims.claim(ana, queue=severe).result().none
        return none.code if none else None

    assert closed() == "cool-down"
    for _ in range(2):
        benign = claim(program, ana, queue=preference_queue(program, ana))
        assert benign
        answer(program, ana, benign)
        clock.wait(minutes=2)
    assert closed() != "cool-down"


def test_every_prefix_of_a_queue_holds_the_contracts_shares(transaction: Open) -> None:
    """However early the work stops, no stratum is ahead of its share by more than one record."""
    program = transaction()
    ana = person(program, "ana", "reviewer")
    queue = preference_queue(program, ana)
    seen: list[str] = []
    while (lease := claim(program, ana, queue=queue)) is not None:
        record = program.store.get(Record, lease.record)
        seen.append(record.task.taxonomy["difficulty"])
        answer(program, ana, lease)
    total = Counter(seen)
    assert len(total) > 1
    for length in range(1, len(seen) + 1):
        for value, count in Counter(seen[:length]).items():
            assert count <= total[value] / len(seen) * length + 1.5


def test_passes_are_independent_people_and_never_ones_own_work(transaction: Open) -> None:
    """Three passes are three people; who wrote a candidate is not among them."""
    program = transaction()
    people = [person(program, name, "reviewer") for name in ("ana", "ben", "eva", "ida")]
    held: dict[str, list[str]] = {}
    for who in people:
        queue = next(each.queue for each in program.desk.queues(who) if "process" in each.title)
        while (lease := claim(program, who, queue=queue)) is not None:
            held.setdefault(lease.record, []).append(lease.reviewer)
            answer(program, who, lease)
    assert held
    for record, reviewers in held.items():
        assert len(set(reviewers)) == len(reviewers) <= 3, record
    assert verify(program.store).ok


def test_sentinels_come_among_the_work_and_look_like_it(transaction: Open) -> None:
    """Known records come at their share, to nobody twice, and the card of the queue tells nothing."""
    program = transaction(share="  blinded: true ->   blinded: true\n  sentinel_share: 0.5")
    known = pairs(program)[:4]
    rubric = program.context.ids["rubric"]
    keys = [
        Key(record=each.id, rubric=rubric, source="expert", verdicts=(Prefers(candidate=0),))
        for each in known
    ]
    program.desk.eligibility.add_sentinels(
        keys, family="preference", language=None, retired_after=2
    )
    ana = person(program, "ana", "reviewer")
    before = [each.title for each in program.desk.queues(ana)]
    assert not [title for title in before if "sentinel" in title]
    records: list[str] = []
    shapes = set()
    while (lease := claim(program, ana, queue=preference_queue(program, ana))) is not None:
        work = program.desk.assignments.work(ana, str(lease.handle))
        shapes.add((work.state, work.lease_seconds, len(work.assignment), work.role))
        records.append(lease.record)
        answer(program, ana, lease)
    came = [each for each in records if each in {one.id for one in known}]
    assert 0 < len(came) <= 4
    assert len(set(records)) == len(records)
    assert len(shapes) == 1


def test_a_sentinel_that_enough_people_were_handed_is_offered_to_nobody_more(
    transaction: Open,
) -> None:
    """Who gave it back without an answer has seen it, too: after its one reader it is used up."""
    program = transaction(share="  blinded: true ->   blinded: true\n  sentinel_share: 0.5")
    keys = [
        Key(
            record=each.id,
            rubric=program.context.ids["rubric"],
            source="expert",
            verdicts=(Prefers(candidate=0),),
        )
        for each in program.store.scan(Record)
        if each.kind == "critique"
    ]
    program.desk.eligibility.add_sentinels(
        keys, family="preference", language=None, retired_after=1
    )
    hidden = {key.record for key in keys}  # of a kind that does not wait in the queue itself

    def handed(who: Principal) -> set[str]:
        """Every sentinel that comes to somebody who gives all work back."""
        records: set[str] = set()
        while (lease := claim(program, who, queue=preference_queue(program, who))) is not None:
            records.add(lease.record)
            program.desk.assignments.release(who, str(lease.handle), "skip").result()
        return records & hidden

    ana, ben = person(program, "ana", "reviewer"), person(program, "ben", "reviewer")
    first, second = handed(ana), handed(ben)
    assert first
    assert program.store.count(Judgment) == 0
    assert first.isdisjoint(second)
