"""Four of the eight failure modes, as quality can see them in judgments and dispositions."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from assay.core.identity import digest_of, make_id
from assay.governance.failure_modes import Alarm, FailureMode
from assay.quality.case import Case
from assay.quality.coverage import Coverage, QuotaCoverage
from assay.quality.disagreement import Answers, Disagreement, diagnose
from assay.quality.estimate import rate
from assay.quality.in_force import InForce
from assay.records.judgment import Judgment
from assay.records.kinds import Critique, Demonstration, Preference
from assay.records.record import Record
from assay.records.verdict import BothUnacceptable, Prefers, Ranks, Scored, Tie
from assay.verification.planned import applying
from assay.verification.verification import Fail, Pass, Verification

MIN_TRIALS = 20
"""Trials below which nothing is said (a convention)."""

UNSCORED = 0.5
"""Share of the verdicts without any score from which quality has one label (a convention)."""

HALO = 0.9
"""Correlation of two dimensions from which they are one impression (a convention)."""

UNCHECKED = 0.5
"""Share of worked answers that nothing checked, from which rationales stand for evidence."""

SHOWN = 3
"""Records that an alarm names."""

PAIR = 2
_CHOICES = (Prefers, Ranks, Tie, BothUnacceptable)


class ModeGathering:
    """What the alarms need of all cases: counts and codes, never the cases."""

    def __init__(self, documents: InForce) -> None:
        """Start with nothing counted."""
        self.documents = documents
        """The documents in force."""
        self.choices = 0
        """Verdicts on compared candidates."""
        self.unscored = 0
        """Of these, how many carry no score."""
        self.moments: dict[tuple[str, str], list[float]] = {}
        """Pair of dimensions -> n and the sums for their correlation."""
        self.refuted: list[bytes] = []
        """Accepted records whose taught candidate a verifier refuted, by digest."""
        self.taught = 0
        """Accepted records whose taught candidate was verified, either way."""
        self.worked = 0
        """Accepted records that teach worked answers on objective dimensions."""
        self.unchecked = 0
        """Of these, how many neither a verifier nor a person's score stands behind."""
        self.states: list[bool] = []
        """For each compared record, whether it was released as one answer."""
        self.ids: list[bytes] = []
        """Their digests."""
        self._items: array[int] = array("q")
        self._raters: array[int] = array("i")
        self._values: array[int] = array("b")
        self._numbers: dict[str, int] = {}
        self._groups: dict[str, dict[int, str]] = {}
        self._objective = documents.objective

    def add(self, case: Case, people: Sequence[Judgment]) -> None:
        """Take in one case.

        Args:
            case: the case.
            people: the standing judgments that count.
        """
        state = case.disposition.state if case.disposition else ""
        if len(case.record.candidates) >= PAIR:
            self._add_choices(people)
        if len(case.record.candidates) == PAIR:
            self._add_pair(case, people, one_answer=state == "accepted" and not case.adjudications)
        for judgment in people:
            self._add_scores(judgment)
        if state == "accepted":
            self._add_taught(case, people)

    def answers(self) -> Answers:
        """The preferences on pairs as columns: first, tie, second."""
        return Answers(
            items=np.array(self._items, dtype=np.int64),
            raters=np.array(self._raters, dtype=np.int64),
            values=np.array(self._values, dtype=np.int64),
            groups=self._groups,
        )

    def _add_choices(self, people: Iterable[Judgment]) -> None:
        for judgment in people:
            if isinstance(judgment.verdict, _CHOICES):
                self.choices += 1
                self.unscored += not judgment.scores

    def _add_pair(self, case: Case, people: Iterable[Judgment], *, one_answer: bool) -> None:
        number = len(self.states)
        self.states.append(one_answer)
        self.ids.append(digest_of(case.id))
        for judgment in people:
            value = _pair_value(judgment)
            if value is None:
                continue
            rater = self._numbers.setdefault(judgment.reviewer.pseudonym, len(self._numbers))
            self._items.append(number)
            self._raters.append(rater)
            self._values.append(value)
            for name, group in judgment.reviewer.groups.items():
                self._groups.setdefault(name, {})[rater] = group

    def _add_scores(self, judgment: Judgment) -> None:
        given: dict[int | None, list[tuple[str, int]]] = {}
        for each in judgment.scores:
            if isinstance(each.score, Scored) and each.score.denominator is None:
                given.setdefault(each.candidate, []).append((each.dimension, each.score.value))
        for scores in given.values():
            for place, (first, a) in enumerate(scores):
                for second, b in scores[place + 1 :]:
                    key, x, y = (
                        ((first, second), a, b) if first < second else ((second, first), b, a)
                    )
                    sums = self.moments.setdefault(key, [0.0] * 6)
                    for at, value in enumerate((1, x, y, x * x, y * y, x * y)):
                        sums[at] += value

    def _add_taught(self, case: Case, people: Sequence[Judgment]) -> None:
        place = taught_candidate(case.record, people)
        if place is None:
            return
        spoken = _spoken(case, place)
        if spoken:
            self.taught += 1
            if any(isinstance(each.verdict, Fail) for each in spoken):
                self.refuted.append(digest_of(case.id))
        contract, rubric = self.documents.contract, self.documents.rubric
        wanted = self._objective & applying(case.record, contract, rubric)
        if not wanted or not _shows_work(case.record, place):
            return
        covered = {name for each in spoken for name in each.dimensions}
        covered |= {s.dimension for j in people for s in j.scores if s.candidate in {None, place}}
        self.worked += 1
        self.unchecked += not wanted & covered


