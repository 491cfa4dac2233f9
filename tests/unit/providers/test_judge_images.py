"""Judges and images: a judge sees what a record shows, or does not judge it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from assay.bulk.attachments import AttachmentFolder
from assay.contracts.document import contract_of
from assay.core.digest import labelled_digest
from assay.core.media_type import media_type
from assay.providers.endpoint import Endpoint
from assay.providers.judge import judge_instructions
from assay.providers.judge_run import JudgeOutcome, JudgeRun
from assay.providers.judge_runner import JudgeConfig, JudgePlan, store_judgments, to_judge
from assay.providers.model_run import run_judge
from assay.records.attachment import Attachment
from assay.records.judgment import Judgment
from assay.records.record import Record, sort_candidates
from assay.records.task import Message
from simulators.memory_store import MemoryStore
from simulators.open_rights import open_rights
from simulators.pictures import SVG, WAV, data_uri, png
from simulators.scripted_endpoint import scripted_endpoint
from simulators.scripted_judge import always, judging
from simulators.small_program import facts, pair

DOCUMENTS = facts()
ONE, TWO = png(1), png(2)


def shown(content: bytes, at: int = 0) -> Attachment:
    return Attachment(
        at=at, digest=labelled_digest(content), media_type=media_type(content), bytes=len(content)
    )


def showing(*attachments: Attachment, number: int = 1) -> Record:
    """A pair whose question shows files."""
    record = pair(number)
    question = replace(record.task.messages[0], attachments=attachments)
    return record.replace(task=replace(record.task, messages=(question,)))


class Judging(msgspec.Struct):
    """A store, kept files and a journal, and what a judge was sent."""

    folder: Path
    store: MemoryStore
    bodies: list[dict[str, Any]] = []
    skipped: dict[str, int] = {}

    @property
    def files(self) -> AttachmentFolder:
        return AttachmentFolder(self.folder / "attachments")

    def run(self, *, images: bool) -> JudgeRun:
        plan = JudgePlan(model="tiny", images=images)
        instructions = judge_instructions(DOCUMENTS["rubric"], ["taste"], images=plan.images)
        config = JudgeConfig(plan=plan, instructions=instructions, key=b"0123456789abcdef")
        skipped: Counter[str] = Counter()

        def deliver(batch: Sequence[JudgeOutcome]) -> None:
            store_judgments(self.store, DOCUMENTS, batch, actor="lead")

        with scripted_endpoint(judging(always("tie"))) as server:
            made = run_judge(
                to_judge(
                    self.store, config, skipped,
                    contract=contract_of(DOCUMENTS), rights=open_rights("own"),
                ),
                endpoint=Endpoint(base_url=server.url, backoff_seconds=0.01, attempts=2),
                config=config,
                journal=self.folder / "journal",
                deliver=deliver,
                read_attachment=self.files.read if images else None,
            )  # fmt: skip
            self.bodies = server.requests
        self.skipped = dict(skipped)
        return made


@pytest.fixture
def judging_of(tmp_path: Path) -> Any:
    """Makes a store that holds records, beside the files that they show."""

    def make(*records: Record) -> Judging:
        store = MemoryStore()
        with store.write("test.fill", actor="test") as writing:
            writing.add(records)
        made = Judging(tmp_path, store)
        for content in (ONE, TWO, WAV, SVG):
            made.files.put(labelled_digest(content), content)
        return made

    return make


def images_of(body: dict[str, Any]) -> list[str]:
    content = body["messages"][1]["content"]
    return [part["image_url"]["url"] for part in content if part["type"] == "image_url"]


def test_a_judge_is_sent_the_images_of_a_record_once_each(judging_of: Any) -> None:
    """They stand in pieces of their own, and the messages name them by number and place."""
    made = judging_of(showing(shown(ONE, 0), shown(TWO, 4), shown(ONE, 4)))
    run = made.run(images=True)
    assert (run.judged, run.asked, made.skipped) == (1, 2, {})
    for body in made.bodies:
        system, material = (message["content"] for message in body["messages"])
        assert "`image 1` and so on" in system
        assert images_of(body) == [data_uri(ONE), data_uri(TWO)]
        text = "".join(part.get("text", "<picture>") for part in material)
        mark = text.split(" ", 1)[0]
        named = '"attachments":[{"at":0,"image":1},{"at":4,"image":2},{"at":4,"image":1}]'
        assert named in text
        assert f"{mark} image 1\n<picture>\n{mark} end" in text
        assert f"{mark} image 2\n<picture>\n{mark} end" in text
        assert "sha256" not in text


def test_images_of_responses_are_seen_too(judging_of: Any) -> None:
    """A response made of messages may show a file."""
    record = pair(2)
    reply = Message(role="assistant", content="This.", attachments=(shown(TWO, 5),))
    first, second = record.candidates
    candidates, _ = sort_candidates((replace(first, content=(reply,)), second))
    made = judging_of(record.replace(candidates=candidates))
    assert made.run(images=True).judged == 1
    assert [images_of(body) for body in made.bodies] == [[data_uri(TWO)]] * 2


@pytest.mark.parametrize(
    ("attachment", "images", "reason"),
    [
        (shown(ONE), False, "shows files, and the judge sees no images"),
        (shown(WAV), True, "shows a file that is not held, or is no image that judges see"),
        (shown(SVG), True, "shows a file that is not held, or is no image that judges see"),
        (
            Attachment(at=0, address="https://a.example/b.png"), True,
            "shows a file that is not held, or is no image that judges see",
        ),
    ],
)  # fmt: skip
def test_what_a_judge_cannot_see_it_does_not_judge(
    attachment: Attachment, images: bool, reason: str, judging_of: Any
) -> None:
    """Nothing is asked about such a record, and the reason is counted; the others are judged."""
    made = judging_of(showing(attachment), pair(5))
    run = made.run(images=images)
    assert made.skipped == {reason: 1}
    assert (run.records, run.judged, run.asked) == (1, 1, 2)
    judged = {judgment.record for judgment in made.store.scan(Judgment)}
    assert judged == {pair(5).id}


def test_the_journal_and_the_digest_cover_the_images(judging_of: Any) -> None:
    """An answer about one image is not taken for an answer about another."""
    first = judging_of(showing(shown(ONE)))
    assert first.run(images=True).remembered == 0
    again = judging_of(showing(shown(ONE)))
    run = again.run(images=True)
    assert (run.remembered, run.requests, again.bodies) == (2, 0, [])
    other = judging_of(showing(shown(TWO)))
    run = other.run(images=True)
    assert (run.remembered, run.requests) == (0, 2)
    journal = (other.folder / "journal").read_text()
    assert data_uri(ONE)[30:] not in journal


def test_a_judge_that_sees_images_is_another_judge(judging_of: Any) -> None:
    """What it is asked differs, so that its agreement is counted apart."""
    made = judging_of(pair(1))
    assert made.run(images=False).judged == 1
    assert made.run(images=True).judged == 1
    prompts = {judgment.reviewer.judge.prompt for judgment in made.store.scan(Judgment)}
    assert len(prompts) == 2


def test_an_image_whose_bytes_are_lost_costs_its_record_alone(judging_of: Any) -> None:
    """The request fails with the reason, and nothing is sent without the image."""
    made = judging_of(showing(shown(ONE)), showing(shown(TWO), number=2))
    made.files.path_of(labelled_digest(ONE)).unlink()
    run = made.run(images=True)
    assert (run.judged, run.failed) == (1, {"attachment-lost": 2})
    assert [fault.code for fault in run.faults] == ["attachment-lost"] * 2
    assert len(made.bodies) == 2
