"""What its rights hold back is shown at the desk at no claim, in no view and on no page."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from assay.core.errors import UsageError
from assay.desk.filling import Filled
from assay.program.program import Program
from assay.records.record import Record
from assay.releases.withdrawal import Withdrawal
from assay.review.calibration import Round, RoundStep
from assay.review.guideline_gap import GuidelineGap
from assay.review.queue.lease import NewItem, Queue
from assay.store.queue import SqlQueue
from assay.web.authentication import COOKIE
from simulators.desk_crawl import claimed, pages, taken
from simulators.desk_program import PASSWORD, person
from simulators.once import Once
from simulators.planted_rights import (
    BEFORE,
    DAY,
    FREE,
    LATE,
    LEADS,
    LENT,
    NAMES,
    open_planted,
    seen,
    write_planted,
)
from simulators.served import shared_app
from simulators.small_program import judged

BY_REVIEWERS = LENT | FREE
BY_LEADS = LENT | FREE | LEADS
PEOPLE = {
    "ana": ("reviewer",),
    "pol": ("policy_reviewer",),
    "sen": ("adjudicator",),
    "lea": ("lead",),
    "adm": ("administrator",),
}

Client = TestClient[Litestar]


class Calendar:
    """A clock that a test sets to another day."""

    def __init__(self) -> None:
        self.now = BEFORE

    def __call__(self) -> str:
        return self.now


@pytest.fixture(scope="session")
def planted(once: Once) -> Path:
    return once("planted-rights", write_planted)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def program(planted: Path, tmp_path: Path, calendar: Calendar) -> Iterator[Program]:
    """The program as it is opened before a source's last day, with people and empty queues."""
    folder = Path(shutil.copytree(planted, tmp_path / "program"))
    with open_planted(folder, calendar) as opened:
        for name, roles in PEOPLE.items():
            person(opened, name, *roles)
        yield opened


Browse = Callable[[str], Client]


@pytest.fixture
def browse(program: Program) -> Iterator[Browse]:
    """Signs somebody in at the one browser there is."""
    with TestClient(shared_app(program), base_url="https://desk.test") as made:

        def sign_in(name: str) -> Client:
            signed_in = program.accounts.sign_in(name, PASSWORD)
            assert signed_in
            made.cookies.clear()
            made.cookies.set(COOKIE, signed_in.cookie)
            made.headers["x-csrf-token"] = str(signed_in.principal.csrf)
            return made

        yield sign_in


def _fill(program: Program) -> Filled:
    filled = program.desk.fill()
    people = [(each.pseudonym, each.roles) for each in program.accounts.list()]
    program.desk.seat(people, by="tests")
    return filled


def _named(program: Program) -> dict[str, Record]:
    found = {}
    for record in program.records.list():
        (name,) = seen(record.task.messages[-1].content.encode())
        found[name] = record
    return found


@contextmanager
def _waiting(program: Program, queue: Queue) -> Iterator[None]:
    """Every planted record waits in one more queue, as an earlier version would have queued it."""
    desk = SqlQueue(program.store)
    with desk.write("test.enqueue", actor="tests") as unit:
        number = unit.queues.add_queue(queue, "que_planted")
        unit.queues.enqueue(
            number, [NewItem(record=each.id, need=1) for each in program.records.list()]
        )
        unit.mark_action()
    yield


def test_queues_hold_what_somebody_of_the_layer_may_read(
    program: Program, calendar: Calendar, browse: Browse
) -> None:
    """What nobody may read is not queued and is counted; whoever claims everything sees the rest."""
    calendar.now = DAY
    filled = _fill(program)
    assert filled.queued == len(BY_REVIEWERS)
    assert filled.held_back.records == len(NAMES) - len(BY_REVIEWERS)
    assert filled.records == filled.queued + filled.held_back.records
    content, handles = claimed(browse("ana"), len(NAMES))
    assert (seen(content), len(handles)) == (BY_REVIEWERS, len(BY_REVIEWERS))
    content, handles = claimed(browse("pol"), len(NAMES))
    assert (seen(content), handles) == (frozenset(), [])


