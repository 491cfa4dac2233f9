"""The steps of `assay work`, and what a worker does: on this machine, on Ray, on Slurm alike."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from assay.bulk.sharding.contract import ShardStep, ShardWorker, WorkPlan, part_of, read_plan
from assay.bulk.sharding.place import open_place
from assay.bulk.sharding.steps.contamination import ContaminationStep
from assay.bulk.sharding.steps.conversion import ConversionStep
from assay.bulk.sharding.steps.near_copies import ClusterStep, SignatureStep
from assay.bulk.sharding.steps.statistics import StatisticsStep
from assay.contracts.opening import load_program
from assay.core.choices import refuse_unknown
from assay.core.keys import Purpose
from assay.plugins import load
from assay.settings import Keys, worker_key


def _load_reader(name: str) -> Any:
    return load("readers", name)


STEPS: dict[str, ShardStep] = {
    step.name: step
    for step in (
        ContaminationStep(),
        SignatureStep(),
        ClusterStep(),
        StatisticsStep(),
        ConversionStep(_load_reader),
    )
}
"""Every step by its name."""


class WorkedPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker did of its part."""

    worked: int
    """Shards that it made a result of."""
    already_there: int
    """Shards that had one."""


def work_part(
    address: str,
    plan_name: str,
    *,
    part: int,
    parts: int,
    key: str | None = None,
    program: Path | None = None,
    parent: int | None = None,
) -> WorkedPart:
    """Work on one part of a plan's shards.

    Args:
        address: of the place.
        plan_name: name of the plan there.
        part: which part, from 0.
        parts: how many parts there are.
        key: where the key of the step is; None: in the program, where it needs one.
        program: folder of the program, on a machine that has it.
        parent: number of the process that this one ends with, after the shard in hand.

    Raises:
        UsageError: if the step needs a key and neither is named, or the key is another one.
    """
    place = open_place(address)
    plan = read_plan(place, plan_name)
    shards = part_of(plan.shards, part, parts)
    step = _step_of(plan)
    worker = ShardWorker(place, plan, step, _key(step.key, key, program))
    worked = already_there = 0
    for shard in shards:
        if parent is not None and os.getppid() != parent:
            break
        is_new = worker.work(shard)
        worked += is_new
        already_there += not is_new
    return WorkedPart(worked=worked, already_there=already_there)


def work_shard(address: str, plan_name: str, shard: str, key: str | None) -> bool:
    """Work on one shard of a plan; a process that does several reads the context once.

    Args:
        address: of the place.
        plan_name: name of the plan there.
        shard: digest of the shard.
        key: where the key of the step is; None where it needs none.

    Returns:
        Whether its result is new.
    """
    return _worker(address, plan_name, key).work(shard)


@lru_cache(maxsize=1)
def _worker(address: str, plan_name: str, key: str | None) -> ShardWorker:
    place = open_place(address)
    plan = read_plan(place, plan_name)
    step = _step_of(plan)
    return ShardWorker(place, plan, step, _key(step.key, key, None))


def _step_of(plan: WorkPlan) -> ShardStep:
    refuse_unknown("step", plan.step, STEPS)
    return STEPS[plan.step]


def _key(purpose: Purpose | None, reference: str | None, program: Path | None) -> bytes | None:
    if purpose is None:
        return None
    if reference is not None:
        return worker_key(reference)
    if program is None:
        return b""  # the step says for which key its context was made
    keys = Keys(program, load_program(program))
    return keys.gate if purpose == "gate" else keys.pseudonyms
