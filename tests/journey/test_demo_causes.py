"""The demo's planted causes: each way of being rejected and of being disputed, once."""

from pathlib import Path

from assay.demo import causes
from assay.demo.documents import write_program
from assay.demo.story import open_demo
from assay.quality.disposition import Disposition


def test_each_cause_of_rejection_and_dispute_is_decided_as_such(tmp_path: Path) -> None:
    """Nine records are rejected by nine rules; seven are preserved or wait for a senior."""
    write_program(tmp_path)
    (tmp_path / "data").mkdir()
    lines: list[str] = []
    with open_demo(tmp_path) as program:
        causes.plant_causes(program, lines.append)
        states = {each.record: each for each in program.store.scan(Disposition)}
    rejected = [each for each in states.values() if each.state == "rejected"]
    assert sorted(each.rule.split("/")[1] for each in rejected) == [
        "errors", "not_fixed", "objective", "policy", "revised", "scores", "steps", "verifier",
        "veto",
    ]  # fmt: skip
    disputed = [
        each for each in states.values()
        if each.state in {"disagreement_preserved", "needs_adjudication"}
    ]  # fmt: skip
    assert len(disputed) == 7
    assert {each.rule.split("/")[1] for each in disputed} == {"agreement"}
    assert len(lines) == 17
