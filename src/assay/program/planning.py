"""The `planning` interface of an open program."""

import shutil
import tempfile
from pathlib import Path

import msgspec

from assay.context import Context, Interface
from assay.contracts import service as contracts
from assay.contracts.diff import DocumentDifferences
from assay.contracts.document import to_fact
from assay.contracts.reading import FILES
from assay.core.errors import CheckError, UsageError
from assay.planning import service
from assay.planning.contract_draft import rewrite
from assay.planning.finding import FailureFinding
from assay.planning.plan import DataPlan
from assay.planning.root_cause import Cause, RootCause
from assay.validation.validation import Validation


class FoundFailure(msgspec.Struct, frozen=True, kw_only=True):
    """One finding with the root cause that stands for it."""

    id: str
    """Id of the finding."""
    finding: FailureFinding
    """What failed, where, and how often."""
    cause: RootCause | None
    """The root cause that a person set; None where none is set."""


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a plan that was accepted."""

    plan: str
    """Id of the plan."""
    contract: str | None
    """Document id of the next contract; None where data is not the remedy."""
    version: str | None
    """Version of the next contract (semver); None where data is not the remedy."""
    difference: DocumentDifferences | None
    """What the next contract changes in the one in force; None where there is none."""


class PlanningService(Interface):
    """Findings, root causes, the next sampling plan."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def findings(self, validation: str | None = None) -> tuple[FoundFailure, ...]:
        """The failures of a validation's candidate by class and slice, each with its root cause.

        Args:
            validation: its id or a unique prefix; the newest where absent.
        """
        failures = service.find_failures(
            self._context.store,
            self._context.facts,
            self._validation(validation),
            actor=self._context.actor,
        )
        causes = service.causes(self._context.store)
        return tuple(
            FoundFailure(
                id=failure.id,
                finding=failure,
                cause=causes[failure.id][1] if failure.id in causes else None,
            )
            for failure in failures
        )

    def cause(self, finding: str, cause: Cause, *, person: str, note: str) -> RootCause:
        """Write why a group of failures occurs.

        Args:
            finding: id of the finding, or a unique prefix of it.
            cause: what has to be fixed.
            person: raw id of the person who sets it.
            note: what was examined, and what shows it.
        """
        return service.set_cause(
            self._context.store,
            finding,
            cause,
            person=self._context.pseudonym(person),
            note=note,
            actor=self._context.actor,
        )

    def draft(self, *, validation: str | None = None, total: int | None = None) -> DataPlan:
        """Draw the next plan; refused while a finding has no root cause.

        Args:
            validation: its id or a unique prefix; the newest where absent.
            total: records of the next batch; the contract's total where absent.
        """
        return service.draft(
            self._context.store,
            self._context.facts,
            self._validation(validation),
            total=total,
            actor=self._context.actor,
        )

    def list(self) -> tuple[DataPlan, ...]:
        """Every plan, oldest first."""
        return tuple(self._context.store.scan(DataPlan))

    def get(self, identity: str | None = None) -> DataPlan:
        """The plan with this id or unique prefix; the newest where none is named.

        Raises:
            UsageError: if there is none.
        """
        if identity is not None:
            return self._context.store.get(DataPlan, identity)
        plans = self.list()
        if not plans:
            raise UsageError(
                code="no-plan", message="there is no plan yet", hint="draw one: assay plan draft"
            )
        return plans[-1]

    def accept(self, plan: str | None = None) -> Accepted:
        """Write the next version of the contract, or none where data is not the remedy.

        The file is replaced only when the new version checks; nothing else is touched.

        Raises:
            UsageError: if the contract is no longer the one that the plan started from.
            CheckError: if the new contract would not check.
        """
        chosen = self.get(plan)
        if chosen.answer == "not_data":
            return Accepted(plan=chosen.id, contract=None, version=None, difference=None)
        folder = self._context.folder
        if contracts.load(folder).facts()["contract"].id != chosen.contract:
            raise UsageError(
                code="other-contract",
                message="contract.yaml is no longer the contract that this plan started from",
                where="contract.yaml",
                hint="draw the plan again: assay plan draft",
            )
        file = folder / FILES["contract"]
        text = rewrite(file.read_text(encoding="utf-8"), chosen)
        with tempfile.TemporaryDirectory() as scratch:
            draft = Path(scratch)
            for name in FILES.values():
                if (folder / name).exists():
                    shutil.copy(folder / name, draft / name)
            (draft / FILES["contract"]).write_text(text, encoding="utf-8")
            report = contracts.check(draft)
            if not report.ok:
                raise CheckError(
                    code="next-contract-does-not-check",
                    message="; ".join(issue.message for issue in report.issues),
                    where="contract.yaml",
                    hint="nothing was written",
                )
            difference = contracts.diff(folder, draft)
            following = contracts.load(draft).contract
        fact = to_fact(following)
        service.register_contract(self._context.store, fact, chosen.id, actor=self._context.actor)
        partial = file.with_name(f".{file.name}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
        return Accepted(
            plan=chosen.id, contract=fact.id, version=following.version, difference=difference
        )

    def _validation(self, identity: str | None) -> Validation:
        if identity is not None:
            return self._context.store.get(Validation, identity)
        validations = tuple(self._context.store.scan(Validation))
        if not validations:
            raise UsageError(
                code="no-validation",
                message="there is no validation yet, so nothing is known to have failed",
                hint="compare two checkpoints: assay validate compare",
            )
        return validations[-1]