def test_what_was_queued_and_is_over_is_not_given_out(
    program: Program, calendar: Calendar, browse: Browse
) -> None:
    """A record that waits since before its last day is passed over at the claim, and wants no pass."""
    filled = _fill(program)
    assert filled.queued == len(BY_REVIEWERS | LATE)
    calendar.now = DAY
    content, handles = claimed(browse("ana"), len(NAMES))
    assert (seen(content), len(handles)) == (BY_REVIEWERS, len(BY_REVIEWERS))
    late = [each.id for name, each in _named(program).items() if name in LATE]
    open_items = [
        each.record
        for each in SqlQueue(program.store).unsettled(
            [row.id for row in SqlQueue(program.store).queues()], 99
        )
    ]
    assert not set(late) & set(open_items)


def test_what_is_held_and_is_over_is_not_shown_again(
    program: Program, calendar: Calendar, browse: Browse
) -> None:
    """Each view asks anew: a lease does not outlive the right to read, and is given back."""
    _fill(program)
    client = browse("ana")
    content, handles = claimed(client, len(NAMES))
    assert seen(content) == BY_REVIEWERS | LATE
    calendar.now = DAY
    client = browse("ana")  # sessions end overnight
    views = [client.get(f"/api/v1/review/assignments/{each}") for each in handles]
    assert seen(b"".join(each.content for each in views)) == BY_REVIEWERS
    refused = [each.json() for each in views if each.status_code != 200]
    assert [each["status"] for each in refused] == [403] * len(LATE)
    assert all("the retention of 'late' ended" in each["detail"] for each in refused)
    again, _ = claimed(client, len(NAMES))
    assert seen(again) == BY_REVIEWERS


def test_a_record_that_is_withdrawn_while_it_is_held_is_not_shown_again(
    program: Program, browse: Browse
) -> None:
    """A withdrawal reaches the desk at the next sweep, and what was made from the record with it."""
    _fill(program)
    client = browse("ana")
    _, handles = claimed(client, len(NAMES))
    with program.store.write("release.withdraw", actor="tests") as writing:
        record = _named(program)["free"]
        writing.add([Withdrawal(release=f"rel_{'b' * 52}", reason="consent", records=(record.id,))])
    program.desk.sweep()
    views = b"".join(client.get(f"/api/v1/review/assignments/{each}").content for each in handles)
    assert seen(views) == (LENT | LATE)
    again, _ = claimed(client, len(NAMES))
    assert seen(again) == (LENT | LATE)


def _change(program: Program, old: str, new: str) -> None:
    """Change `sources.yaml` as an editor does, while the desk is served."""
    file = program.folder / "sources.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_right_that_is_withdrawn_while_the_desk_is_served_holds_at_the_next_view(
    program: Program, browse: Browse
) -> None:
    """What `sources.yaml` says at noon holds at noon, at views and claims, without a restart."""
    _fill(program)
    client = browse("ana")
    content, handles = claimed(client, len(NAMES))
    assert seen(content) >= FREE
    named = "    description: Planted, free.\n"
    _change(program, named, f"{named}    state: withdrawn\n")

    def viewed() -> frozenset[str]:
        views = (client.get(f"/api/v1/review/assignments/{each}") for each in handles)
        return seen(b"".join(each.content for each in views))

    assert viewed() == LENT | LATE
    again, _ = claimed(client, len(NAMES))
    assert seen(again) == LENT | LATE


@pytest.mark.parametrize("broken", ["  - id: : :\n", "", None], ids=["fault", "empty", "gone"])
def test_while_the_sources_do_not_check_nothing_is_shown(
    broken: str | None, program: Program, browse: Browse
) -> None:
    """Rights that cannot be read permit nothing: no last good version is used on; corrected, work goes on."""
    _fill(program)
    client = browse("ana")
    _, handles = claimed(client, 2)
    file = program.folder / "sources.yaml"
    sound = file.read_text(encoding="utf-8")
    file.unlink()
    if broken is not None:
        file.write_text(broken, encoding="utf-8")
    for _ in range(2):
        view = client.get(f"/api/v1/review/assignments/{handles[0]}")
        assert (view.status_code, seen(view.content)) == (409, frozenset())
        assert "sources.yaml" in view.json()["detail"]
        claim = client.post("/api/v1/review/claims", json={"count": 1})
        assert seen(claim.content) == frozenset()
    assert seen(pages(client)) == frozenset()
    file.write_text(sound, encoding="utf-8")
    assert client.get(f"/api/v1/review/assignments/{handles[0]}").status_code == 200


