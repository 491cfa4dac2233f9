"""The open program: its documents, its store, its keys, and the interfaces that work on them.

An interface is imported when it is first used: a command that lists records loads no statistics.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assay.bulk.attachments import AttachmentFolder
from assay.contracts.document import Document, DocumentKind
from assay.contracts.documents import Documents
from assay.contracts.opening import load_program
from assay.core.clock import Clock
from assay.core.errors import AssayError, MachineError, UsageError
from assay.core.ports import Checkpoint
from assay.core.private import make_private_folder, narrow_folder
from assay.records.attachment import ATTACHMENTS
from assay.records.pseudonym import is_pseudonym, pseudonymiser
from assay.records.record import Record
from assay.settings import Keys, actor, store_url
from assay.store import audit
from assay.store.audit import AuditFinding
from assay.store.damage import CORRUPT
from assay.store.derived import DerivedResults
from assay.store.diagnosis import diagnose
from assay.store.soundness import Look, is_large, require_audited, require_sound
from assay.store.store import Store
from assay.store.witness import Witness

if TYPE_CHECKING:
    from assay.context import Context
    from assay.desk.accounts import AccountsService
    from assay.desk.adjudication import AdjudicationService
    from assay.desk.calibration import CalibrationService
    from assay.desk.exams import ExamsService
    from assay.desk.guideline import GuidelineService
    from assay.desk.oidc import OidcService
    from assay.desk.overview import OverviewService
    from assay.desk.service import DeskService
    from assay.governance.failure_modes import Alarm
    from assay.program.planning import PlanningService
    from assay.program.quality import QualityService
    from assay.program.records import RecordsService
    from assay.program.releases import ReleasesService
    from assay.program.reserve import ReserveService
    from assay.program.review import ReviewService
    from assay.program.validation import ValidationService
    from assay.program.verification import VerificationService
    from assay.program.work import WorkService
    from assay.quality.report import QualityReport


SOMEBODY = "somebody"
"""Who acted on a machine that has no key for pseudonyms."""

UNNAMED = frozenset({"desk", SOMEBODY})
"""Who acts without being a person: the desk by itself."""


class Program:
    """One open program. Documents and store are read when they are first needed."""

    def __init__(self, folder: Path, *, clock: Clock, who: str | None) -> None:
        """Use `assay.open`."""
        self.folder = folder
        """The program's folder."""
        self.private = folder / ".assay"
        """Where the program keeps what only its own user may read."""
        self.clock = clock
        """Tells the time for stamps."""
        self.actor = who or actor()
        """Who acts."""
        self._look: Look | None = None

    def __repr__(self) -> str:
        """Name, folder and store; of a program whose `assay.toml` cannot be read, the folder."""
        try:
            name = load_program(self.folder).name
            # What stands before the host may be a password.
            store = self._store_url.rpartition("@")[2]
        except AssayError:
            return f"<Program in {self.folder}: assay.toml cannot be read>"
        return f"<Program {name!r} in {self.folder}, store {store}>"

    @cached_property
    def documents(self) -> Documents:
        """The documents, free of errors.

        Raises:
            CheckError: if they do not check.
        """
        from assay.contracts.service import load

        return load(self.folder)

    @cached_property
    def store(self) -> Store:
        """The store that assay.toml names; it is made when it is first opened.

        Raises:
            CheckError: if assay.toml does not check; faults of other documents do not matter.
        """
        make_private_folder(self.private)
        narrow_folder(self.private)
        return Store.open(
            self._store_url,
            self.clock,
            create=True,
            witness=self._witness,
            naming=self._recorded_name,
        )

    @cached_property
    def keys(self) -> Keys:
        """The program's keys by purpose. Never shown."""
        return Keys(self.folder, load_program(self.folder))

    def _recorded_name(self, name: str) -> str:
        """The name of the person who acts, as the audit log has it: a pseudonym, never a person's own."""
        if name in UNNAMED or is_pseudonym(name):
            return name
        return self._pseudonym(name)

    @cached_property
    def _pseudonym(self) -> Callable[[str], str]:
        if not self.keys.can_name_people:
            return lambda _: SOMEBODY
        return pseudonymiser(self.keys.pseudonyms)

    @property
    def _store_url(self) -> str:
        return store_url(load_program(self.folder).store, self.folder)

    @property
    def _witness(self) -> Path:
        return self.private / "audit.head"

    @cached_property
    def context(self) -> "Context":
        """What every interface works with. The documents in force are in the store from here on.

        Raises:
            CheckError: if the documents do not check.
            MachineError: if a look at the store finds damage, or entries that were witnessed are gone.
        """
        from assay.context import Context

        facts: dict[DocumentKind, Document] = {**self.documents.facts()}
        self._require_look()
        ids = [fact.id for fact in facts.values()]
        # Asked first, so that a command that only reads takes no lock.
        if self.store.count(Document, id=ids) < len(ids):
            with self.store.write("document.register", actor=self.actor) as writing:
                writing.add(list(facts.values()))
        return Context(
            folder=self.folder,
            store=self.store,
            documents=self.documents,
            facts=facts,
            actor=self.actor,
            clock=self.clock,
            keys=self.keys,
        )

    def _require_look(self) -> Look:
        """What a look at the store saw; one in an open program is enough.

        Raises:
            MachineError: if it finds damage, or entries that were witnessed are gone.
        """
        if self._look is None:
            self._look = require_sound(self.store)
        return self._look

    @cached_property
    def draft_context(self) -> "Context":
        """What a preview works with: questions may be open, and no document is stored.

        Raises:
            CheckError: if the documents have another fault than open questions.
        """
        from assay.context import Context
        from assay.contracts.service import load_draft

        return Context(
            folder=self.folder,
            store=self.store,
            documents=load_draft(self.folder),
            facts={},
            actor=self.actor,
            clock=self.clock,
            keys=self.keys,
        )

    @cached_property
    def records(self) -> "RecordsService":
        """2. Import, sample, list, show and export records."""
        from assay.program.records import RecordsService

        return RecordsService(self.folder, lambda: self.context, lambda: self.draft_context)

    @cached_property
    def review(self) -> "ReviewService":
        """3. Assign passes, exchange judgments, adjudicate."""
        from assay.program.review import ReviewService

        return ReviewService(self.context)

    @cached_property
    def desk(self) -> "DeskService":
        """3. The review queue behind `assay serve`: claim, answer, route."""
        from assay.desk.service import DeskService

        return DeskService(self.context)

    @cached_property
    def adjudication(self) -> "AdjudicationService":
        """3. Decide where people disagree, with all judgments in sight."""
        from assay.desk.adjudication import AdjudicationService

        return AdjudicationService(self.context, self.desk)

    @cached_property
    def calibration(self) -> "CalibrationService":
        """3. Rounds in which people judge the same outputs apart, then discuss."""
        from assay.desk.calibration import CalibrationService

        return CalibrationService(self.context, self.desk)

    @cached_property
    def guideline(self) -> "GuidelineService":
        """3. Gaps of the rubric, their answers, and who looks again."""
        from assay.desk.guideline import GuidelineService

        return GuidelineService(self.context, self.desk)

    @cached_property
    def exams(self) -> "ExamsService":
        """3. Exams and sentinels from answer keys."""
        from assay.desk.exams import ExamsService

        return ExamsService(self.context, self.desk)

    @cached_property
    def overview(self) -> "OverviewService":
        """Beside the way: what leads see of the program, with the records behind each number."""
        from assay.desk.overview import OverviewService

        return OverviewService(self.context, report=self.quality.report, alarms=self.alarms)

    @cached_property
    def accounts(self) -> "AccountsService":
        """3. Who may sign in, and as what."""
        from assay.desk.accounts import AccountsService

        return AccountsService(self.context)

    @cached_property
    def oidc(self) -> "OidcService":
        """3. Sign-in by the OpenID Connect provider that assay.toml names.

        Raises:
            UsageError: if it names none.
            MachineError: if the extra `oidc` is not installed.
        """
        settings = self.documents.program.oidc
        if settings is None:
            raise UsageError(
                code="no-provider",
                message="this program names no sign-in provider",
                hint="sign in with a password, or add [oidc] to assay.toml",
            )
        from assay.desk.oidc import OidcService

        return OidcService(self.context, settings)

    @cached_property
    def verification(self) -> "VerificationService":
        """4. Run verifiers on records, and show what they cover."""
        from assay.program.verification import VerificationService

        return VerificationService(self.context)

    @cached_property
    def reserve(self) -> "ReserveService":
        """Seal evaluation data, compare records with it, open it."""
        from assay.program.reserve import ReserveService

        return ReserveService(self.context)

    @cached_property
    def quality(self) -> "QualityService":
        """5. Dispositions, agreement, shortcuts, the quality report."""
        from assay.program.quality import QualityService

        return QualityService(self.context)

    @cached_property
    def releases(self) -> "ReleasesService":
        """6. Build, verify, compare, export and withdraw releases."""
        from assay.program.releases import ReleasesService

        return ReleasesService(self.context, self.quality.report)

    @cached_property
    def validation(self) -> "ValidationService":
        """7. Import evaluation results and compare checkpoints."""
        from assay.program.validation import ValidationService

        return ValidationService(self.context)

    @cached_property
    def planning(self) -> "PlanningService":
        """8. Findings, root causes, the next sampling plan."""
        from assay.program.planning import PlanningService

        return PlanningService(self.context)

    @cached_property
    def work(self) -> "WorkService":
        """Beside the data flow: work on all records in shards, on this machine or on many."""
        from assay.program.work import WorkService

        return WorkService(self.context)

    def alarms(self, report: "QualityReport | None" = None) -> "tuple[Alarm, ...]":
        """What every stage says of the eight failure modes, as of now.

        Where facts came since the last quality report, one is made, and new texts are compared with
        the reserve.

        Args:
            report: the quality report, where it was made already.
        """
        from assay.program.alarms import alarms_now

        return alarms_now(self.context, self.quality, self.reserve, report)

    def drop_derived(self) -> int:
        """Drop every derived figure, so that each is made again from the facts; how many there were."""
        return DerivedResults(self.context.store).drop()

    def require_whole(self) -> int:
        """Refuse a damaged store before its figures are printed.

        Returns:
            How many rows were not read, because the store is large; 0 where all were.

        Raises:
            MachineError: with the first finding, its place and what to do.
        """
        return require_audited(self.store, self._require_look())

    def audit(
        self, heads: tuple[Checkpoint, ...] = (), *, whole: bool = False
    ) -> audit.AuditReport:
        """Verify the audit chain against the facts, signed releases and further heads.

        It changes nothing in the store, so it can report what is wrong with one that refuses to be
        written, or that is too damaged to be opened for anything else. A large store is read from
        where the last audit on this machine found nothing; the report's `since` says so.

        Args:
            heads: checkpoints that were kept elsewhere.
            whole: whether everything is read, however large the store.
        """
        outside = [*heads, *self._released_heads()]
        verified = Witness(self.private / "audit.verified")
        try:
            since = None if whole or not is_large(self.store) else _read_or_none(verified)
            report = audit.verify(self.store, outside, since)
            report = audit.with_findings(report, self._attachment_findings(since))
            if report.ok:
                with suppress(MachineError):  # an audit needs no right to write
                    verified.write(report.head)
        except MachineError as error:
            if error.code != CORRUPT:
                raise
            with Store.open_damaged(self._store_url, self.clock, witness=self._witness) as damaged:
                report = audit.verify(damaged, outside)
        return audit.with_findings(report, map(_open_to_others, narrow_folder(self.private)))

    def _attachment_findings(self, since: Checkpoint | None) -> list[AuditFinding]:
        """Attachments that records since an entry name and whose bytes are missing or changed."""
        files = AttachmentFolder(self.private / ATTACHMENTS)
        try:
            named = {
                held.digest
                for record in self.store.new_since(Record, since.number if since else 0)
                for held in record.attachments
                if held.digest is not None
            }
        except AssayError:
            return []  # the audit itself says what of the store cannot be read
        return [
            AuditFinding(
                code="attachment-lost",
                where=digest,
                message=fault,
                hint="put back .assay/attachments from a backup, or import the data again",
            )
            for digest, fault in files.faults(iter(sorted(named)))
        ]

    def _released_heads(self) -> Iterator[Checkpoint]:
        """The heads of the chain that releases in the program's folder were signed with."""
        from assay.context import RELEASES

        if (self.folder / RELEASES).exists():
            from assay.program.releases import checkpoints

            yield from checkpoints(self.folder)

    def close(self) -> None:
        """Finish what the desk was given, and close the store, if it was opened."""
        if "desk" in self.__dict__:
            self.desk.close()
        if "store" in self.__dict__:
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            fault = diagnose(self.store, error) if "store" in self.__dict__ else None
        finally:
            self.close()
        if fault:
            raise fault from error


def _read_or_none(verified: Witness) -> Checkpoint | None:
    """The entry up to which an audit found nothing; None where it cannot be read."""
    try:
        return verified.read()
    except MachineError:
        return None


def _open_to_others(path: Path) -> AuditFinding:
    return AuditFinding(
        code="open-to-others",
        where=str(path),
        message="other users of this machine may use it, and its permissions cannot be changed; "
        "let its owner take them away",
    )
