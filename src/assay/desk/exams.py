"""The `exams` interface of an open program: exams and sentinels from answer keys.

Keys come from a file of JSON lines that an expert wrote, or from adjudications that decided under
the rubric in force. What makes no key is set aside with its reason.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from assay.context import Context, Interface
from assay.core.errors import AssayError, UsageError
from assay.desk.service import DeskService
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Adjudication
from assay.review.answer_key import Key
from assay.review.key_file import check_key, key_of_adjudication, key_of_row, key_row
from assay.review.qualification import Credential, ExamItem, QualificationScope, exam_keys
from assay.review.sequential_test import ExamPlan, PlanError, plan_error
from assay.store.accounts import Accounts

T = TypeVar("T")


class BrokenKey(msgspec.Struct, frozen=True, kw_only=True):
    """What made no key, and why."""

    at: str
    """`line 3` of the file, or the id of the adjudication."""
    reason: str
    """The error of the line or of the adjudication."""


class ParsedKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What was read: `read` is the number of keys and of those set aside."""

    read: int
    """Lines that are not blank, or adjudications."""
    keys: tuple[Key, ...]
    """Sound keys, one for a record."""
    set_aside: tuple[BrokenKey, ...]
    """Lines or adjudications that made no key."""


class StoredKeys(msgspec.Struct, frozen=True, kw_only=True):
    """How many keys were stored: `read` is the sum of the others."""

    read: int
    """Lines or adjudications read."""
    stored: int
    """Known records that are new."""
    already_there: int
    """Known records that were there before, with the same key."""
    set_aside: tuple[BrokenKey, ...]
    """What made no key."""


class ExamMade(msgspec.Struct, frozen=True, kw_only=True):
    """An exam, with how far its plan can be trusted."""

    taken: StoredKeys
    """How many of the keys were stored."""
    items: int
    """Items that the exam has now."""
    plan: ExamPlan
    """When it is passed or failed."""
    error: PlanError
    """How often that is wrong."""


class ExamsService(Interface):
    """Read keys, make exams and sentinels of them."""

    def __init__(self, context: Context, desk: DeskService) -> None:
        self._context = context
        self._desk = desk

    def read(self, file: Path) -> ParsedKeys:
        """The keys in a file of JSON lines.

        Raises:
            UsageError: if the file cannot be read.
        """
        try:
            lines = file.read_bytes().splitlines()
        except OSError as error:
            message = f"this file cannot be read: {error.strerror}"
            raise UsageError(code="cannot-read", message=message, where=str(file)) from error
        lines_by_place = (
            (f"line {number}", line) for number, line in enumerate(lines, 1) if line.strip()
        )
        return self._parse_keys(lines_by_place, self._of_line)

    def from_adjudications(self, *, family: str, language: str | None) -> ParsedKeys:
        """The keys that adjudications give: of each record the last one, decided as it is.

        Args:
            family: the task family of the records: their capability, or their kind.
            language: their language; any where absent.
        """
        last = {
            adjudication.record: adjudication
            for adjudication in self._context.store.scan(Adjudication)
        }

        def key_of(adjudication: Adjudication) -> Key:
            return self._of_adjudication(adjudication, family, language)

        return self._parse_keys(
            ((adjudication.id, adjudication) for adjudication in last.values()), key_of
        )

    def make(self, scope: QualificationScope, keys: ParsedKeys) -> ExamMade:
        """Put keys into the exam of a scope, required from now on, and update everybody's seats.

        Raises:
            UsageError: if the contract has no pass mark for the role.
        """
        plan = self._desk.eligibility.plan(scope.role)
        stored = self._desk.eligibility.add_exam_items(keys.keys, scope) if keys.keys else 0
        self._seat()
        items = exam_keys(self._context.store.scan(ExamItem), scope, self._context.ids["rubric"])
        return ExamMade(
            taken=_stored_keys(keys, stored), items=len(items), plan=plan, error=plan_error(plan)
        )

    def add_sentinels(
        self, keys: ParsedKeys, *, family: str, language: str | None, retired_after: int
    ) -> StoredKeys:
        """Mix known records into the work, at the contract's share.

        Args:
            keys: what right answers are.
            family: the task family whose queues they join.
            language: the language of that work; any where absent.
            retired_after: how many people meet one before it is retired.
        """
        if not keys.keys:
            return _stored_keys(keys, 0)
        stored = self._desk.eligibility.add_sentinels(
            keys.keys, family=family, language=language, retired_after=retired_after
        )
        self._seat()
        return _stored_keys(keys, stored)

    def add_credential(self, name: str, what: str) -> Credential:
        """Record that the actor saw the proof of a person's credential; it is never sufficient alone.

        Args:
            name: the person's name.
            what: the credential, in the words of the contract's `roles[].credentials`.

        Raises:
            UsageError: if no role of the contract asks for it, or the actor is that person.
        """
        pseudonym = self._context.pseudonym
        credential = self._desk.eligibility.add_credential(
            pseudonym(name), what, checked_by=pseudonym(self._context.actor)
        )
        self._seat()
        return credential

    def _seat(self) -> None:
        people = [
            account.pseudonym for account in Accounts(self._context.store).all() if account.active
        ]
        self._desk.seat_members(people, by=self._context.actor)

    def _parse_keys(
        self, sources: Iterable[tuple[str, T]], key_of: Callable[[T], Key]
    ) -> ParsedKeys:
        keys: dict[str, Key] = {}
        set_aside = []
        for place, source in sources:
            try:
                key = key_of(source)
                self._check(key, keys)
            except AssayError as error:
                set_aside.append(BrokenKey(at=place, reason=error.message))
                continue
            keys[key.record] = key
        return ParsedKeys(
            read=len(keys) + len(set_aside), keys=tuple(keys.values()), set_aside=tuple(set_aside)
        )

    def _check(self, key: Key, earlier: dict[str, Key]) -> None:
        record = self._context.store.get(Record, key.record)
        check_key(key, record, self._context.documents.rubric, earlier)

    def _of_line(self, line: bytes) -> Key:
        row = key_row(line)
        record = self._context.store.get(Record, row.record)
        return key_of_row(row, record, self._context.ids["rubric"])

    def _of_adjudication(
        self, adjudication: Adjudication, family: str, language: str | None
    ) -> Key:
        store = self._context.store
        return key_of_adjudication(
            adjudication,
            store.get(Record, adjudication.record),
            store.scan(Judgment, id=list(adjudication.judgments)),
            rubric=self._context.ids["rubric"],
            family=family,
            language=language,
        )


def _stored_keys(keys: ParsedKeys, stored: int) -> StoredKeys:
    return StoredKeys(
        read=keys.read,
        stored=stored,
        already_there=len(keys.keys) - stored,
        set_aside=keys.set_aside,
    )
