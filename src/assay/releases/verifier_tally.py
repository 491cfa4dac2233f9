"""The verifier tally: results of verifiers on released records, and where they are too weak."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from assay.contracts.contract import IsolationLevel
from assay.core.fact import Value
from assay.quality.machine_evidence import EvidenceDemand
from assay.records.fields import Index
from assay.records.judgment import Judgment, standing
from assay.records.verdict import Category, Scored
from assay.verification.standing import (
    Adequacies,
    Weight,
    speaks,
    verdict_name,
    weight_of,
    what_stands,
)
from assay.verification.verification import Verification

_Key = tuple[str, str, str, str]


class VerifierEntry(Value):
    """Results of one verifier on the released records, at one isolation and in one environment."""

    verifier: str
    """Name of the verifier."""
    version: str
    """Version of the verifier that gave the results."""
    verdicts: dict[str, Index]
    """Results by verdict; only `pass` and `fail` say something about a claim."""
    isolation: str | None = None
    """How the code under test was isolated; absent where nobody recorded it."""
    environment: str | None = None
    """Digest of what its answers depend on besides the version."""
    lacks: str | None = None
    """Why its verdicts do not count alone: `forgeable`, or `below_minimum`."""


class VerifierTally:
    """Counts results by verifier, and names records that rest on results which do not count."""

    def __init__(self, demand: EvidenceDemand) -> None:
        """Count nothing yet.

        Args:
            demand: what the contract and the rubric demand; a result of a test that the rubric does
                not name is counted and stops nothing.
        """
        self.minimum = demand.contract.verification.minimum_isolation
        """The weakest isolation that the contract takes."""
        self._refused_always = demand.contract.verification.refuse_forgeable
        self._named = demand.tests
        self.below_minimum: list[str] = []
        """Ids of records with a verdict below it."""
        self.forgeable: list[str] = []
        """Ids of records with a verdict in force that the candidate could have forged, while no
        person gave a value on what it covers, or the contract refuses it even so."""
        self.inadequate: list[str] = []
        """Ids of records with a verdict of a verifier that does not tell right from wrong there,
        while no person gave a value on what it covers."""
        self.adequacy: Counter[str] = Counter()
        """Verdicts of named verifiers that pass or fail, by what is known of the verifier there:
        adequate, inadequate, not tested."""
        self._counts: dict[_Key, Counter[str]] = defaultdict(Counter)
        self._speaking: Counter[str] = Counter()
        self._run: Counter[str] = Counter()
        self._needed = any(layer.needs_verification for layer in demand.contract.review.layers)

    def add(
        self, record: str, judgments: Sequence[Judgment], verifications: Sequence[Verification]
    ) -> None:
        """Count the verifications of one record.

        Args:
            record: the record's id.
            judgments: its judgments.
            verifications: its verifications.
        """
        if not verifications:
            return
        for verification in verifications:
            key = (
                verification.verifier,
                verification.version,
                verification.isolation or "",
                verification.environment or "",
            )
            self._counts[key][verdict_name(verification)] += 1
        named = [
            verification
            for verification in verifications
            if (verification.verifier, verification.options) in self._named
        ]
        speaking = [verification for verification in named if speaks(verification)]
        adequacies = Adequacies(verifications)
        self._run.update(verification.verifier for verification in named)
        self._speaking.update(verification.verifier for verification in speaking)
        self.adequacy.update(adequacies.of(verification) for verification in speaking)
        self._note_weak(record, _weak(named, self.minimum, adequacies), judgments)

    def _note_weak(
        self,
        record: str,
        weak: Iterable[tuple[str, int, Weight]],
        judgments: Sequence[Judgment],
    ) -> None:
        """Name a record whose standing verdicts do not count and that no person vouches for."""
        places: dict[Weight, set[tuple[str, int]]] = defaultdict(set)
        for dimension, candidate, lacks in weak:
            places[lacks].add((dimension, candidate))
        if places["below_minimum"]:
            self.below_minimum.append(record)
        # A person's value on the same place outweighs a verdict that the candidate could have
        # forged, unless the contract refuses such verdicts in any case.
        forgeable = places["forgeable"]
        if forgeable and (self._refused_always or not _all_valued(forgeable, judgments)):
            self.forgeable.append(record)
        inadequate = places["inadequate"]
        if inadequate and not _all_valued(inadequate, judgments):
            self.inadequate.append(record)

    @property
    def speaking(self) -> int:
        """Results of named verifiers that pass or fail a claim."""
        return self._speaking.total()

    @property
    def silent(self) -> tuple[str, ...]:
        """Verifiers that the rubric names, that ran, and that pass or fail no claim."""
        return tuple(sorted(self._run.keys() - self._speaking.keys()))

    @property
    def is_demanded(self) -> bool:
        """Whether the rubric names a verifier, or a layer of review needs verification."""
        return bool(self._named) or self._needed

    def missing(self, applying: Collection[str]) -> tuple[str, ...]:
        """Verifiers that the rubric names for what is here, and that have no result at all.

        Args:
            applying: dimensions that apply to a record of the release.
        """
        named = {
            test[0]
            for test, dimensions in self._named.items()
            if any(dimension.id in applying for dimension in dimensions)
        }
        return tuple(sorted(named - self._run.keys()))

    def rows(self) -> tuple[VerifierEntry, ...]:
        """The results of each verifier, in the order of names."""
        return tuple(
            VerifierEntry(
                verifier=verifier,
                version=version,
                verdicts=dict(sorted(counts.items())),
                isolation=isolation or None,
                environment=environment or None,
                lacks=_lack(weight_of(isolation, self.minimum)),
            )
            for (verifier, version, isolation, environment), counts in sorted(self._counts.items())
        )


def _lack(weight: Weight) -> str | None:
    return None if weight == "counts" else weight


def _weak(
    verifications: Sequence[Verification], minimum: IsolationLevel | None, adequacies: Adequacies
) -> Iterable[tuple[str, int, Weight]]:
    """Dimensions and candidates whose standing verdict does not count, with what it lacks."""
    tests: dict[tuple[str, str | None, int | None], list[Verification]] = defaultdict(list)
    for verification in verifications:
        if speaks(verification):
            tests[verification.verifier, verification.options, verification.candidate].append(
                verification
            )
    for results in tests.values():
        stands = what_stands(results, minimum, adequacies.inadequate)
        if stands and stands[1] != "counts":
            for dimension in stands[0].dimensions:
                yield dimension, stands[0].candidate or 0, stands[1]


def _all_valued(pairs: Iterable[tuple[str, int]], judgments: Iterable[Judgment]) -> bool:
    """Whether a person gave a value on each of these dimensions of these candidates."""
    valued = {
        (score.dimension, score.candidate)
        for judgment in standing(list(judgments))
        if not judgment.reviewer.automatic
        for score in judgment.scores
        if isinstance(score.score, Scored | Category)
    }
    return all(valued & {(name, item), (name, None)} for name, item in pairs)
