"""Caught: each failure mode planted in a sound program, and the stage that detects it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

import assay
from assay.bulk.fact_lines import write_facts, write_rows
from assay.core.clock import fixed_clock
from assay.core.errors import CheckError
from assay.demo.documents import MOMENT, write_program
from assay.demo.evaluation import answer_items
from assay.demo.failures import PLANTS, FailureScene, judge, sound_scene
from assay.governance.failure_modes import MODES, Alarm, FailureMode
from assay.program.program import Program
from assay.quality.in_force import DocumentsInForce

Say = Callable[[str], None]
"""Prints one line of the story."""


TOTAL = 100
"""Records that the contract of a scene asks for: a scene is smaller than the demo."""


class StageResults(msgspec.Struct, frozen=True, kw_only=True):
    """The results of the stages for one scene."""

    alarms: dict[FailureMode, Alarm]
    """Every failure mode's alarm."""
    refusal: str
    """Why the release was refused; empty where it was built."""

    @property
    def raised(self) -> frozenset[FailureMode]:
        """The failure modes that were raised."""
        return frozenset(mode for mode, alarm in self.alarms.items() if alarm.state == "raised")


def catch_failures(folder: Path, say: Say) -> Mapping[FailureMode, StageResults]:
    """Plant each of the eight failure modes and print the stage that catches it."""
    say("\n7. Eight failure modes: each planted in a small sound program, and caught")
    sound = play(folder / "sound", sound_scene())
    say(f"   a sound program raises {len(sound.raised)} of 8")
    results_by_mode = {}
    for mode, plant in PLANTS.items():
        played = play(folder / mode, plant(sound_scene()))
        results_by_mode[mode] = played
        alarm = played.alarms[mode]
        say(f"   {MODES[mode].title}: {alarm.state} by {alarm.stage}")
        say(f"      {_short(played.refusal or alarm.reason)}")
    return results_by_mode


def play(folder: Path, scene: FailureScene) -> StageResults:
    """Take a scene through every stage, and return their results.

    Args:
        folder: where its program is made.
        scene: the scene.
    """
    write_program(folder)
    contract = folder / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    text = text.replace("agreement: 0.66", f"agreement: {scene.agreement}")
    contract.write_text(text.replace("total: 160", f"total: {TOTAL}"))
    with assay.open(folder, clock=fixed_clock(MOMENT), who="demo") as program:
        _collect(program, scene)
        refusal = _release(program, scene)
        _evaluate(program, scene, released=not refusal)
        alarms = {alarm.mode: alarm for alarm in program.alarms()}
    if "effect" in refusal and scene.limitations:
        # The refused release leaves nothing behind to be found later: its gate is the catch.
        alarms["no_model_validation"] = Alarm(
            mode="no_model_validation", state="raised", stage="releases", reason=refusal
        )
    return StageResults(alarms=alarms, refusal=refusal)


def _collect(program: Program, scene: FailureScene) -> None:
    holdout, records = program.folder / "holdout.jsonl", program.folder / "records.jsonl"
    write_facts(holdout, scene.reserve)
    program.reserve.seal(holdout, remove=True)
    documents = DocumentsInForce.of(program.context.facts)
    write_facts(records, (*(item.record for item in scene.items), *judge(scene, documents)))
    done = program.records.import_(records, source="desk-authors")
    if done.set_aside:
        raise CheckError(code="demo-broken", message=done.reasons[0].example)
    program.verification.run()
    program.quality.dispose()


def _release(program: Program, scene: FailureScene) -> str:
    try:
        program.releases.build("1.0.0", limitations=scene.limitations)
    except CheckError as refused:
        return refused.message
    return ""


def _evaluate(program: Program, scene: FailureScene, *, released: bool) -> None:
    out = program.folder / "opened.jsonl"
    program.reserve.open(out, role="lead", purpose="evaluate", person="judith")
    opened = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    out.unlink()
    for arm, checkpoint in (("base", scene.before), ("candidate", scene.after)):
        file = program.folder / f"{arm}.jsonl"
        write_rows(file, answer_items(checkpoint, opened))
        program.validation.import_(
            file,
            checkpoint=f"{arm} {checkpoint.name}",
            arm="base" if arm == "base" else "candidate",
            release="1.0.0" if released and arm == "candidate" else None,
        )
    program.validation.compare()


def _short(text: str, most: int = 230) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} ..."
