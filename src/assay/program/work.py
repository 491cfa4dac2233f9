"""The `work` interface of an open program: shards, steps, runners, results."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from assay.bulk.address import is_address, refuse_other_scheme
from assay.bulk.fact_lines import whole_file, write_rows
from assay.bulk.rows import DiskFile
from assay.bulk.sharding.contract import WorkPlan, keep_context, keep_plan
from assay.bulk.sharding.near_copy_join import join_candidates
from assay.bulk.sharding.place import WorkPlace, open_place
from assay.bulk.sharding.runners.commands import CommandsRunner
from assay.bulk.sharding.runners.local import LocalRunner
from assay.bulk.sharding.runners.ray_tasks import RayRunner
from assay.bulk.sharding.runners.runner import Runner, WorkOrder
from assay.bulk.sharding.runners.slurm_array import SlurmRunner
from assay.bulk.sharding.shards import SHARD_ROWS, ShardSet, read_set, shard_records, shard_rows
from assay.bulk.sharding.steps.contamination import reserve_context
from assay.bulk.sharding.steps.conversion import conversion_context, require_rowwise
from assay.bulk.sharding.steps.near_copies import release_context
from assay.bulk.sharding.steps.statistics import add_statistics
from assay.context import Context, Interface
from assay.contracts.program import Engine
from assay.core.batches import batches
from assay.core.choices import refuse_unknown
from assay.core.digest import sha256_hex
from assay.core.errors import UsageError
from assay.core.progress import ProgressCallback
from assay.governance.exit_rights import ExitRights, HeldBack
from assay.governance.rights import USES, Use
from assay.program.data_file import open_reader, row_context
from assay.program.work_steps import STEPS, work_shard
from assay.records.ports import Layout
from assay.records.reader import LayoutReader
from assay.records.record import Record
from assay.reserve import service as reserve
from assay.settings import require_worker_reference

Job = Literal["contamination", "duplicates", "statistics", "convert"]
"""What can be run; duplicates are two steps with a join between them."""

JOBS: tuple[Job, ...] = get_args(Job)

LAST_STEPS: dict[Job, str] = {
    "contamination": "contamination",
    "duplicates": "clusters",
    "statistics": "statistics",
    "convert": "convert",
}
"""The step whose results are those of the job."""

RECORD_SET, ROW_SET = "records", "rows"
"""Names of the sets of shards: the program's records, and the rows of a foreign file."""

RIGHTS_BATCH = 500
"""Records whose rights are looked up at once."""


class ShardedRecords(msgspec.Struct, frozen=True, kw_only=True):
    """The shards of the program's records, and the records that are in none."""

    shards: ShardSet
    """The shards."""
    held_back: HeldBack
    """Records whose rights do not permit the use."""


class StepStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far a step has come in what it was last asked for."""

    step: str
    """Name of the step."""
    shards: int
    """Shards that it is for."""
    done: int
    """Shards that have a result."""
    digest: str
    """SHA-256 over all results; empty until each shard has one."""


class WorkRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did: `done` of `shards` have a result, `already_there` had one before."""

    step: str
    """The step that was run last; of duplicates, the first that is not done."""
    engine: Engine
    """Who did the work."""
    shards: int
    """Shards of the step."""
    already_there: int
    """Shards that had a result before."""
    done: int
    """Shards that have one now."""
    broken_off: int
    """Shards on which killed workers had begun, now or in earlier runs, that are not counted yet."""
    digest: str
    """SHA-256 over all results, in the order of the shards; empty until each shard has one."""
    handed_over: str
    """The script, the commands, or what the scheduler printed; empty where the run waited."""