def taught_candidate(record: Record, people: Iterable[Judgment]) -> int | None:
    """The candidate that a trainer would take as right; None where none is held up as such."""
    match record.part:
        case Demonstration():
            return 0
        case Critique(revision=revision):
            return revision
        case Preference():
            won = Counter(
                each.verdict.candidate for each in people if isinstance(each.verdict, Prefers)
            )
            return max(sorted(won), key=lambda place: won[place]) if won else None
        case _:
            return None


def is_refuted(case: Case, place: int) -> bool:
    """Whether the latest word of some verifier on a candidate is that it fails."""
    return any(isinstance(each.verdict, Fail) for each in _spoken(case, place))


def _spoken(case: Case, place: int) -> list[Verification]:
    """The latest verification of each test of a candidate that passed or failed."""
    latest = {
        (each.verifier, each.options): each
        for each in case.verifications
        if each.candidate in {None, place}
    }
    return [each for each in latest.values() if isinstance(each.verdict, Pass | Fail)]


def diagnosed(gathered: ModeGathering, *, seed: int = 0) -> Disagreement:
    """What the disagreement on pairs points to."""
    return diagnose(gathered.answers(), seed=seed)


def alarms(
    gathered: ModeGathering, coverage: Coverage, disagreement: Disagreement
) -> tuple[Alarm, ...]:
    """What quality says of four failure modes, in the guide's order.

    Args:
        gathered: counts over all cases.
        coverage: the sampling distribution against what is there.
        disagreement: what the disagreement points to.
    """
    return (
        _one_label(gathered),
        _forced_consensus(gathered, disagreement),
        _unverified(gathered),
        _easy_items(coverage),
    )


