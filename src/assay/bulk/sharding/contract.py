"""The work contract: what a step is, what its result is called, and how a shard is worked on.

A step is a pure function of a segment and a context. Its result is a file whose name says by which
step, in which version, from which shard and in which context it was made. Who works on a shard asks
for that name first and writes it last, so that nothing else needs to be known of a run that was
killed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec
import pyarrow as pa

from assay.bulk.sharding.place import WorkPlace, write_file
from assay.bulk.sharding.segment import (
    decode_table,
    encode_table,
    is_table,
    read_named,
    read_segment,
)
from assay.core.digest import sha256_hex
from assay.core.errors import InputError, UsageError
from assay.core.keys import Purpose

Prepared = Callable[[pa.Table], pa.Table]
"""A step with its context read: a segment in, a segment out, and nothing else."""


class ShardStep(Protocol):
    """A step: what is done to each shard."""

    name: str
    """Its name, which is a folder of results."""
    version: int
    """Raised whenever the same segment and context give another result."""
    key: Purpose | None
    """The key that workers need besides the context; None where they need none."""

    def prepare(self, context: bytes, key: bytes | None) -> Prepared:
        """Read a context once, for all shards of a worker.

        Args:
            context: what the result depends on beside the segment and the key.
            key: the key, where the step needs one.

        Raises:
            UsageError: if the key is another than the context was made for.
        """


class WorkPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Shards to work on, named by the digest of its bytes like all else."""

    step: str
    """Name of the step."""
    version: int
    """Its version: a worker of another release does not take it up."""
    context: str
    """Digest of the context."""
    shards: tuple[str, ...]
    """Digests of the shards."""

    @property
    def folder(self) -> str:
        """The folder of the results."""
        return result_folder(self.step, self.version)

    def result(self, shard: str) -> str:
        """Name of the result of one shard."""
        return f"{self.folder}/{result_file(shard, self.context)}"

    def missing(self, place: WorkPlace) -> tuple[str, ...]:
        """The shards without a result, in their order."""
        there = place.names(self.folder)
        return tuple(
            shard for shard in self.shards if result_file(shard, self.context) not in there
        )

    def damaged(self, place: WorkPlace) -> tuple[str, ...]:
        """The shards whose result is there and cannot be read, in their order."""
        gone = set(self.missing(place))
        return tuple(
            shard
            for shard in self.shards
            if shard not in gone and not is_table(place.read(self.result(shard)))
        )

    def results(self, place: WorkPlace) -> Iterator[pa.Table]:
        """The results of all shards, in their order.

        Raises:
            InputError: for a result that is not there, or cannot be read.
        """
        for shard in self.shards:
            content = place.read(self.result(shard))
            if not is_table(content):
                raise InputError(
                    code="damaged-result",
                    message="this result cannot be read",
                    where=f"{place.address}/{self.result(shard)}",
                    hint="run the step again: `assay work run` makes it anew",
                )
            yield decode_table(content)

    def digest_of_results(self, place: WorkPlace) -> str:
        """One SHA-256 over the results of all shards, in their order, hexadecimal."""
        parts = (sha256_hex(place.read(self.result(shard))) for shard in self.shards)
        return sha256_hex("\n".join(parts).encode())


def result_folder(step: str, version: int) -> str:
    """The folder of the results of a step in one version."""
    return f"results/{step}/{version}"


def result_file(shard: str, context: str) -> str:
    """The file of the result of a shard in a context, within the folder of its step."""
    return f"{shard}-{context}.arrow"


def keep_context(place: WorkPlace, context: bytes) -> str:
    """Keep a context, and return its digest."""
    digest = sha256_hex(context)
    write_file(place, _context_name(digest), context)
    return digest


def keep_plan(place: WorkPlace, plan: WorkPlan) -> str:
    """Keep a plan, and return the name by which workers find it."""
    content = msgspec.json.encode(plan)
    name = f"plans/{sha256_hex(content)}.json"
    write_file(place, name, content)
    return name


def read_plan(place: WorkPlace, name: str) -> WorkPlan:
    """The plan of a name that `keep_plan` gave."""
    return msgspec.json.decode(place.read(name), type=WorkPlan)


class ShardWorker:
    """Works on the shards of one plan; the context is read once."""

    def __init__(
        self, place: WorkPlace, plan: WorkPlan, step: ShardStep, key: bytes | None
    ) -> None:
        """Read the context.

        Args:
            place: where everything is.
            plan: the plan.
            step: its step.
            key: the key, where the step needs one.

        Raises:
            UsageError: if this release has another version of the step.
            InputError: if the context is not there.
        """
        if step.version != plan.version:
            raise UsageError(
                code="other-release",
                message=f"the plan is for version {plan.version} of the step {step.name!r}, and this "
                f"worker has version {step.version}",
                hint="install the release of Assay on workers that the program is run with",
            )
        self._place, self._plan = place, plan
        context = read_named(place, _context_name(plan.context), plan.context)
        self._function = step.prepare(context, key)

    def work(self, shard: str) -> bool:
        """Work on a shard, unless its result is there; whether there was something to do."""
        name = self._plan.result(shard)
        if self._place.has(name):
            return False
        with self._place.draft(name) as draft:
            segment = read_segment(self._place, shard)
            draft.finish(encode_table(self._function(segment)))
        return True


def part_of(shards: Sequence[str], part: int, parts: int) -> tuple[str, ...]:
    """The shards of one of several workers that are started without knowing of each other.

    Raises:
        UsageError: if there is no such part.
    """
    if not 0 <= part < parts:
        raise UsageError(
            code="no-such-part", message=f"there is no part {part} of {parts}",
            hint=f"parts are numbered from 0 to {parts - 1}",
        )  # fmt: skip
    return tuple(shards[part::parts])


def _context_name(digest: str) -> str:
    return f"contexts/{digest}"
