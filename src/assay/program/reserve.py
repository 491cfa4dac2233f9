"""The `reserve` interface of an open program: the one place that opens the vault."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from assay.context import Context, Interface
from assay.core.errors import MachineError, UsageError
from assay.core.progress import ProgressCallback
from assay.program.kept_comparison import continued_comparison, last_comparison
from assay.records.ports import Layout
from assay.reserve import service
from assay.reserve.leakage import ReserveComparison
from assay.reserve.opening import Opening
from assay.reserve.sealing import Fingerprint, Sealing
from assay.settings import read_secret, vault_url
from assay.store.vault import SqlVault

if TYPE_CHECKING:
    from assay.reserve.gate_process import Gate, GateLimits, GateRequest


class SealedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file: `read = sealed + already_there + set_aside`."""

    file: str
    """Name of the file."""
    read: int
    """Rows of the file that were read, those that were set aside included."""
    set_aside: int
    """Rows that could not be used."""
    reasons: tuple[str, ...]
    """Place and reason of each, the first hundred."""
    judgments: int
    """Judgments in the file; a reserve keeps items alone, so they were left out."""
    removed: bool
    """Whether the file was removed; if not, it still holds the items unencrypted."""
    sealed: service.Sealed
    """The items that went into the vault, and the fingerprints that stay behind."""


class LastCheck(NamedTuple):
    """The last comparison under the documents in force."""

    entry: int
    """The last audit entry whose facts were compared; 0 where nothing is sealed."""
    comparison: ReserveComparison


