"""`assay review judge` on the demo, with judges of known character."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.contracts.service import init
from simulators.pictures import data_uri, png
from simulators.scripted_endpoint import scripted_endpoint
from simulators.scripted_judge import always, judging, preferring

Run = Callable[..., Any]


@pytest.fixture
def program(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo, to be judged."""
    return Path(shutil.copytree(demo, tmp_path / "program"))


def judge(assay: Run, program: Path, url: str, *more: object) -> Any:
    return assay("review", "judge", "-m", "small", "--endpoint", url, "-p", program, *more)


def test_a_judge_is_reported_with_its_agreement_with_people(
    assay: Run, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judge of the longer text is counted, priced, compared with people, and changes no state."""
    monkeypatch.setenv("DESK_KEY", "sk-very-secret")
    before = json.loads(assay("quality", "dispose", "--json", "-p", program).out)["states"]
    script = judging(preferring(lambda task, text: len(text) % 2 == len(task) % 2))
    with scripted_endpoint(script) as endpoint:
        more = ("--limit", 30, "--key-env", "DESK_KEY", "--prices", "0.5,1.5", "--json")
        first = json.loads(judge(assay, program, endpoint.url, *more).out)
        again = json.loads(judge(assay, program, endpoint.url, *more).out)
    run = first["run"]
    assert (run["records"], run["judged"], run["asked"]) == (30, 30, 60)
    assert (run["inconsistent"], run["unparseable"]) == (0, 0)
    assert float(run["cost"]) == pytest.approx((600 * 0.5 + 300 * 1.5) / 1e6)
    assert again["run"]["skipped"]["judged already"] == 30
    (found,) = first["agreement"]
    assert found["judge"].startswith("small@")
    (verdict,) = found["questions"]
    assert verdict["name"] == "verdict"
    assert verdict["percent"]["n_items"] > 30
    assert verdict["percent"]["low"] < verdict["percent"]["value"] < verdict["percent"]["high"]
    after = json.loads(assay("quality", "dispose", "--json", "-p", program).out)["states"]
    assert before == after
    for file in program.rglob("*"):
        assert not file.is_file() or b"sk-very-secret" not in file.read_bytes(), file


def test_position_bias_is_shown_and_prefers_nobody(assay: Run, program: Path) -> None:
    """A judge of the first place is 10 of 10 inconsistent, on the screen and in the status."""
    with scripted_endpoint(judging(always("A"))) as endpoint:
        shown = judge(assay, program, endpoint.url, "--limit", 10).out
    assert "verdict depends on the order: 10 of 10 (100%, 72% to 100%)" in shown
    assert "first shown won 10, last shown 0; these abstain" in shown
    status = assay("review", "status", "-p", program).out
    assert "10 judgments of models, which fill no pass" in status
    assert "abstained because of the order: 10 of 10" in status
    assert "verdict: it answered no item that a person answered, and declined" in status
    told = json.loads(assay("review", "status", "--json", "-p", program).out)
    assert told["judgments_of_models"] == 10
    assert told["judges"][0]["position"]["count"] == 10


def test_garbage_alone_ends_with_3(assay: Run, program: Path) -> None:
    """Where no answer can be read, nothing is stored and the exit code says so."""
    with scripted_endpoint(judging(lambda _: "I like both.")) as endpoint:
        result = judge(assay, program, endpoint.url, "--limit", 5)
    assert result.code == 3
    assert "unparseable: 10 of 10" in result.out
    assert "errors, in no other figure" in result.out
    told = json.loads(assay("review", "status", "--json", "-p", program).out)
    assert (told["judgments_of_models"], told["judges"]) == (0, [])


def test_a_dry_run_sends_nothing(assay: Run, program: Path) -> None:
    """The preview counts requests and shows the prompt; no endpoint is needed."""
    call = ("review", "judge", "-m", "small", "--limit", 3, "--dry-run", "-p", program)
    before = {file: file.stat().st_mtime_ns for file in program.rglob("*.jsonl")}
    told = json.loads(assay(*call, "--json").out)
    assert (told["records"], told["requests"]) == (3, 6)
    assert told["judge"]["prompt"].startswith("sha256:")
    assert len(told["messages"]) == 2
    assert "nothing was sent" in assay(*call).out
    assert {file: file.stat().st_mtime_ns for file in program.rglob("*.jsonl")} == before


def test_what_cannot_be_asked_is_refused(assay: Run, program: Path) -> None:
    """Without an endpoint, or for an unknown dimension, the command says what to do."""
    missing = assay("review", "judge", "-m", "small", "-p", program)
    assert missing.code == 2
    assert "--endpoint" in missing.err
    unknown = assay("review", "judge", "-m", "s", "-d", "colour", "--dry-run", "-p", program)
    assert unknown.code == 2
    assert "no dimension 'colour'" in unknown.err


def test_images_are_sent_only_where_they_are_asked_for(assay: Run, tmp_path: Path) -> None:
    """A dry run says how many would be, and which records a judge without images leaves out."""
    program = tmp_path / "p"
    init(program)
    content = [
        {"type": "image_url", "image_url": {"url": data_uri(png(1))}},
        {"type": "text", "text": "What?"},
    ]
    row = {
        "messages": [
            {"role": "user", "content": content},
            {"role": "assistant", "content": "A bus."},
        ]
    }
    data = tmp_path / "rows.jsonl"
    data.write_text(json.dumps(row) + "\n")
    way = ("--format", "openai-chat", "--source", "chat-questions", "-p", program)
    assert assay("record", "import", data, *way).code == 0
    preview = ("review", "judge", "-m", "small", "--dry-run", "-p", program)
    assert "1 records, 1 requests, 1 images; nothing was sent" in assay(*preview, "--images").out
    blind = assay(*preview).out
    assert "0 records, 0 requests; nothing was sent" in blind
    assert "not asked about: 1, shows files, and the judge sees no images" in blind
