"""The `review` interface of an open program."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from assay.bulk.fact_lines import write_array, write_rows, write_text
from assay.bulk.rejects import SUFFIX, RejectsFile
from assay.bulk.rows import DiskFile, is_rejects
from assay.context import Context, Interface
from assay.core.batches import batches
from assay.core.data_frame import data_frame
from assay.core.errors import UsageError
from assay.core.progress import ProgressCallback
from assay.governance.exit_rights import ExitRights, HeldBack
from assay.governance.rights import Use
from assay.plugins import load, names
from assay.quality.explanation import StaleRecord
from assay.records.judgment import Judgment
from assay.records.people_mask import PeopleMask, existing_or_new_pseudonym
from assay.records.ports import Rejects, Row
from assay.records.record import Record
from assay.review import adjudication_rows, adjudication_service, service
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved, Returned
from assay.review.assign import Assignee, refuse_unknown_members
from assay.review.assignment import Assignment
from assay.review.disputes import Dispute, undecided_disputes
from assay.review.eligibility import refuse_without_credentials
from assay.review.qualification import Credential
from assay.review.queue import pass_service
from assay.review.queue.passes import PassChange
from assay.review.renewal import Renewals, renew
from assay.store.pass_register import Passes

if TYPE_CHECKING:
    from pandas import DataFrame

    from assay.program.judging import JudgePreview, JudgeReport
    from assay.program.sampling import Endpoint
    from assay.providers.cost import Prices
    from assay.providers.judge_runner import JudgePlan
    from assay.quality.judges import JudgeAgreement
    from assay.review.formats.format import ReviewFormat


_BATCH = 500
"""Records whose rights are looked up at once."""


class ExportedWork(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was written as work for people."""

    file: str
    """The file of work."""
    rows: int
    """Rows in the file, one an assignment."""
    held_back: HeldBack
    """Assigned records that may not be read any more."""
    settings: str | None = None
    """The file that makes another tool ask the rubric's questions; absent for our own rows."""


class ExportedScores(msgspec.Struct, frozen=True, kw_only=True):
    """Scores written for a tracing tool."""

    file: str
    """The file of request bodies."""
    scores: int
    """How many scores it holds."""
    left_out: dict[str, int]
    """Why judgments and scores of these runs are not in it -> how many."""
    held_back: HeldBack
    """Records whose rights do not permit it."""


