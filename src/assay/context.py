"""The session: what every interface of an open program works with."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assay.bulk.attachments import AttachmentFolder
from assay.contracts.document import Document, DocumentKind
from assay.contracts.documents import Documents
from assay.contracts.rights_in_force import RightsFiles
from assay.contracts.service import load_rights
from assay.core.clock import Clock
from assay.governance.clearance import Clearance
from assay.governance.exit_rights import ExitRights
from assay.governance.permits import Permits
from assay.records.attachment import ATTACHMENTS
from assay.records.pseudonym import pseudonymiser
from assay.records.record import Record
from assay.releases.withdrawal import withdrawn_records
from assay.reserve.ports import Comparer, Digester
from assay.reserve.sealing import Sealing
from assay.review.handle import RECORD_HANDLE, opaque
from assay.settings import Keys
from assay.store.store import Store

if TYPE_CHECKING:
    from assay.providers.gate_socket import GateClient

RELEASES = "releases"
"""The folder of a program's releases, one folder a version."""

_RECORD_ID = re.compile(r"\brec_[a-z2-7]{52}\b")
"""The id of a record in a text."""


@dataclass(frozen=True)
class Context:
    """One open program, seen from inside."""

    folder: Path
    """The program's folder."""
    store: Store
    """Its store."""
    documents: Documents
    """Its documents, typed."""
    facts: Mapping[DocumentKind, Document]
    """The documents in force as facts; they are in the store."""
    actor: str
    """Who acts."""
    clock: Clock
    """Tells the time."""
    keys: Keys
    """The program's keys by purpose. Never shown."""

    @cached_property
    def ids(self) -> dict[str, str]:
        """Ids of the documents in force, by kind."""
        return {kind: fact.id for kind, fact in self.facts.items()}

    @cached_property
    def attachments(self) -> AttachmentFolder:
        """Where the bytes of attachments are kept: beside the store, in the program's private folder."""
        return AttachmentFolder(self.folder / ".assay" / ATTACHMENTS)

    def handle(self, prefix: str, identity: str) -> str:
        """A keyed name of a fact for people who may not see all of its content."""
        return opaque(self.keys.desk, prefix, identity)

    def record_handle(self, identity: str) -> str:
        """A keyed name of a record for readers who may not see its content."""
        return opaque(self.keys.records, RECORD_HANDLE, identity)

    def comparer(self) -> Comparer | None:
        """What compares texts with the reserve: the gate that assay.toml names, or this machine.

        Returns:
            None where nothing is sealed.

        Raises:
            MachineError: if the gate does not answer, or was started before the last sealing.
            UsageError: if the reserve is sealed under another key than this machine's.
        """
        from assay.reserve import service as reserve  # noqa: PLC0415  not for lists and figures

        gate = self._gate()
        if gate is None:
            return reserve.index(self.store, self.keys.gate)
        reserve.require_known(self.store.scan(Sealing), gate.commitments)
        return gate if gate.sealed else None

    def comparer_name(self) -> str:
        """What `comparer` would compare with, as a digest, without making it ready.

        Raises:
            MachineError: if the gate does not answer, or was started before the last sealing.
        """
        from assay.reserve import service as reserve  # noqa: PLC0415  not for lists and figures

        gate = self._gate()
        if gate is None:
            from assay.reserve.fingerprint import key_check  # noqa: PLC0415  numpy

            return reserve.index_name(self.store, key_check(self.keys.gate))
        reserve.require_known(self.store.scan(Sealing), gate.commitments)
        return reserve.index_name(self.store, *gate.commitments)

    def digester(self) -> Digester:
        """What digests texts under the gate's key: the gate that assay.toml names, or this machine.

        Raises:
            MachineError: if the gate does not answer.
        """
        from assay.reserve.fingerprint import KeyedDigests  # noqa: PLC0415  numpy

        return self._gate() or KeyedDigests(self.keys.gate)

    def _gate(self) -> "GateClient | None":
        named = self.documents.program.gate
        if named is None:
            return None
        from assay.providers.gate_socket import GateClient  # noqa: PLC0415  few machines name one

        return GateClient(self.folder / named.removeprefix("unix:"))

    def record_identity(self, name: str) -> str:
        """The id that a record's keyed handle stands for; any other name as it is."""
        if not name.startswith(f"{RECORD_HANDLE}_"):
            return name
        ids = (record.id for record in self.store.scan(Record))
        return next((each for each in ids if self.record_handle(each) == name), name)

    def with_handles(self, text: str, roles: tuple[str, ...]) -> str:
        """A text in which records that a reader in these roles may not read have their handles."""
        rights, names = self.exit_rights(), sorted(set(_RECORD_ID.findall(text)))
        held = {
            identity: self.record_handle(identity)
            for identity, record in self._find(names).items()
            if not rights.decide(identity, record, roles=roles).permitted
        }
        return _RECORD_ID.sub(lambda match: held.get(match[0], match[0]), text)

    @cached_property
    def rights_files(self) -> RightsFiles:
        """The files that say what the sources permit, read again when they change."""
        return RightsFiles(self.folder, load_rights)

    def permits(self, territory: str | None = None) -> Permits:
        """What the source classes permit today, as `sources.yaml` and `assay.toml` say now.

        Args:
            territory: where it takes place; None: where `assay.toml` says the data is kept.

        Raises:
            CheckError: if one of the two files does not check: then nothing is permitted.
        """
        rights = self.rights_files.now()
        return Permits(
            rights.sources,
            on=date.fromisoformat(self.clock()[:10]),
            territory=territory or rights.territory,
        )

    def exit_rights(self, territory: str | None = None) -> ExitRights:
        """What may leave today; made anew for each run, as days and withdrawals go on.

        Args:
            territory: the place that it leaves for; None: it stays where the data is kept.
        """
        withdrawn = withdrawn_records(self.store)
        clearance = Clearance(self.permits(territory), self._find, withdrawn=withdrawn)
        return ExitRights(clearance, self.record_handle)

    def _find(self, ids: Sequence[str]) -> dict[str, Record]:
        return {record.id: record for record in self.store.scan(Record, id=ids)}

    @cached_property
    def pseudonym(self) -> Callable[[str], str]:
        """Turns a raw person id into a pseudonym of this program."""
        return pseudonymiser(self.keys.pseudonyms)


class Interface:
    """An interface of an open program: `repr` says what it does, and of which program."""

    _context: Context

    def __repr__(self) -> str:
        """Class, the program's folder, and what it does."""
        return describe_interface(type(self), self._context.folder)


def describe_interface(kind: type, folder: Path) -> str:
    """What an interface of a program is: its class, the program's folder and its docstring's first line."""
    summary = (kind.__doc__ or "").partition("\n")[0].rstrip(".")
    return f"<{kind.__name__} of {folder}: {summary}>"