class ReserveService(Interface):
    """Seal evaluation data, compare with it, open it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def seal(
        self,
        file: str | Path,
        *,
        source: str | None = None,
        kind: str | None = None,
        format: str | Path = "assay",  # noqa: A002  the one word for it
        layout: Layout | None = None,
        remove: bool = False,
    ) -> SealedFile:
        """Move the records of a file into the vault; keyed fingerprints stay behind.

        Args:
            file: any file that `records.import_` reads.
            source: id of the source class.
            kind: kind of record; the reader's first where absent.
            format: name of a reader, or path of a mapping.
            layout: how to cut the file.
            remove: whether to remove the file when all its rows are sealed.

        Raises:
            UsageError: if the contract declares no reserve, or nobody could open the vault.
        """
        from assay.program.data_file import read_file  # noqa: PLC0415  readers of every format

        path = Path(file)
        content = read_file(
            self._context, path, source=source, kind=kind, format=format, layout=layout
        )
        with self._vault() as vault:
            sealed = service.seal(
                self._context.store,
                vault,
                content.records,
                documents=self._context.facts,
                recipients=self._context.documents.program.vault_recipients,
                key=self._context.keys.gate,
                actor=self._context.actor,
            )
        removed = remove and not content.reasons
        if removed:
            path.unlink()
        return SealedFile(
            file=path.name,
            read=len(content.records) + len(content.reasons),
            set_aside=len(content.reasons),
            reasons=content.reasons[:100],
            judgments=content.judgments,
            removed=removed,
            sealed=sealed,
        )

    def list(self) -> tuple[Sealing, ...]:
        """Every sealing, oldest first; openings are in `open_log`."""
        return tuple(self._context.store.scan(Sealing))

    def get(self, identity: str) -> Sealing:
        """The sealing with this id or unique prefix of an id.

        Raises:
            UsageError: if no sealing, or more than one, has such an id.
        """
        return self._context.store.get(Sealing, identity)

    def check(self, *, progress: ProgressCallback | None = None) -> ReserveComparison:
        """Compare every record of the store with the fingerprints; what was compared is not again.

        Args:
            progress: called with the number of facts that were compared so far.
        """
        context, store = self._context, self._context.store
        if not store.count(Sealing):
            return self._nothing_sealed()
        last = continued_comparison(context, store.head(), progress)
        return last.comparison.under(context.facts) if last else self._nothing_sealed()

    def last_check(self) -> LastCheck | None:
        """What the last comparison with all that is sealed came to; None where there was none."""
        store = self._context.store
        last = last_comparison(self._context)
        if last is None or store.touched_since(last.entry).families & {Sealing, Fingerprint}:
            return None if store.count(Sealing) else LastCheck(0, self._nothing_sealed())
        return LastCheck(last.entry, last.comparison.under(self._context.facts))

    def _nothing_sealed(self) -> ReserveComparison:
        nothing = service.ComparedTexts()
        return service.KeptComparison(
            index="", items=0, wordless=0, sealed={}, compared=nothing
        ).under(self._context.facts)

    def gate(self, limits: "GateLimits") -> "Gate":
        """The gate of this program's reserve; its log is the audit log.

        Where nothing is sealed it compares with nothing, and digests alone.

        Raises:
            UsageError: if the reserve is sealed under another key than this machine's.
        """
        from assay.reserve.contamination import ReserveIndex  # noqa: PLC0415  numpy
        from assay.reserve.fingerprint import KeyedDigests  # noqa: PLC0415  numpy
        from assay.reserve.gate_process import Gate  # noqa: PLC0415  numpy

        context = self._context
        key = context.keys.gate
        index = service.index(context.store, key) or ReserveIndex([], key)

        def log(request: "GateRequest") -> None:
            action, counts = _log_entry(request)
            with context.store.write(action, actor=context.actor, subject=counts) as unit:
                # The entry stands without a fact: a request stores nothing, and is logged all the same.
                unit.acted = True

        return Gate(index, KeyedDigests(key), clock=context.clock, log=log, limits=limits)

    def serve_gate(self, gate: "Gate", socket: Path, ready: Callable[[], None]) -> None:
        """Answer requests for comparison on a Unix socket until the process is stopped.

        Args:
            gate: from `gate`.
            socket: where to listen.
            ready: called when requests are answered.
        """
        from assay.providers.gate_socket import serve  # noqa: PLC0415  few machines serve a gate

        serve(gate, socket, ready)

    def open(self, out: str | Path, *, role: str, purpose: str, person: str) -> int:
        """Write the items unencrypted to a file that its owner alone can read.

        Args:
            out: the file to make.
            role: the opener's role.
            purpose: why.
            person: raw id of the opener.

        Returns:
            How many items came out.

        Raises:
            UsageError: if the role may not, or there is no key that opens the vault.
        """
        with self._vault() as vault:
            rows = service.open_reserve(
                self._context.store,
                vault,
                documents=self._context.facts,
                opener=self._opener(role, person),
                purpose=purpose,
                actor=self._context.actor,
            )
            return _write_private(Path(out), list(rows))

    def renew(self, *, role: str, person: str) -> int:
        """Make the fingerprints of every item again from the vault, after a new key or method.

        Args:
            role: the opener's role.
            person: raw id of the opener.

        Returns:
            How many items have new fingerprints.

        Raises:
            UsageError: if the role may not, or there is no key that opens the vault.
        """
        with self._vault() as vault:
            return service.renew(
                self._context.store,
                vault,
                documents=self._context.facts,
                opener=self._opener(role, person),
                recipients=self._context.documents.program.vault_recipients,
                key=self._context.keys.gate,
                actor=self._context.actor,
            )

    def status(self) -> service.ReserveStatus:
        """Status of the reserve; the vault is not opened.

        Raises:
            MachineError: if the vault is on this machine and is damaged.
        """
        reserve_status = service.status(self._context.store, self._context.facts)
        vault = self._looked_at(reserve_status.reserve, reserve_status.items)
        return msgspec.structs.replace(reserve_status, vault=vault)

    def require_whole_vault(self) -> None:
        """Refuse a damaged vault, where the contract declares a reserve and it is on this machine.

        Raises:
            MachineError: with what is damaged.
        """
        if service.reserve_of(self._context.facts) is not None:
            self.status()

    def _looked_at(self, reserve: str, sealed: int) -> service.VaultState:
        """Whether the vault is whole, as far as that shows without a key, or is not here.

        Raises:
            MachineError: if it is damaged.
        """
        url = vault_url(self._context.documents.program.vault, self._context.folder)
        vault = SqlVault.open_to_look(url)
        if vault is None:
            return "not_here"
        with vault:
            try:
                faults = vault.faults(reserve, sealed)
            except MachineError:
                return "not_here"
        if faults:
            raise MachineError(
                code="vault-damaged",
                message=f"the vault is damaged: {faults[0]}"
                + (f"; {len(faults)} findings" if len(faults) > 1 else ""),
                where=url.rpartition("@")[2],
                hint="bring the vault back from a backup; the store and its fingerprints are apart "
                "from it",
            )
        return "whole"

    def open_log(self) -> tuple[Opening, ...]:
        """Every opening, oldest first."""
        return tuple(self._context.store.scan(Opening))

    def _opener(self, role: str, person: str) -> service.Opener:
        """Who opens, with the key of this machine.

        Raises:
            UsageError: if this machine holds none.
        """
        reference = self._context.documents.program.vault_key
        if reference is None:
            raise UsageError(
                code="no-vault-key",
                message="this machine holds no key to the vault",
                where="assay.toml: vault_key",
                hint="an opener names the key there, as env:NAME or file:PATH",
            )
        return service.Opener(
            pseudonym=self._context.pseudonym(person),
            role=role,
            identity=read_secret(
                reference, self._context.folder, self._context.documents.program
            ).decode(),
        )

    def _vault(self) -> SqlVault:
        return SqlVault.open(vault_url(self._context.documents.program.vault, self._context.folder))


def _log_entry(request: "GateRequest") -> tuple[str, str]:
    """The action and the counts of a request, as the audit log has them."""
    characters = f"{request.characters} characters"
    if request.digests:
        return "reserve.digest", f"{request.digests} digests, {characters}"
    return "reserve.compare", f"{request.overlapping} of {request.things}, {characters}"


def _write_private(out: Path, rows: Sequence[dict[str, Any]]) -> int:
    out.unlink(missing_ok=True)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return len(rows)