def _one_label(gathered: ModeGathering) -> Alarm:
    mode: FailureMode = "one_label_for_quality"
    dimensions = gathered.documents.rubric.dimensions
    if len(dimensions) == 1 and len(gathered.documents.contract.behaviours) > 1:
        reason = (
            f"one dimension stands for {len(gathered.documents.contract.behaviours)} behaviours"
        )
        return _raised(mode, reason, "break each behaviour into dimensions of its own")
    halos = [text for key, sums in sorted(gathered.moments.items()) if (text := _halo(key, sums))]
    share = rate(gathered.unscored, gathered.choices)
    if share.low is not None and gathered.choices >= MIN_TRIALS and share.low > UNSCORED:
        reason = f"{share.count} of {share.trials} verdicts carry no score on any dimension"
        return _raised(mode, reason, "ask for scores by dimension beside the verdict")
    pairs = len(gathered.moments)
    if halos and len(halos) == pairs:
        return _raised(
            mode,
            f"all {pairs} pairs of dimensions move as one: {'; '.join(halos[:SHOWN])}",
            "sharpen the anchors and exclusions, so that dimensions stay apart",
        )
    if gathered.choices < MIN_TRIALS:
        return _unknown(mode, f"{gathered.choices} verdicts on compared candidates are too few")
    return _clear(
        mode,
        f"{gathered.unscored} of {gathered.choices} verdicts carry no score; {len(halos)} of "
        f"{pairs} pairs of dimensions move as one",
    )


def _halo(pair: tuple[str, str], sums: Sequence[float]) -> str | None:
    """The pair in words where its correlation is surely near one (Fisher 1915), else None."""
    n, x, y, xx, yy, xy = sums
    spread = (n * xx - x * x) * (n * yy - y * y)
    if n < MIN_TRIALS or spread <= 0:
        return None
    correlation = min(abs(n * xy - x * y) / math.sqrt(spread), 1 - 1e-12)
    low = math.tanh(math.atanh(correlation) - 1.96 / math.sqrt(n - 3))
    return (
        f"{pair[0]} and {pair[1]} correlate at {correlation:.2f}, n = {int(n)}"
        if low > HALO
        else None
    )


def _forced_consensus(gathered: ModeGathering, found: Disagreement) -> Alarm:
    mode: FailureMode = "forced_consensus"
    permitted = set(gathered.documents.rubric.verdicts)
    if found.cause not in {"unknown", "agreement"} and "tie" not in permitted:
        reason = f"the rubric permits no tie, and reviewers disagree (alpha {found.alpha:.2f})"
        return _raised(mode, reason, "permit tie, both unacceptable, insufficient context")
    if found.cause != "plural_viewpoints" or found.split is None:
        if found.cause == "unknown":
            return _unknown(mode, found.reason)
        return _clear(mode, f"no split of reviewers with reasons of its own: {found.reason}")
    forced = _split_records(gathered, found)
    one_answer = sum(gathered.states)
    if not forced:
        return _clear(mode, f"{found.reason}; 0 of {one_answer} accepted records hide it")
    return _raised(
        mode,
        f"{found.reason}; {len(forced)} of {one_answer} records were accepted with one answer "
        "although the groups' majorities differ",
        "keep the distribution of these records: on_disagreement: preserve, or a senior decision",
        tuple(make_id(Record.prefix, each) for each in forced[:SHOWN]),
    )


def _split_records(gathered: ModeGathering, found: Disagreement) -> list[bytes]:
    """Records released as one answer whose groups' majorities differ."""
    split, answers = found.split, gathered.answers()
    groups = answers.groups.get(split.name, {}) if split else {}
    means: dict[int, dict[str, list[int]]] = {}
    for item, rater, value in zip(answers.items, answers.raters, answers.values, strict=True):
        group = groups.get(int(rater))
        if split and group in split.groups and gathered.states[item]:
            means.setdefault(int(item), {}).setdefault(group, []).append(int(value) - 1)
    if not groups:
        return _divided(gathered, answers)
    return [
        gathered.ids[item]
        for item, sides in means.items()
        if len(sides) == PAIR and math.prod(sum(each) for each in sides.values()) < 0
    ]


def _divided(gathered: ModeGathering, answers: Answers) -> list[bytes]:
    """Without declared groups: records released as one answer over a dissenting answer."""
    seen: dict[int, set[int]] = {}
    for item, value in zip(answers.items.tolist(), answers.values.tolist(), strict=True):
        if gathered.states[item]:
            seen.setdefault(item, set()).add(value)
    return [gathered.ids[item] for item, values in seen.items() if {0, 2} <= values]


