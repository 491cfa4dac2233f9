"""PRM800K: one solution built step by step, several completions offered at each step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from assay.core.canonical import json_text
from assay.records.candidate import Candidate, MadeByPerson, MadeByUnknown, Provenance, Step
from assay.records.evidence import Evidence
from assay.records.formats.conversation import user
from assay.records.formats.fields import Fields
from assay.records.formats.label import whole_source
from assay.records.judgment import Judgment, Reason, Reviewer, StepLabel
from assay.records.kinds import Process
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.task import Task
from assay.records.verdict import Abstained, InsufficientContext, NotAsked, Verdict

Label = Literal["good", "neutral", "bad"]

_LABELS: Mapping[int, Label] = {1: "good", 0: "neutral", -1: "bad"}

_FLAGS = ("is_quality_control_question", "is_initial_screening_question")

_END: Mapping[str, Verdict] = {
    "bad_problem": InsufficientContext(),
    "give_up": Abstained(reason="give_up"),
}
"""Finish reasons that say more than that the labelling ended."""


class Prm800k:
    """Reads `question`, `label`, `labeler`, `timestamp`, `generation` and the two flags.

    Candidate 0 is the path that the labeler followed: at each step the chosen completion, or the
    step that the labeler wrote. Every other completion is a candidate of its own: the path up to
    it and the completion as its last step, which alone is labelled there. Ratings 1, 0 and -1
    are good, neutral and bad; a step without rating is unlabelled, not neutral. A `flagged`
    completion carries the note `flagged`.

    The labeler is pseudonymised. `total_time` is the active time, `finish_reason` a reason code;
    `bad_problem` is insufficient context and `give_up` an abstention. The flags and
    `generation` become taxonomy axes; the answer and verifier score known before labelling
    become evidence. The format names neither the model nor, within the path, the response: the
    content of each candidate is its steps joined by line feeds.
    """

    name = "prm800k"
    kinds = ("process",)
    summary = "PRM800K: solutions with several rated completions a step"
    columns = {"process": ("labeler", "timestamp", "generation", *_FLAGS, "question", "label")}

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        question = Fields(
            fields.any("question"),
            ("problem", "ground_truth_solution", "ground_truth_answer", "pre_generated_steps",
             "pre_generated_answer", "pre_generated_verifier_score"),
            "question",
        )  # fmt: skip
        label = Fields(fields.any("label"), ("steps", "total_time", "finish_reason"), "label")
        labeler = context.pseudonym(fields.text("labeler"))
        steps = [
            _OfferedStep(value, number, labeler)
            for number, value in enumerate(label.items("steps"))
        ]
        candidates, labels = _solutions(steps)
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=Process(
                answer=question.text_or_none("pre_generated_answer"),
                reference=question.text_or_none("ground_truth_answer"),
            ),
            task=_task(question, fields),
            sources=whole_source(context),
            candidates=tuple(candidates),
            evidence=tuple(_evidence(question)),
        )
        finish = label.text_or_none("finish_reason")
        judgment = Judgment(
            record=record.id,
            reviewer=Reviewer(pseudonym=labeler, kind="human", role="reviewer"),
            verdict=_END.get(finish or "", NotAsked()),
            reasons=(Reason(text=finish, code="finish_reason"),) if finish else (),
            step_labels=tuple(labels),
            active_ms=label.whole("total_time") if label.has("total_time") else None,
            judged_at=fields.text_or_none("timestamp"),
        )
        return [Read(record=record, judgments=[judgment])]


class _Offered:
    """One step that was offered or written."""

    def __init__(self, text: str, label: Label | None, note: str | None, by: Provenance) -> None:
        self.text = text
        self.label = label
        self.note = note
        self.by = by


class _OfferedStep:
    """What was offered at one step, and which of it the path went on from."""

    def __init__(self, value: Any, number: int, labeler: str) -> None:
        where = f"label.steps[{number}]"
        fields = Fields(value, ("completions", "human_completion", "chosen_completion"), where)
        offered = [_completion(completion, where) for completion in fields.items("completions")]
        self.chosen: _Offered | None = None
        if fields.has("human_completion"):
            self.chosen = _offered_step(fields.any("human_completion"), where, labeler)
        elif fields.has("chosen_completion"):
            place = fields.whole("chosen_completion")
            if not 0 <= place < len(offered):
                raise fields.error("chosen_completion", f"there is no completion {place}")
            self.chosen = offered.pop(place)
        elif len(offered) == 1:
            self.chosen = offered.pop()
        self.others = offered


def _completion(value: Any, where: str) -> _Offered:
    fields = Fields(value, ("text", "rating", "flagged"), where)
    rating = fields.whole_within("rating", -1, 1)
    flagged = fields.has("flagged") and fields.flag("flagged")
    return _Offered(
        fields.text("text"),
        None if rating is None else _LABELS[rating],
        "flagged" if flagged else None,
        MadeByUnknown(reason="PRM800K does not name the model"),
    )


def _offered_step(value: Any, where: str, labeler: str) -> _Offered:
    if isinstance(value, str):
        text = value
    else:
        text = Fields(
            value, ("text", "rating", "source", "flagged", "corrected_rating"), where
        ).text("text")
    return _Offered(text, None, None, MadeByPerson(pseudonym=labeler, role="author"))


def _solutions(steps: Sequence[_OfferedStep]) -> tuple[list[Candidate], list[StepLabel]]:
    """The path that was followed, then every other completion behind the path up to it."""
    path: list[_Offered] = []
    others: list[list[_Offered]] = []
    for step in steps:
        others += [[*path, other] for other in step.others]
        if step.chosen is None:
            break
        path.append(step.chosen)
    ways = [path, *others] if path else others
    labels = list(_labels(0, path)) if path else []
    for number, way in enumerate(ways[1:] if path else ways, start=1 if path else 0):
        labels += [label for label in _labels(number, way) if label.step == len(way) - 1]
    return [_candidate(way) for way in ways], labels


def _labels(candidate: int, way: Sequence[_Offered]) -> Iterator[StepLabel]:
    for number, step in enumerate(way):
        if step.label is not None:
            yield StepLabel(candidate=candidate, step=number, label=step.label, note=step.note)


def _candidate(way: Sequence[_Offered]) -> Candidate:
    written = next((step.by for step in way if isinstance(step.by, MadeByPerson)), None)
    return Candidate(
        content="\n".join(step.text for step in way),
        provenance=written or way[0].by,
        work=tuple(Step(text=step.text) for step in way),
    )


def _task(question: Fields, fields: Fields) -> Task:
    axes = {name: str(fields.flag(name)).lower() for name in _FLAGS if fields.has(name)}
    if fields.has("generation"):
        axes["generation"] = str(fields.whole("generation"))
    return Task(messages=(user(question.text("problem")),), taxonomy=axes)


def _evidence(question: Fields) -> Iterator[Evidence]:
    if question.text_or_none("ground_truth_solution"):
        yield Evidence(kind="source", text=question.text("ground_truth_solution"))
    before = question.rest(
        "pre_generated_answer", "pre_generated_verifier_score", "pre_generated_steps"
    )
    if before:
        yield Evidence(kind="test", text=json_text(before))


READER = Prm800k()
"""The reader that `--format prm800k` asks for."""
