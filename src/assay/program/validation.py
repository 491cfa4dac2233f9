"""The `validation` interface of an open program."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from assay.bulk.rejects import SUFFIX, RejectsFile
from assay.bulk.rows import DiskFile
from assay.context import Context, Interface
from assay.core.choices import refuse_unknown
from assay.core.errors import UsageError
from assay.records.people_mask import PeopleMask
from assay.records.ports import Layout
from assay.releases.release import Release
from assay.reserve.sealing import Fingerprint
from assay.validation import service
from assay.validation.evaluation import Arm, Evaluation, ItemResult
from assay.validation.report import ValidationReport
from assay.validation.report_text import to_json, to_markdown
from assay.validation.rows import Format
from assay.validation.training_overlap import Training, has_inputs, training_of
from assay.validation.validation import Validation

_LAYOUTS = {"assay": None, "inspect": Layout(each="samples", nan_is_null=True)}


class ValidationService(Interface):
    """Import evaluation results and compare checkpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def import_(
        self,
        file: str | Path,
        *,
        checkpoint: str,
        arm: Arm,
        dataset: str = service.RESERVE,
        format: Format = "assay",  # noqa: A002  the one word for it
        release: str | None = None,
        seed: int | None = None,
        scorer: str | None = None,
        rejects: str | Path | None = None,
    ) -> service.ImportedEvaluation:
        """Import the results of one checkpoint over an evaluation set.

        Args:
            file: JSON lines of results, or an Inspect log, packed (`.eval`) or in JSON.
            checkpoint: name of the checkpoint, with its revision.
            arm: what it is in the comparison.
            dataset: `reserve`, whose items must be known, or the name of another set.
            format: how the file is written.
            release: version of the release that the checkpoint was trained on.
            seed: seed of the training run.
            scorer: who or what scored the outputs.
            rejects: folder for rows that cannot be used; next to the file where absent.

        Raises:
            UsageError: if nothing is sealed and the set is the reserve, or for a format or arm that
                there is none of.
            InputError: if the file cannot be read, or holds no result.
        """
        refuse_unknown("format", format, _LAYOUTS, where="format")
        path = Path(file)
        source = DiskFile(path, _LAYOUTS[format])
        folder = Path(rejects) if rejects else path.parent
        mask = PeopleMask(self._context.pseudonym)
        with closing(RejectsFile(folder / f"{path.name}{SUFFIX}", mask)) as rejects_file:
            return service.import_evaluation(
                self._context.store,
                self._context.facts,
                source.rows(),
                format,
                service.EvaluationSource(
                    checkpoint=checkpoint,
                    arm=arm,
                    dataset=dataset,
                    file=f"sha256:{source.sha256}",
                    release=self._release(release),
                    seed=seed,
                    scorer=scorer,
                ),
                known_items=self._items() if dataset == service.RESERVE else None,
                training=self._training(self._release(release)),
                digester=self._context.digester(),
                actor=self._context.actor,
                rejects=rejects_file,
            )

    def compare(
        self,
        *,
        base: str | None = None,
        candidate: str | None = None,
        release: str | None = None,
    ) -> service.Validated:
        """Compare two checkpoints and keep what the contract's acceptance tests came to.

        Args:
            base: name of the checkpoint before; all evaluations of the arm `base` where absent.
            candidate: name of the checkpoint after; the arm `candidate` where absent.
            release: version of the release whose effect is tested; the candidate's where absent.

        Raises:
            UsageError: if a checkpoint or release is unknown, an arm has no evaluation, or an arm
                without a name holds several checkpoints that are not runs of one training.
        """
        before = self._evaluations("base", base)
        after = self._evaluations("candidate", candidate, self._release(release))
        service.refuse_same_checkpoint(before, after)
        trained = {evaluation.release for evaluation in after if evaluation.release}
        tested = self._release(release) or (trained.pop() if len(trained) == 1 else None)
        return service.validate(
            self._context.store,
            self._context.facts,
            base=before,
            candidate=after,
            release=tested,
            training=self._training(tested, [evaluation.id for evaluation in (*before, *after)]),
            actor=self._context.actor,
        )

    def list(self) -> tuple[Validation, ...]:
        """Every validation, oldest first."""
        return tuple(self._context.store.scan(Validation))

    def get(self, identity: str | None = None) -> Validation:
        """The validation with this id or unique prefix; the newest where none is named.

        Raises:
            UsageError: if there is none.
        """
        if identity is not None:
            return self._context.store.get(Validation, identity)
        validations = self.list()
        if not validations:
            raise UsageError(
                code="no-validation",
                message="there is no validation yet",
                hint="compare two checkpoints: assay validate compare",
            )
        return validations[-1]

    def show(self, validation: Validation) -> ValidationReport:
        """The report of a validation, made again from its evaluations."""
        training = self._training(validation.release, [*validation.base, *validation.candidate])
        return service.rebuild_report(
            self._context.store, self._context.facts, validation, training
        )

    def write_report(
        self, folder: str | Path, report: ValidationReport | None = None
    ) -> tuple[Path, Path]:
        """Write a report as `validation.json` and `validation.md`.

        Args:
            folder: where to.
            report: the report; that of the newest validation where absent.

        Returns:
            Paths of the two files.

        Raises:
            UsageError: if no report is given, and there is no validation.
        """
        report = report or self.show(self.get())
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        machines, people = target / "validation.json", target / "validation.md"
        machines.write_text(to_json(report), encoding="utf-8")
        people.write_text(to_markdown(report), encoding="utf-8")
        return machines, people

    def _evaluations(
        self, arm: str, checkpoint: str | None, release: str | None = None
    ) -> Sequence[Evaluation]:
        where = {"checkpoint": checkpoint} if checkpoint else {"arm": arm}
        evaluations = list(self._context.store.scan(Evaluation, **where))
        if checkpoint and not evaluations:
            checkpoints = {
                evaluation.checkpoint for evaluation in self._context.store.scan(Evaluation)
            }
            raise UsageError(
                code="unknown-checkpoint",
                message=f"no evaluation of {checkpoint!r} was imported",
                hint=f"there are: {', '.join(sorted(checkpoints)) or 'none'}",
            )
        if release:
            of_it = [
                evaluation for evaluation in evaluations if evaluation.release in {None, release}
            ]
            _refuse_other_release(evaluations, of_it)
            evaluations = of_it
        if not checkpoint:
            _refuse_mixture(arm, evaluations)
        return evaluations

    def _release(self, version: str | None) -> str | None:
        if version is None:
            return None
        releases = [built.id for built in self._context.store.scan(Release, version=version)]
        if not releases:
            raise UsageError(
                code="unknown-release",
                message=f"there is no release {version!r}",
                where="--release",
            )
        return releases[-1]

    def _training(
        self, release: str | None, evaluations: Sequence[str] | None = None
    ) -> Training | None:
        """The records of a release for the results of these evaluations; of any where none is named."""
        if release is None:
            return None
        context = self._context
        store = context.store
        digests = evaluations is None or has_inputs(store.scan(ItemResult, evaluation=evaluations))
        return training_of(
            store,
            release,
            digester=context.digester() if digests else None,
            comparer=context.comparer(),
        )

    def _items(self) -> frozenset[str]:
        items = frozenset(fingerprint.item for fingerprint in self._context.store.scan(Fingerprint))
        if not items:
            raise UsageError(
                code="nothing-sealed",
                message="nothing is sealed, so no result can belong to the reserve",
                where="--dataset",
                hint="seal the items first, or name another evaluation set: --dataset NAME",
            )
        return items


def _refuse_other_release(evaluations: Sequence[Evaluation], of_it: Sequence[Evaluation]) -> None:
    if evaluations and not of_it:
        names = sorted({evaluation.checkpoint for evaluation in evaluations})
        raise UsageError(
            code="other-release",
            message=f"no evaluated candidate was trained on this release: {', '.join(names)}",
            where="--release",
            hint="import its evaluation: assay validate import FILE --arm candidate --release V",
        )


def _refuse_mixture(arm: str, evaluations: Sequence[Evaluation]) -> None:
    """Checkpoints are averaged only as runs of one training that differ in their seed."""
    names = sorted({evaluation.checkpoint for evaluation in evaluations})
    runs = len({evaluation.release for evaluation in evaluations}) == 1 and all(
        evaluation.seed is not None for evaluation in evaluations
    )
    if len(names) > 1 and not runs:
        raise UsageError(
            code="several-checkpoints",
            message=f"the arm {arm!r} has evaluations of {len(names)} checkpoints",
            where=f"--{arm}",
            hint=f"name one: {', '.join(names)}; or give the seeds and the release of all",
        )
