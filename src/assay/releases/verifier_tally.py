"""The verifier tally: what verifiers said of released records, and where their results are too weak."""

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
    """What one verifier said of the released records, at one isolation and in one environment."""

    verifier: str
    """Its name."""
    version: str
    """Its version."""
    verdicts: dict[str, Index]
    """Results by verdict; only `pass` and `fail` say something about a claim."""
    isolation: str | None = None
    """How the code under test was held; absent where nobody noted it."""
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
        self._needed = any(each.needs_verification for each in demand.contract.review.layers)

    def add(
        self, record: str, judgments: Iterable[Judgment], verifications: Sequence[Verification]
    ) -> None:
        """Count the verifications of one record.

        Args:
            record: the record's id.
            judgments: its judgments.
            verifications: its verifications.
        """
        if not verifications:
            return
        for each in verifications:
            key = (each.verifier, each.version, each.isolation or "", each.environment or "")
            self._counts[key][verdict_name(each)] += 1
        named = [each for each in verifications if (each.verifier, each.options) in self._named]
        self._run.update(each.verifier for each in named)
        self._speaking.update(each.verifier for each in named if speaks(each))
        known = Adequacies(verifications)
        self.adequacy.update(known.of(each) for each in named if speaks(each))
        weak = set(_weak(named, self.minimum, known))
        if any(lacks == "below_minimum" for _, _, lacks in weak):
            self.below_minimum.append(record)
        alone = {(name, item) for name, item, lacks in weak if lacks == "forgeable"}
        if alone and (self._refused_always or not _all_valued(alone, judgments)):
            self.forgeable.append(record)
        untold = {(name, item) for name, item, lacks in weak if lacks == "inadequate"}
        if untold and not _all_valued(untold, judgments):
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
    def demanded(self) -> bool:
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
            if any(each.id in applying for each in dimensions)
        }
        return tuple(sorted(named - self._run.keys()))

    def rows(self) -> tuple[VerifierEntry, ...]:
        """What each verifier said, in the order of names."""
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
    verifications: Sequence[Verification], minimum: IsolationLevel | None, known: Adequacies
) -> Iterable[tuple[str, int, Weight]]:
    """Dimensions and candidates whose standing verdict does not count, with what it lacks."""
    tests: dict[tuple[str, str | None, int | None], list[Verification]] = defaultdict(list)
    for each in verifications:
        if speaks(each):
            tests[each.verifier, each.options, each.candidate].append(each)
    for results in tests.values():
        stands = what_stands(results, minimum, known.inadequate)
        if stands and stands[1] != "counts":
            for dimension in stands[0].dimensions:
                yield dimension, stands[0].candidate or 0, stands[1]


def _all_valued(asked: Iterable[tuple[str, int]], judgments: Iterable[Judgment]) -> bool:
    """Whether a person gave a value on each of these dimensions of these candidates."""
    given = {
        (score.dimension, score.candidate)
        for judgment in standing(list(judgments))
        if not judgment.reviewer.automatic
        for score in judgment.scores
        if isinstance(score.score, Scored | Category)
    }
    return all(given & {(name, item), (name, None)} for name, item in asked)
