"""What is hidden from reviewers reaches them in no byte, and sentinels look like all other work."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route

from assay.program.program import Program
from assay.records.candidate import MadeByModel
from assay.records.record import Record
from assay.records.verdict import Prefers
from assay.review.answer_key import Key
from assay.store.queue import SqlQueue
from assay.store.queue_overview import QueueOverview
from browser.conftest import DESK, patient_context
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import pairs, review_records
from simulators.desk_program import CANARY, desk_records

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: blinding")]


_KEPT = """async () => {
  const kept = [document.documentElement.outerHTML, document.cookie, location.href,
    JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}),
    JSON.stringify(await caches.keys())];
  for (const {name} of await indexedDB.databases()) {
    const db = await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
    });
    for (const store of db.objectStoreNames) {
      const asked = db.transaction(store).objectStore(store).getAll();
      kept.push(JSON.stringify(await new Promise((resolve) => {
        asked.onsuccess = () => resolve(asked.result);
      })));
    }
    db.close();
  }
  return kept.join("\\n");
}"""

_ASK = """async ([method, path, body]) => {
  const headers = {"x-csrf-token": document.querySelector("meta[name=csrf]").content};
  if (body) headers["content-type"] = "application/json";
  const began = performance.now();
  const answer = await fetch(path, {method, headers, body: body && JSON.stringify(body)});
  const text = await answer.text();
  return {status: answer.status, text, ms: performance.now() - began,
    headers: [...answer.headers].filter(([name]) => name !== "date" && name !== "content-length")};
}"""

REVIEW = "/api/v1/review"


def ask(page: Page, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """A request from within the page, with its session."""
    found: dict[str, Any] = page.evaluate(_ASK, [method, path, body])
    return found


def test_no_hidden_field_is_in_any_byte(browser: Browser, tmp_path: Path) -> None:
    """Responses, headers, page, cookies and storage hold no word of what is hidden."""
    records = desk_records(each=1)
    with DeskServer(tmp_path / "program", records=records) as desk:
        desk.program.desk.consent(desk.people["ana"], "fare_evasion", given=True)
        context = patient_context(browser, viewport=DESK, reduced_motion="reduce")
        page = context.new_page()
        page.clock.install()
        told = []

        def kept(route: Route) -> None:
            answer = route.fetch(max_redirects=0)
            told.append(f"{answer.url} {answer.headers_array} {answer.body().decode()}")
            route.fulfill(response=answer)

        page.route("**/*", kept)
        hand = Hand(page, desk.origin)
        hand.sign_in("ana")
        queues = page.locator("tbody th a").evaluate_all("(all) => all.map((each) => each.href)")
        assert len(queues) > 8
        for address in queues:
            page.goto(address)
            page.locator("#workbench.at-work, .gate").wait_for()
            if page.locator(".gate").count():
                hand.enter()
            hand.at_work()
            hand.press("1", "e", "m", "r", "n")
            hand.type("A note.")
            page.wait_for_load_state("networkidle")
            told.append(page.evaluate(_KEPT))
        unknown = f"/assignments/asn_{'a' * 24}"
        paths = ("/queues", "/me", "/history", unknown)
        told += [ask(page, "GET", REVIEW + path)["text"] for path in paths]
        page.unroute_all(behavior="wait")
        told.append(json.dumps([dict(each) for each in context.cookies()]))
        context.close()
    assert len(told) > 100
    assert [each[:300] for each in told if CANARY in each] == []
    assert any("A note." in each for each in told)


def _swapped(record: Record) -> Record:
    candidates = tuple(
        msgspec.structs.replace(
            each, provenance=MadeByModel(model=f"other-{len(record.key or '')}")
        )
        for each in record.candidates
    )
    return record.replace(candidates=candidates)


def _seen(browser: Browser, folder: Path, records: list[Record]) -> set[str]:
    """Everything that is shown of these records, without handles and the order of candidates."""
    shown = set()
    with DeskServer(folder, records=records) as desk:
        page = patient_context(browser).new_page()
        Hand(page, desk.origin).sign_in("ana")
        while True:
            told = json.loads(ask(page, "POST", f"{REVIEW}/claims", {"count": 1})["text"])
            if not told["assignments"]:
                break
            (work,) = told["assignments"]
            handle = work.pop("assignment")
            for each in work["shown"]["candidates"]:
                each.pop("letter")
            work["shown"]["candidates"].sort(
                key=lambda each: (each.get("text") or {}).get("raw", "")
            )
            text = json.dumps(work)
            for place in range(4):
                text = text.replace(f"/candidates/{place}", "/candidates/_")
            shown.add(text)
            release = ask(
                page, "POST", f"{REVIEW}/assignments/{handle}/release", {"reason": "skip"}
            )
            assert release["status"] == 204
        page.context.close()
    return shown


def test_other_models_behind_the_answers_change_nothing(browser: Browser, tmp_path: Path) -> None:
    """The same texts of other models look the same, but for handles and the order on the page."""
    records = review_records()
    first = _seen(browser, tmp_path / "one", records)
    second = _seen(browser, tmp_path / "two", [_swapped(each) for each in records])
    assert len(first) == len(records)
    assert first == second


SENTINELS = 40
ORDINARY = 50
LEAST = 30


def _half_sentinels(folder: Path) -> None:
    file = folder / "contract.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("blinded: true\n", "blinded: true\n  sentinel_share: 0.5\n"), "utf-8"
    )


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """A desk at which half of the work is known work."""
    folder = tmp_path_factory.mktemp("sentinels") / "program"
    with DeskServer(
        folder, records=pairs("mixed", ORDINARY + SENTINELS), edit=_half_sentinels
    ) as desk:
        _hide(desk.program)
        yield desk


def _hide(program: Program) -> None:
    records = sorted(program.store.scan(Record), key=lambda each: each.id)[:SENTINELS]
    keys = [
        Key(record=each.id, rubric=program.desk.in_force.rubric_id, source="expert", verdicts=(Prefers(candidate=0),))
        for each in records
    ]  # fmt: skip
    program.desk.eligibility.add_sentinels(keys, family="mixed", language="en", retired_after=50)
    program.desk.sweep()


def area(left: list[float], right: list[float]) -> float:
    """How often a value of the first is greater than one of the second: 0.5 where nothing tells."""
    wins = sum((a > b) + (a == b) / 2 for a in left for b in right)
    return wins / (len(left) * len(right))


def error(left: list[float], right: list[float]) -> float:
    """The standard error of the area where there is no difference (Hanley and McNeil 1982)."""
    return float(((len(left) + len(right) + 1) / (12 * len(left) * len(right))) ** 0.5)


@pytest.mark.long
def test_sentinels_and_ordinary_work_cannot_be_told_apart(
    browser: Browser, mixed: DeskServer
) -> None:
    """Same keys, headers, status, lease and shape of id; size and time tell nothing."""
    page = patient_context(browser).new_page()
    Hand(page, mixed.origin).sign_in("ana")
    page.goto(mixed.origin)
    desk = SqlQueue(mixed.program.store)
    overview = QueueOverview(mixed.program.store)
    sentinels = {
        record
        for row in desk.queues()
        if row.queue.stage == "sentinel"
        for record in overview.records_of(row.id)
    }
    seen: dict[str, list[dict[str, Any]]] = {"review": [], "sentinel": []}
    texts = []
    while min(map(len, seen.values())) < LEAST:
        told = ask(page, "POST", f"{REVIEW}/claims", {"count": 1})
        assert told["status"] == 200, told["text"]
        (work,) = json.loads(told["text"])["assignments"]
        lease = desk.find(work["assignment"])
        assert lease
        opened = ask(page, "POST", f"{REVIEW}/assignments/{work['assignment']}/opened")
        again = ask(page, "GET", f"{REVIEW}/assignments/{work['assignment']}")
        seen["sentinel" if lease.record in sentinels else "review"].append(
            {"told": told, "work": work, "opened": opened, "again": again}
        )
        texts.append(work["shown"]["messages"][0]["text"]["raw"])
        ask(page, "POST", f"{REVIEW}/assignments/{work['assignment']}/release", {"reason": "skip"})
    page.context.close()
    assert len(set(texts)) == len(texts), "a record came twice"
    for part in (_shape, _headers, _form, _lease):
        assert {part(each) for each in seen["review"]} == {part(each) for each in seen["sentinel"]}
    for measure in (_size, _claim_ms, _again_ms):
        left, right = ([measure(each) for each in seen[name]] for name in ("review", "sentinel"))
        assert abs(area(left, right) - 0.5) < 3.5 * error(left, right), measure.__name__


def _shape(each: dict[str, Any]) -> str:
    return json.dumps(_keys(each["work"]))


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _keys(inner) for key, inner in value.items() if key != "html"}
    if isinstance(value, list):
        return [_keys(inner) for inner in value]
    return type(value).__name__


def _headers(each: dict[str, Any]) -> str:
    headers = [*each["told"]["headers"], *each["opened"]["headers"], *each["again"]["headers"]]
    # How many requests are left in this minute falls with each, whatever is asked for.
    return json.dumps([[name, "" if "ratelimit" in name else value] for name, value in headers])


def _form(each: dict[str, Any]) -> str:
    return json.dumps(each["work"]["form"])


def _lease(each: dict[str, Any]) -> str:
    work = each["work"]
    same = [work[name] for name in ("lease_seconds", "state", "role", "revision")]
    return json.dumps(
        [same, len(work["assignment"]), each["opened"]["text"], each["again"]["status"]]
    )


def _size(each: dict[str, Any]) -> float:
    return float(len(each["told"]["text"]))


def _claim_ms(each: dict[str, Any]) -> float:
    return float(each["told"]["ms"])


def _again_ms(each: dict[str, Any]) -> float:
    return float(each["again"]["ms"])
