"""A release as a task of Inspect, run by `inspect eval task.py --model MODEL`."""

from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import match
from inspect_ai.solver import generate


@task
def release() -> Task:
    dataset = json_dataset(str(Path(__file__).parent / "train.jsonl"))
    return Task(dataset=dataset, solver=generate(), scorer=match())
