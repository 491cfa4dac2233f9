"""Model judges against people: how far each agrees with people on the same records.

A judge's answer is paired with each person's on the same item, and people are paired among
themselves on the same items: a judge is worth no more than people are to each other. Where no
person answered, nothing is known, and the report says so.
"""

from collections.abc import Iterable, Iterator

import msgspec

from assay.contracts.rubric import Dimension
from assay.contracts.verdict_words import NO_WINNER_WORDS
from assay.quality.agreement import krippendorff_alpha, percent_agreement
from assay.quality.answers import AnswerSeries, dimension_scale
from assay.quality.bootstrap import Resampling
from assay.quality.case import RecordCase
from assay.quality.consensus import (
    STRICT_MAJORITY,
    Counting,
    effective,
)
from assay.quality.estimate import Estimate, Rate, rate
from assay.quality.gathering import PAIR, PAIR_VALUES
from assay.quality.in_force import DocumentsInForce
from assay.quality.patterns import AnswerScale, reduce
from assay.quality.places import Clusters
from assay.records.judgment import POSITION, Judge, Judgment
from assay.records.record import Record
from assay.records.verdict import Abstained, NotApplicable, NotAsked, score_key, verdict_key
from assay.review.layer import layer_of

VERDICT = "verdict"
"""The question which of two candidates is better."""

VERDICTS = ("prefers_a", "tie", "prefers_b", *(word for word in NO_WINNER_WORDS if word != "tie"))
"""Its answers; categories, since both unacceptable is not a middle between two preferences."""

SEVERAL = "choice_of_several"
"""The question which of three candidates or more is better."""

Key = tuple[str, int | None]
"""A question and the candidate that it is about."""


class JudgeQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question that a judge answered, with people's answers on the same items.

    An item of `percent` and `alpha` is one answer of the judge with one answer of a person; the
    interval draws records, or prompt families, so that one record's pairs stay together.
    """

    name: str
    """The dimension's name, `verdict` or `choice_of_several`."""
    scale: str
    """How the answers were read."""
    records: int
    """Records that the judge and a person answered: the evidence that there is."""
    declined: int
    """Pairs in which the person answered and the judge did not; they are in no figure."""
    percent: Estimate
    """Share of the pairs that say exactly the same."""
    alpha: Estimate
    """Krippendorff's alpha between the judge and people."""
    people_percent: Estimate
    """Percent agreement of people with each other on the same items."""
    people_alpha: Estimate
    """Krippendorff's alpha of people with each other on the same items."""


class JudgeAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far one model agrees with people."""

    judge: str
    """Pseudonym of the model judge."""
    pins: Judge | None
    """Model, revision, parameters and prompt; None for judgments that were imported."""
    judgments: int
    """Its standing judgments, with a person's answer or without."""
    shared: int
    """Of these, on records that a person judged too."""
    position: Rate
    """Verdicts that depended on the order, among its verdicts on compared candidates."""
    questions: tuple[JudgeQuestion, ...]
    """Questions that people answered on the same records."""
    unknown: tuple[str, ...]
    """Questions that it answered and no person did: nothing is known of it there."""

    @property
    def warning(self) -> str:
        """The warning where people's answers cannot confirm the judge; empty where they can."""
        if not self.shared:
            return (
                "NO PERSON JUDGED THE SAME RECORDS: nothing is known of its agreement with people"
            )
        if self.unknown:
            return f"no person answered the same questions on {', '.join(self.unknown)}"
        return ""


class _JudgeTally:
    """One judge's answers and people's on the same items."""

    def __init__(self, pins: Judge | None) -> None:
        self.pins = pins
        self.judgments = self.shared = self.compared = self.position = 0
        self.answered: set[str] = set()
        self.declined: dict[str, int] = {}
        self.paired: dict[str, AnswerSeries] = {}
        self.people: dict[str, AnswerSeries] = {}


