"""Evaluation tasks: prompts with right answers, with the file that Inspect or lm-eval runs."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.conversation import plain_prompt, text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.verifiable import right_answer, spoken_column, spoken_messages

_INSPECT_TASK = '''\
"""A release as a task of Inspect, run by `inspect eval task.py --model MODEL`."""

from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import {scorer}
from inspect_ai.solver import generate


@task
def release() -> Task:
    dataset = json_dataset(str(Path(__file__).parent / "{data_file}"))
    return Task(dataset=dataset, solver=generate(), scorer={scorer}())
'''

_HARNESS_TASK = """\
task: {task}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data_file}
test_split: test
output_type: generate_until
doc_to_text: "{{{{prompt}}}}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs:
  until: []
  do_sample: false
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1
"""


class InspectTask(ExportFormat, frozen=True, kw_only=True):
    """A sample with its target, and the task that scores it."""

    name: ClassVar[str] = "inspect"
    summary: ClassVar[str] = "samples of Inspect with `input` and `target`, and a `task.py`"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"taxonomy"})
    limits: ClassVar[tuple[str, ...]] = (
        "`target` is the record's own right answer: of a demonstration, process or outcome.",
        "`task.py` generates once and scores; it is a start to edit, not a fair protocol.",
    )

    scorer: Literal["match", "includes", "exact", "model_graded_qa"] = "match"
    """The scorer that `task.py` calls: `match` compares the end of the answer with the target."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        metadata: Column = {"name": "metadata", "struct": [text_column("capability")]}
        return text_column("id"), spoken_column("input"), text_column("target"), metadata

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"references"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One sample for a record with a right answer."""
        record = released.record
        values = {
            "id": record.id,
            "input": spoken_messages(record.task),
            "target": right_answer(record),
            "metadata": {"capability": record.task.capability or ""},
        }
        capability: dict[CarriedField, int] = {"taxonomy": int(bool(record.task.capability))}
        return Carried(rows=(ExportRow(values=values),), carried=capability)

    def companions(self, data_file: str) -> Mapping[str, bytes]:
        """`task.py`: the task that `inspect eval` runs."""
        text = _INSPECT_TASK.format(scorer=self.scorer, data_file=data_file)
        return {"task.py": text.encode()}


class LmEvalTask(ExportFormat, frozen=True, kw_only=True):
    """A question with its answer, and the task file of the harness."""

    name: ClassVar[str] = "lm-eval"
    summary: ClassVar[str] = "`prompt` and `answer` with the task file of lm-evaluation-harness"
    limits: ClassVar[tuple[str, ...]] = (
        "The standard form carries tasks of one user message; it invents no chat template.",
        "Run it from this folder: `lm_eval --include_path . --tasks NAME`.",
        "The metric is the exact match of the whole answer; add a filter where answers are longer.",
    )

    task: str = "assay_release"
    """Name of the task in the harness."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return text_column("id"), text_column("prompt"), text_column("answer")

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"references"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a record with a right answer."""
        record = released.record
        answer = right_answer(record)
        values = {"id": record.id, "prompt": plain_prompt(record.task), "answer": answer}
        return Carried(rows=(ExportRow(values=values),))

    def companions(self, data_file: str) -> Mapping[str, bytes]:
        """The task file: which rows, which text, which metric."""
        text = _HARNESS_TASK.format(task=self.task, data_file=data_file)
        return {f"{self.task}.yaml": text.encode()}