class ReviewService(Interface):
    """Assign passes, hand work out, take answers in, adjudicate, ask model judges."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._register = Passes(context.store)

    def list(self, record: str | None = None) -> Iterator[Judgment]:
        """Judgments in their order of entry, superseded ones too: for callers that hold the store.

        Args:
            record: whole id of the one record; all records where absent.
        """
        where = {} if record is None else {"record": record}
        return self._context.store.scan(Judgment, **where)

    def get(self, identity: str) -> Judgment:
        """The judgment with this id or unique prefix of an id.

        Raises:
            UsageError: if no judgment, or more than one, has such an id.
        """
        return self._context.store.get(Judgment, identity)

    def to_frame(self, record: str | None = None) -> "DataFrame":
        """The judgments of `list` as a pandas data frame; the argument is that of `list`.

        Raises:
            MachineError: if pandas is not installed.
        """
        return data_frame(self.list(record), Judgment)

    def adjudications(self, record: str | None = None) -> Iterator[Adjudication]:
        """Senior decisions in their order of entry.

        Args:
            record: whole id of the one record; all records where absent.
        """
        where = {} if record is None else {"record": record}
        return self._context.store.scan(Adjudication, **where)

    def assign(
        self, people: Mapping[str, str], *, extra: Collection[str] = ()
    ) -> pass_service.AssignedPasses:
        """Ask people outside the desk for the independent passes that nobody holds yet.

        A record that is handed out so is not offered at the desk, and the reverse.

        Args:
            people: raw id of a person -> role; ids become pseudonyms here.
            extra: ids of records that get one more pass.

        Raises:
            UsageError: for a person without a name, without a role of the contract, or without the
                credentials that the role asks for.
        """
        refuse_unknown_members(people, self._context.documents.contract)
        pseudonym = self._context.pseudonym
        refuse_without_credentials(
            people,
            pseudonym,
            self._context.documents.contract,
            list(self._context.store.scan(Credential)),
        )
        members = [Assignee(pseudonym=pseudonym(name), role=role) for name, role in people.items()]
        return pass_service.assign(
            self._context.store,
            self._register,
            self._context.facts,
            members,
            rights=self._context.exit_rights(),
            key=self._context.keys.desk,
            actor=self._context.actor,
            extra=extra,
        )

    def work(
        self, person: str | None = None, *, flat: bool = False, rights: ExitRights | None = None
    ) -> Iterator[dict[str, Any]]:
        """The assignments that wait outside the desk, blinded, as rows.

        Args:
            person: raw id of the one person who is to get work; everybody's where absent.
            flat: rows of text for a spreadsheet.
            rights: counts what is held back.
        """
        return service.export_work(
            self._context.store,
            self._register,
            self._context.facts,
            rights=rights or self._context.exit_rights(),
            reviewer=self._context.pseudonym(person) if person else None,
            flat=flat,
        )

    def export(
        self,
        file: str | Path,
        *,
        format: str | None = None,  # noqa: A002  the one word for it
        person: str | None = None,
    ) -> ExportedWork:
        """Write the work that waits, as our own rows or for another tool.

        Args:
            file: the file of work: `.jsonl` or `.csv` for our own rows. For another tool
                `<file>.settings.<suffix>` is written next to it.
            format: another tool's format, such as `label-studio`; our own rows where absent.
            person: raw id of the one person who is to get work; everybody's where absent.

        Raises:
            UsageError: if there is no such format, or the file's name does not suit it.
        """
        if format is not None:
            return self._export_to_tool(Path(file), format, person)
        path, rights = Path(file), self._context.exit_rights()
        rows = write_rows(path, self.work(person, flat=path.suffix == ".csv", rights=rights))
        return ExportedWork(file=str(path), rows=rows, held_back=rights.held_back)

    def export_scores(
        self,
        file: str | Path,
        *,
        format: str,  # noqa: A002  the one word for it
        use: Use = "evaluate",
    ) -> ExportedScores:
        """Write judgments back as scores of the runs that their records came from.

        Args:
            file: the file to make, one request body a line (`.jsonl`).
            format: scores of which tool, `langfuse` or `langsmith`.
            use: what the scores are for; records whose rights do not permit it are held back.

        Raises:
            UsageError: if scores are not written back to such a tool.
        """
        from assay.review.formats.score_rows import (  # noqa: PLC0415  only where it is asked for
            ScoreCounts,
            run_of,
            score_rows,
            tool_of,
        )

        tool, rights, counts = tool_of(format), self._context.exit_rights(), ScoreCounts()
        store = self._context.store

        def rows() -> Iterator[dict[str, Any]]:
            for batch in batches(store.scan(Record), _BATCH):
                records = {record.id: record for record in batch if run_of(record, tool)}
                rights.learn(records)
                for identity, record in records.items():
                    run = run_of(record, tool)
                    if run and rights.may_leave(identity, record, use=use):
                        judgments = store.scan(Judgment, record=identity)
                        yield from score_rows(run, judgments, tool, counts)

        count = write_rows(Path(file), rows())
        return ExportedScores(
            file=str(file), scores=count, left_out=dict(counts.left_out), held_back=rights.held_back
        )

    def _export_to_tool(self, path: Path, name: str, person: str | None) -> ExportedWork:
        from assay.review.formats.service import hand_out  # noqa: PLC0415  only where it is asked for

        form, rights = _review_format(name), self._context.exit_rights()
        _check_suffix(path, form)
        work = hand_out(
            self._context.store,
            self._register,
            self._context.facts,
            form,
            file=path.name,
            rights=rights,
            reviewer=self._context.pseudonym(person) if person else None,
        )
        write = write_array if path.suffix == ".json" else write_rows
        count = write(path, work.rows)
        settings = path.with_name(f"{path.name}.settings{form.settings_suffix}")
        write_text(settings, work.settings)
        return ExportedWork(
            file=str(path), rows=count, settings=str(settings), held_back=rights.held_back
        )

    def import_(
        self,
        file: str | Path,
        *,
        rejects: str | Path | None = None,
        format: str | None = None,  # noqa: A002  the one word for it
        people: Mapping[str, str] | None = None,
    ) -> service.ImportedAnswers:
        """Take an answered file in; every answer is stored, there already, empty or set aside.

        Args:
            file: an answered file, or the fixed rejects of an earlier one.
            rejects: folder for `<name>.set-aside.jsonl`; next to the file where absent.
            format: the format of the tool that wrote the file; our own rows where absent.
            people: name of a person in that tool -> raw id of the person. Where any is given,
                every other name is taken for a raw id.
        """
        path = Path(file)
        rows = DiskFile(path).rows()
        whose = self._whose(people or {})
        if format is not None:
            from assay.review.formats.service import native_rows  # noqa: PLC0415  only where asked for

            form = _review_format(format)
            rows = native_rows(rows, form, whose=whose, corrected=is_rejects(path))
        folder = Path(rejects) if rejects else path.parent
        mask = PeopleMask(self._context.pseudonym)
        with closing(RejectsFile(folder / f"{path.name}{SUFFIX}", mask)) as rejects_file:
            return self._take(rows, path.name, rejects_file, whose)

    def formats(self) -> tuple[str, ...]:
        """The names of the tools' formats in which work goes out and answers come back."""
        return tuple(names("review-formats"))

    def take_answers(
        self, rows: Iterable[Mapping[str, Any]], *, subject: str = ""
    ) -> service.ImportedAnswers:
        """Take answered rows in.

        Args:
            rows: rows as `work` gave them, with the answer's columns filled.
            subject: where they come from, for the audit entry.
        """
        numbered = (Row(number=number, values=row) for number, row in enumerate(rows, start=1))
        return self._take(numbered, Path(subject).name)

    def adjudicate(
        self,
        record: str,
        decision: Decided | Preserved | Returned,
        *,
        cause: Cause,
        adjudicator: str,
        judgments: Sequence[str] = (),
        note: str | None = None,
    ) -> Adjudication:
        """Write a senior decision; the judgments stay as they are.

        Args:
            record: id of the record, or a unique prefix of it.
            decision: what is decided.
            cause: why the judgments disagreed.
            adjudicator: raw id of the person.
            judgments: ids of the judgments weighed; all of the record's where empty.
            note: the adjudicator's words.
        """
        return adjudication_service.adjudicate(
            self._context.store,
            self._context.facts,
            record,
            decision,
            cause=cause,
            adjudicator=self._context.pseudonym(adjudicator),
            judgments=judgments,
            note=note,
            actor=self._context.actor,
        )

    def adjudicate_row(self, row: Mapping[str, Any]) -> Adjudication:
        """Write the senior decision that a row states, with a whole answer.

        Args:
            row: `record`, `cause`, `adjudicator` and the columns of an answer, as
                `review.adjudication_rows` says.

        Raises:
            UsageError, InputError: if the row cannot be read, or the decision is not valid.
        """
        return adjudication_rows.store_decision(
            self._context.store,
            self._context.facts,
            self._decision_reader().read(row),
            actor=self._context.actor,
        )

    def import_adjudications(self, file: str | Path) -> adjudication_rows.ImportedAdjudications:
        """Take a file of senior decisions in, one a row; what cannot be used is set aside.

        Args:
            file: JSON lines, JSON, CSV, TSV or Parquet.
        """
        path = Path(file)
        return adjudication_rows.import_adjudications(
            self._context.store,
            self._context.facts,
            DiskFile(path).rows(),
            self._decision_reader(),
            actor=self._context.actor,
            subject=path.name,
        )

    def undecided(self, adjudication: Adjudication) -> tuple[Dispute, ...] | None:
        """What the weighed judgments differ on and a decision leaves open.

        Args:
            adjudication: the decision; one that keeps the distribution leaves nothing open.

        Returns:
            What is left open; None where it was not looked at: the record goes back, or nothing
            was compared.
        """
        decision = adjudication.decision
        if isinstance(decision, Preserved):
            return ()
        if isinstance(decision, Returned):
            return None
        from assay.quality import service as quality  # noqa: PLC0415  statistics

        disputed = quality.disputes_of(
            self._context.store, self._context.facts, adjudication.record
        )
        return None if disputed is None else undecided_disputes(decision, disputed)

    def _decision_reader(self) -> adjudication_rows.DecisionReader:
        return adjudication_rows.DecisionReader(
            self._context.store,
            self._context.documents.rubric,
            pseudonym=self._context.pseudonym,
            written_source=self._context.documents.program.written_source,
        )

    def withdraw(
        self, person: str | None = None, *, records: Collection[str] = ()
    ) -> pass_service.WithdrawnPasses:
        """Stop waiting for work that was handed out: others may be asked for its passes.

        Args:
            person: raw id of the one person; everybody's where absent.
            records: ids of the records, or unique prefixes; all where empty.

        Raises:
            UsageError: for an unknown record, or where neither person nor record is named.
        """
        return pass_service.withdraw(
            self._context.store,
            self._register,
            self._context.facts,
            actor=self._context.actor,
            reviewer=self._context.pseudonym(person) if person else None,
            records=records,
        )

    def status(self) -> pass_service.ReviewStatus:
        """How far the work has come that was handed out, and all passes by any route."""
        return pass_service.status(self._context.store, self._register)

    def renew(self, stale: Iterable[StaleRecord]) -> Renewals:
        """Ask the people who gave stale judgments to judge again, outside the desk.

        Args:
            stale: the records, as `quality.stale` gives them.
        """
        return renew(
            self._context.store,
            self._context.facts,
            [stale_label.judgment for record in stale for stale_label in record.judgments],
            key=self._context.keys.desk,
            actor=self._context.actor,
        )

    def reconcile(self) -> Sequence[PassChange]:
        """Have every count of open passes say what the facts say; what was changed.

        A store that an older Assay wrote may count a pass as open that was given outside the
        desk. To run it again changes nothing.
        """
        return self._register.reconcile(actor=self._context.actor)

    def judge(
        self,
        plan: "JudgePlan",
        endpoint: "Endpoint",
        *,
        dimensions: Sequence[str] = (),
        limit: int | None = None,
        journal: str | Path | None = None,
        prices: "Prices | None" = None,
        progress: ProgressCallback | None = None,
    ) -> "JudgeReport":
        """Have a model judge the records that it has not judged yet, as a reviewer apart.

        Args:
            plan: which model, and how.
            endpoint: where it is.
            dimensions: ids of the dimensions to score; all that no machine judges where empty.
            limit: the most records to ask about.
            journal: file by which a broken run goes on; in the program's `.assay` where absent.
            prices: what a million tokens cost.
            progress: called with the number of records done.
        """
        from assay.program.judging import judge_into  # noqa: PLC0415  statistics to load

        return judge_into(
            self._context,
            plan,
            endpoint,
            dimensions=dimensions,
            limit=limit,
            journal=Path(journal) if journal else None,
            prices=prices,
            progress=progress,
        )

    def preview_judge(
        self, plan: "JudgePlan", *, dimensions: Sequence[str] = (), limit: int | None = None
    ) -> "JudgePreview":
        """What `judge` would ask; nothing is sent, and nothing is stored.

        Args:
            plan: which model, and how.
            dimensions: ids of the dimensions to score; all that no machine judges where empty.
            limit: the most records to ask about.
        """
        from assay.program.judging import preview_judge  # noqa: PLC0415  statistics to load

        return preview_judge(self._context, plan, dimensions=dimensions, limit=limit)

    def judge_agreement(self) -> "tuple[JudgeAgreement, ...]":
        """Every model among the reviewers, with how far it says what people say."""
        from assay.program.judging import model_judges  # noqa: PLC0415  statistics to load

        return model_judges(self._context)

    def _whose(self, people: Mapping[str, str]) -> service.Whose:
        """Who answers under a name: by the given names, or as one to whom work was assigned."""
        pseudonym = existing_or_new_pseudonym(self._context.pseudonym)
        assigned: set[str] = set()

        def whose(name: str) -> str | None:
            person = pseudonym(people.get(name, name))
            if people:
                return person
            if not assigned:
                assigned.update(
                    assignment.reviewer for assignment in self._context.store.scan(Assignment)
                )
            return person if person in assigned else None

        return whose

    def _take(
        self,
        rows: Iterable[Row],
        subject: str,
        rejects: Rejects | None = None,
        whose: service.Whose | None = None,
    ) -> service.ImportedAnswers:
        return service.import_judgments(
            self._context.store,
            self._context.facts,
            rows,
            actor=self._context.actor,
            subject=subject,
            rejects=rejects,
            whose=whose,
        )


def _review_format(name: str) -> "ReviewFormat":
    form: ReviewFormat = load("review-formats", name)
    return form


def _check_suffix(path: Path, form: "ReviewFormat") -> None:
    if path.suffix not in form.suffixes:
        raise UsageError(
            code="unknown-layout",
            message=f"a file of {form.name} does not have this suffix",
            where=path.name,
            hint=f"end it in {' or '.join(form.suffixes)}",
        )