class WorkService(Interface):
    """Cut records into shards, run steps on them, show results."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._settings = context.documents.program.work

    def shard(self, *, use: Use = "train", rows: int = SHARD_ROWS) -> ShardedRecords:
        """Cut the program's records into shards, in their order of entry.

        Args:
            use: what the records are meant for; those whose rights do not permit it are held back.
            rows: records of a shard.

        Raises:
            UsageError: for a use that there is none of, or shards without rows.
        """
        refuse_unknown("use", use, USES)
        _require_rows(rows)
        rights = self._context.exit_rights()
        shard_set = shard_records(self._place(), RECORD_SET, self._records(rights, use), size=rows)
        return ShardedRecords(shards=shard_set, held_back=rights.held_back)

    def _records(self, rights: ExitRights, use: Use) -> Iterator[Record]:
        for batch in batches(self._context.store.scan(Record), RIGHTS_BATCH):
            records = {record.id: record for record in batch}
            rights.learn(records)
            for identity, record in records.items():
                if rights.may_leave(identity, record, use=use):
                    yield record

    def shard_file(
        self,
        file: str | Path,
        *,
        source: str,
        format: str,  # noqa: A002  the one word for it
        kind: str | None = None,
        layout: Layout | None = None,
        rows: int = SHARD_ROWS,
    ) -> ShardSet:
        """Cut a foreign file into shards of rows, to be converted by a format.

        Args:
            file: any file that `records.import_` reads row by row.
            source: id of the source class.
            format: name of a reader.
            kind: kind of record; the reader's first where absent.
            layout: how to cut the file.
            rows: rows of a shard.

        Raises:
            UsageError: for a reader that needs more than one row, or an unknown name.
        """
        _require_rows(rows)
        path = Path(file)
        reader = open_reader(format, path)
        require_rowwise(reader)
        own_layout = reader.layout if isinstance(reader, LayoutReader) else None
        if layout is not None and own_layout is not None:
            own_layout = layout.over(own_layout)
        place = self._place()
        rows_context = row_context(self._context, reader, kind, source)
        context = conversion_context(format, rows_context, self._context.keys.pseudonyms)
        shard_set = shard_rows(
            place, ROW_SET, DiskFile(path, own_layout or layout).rows(), size=rows
        )
        _keep_latest(place, _plan_of("convert", keep_context(place, context), shard_set.shards))
        return shard_set

    def run(
        self,
        job: Job,
        *,
        engine: Engine | None = None,
        submit: bool = False,
        progress: ProgressCallback | None = None,
    ) -> WorkRun:
        """Run a job on every shard that has no result of it yet.

        Args:
            job: what to run.
            engine: who does the work; None: as `assay.toml` says.
            submit: whether a Slurm script is submitted, and not only given.
            progress: called with the number of shards done, and of all.

        Raises:
            UsageError: if there are no shards, or workers could not find the key that they need.
            MachineError: if an extra is missing, or workers fail.
        """
        refuse_unknown("job", job, JOBS)
        engine = engine or self._context.documents.program.engine
        refuse_unknown("engine", engine, get_args(Engine))
        if submit and engine != "slurm":
            raise UsageError(
                code="nothing-to-submit", message=f"the engine {engine!r} submits no script",
                where="--submit", hint="leave it out, or take --engine slurm",
            )  # fmt: skip
        place = self._place()
        if job != "duplicates":
            return self._run(place, self._plan(place, job), engine, submit, progress)
        signatures = self._plan(place, "signatures")
        ran = self._run(place, signatures, engine, submit, progress)
        if ran.done < ran.shards:
            return ran
        candidates = _joined(place, signatures)
        clusters = _plan_of("clusters", keep_context(place, release_context()), candidates)
        return self._run(place, clusters, engine, submit, progress)

    def status(self) -> tuple[StepStatus, ...]:
        """How far each step has come in what it was last asked for."""
        place = self._place()
        return tuple(
            _status(place, _latest(place, name.removesuffix(".json")))
            for name in sorted(place.names("latest"))
        )

    def results(self, job: Job) -> Iterator[dict[str, Any]]:
        """The rows of a job's results, in the order of the shards; statistics are added up.

        Raises:
            UsageError: if it was not run, or not every shard has a result.
        """
        refuse_unknown("job", job, JOBS)
        place, step = self._place(), LAST_STEPS[job]
        plan = _latest(place, step)
        missing = len(plan.missing(place))
        if missing:
            raise UsageError(
                code="not-done",
                message=f"{missing} of {len(plan.shards)} shards have no result of {step!r} yet",
                hint=f"run `assay work run {job}`: it does what is missing",
            )
        if step == "statistics":
            return iter(add_statistics(list(plan.results(place))).to_pylist())
        return (_as_text(row) for table in plan.results(place) for row in table.to_pylist())

    def write_results(self, job: Job, file: str | Path) -> int:
        """Write the rows of a job's results to a file, of conversion the facts alone as their lines.

        Returns:
            How many lines were written.

        Raises:
            UsageError: as `results` does, or if the file's name ends neither in .jsonl nor in .csv;
                facts are lines alone.
        """
        rows = self.results(job)
        if job != "convert":
            return write_rows(Path(file), rows)
        if Path(file).suffix != ".jsonl":
            raise UsageError(
                code="unknown-layout",
                message="facts are JSON lines",
                where=Path(file).name,
                hint="end the name in .jsonl",
            )
        count = 0
        with whole_file(Path(file)) as stream:
            for row in rows:
                if row["family"] != "set aside":
                    stream.write(row["body"] + "\n")
                    count += 1
        return count

    def _run(
        self,
        place: WorkPlace,
        plan: WorkPlan,
        engine: Engine,
        submit: bool,
        progress: ProgressCallback | None,
    ) -> WorkRun:
        _keep_latest(place, plan)
        for shard in plan.damaged(place):
            place.remove(plan.result(shard))
        missing = plan.missing(place)
        handed_over = ""
        if missing:
            order = self._order(place, msgspec.structs.replace(plan, shards=missing), engine)
            handed_over = self._runner(engine, submit=submit).run(order, progress)
        done = len(plan.shards) - len(plan.missing(place))
        is_whole = done == len(plan.shards)
        return WorkRun(
            step=plan.step,
            engine=engine,
            shards=len(plan.shards),
            already_there=len(plan.shards) - len(missing),
            done=done,
            # Not before all is done: until then what is aside may be a living worker's.
            broken_off=place.sweep(plan.folder) if is_whole else 0,
            digest=plan.digest_of_results(place) if is_whole else "",
            handed_over=handed_over,
        )

    def _plan(self, place: WorkPlace, step: str) -> WorkPlan:
        if step == "convert":
            read_set(place, ROW_SET)
            return _latest(place, step)
        shards = read_set(place, RECORD_SET).shards
        context = self._reserve_context() if step == "contamination" else release_context()
        return _plan_of(step, keep_context(place, context), shards)

    def _reserve_context(self) -> bytes:
        """The fingerprints of the reserve.

        Raises:
            UsageError: if nothing is sealed, or the gate's process alone holds the key.
        """
        if self._context.documents.program.gate is not None:
            raise UsageError(
                code="key-behind-the-gate",
                message="the gate's process alone holds the key that workers would need",
                where="assay.toml: gate",
                hint="compare through the gate: assay reserve check",
            )
        compared = reserve.comparable(self._context.store, self._context.keys.gate)
        if compared is None:
            raise UsageError(
                code="nothing-sealed", message="the reserve has no items to compare with",
                hint="seal them first: assay reserve seal",
            )  # fmt: skip
        return reserve_context(*compared)

    def _order(self, place: WorkPlace, plan: WorkPlan, engine: Engine) -> WorkOrder:
        is_elsewhere = engine != "local"
        key = self._worker_reference(plan.step) if is_elsewhere else None
        return WorkOrder(place=place, name=keep_plan(place, plan), plan=plan, key=key)

    def _worker_reference(self, step: str) -> str | None:
        """Where workers on other machines find the key of a step.

        Raises:
            UsageError: if assay.toml does not say so, or by a path of this machine.
        """
        purpose = STEPS[step].key
        if purpose is None:
            return None
        program = self._context.documents.program
        setting = "gate_key" if purpose == "gate" else "pseudonym_key"
        reference = program.gate_key if purpose == "gate" else program.pseudonym_key
        if reference is None:
            raise UsageError(
                code="no-worker-key",
                message=f"workers elsewhere need to find the key of {step!r}, and the work holds none",
                where=f"assay.toml: {setting}",
                hint="name it there as env:NAME or file:/PATH, and give it to workers by the same name",
            )
        require_worker_reference(reference)
        return reference

    def _runner(self, engine: Engine, *, submit: bool) -> Runner:
        settings = self._settings
        if engine == "ray":
            return RayRunner(work_shard, settings.ray)
        if engine == "slurm":
            return SlurmRunner(settings.command, settings.parts, settings.slurm, submits=submit)
        if engine == "commands":
            return CommandsRunner(settings.command, settings.parts)
        return LocalRunner(["--program", str(self._context.folder)], settings.processes)

    def _place(self) -> WorkPlace:
        place = self._settings.place
        refuse_other_scheme(place)
        return open_place(place if is_address(place) else str(self._context.folder / place))


def _require_rows(rows: int) -> None:
    if rows < 1:
        raise UsageError(
            code="no-rows-a-shard", message="a shard has at least one row", where="--rows"
        )


def _plan_of(step: str, context: str, shards: tuple[str, ...]) -> WorkPlan:
    return WorkPlan(step=step, version=STEPS[step].version, context=context, shards=shards)


def _joined(place: WorkPlace, signatures: WorkPlan) -> tuple[str, ...]:
    """The segments of candidates; joined once for the same signatures."""
    name = f"joins/{sha256_hex(msgspec.json.encode(signatures))}.json"
    if place.has(name):
        return msgspec.json.decode(place.read(name), type=tuple[str, ...])
    segments = join_candidates(place, signatures, size=SHARD_ROWS)
    with place.draft(name) as draft:
        draft.finish(msgspec.json.encode(segments))
    return segments


def _keep_latest(place: WorkPlace, plan: WorkPlan) -> None:
    with place.draft(f"latest/{plan.step}.json") as draft:
        draft.finish(msgspec.json.encode(plan))


def _latest(place: WorkPlace, step: str) -> WorkPlan:
    name = f"latest/{step}.json"
    if not place.has(name):
        raise UsageError(
            code="not-run", message=f"{step!r} was not run here",
            where=place.address, hint="run it with `assay work run`",
        )  # fmt: skip
    return msgspec.json.decode(place.read(name), type=WorkPlan)


def _status(place: WorkPlace, plan: WorkPlan) -> StepStatus:
    missing = len(plan.missing(place)) + len(plan.damaged(place))
    return StepStatus(
        step=plan.step,
        shards=len(plan.shards),
        done=len(plan.shards) - missing,
        digest="" if missing else plan.digest_of_results(place),
    )


def _as_text(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a result with texts in place of bytes."""
    return {
        name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()
    }