@pytest.mark.parametrize("stage", ["review", "exam", "second_look"])
def test_queues_that_were_filled_without_rights_give_nothing_away(
    program: Program, calendar: Calendar, browse: Browse, stage: str
) -> None:
    """Whatever an earlier version queued, and in whatever stage: a claim gives what may be read."""
    calendar.now = DAY
    queue = Queue(stage=stage, layer="everything_else", kind="preference", roles=("reviewer",))  # type: ignore[arg-type]
    with _waiting(program, queue):
        people = [(each.pseudonym, each.roles) for each in program.accounts.list()]
        program.desk.seat(people, by="tests")
    content, _ = claimed(browse("ana"), len(NAMES))
    assert seen(content) <= BY_REVIEWERS
    if stage == "review":
        assert seen(content) == BY_REVIEWERS


def test_adjudicators_take_what_they_may_read(
    program: Program, calendar: Calendar, browse: Browse
) -> None:
    """Neither the queue nor a record that was taken before shows an adjudicator what is held back."""
    queue = Queue(
        stage="adjudication", layer="everything_else", kind="preference", roles=("adjudicator",)
    )
    with _waiting(program, queue):
        content, handles = taken(browse("sen"), len(NAMES))
    assert seen(content) == BY_REVIEWERS | LATE
    calendar.now = DAY
    client = browse("sen")
    views = b"".join(client.get(f"/adjudication/{each}").content for each in handles)
    views += b"".join(client.get(f"/api/v1/adjudication/{each}").content for each in handles)
    assert seen(views) == BY_REVIEWERS


def test_rounds_and_gaps_show_what_their_reader_may_read(
    program: Program, calendar: Calendar, browse: Browse
) -> None:
    """A round is refused where reviewers may not read its records; an older one shows the others."""
    calendar.now = DAY
    records = _named(program)
    lead = program.accounts.sign_in("lea", PASSWORD)
    members = [each.pseudonym for each in program.accounts.list()][:2]
    assert lead
    with pytest.raises(UsageError) as refused:
        program.calibration.open(lead.principal, [each.id for each in records.values()], members)
    assert refused.value.message.count("is held back") == len(NAMES) - len(BY_REVIEWERS)
    assert not any(each.id in refused.value.message for each in records.values())
    given = Round(
        records=tuple(each.id for each in records.values()),
        members=tuple(members),
        rubric=program.context.ids["rubric"],
        opened_by=lead.principal.pseudonym,
        opened=BEFORE[:10],
    )
    gaps = [
        GuidelineGap(
            record=each.id, reviewer=members[0], rubric=given.rubric, dimension=None, text="Is it?"
        )
        for each in records.values()
    ]
    with program.store.write("test.add", actor="tests") as writing:
        writing.add([given, *gaps])
        writing.add([RoundStep(round=given.id, step="lock", by=given.opened_by)])
    path = f"/calibration/{program.calibration.handle(given)}"
    assert seen(browse("lea").get(path).content) == BY_LEADS
    assert seen(browse("sen").get(path).content) == BY_REVIEWERS
    assert seen(browse("lea").get("/guideline").content) == BY_LEADS


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ana", BY_REVIEWERS),
        ("pol", LEADS),
        ("sen", BY_REVIEWERS),
        ("lea", BY_LEADS),
        ("adm", frozenset()),
    ],
)
def test_no_page_shows_words_or_ids_of_what_is_held_back(
    program: Program, calendar: Calendar, browse: Browse, name: str, shown: frozenset[str]
) -> None:
    """Overviews, lists, figures and histories hold no word of a record, nor an id that confirms one."""
    calendar.now = DAY
    _fill(program)
    records = _named(program)
    given = [
        judged(each, f"prs_{number}", number % 2)
        for each in records.values()
        for number in range(3)
    ]
    with program.store.write("judgment.import", actor="tests") as writing:
        writing.add(given)
    program.quality.dispose()
    content = pages(browse(name))
    assert not seen(content)
    ids = {each for each, record in records.items() if record.id[4:14].encode() in content}
    assert ids <= shown