def _unverified(gathered: ModeGathering) -> Alarm:
    mode: FailureMode = "unverified_rationales"
    if gathered.refuted:
        return _raised(
            mode,
            f"{len(gathered.refuted)} of {gathered.taught} accepted answers that verifiers looked "
            "at were refuted by one, and people passed them",
            "return these records, and show reviewers the verifier's finding after they judged",
            tuple(make_id(Record.prefix, each) for each in gathered.refuted[:SHOWN]),
        )
    share = rate(gathered.unchecked, gathered.worked)
    if share.low is not None and gathered.worked >= MIN_TRIALS and share.low > UNCHECKED:
        return _raised(
            mode,
            f"{share.count} of {share.trials} accepted worked answers have neither a verifier's "
            "result nor a person's score on an objective dimension",
            "run the verifiers, or have an expert check the work: assay verify run",
        )
    if not gathered.taught and not gathered.worked:
        return _unknown(mode, "no accepted record teaches worked answers, and none was verified")
    return _clear(
        mode,
        f"0 of {gathered.taught} accepted answers were refuted; {gathered.unchecked} of "
        f"{gathered.worked} worked ones have nothing behind them",
    )


def _easy_items(coverage: Coverage) -> Alarm:
    mode: FailureMode = "easy_item_inflation"
    asked = (*coverage.quotas, *coverage.hard)
    if not asked:
        return _raised(
            mode, "the contract sets no quota and names no hard slice", "set quotas for hard slices"
        )
    if coverage.accepted < MIN_TRIALS:
        return _unknown(mode, f"{coverage.accepted} accepted records are too few to tell")
    starved = [text for each in asked if (text := _starved(each, coverage))]
    if starved:
        return _raised(
            mode, "; ".join(starved), "collect for these slices before anything else is added"
        )
    return _clear(
        mode,
        f"none of {len(asked)} quotas and hard slices is starved, {coverage.accepted} accepted",
    )


def _starved(quota: QuotaCoverage, coverage: Coverage) -> str | None:
    """The slice in words where its part of the accepted records is surely below what is asked."""
    done = min(1.0, coverage.accepted / coverage.wanted) if coverage.wanted else 1.0
    wanted = max(quota.share or 0.0, (quota.minimum or 0) * done / max(1, coverage.accepted))
    if wanted == 0:
        wanted = 1 / max(1, coverage.accepted)
    found = rate(quota.accepted, coverage.accepted)
    if quota.accepted and (found.high is None or found.high >= wanted):
        return None
    where = " and ".join(f"{axis} = {value}" for axis, value in sorted(quota.slice.items()))
    return (
        f"{where} has {quota.accepted} of {coverage.accepted} accepted records, asked {wanted:.0%}"
    )


def _shows_work(record: Record, place: int) -> bool:
    calculated = any(
        each.kind == "calculation" and each.candidate in {None, place} for each in record.evidence
    )
    return calculated or bool(record.candidates[place].work)


def _pair_value(judgment: Judgment) -> int | None:
    """0 for the first candidate, 1 for a tie, 2 for the second; None where nothing compares."""
    if isinstance(judgment.verdict, Prefers):
        return 2 * judgment.verdict.candidate
    return 1 if isinstance(judgment.verdict, Tie) else None


def _raised(mode: FailureMode, reason: str, remedy: str, evidence: tuple[str, ...] = ()) -> Alarm:
    return Alarm(
        mode=mode, state="raised", stage="quality", reason=reason, remedy=remedy, evidence=evidence
    )


def _clear(mode: FailureMode, reason: str) -> Alarm:
    return Alarm(mode=mode, state="clear", stage="quality", reason=reason)


def _unknown(mode: FailureMode, reason: str) -> Alarm:
    return Alarm(mode=mode, state="unknown", stage="quality", reason=reason)