class JudgeGathering:
    """Answers of models and people, gathered in one pass over all cases."""

    def __init__(self, documents: DocumentsInForce) -> None:
        """Start with nothing gathered.

        Args:
            documents: the documents in force; their layers say which people count.
        """
        self._documents = documents
        self._tallies: dict[str, _JudgeTally] = {}
        self._clusters = Clusters()
        self._record = 0

    def add(self, case: RecordCase) -> None:
        """Take in one case; one that no model judged is passed over."""
        standing = effective(case.judgments, self._documents.rubric_id)
        models = [judgment for judgment in standing if judgment.reviewer.kind == "model"]
        if not models:
            return
        layer = layer_of(case.record, self._documents.contract)
        counting = Counting(roles=layer.roles) if layer else STRICT_MAJORITY
        people = {
            f"{judgment.reviewer.kind} {judgment.reviewer.pseudonym}": _answers(
                judgment, case.record
            )
            for judgment in standing
            if counting.counts(judgment)
        }
        place = (self._record, self._clusters.of(case.record.task.family))
        self._record += 1
        for judgment in models:
            self._add_judge(judgment, case.record, people, place)

    def _add_judge(
        self,
        judgment: Judgment,
        record: Record,
        people: dict[str, dict[Key, str | None]],
        place: tuple[int, int],
    ) -> None:
        reviewer = judgment.reviewer
        tally = self._tallies.setdefault(reviewer.pseudonym, _JudgeTally(reviewer.judge))
        tally.judgments += 1
        tally.shared += bool(people)
        if len(record.candidates) >= PAIR and not isinstance(judgment.verdict, NotAsked):
            tally.compared += 1
            tally.position += judgment.verdict == Abstained(reason=POSITION)
        for key, value in _answers(judgment, record).items():
            tally.answered.add(key[0])
            for person, answers in people.items():
                _pair(tally, key, value, (person, answers.get(key)), place)

    def agreements(self, resampling: Resampling) -> tuple[JudgeAgreement, ...]:
        """How far each judge agrees with people, by pseudonym."""
        dimensions = {dimension.id: dimension for dimension in self._documents.rubric.dimensions}
        return tuple(
            JudgeAgreement(
                judge=name,
                pins=tally.pins,
                judgments=tally.judgments,
                shared=tally.shared,
                position=rate(tally.position, tally.compared, level=resampling.level),
                questions=tuple(_questions(tally, dimensions, resampling)),
                unknown=tuple(sorted(tally.answered - set(tally.people))),
            )
            for name, tally in sorted(self._tallies.items())
        )


def judge_agreements(
    cases: Iterable[RecordCase], documents: DocumentsInForce, resampling: Resampling | None = None
) -> tuple[JudgeAgreement, ...]:
    """How far each model among the reviewers agrees with people, in one pass.

    Args:
        cases: every record's case.
        documents: the documents in force.
        resampling: how intervals are drawn.
    """
    data = JudgeGathering(documents)
    for case in cases:
        data.add(case)
    return data.agreements(resampling or Resampling())


def _pair(
    tally: _JudgeTally,
    key: Key,
    value: str | None,
    person_answer: tuple[str, str | None],
    place: tuple[int, int],
) -> None:
    """Compare the judge's answer with one person's; who declined is not taken to disagree."""
    person, theirs = person_answer
    if theirs is None:
        return
    name, item = key
    record, cluster = place
    people = tally.people.setdefault(name, AnswerSeries())
    paired = tally.paired.setdefault(name, AnswerSeries())
    if value is None:
        tally.declined[name] = tally.declined.get(name, 0) + 1
        return
    people.add(item, person, theirs, record=record, cluster=cluster)
    paired.add((item, person), "judge", value, record=record, cluster=cluster)
    paired.add((item, person), "people", theirs, record=record, cluster=cluster)


def _answers(judgment: Judgment, record: Record) -> dict[Key, str | None]:
    """What a judgment says, by question and candidate; None for an abstention."""
    count = len(record.candidates)
    answers: dict[Key, str | None] = {}
    if count >= PAIR and not isinstance(judgment.verdict, NotAsked):
        declined = isinstance(judgment.verdict, Abstained)
        key = None if declined else verdict_key(judgment.verdict, count)
        name = VERDICT if count == PAIR else SEVERAL
        answers[name, None] = PAIR_VALUES.get(key, key) if key else None
    for score in judgment.scores:
        if isinstance(score.score, NotApplicable):
            continue
        # With one candidate, the record as a whole is that candidate.
        whole = 0 if count == 1 else None
        candidate = whole if score.candidate is None else score.candidate
        answers[score.dimension, candidate] = score_key(score.score)
    return answers


def _questions(
    tally: _JudgeTally, dimensions: dict[str, Dimension], resampling: Resampling
) -> Iterator[JudgeQuestion]:
    order = {name: place for place, name in enumerate((VERDICT, SEVERAL, *dimensions))}
    for name in sorted(
        tally.people, key=lambda question: (order.get(question, len(order)), question)
    ):
        paired, people = tally.paired[name], tally.people[name]
        scale, codes = _scale(name, sorted({*paired.counts, *people.counts}), dimensions.get(name))
        between = reduce(paired.on_scale(scale, codes))
        among = reduce(people.on_scale(scale, codes))
        yield JudgeQuestion(
            name=name,
            scale=f"{scale.kind}, {scale.n_values} values",
            records=len(set(paired.records().tolist())),
            declined=tally.declined.get(name, 0),
            percent=percent_agreement(between, resampling),
            alpha=krippendorff_alpha(between, resampling),
            people_percent=percent_agreement(among, resampling),
            people_alpha=krippendorff_alpha(among, resampling),
        )


def _scale(
    name: str, values: list[str], dimension: Dimension | None
) -> tuple[AnswerScale, dict[str, int]]:
    if name in {VERDICT, SEVERAL}:
        categories = VERDICTS if name == VERDICT else tuple(values)
        codes = {value: code for code, value in enumerate(categories)}
        return AnswerScale("nominal", max(len(categories), 1)), codes
    scale, codes, _ = dimension_scale(values, dimension)
    return scale, codes
