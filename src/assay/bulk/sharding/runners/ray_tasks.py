"""The runner on a Ray cluster: one task a shard; where they run, and what is tried again, is Ray's."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from assay.bulk.sharding.runners.runner import WorkOrder
from assay.core.errors import MachineError, missing_extra
from assay.core.progress import ProgressCallback

MOST_WAITING = 1_000
"""Tasks that are handed over at once, so that a driver of a million shards holds few of them."""

WorkOne = Callable[[str, str, str, str | None], bool]
"""Works on one shard: address of the place, name of the plan, shard, where the key is."""


class RayRunner:
    """Runs each shard as a task of an existing cluster, whose workers have Assay and the key."""

    def __init__(self, work_one: WorkOne, address: str) -> None:
        """Take the settings.

        Args:
            work_one: a function at the top of a module, which workers import.
            address: of the cluster; `auto` for the one that this machine belongs to.

        Raises:
            MachineError: if the extra `ray` is missing.
        """
        try:
            self._ray: Any = import_module("ray")
        except ImportError as error:
            raise missing_extra("ray", "the engine ray") from error
        self._work_one, self._address = work_one, address

    def run(self, order: WorkOrder, progress: ProgressCallback | None) -> str:
        """Have all shards worked on as tasks; see `Runner`."""
        ray = self._ray
        is_own = not ray.is_initialized()
        try:
            if is_own:
                ray.init(address=self._address, log_to_driver=False, logging_level="warning")
            self._run(order, progress)
        except ConnectionError as error:
            raise MachineError(
                code="no-ray", message="there is no Ray cluster at this address",
                where=self._address, hint="start one, or set `ray` under [work] in assay.toml",
            ) from error  # fmt: skip
        except ray.exceptions.RayTaskError as error:
            raise MachineError(
                code="worker-failed",
                message=f"a task failed: {error.cause}",
                hint="what was done stays done: run the command again when this is put right",
            ) from error
        except ray.exceptions.RayError as error:
            raise MachineError(
                code="worker-killed",
                message=f"Ray gave a task up: {type(error).__name__}",
                hint="what was done stays done: run the command again",
            ) from error
        finally:
            if is_own:
                ray.shutdown()
        return ""

    def _run(self, order: WorkOrder, progress: ProgressCallback | None) -> None:
        ray = self._ray
        task = ray.remote(self._work_one)
        shards = list(reversed(order.plan.shards))
        waiting: list[Any] = []
        done, total = 0, len(shards)
        while shards or waiting:
            while shards and len(waiting) < MOST_WAITING:
                shard = shards.pop()
                waiting.append(task.remote(order.place.address, order.name, shard, order.key))
            ended, waiting = ray.wait(waiting, num_returns=1)
            ray.get(ended)
            done += len(ended)
            if progress:
                progress(done, total)
