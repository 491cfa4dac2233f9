"""The rules: what the contract makes of one record, and on which facts.

The rules stand in one order and the first that speaks decides; what no rule holds back is
accepted. A rule reads the record's layer of review, its judgments, adjudications and
verifications, and nothing else; everything that it read is cited by id.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import msgspec

from assay.contracts.contract import Contract, ReviewLayer
from assay.contracts.document import Document, DocumentKind
from assay.contracts.priority import Outcome as Computed
from assay.contracts.priority import Rules, Scores, compute_verdict, rules_of
from assay.contracts.rubric import Rubric
from assay.core.digest import sha256
from assay.quality.case import Case
from assay.quality.consensus import Consensus, Counting, consensus, effective
from assay.quality.disposition import RELEASABLE, Disposition, State
from assay.quality.machine_evidence import Demand, Lack, first_lack
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import DimensionScore, Prefers, Ranks, Scored, Tie, verdict_key
from assay.review.adjudication import Decided, Preserved, Returned
from assay.review.layer import layer_of


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that the rubric's priority rules do not permit on the judgment's own scores."""

    judgment: str
    """Id of the judgment."""
    verdict: str
    """What the reviewer said, such as `prefers:1`."""
    computed: str
    """What the rules compute: `prefers:0`, `both_unacceptable`, or `vetoed:1`."""
    rule: str
    """The priority rule that decides."""


class Ruling(NamedTuple):
    """What one rule says."""

    rule: str
    """The rule's name."""
    state: State
    """What becomes of the record."""
    reason: str
    """Why, in one sentence."""


@dataclass(frozen=True)
class InForce:
    """The documents that the rules come from, with their ids."""

    contract: Contract
    """The contract."""
    rubric: Rubric
    """The rubric."""
    contract_id: str
    """Document id of the contract."""
    rubric_id: str
    """Document id of the rubric."""

    @classmethod
    def of(cls, facts: Mapping[DocumentKind, Document]) -> Self:
        """The documents from their facts, by kind: `contract` and `rubric`."""
        contract, rubric = facts["contract"].read(), facts["rubric"].read()
        if not isinstance(contract, Contract) or not isinstance(rubric, Rubric):
            raise TypeError("the facts given as contract and rubric are other documents")
        return cls(contract, rubric, facts["contract"].id, facts["rubric"].id)

    @cached_property
    def priority(self) -> Rules:
        """The rubric's priority rules, ready to compute with."""
        return rules_of(self.rubric)

    @cached_property
    def objective(self) -> frozenset[str]:
        """Dimensions with one right answer."""
        dimensions = self.rubric.dimensions
        return frozenset(each.id for each in dimensions if each.nature == "objective")

    @cached_property
    def demand(self) -> Demand:
        """What machine evidence must be, where a layer asks for it."""
        return Demand(self.contract, self.rubric)


@dataclass(frozen=True)
class Hearing:
    """A case, heard under the documents in force and the layer that fits its record."""

    case: Case
    """The record and everything that was said of it."""
    documents: InForce
    """The documents in force."""
    layer: ReviewLayer
    """The record's layer."""

    @cached_property
    def consensus(self) -> Consensus:
        """What the people of the layer's roles say together."""
        return consensus(
            self.case.record,
            self.case.judgments,
            self.case.adjudications,
            counting=self.counting,
        )

    @cached_property
    def counting(self) -> Counting:
        """Whose judgments the layer counts, and how many must agree."""
        return Counting(share=self.layer.agreement, roles=self.layer.roles)

    @cached_property
    def counted(self) -> tuple[Judgment, ...]:
        """The judgments that the layer counts."""
        return tuple(each for each in effective(self.case.judgments) if self.counting.counts(each))

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Judgments that count and contradict the priority rules."""
        return contradictions(self.case.record, self.counted, self.documents)

    @cached_property
    def lack(self) -> Lack | None:
        """What of the machine evidence that the layer asks for is lacking."""
        if not self.layer.needs_verification:
            return None
        return first_lack(
            self.documents.demand, self.case.verifications, self.counted, self.consensus.candidate
        )


def dispose_case(case: Case, documents: InForce) -> Disposition:
    """What the contract's rules make of a record, from its case alone."""
    layer = layer_of(case.record, documents.contract)
    read: list[str] = []
    if layer is None:
        ruling = Ruling("review", "set_aside", "no layer of review in the contract fits the record")
    else:
        ruling = _first_ruling(Hearing(case, documents, layer))
        read = [fact.id for fact in (*case.judgments, *case.adjudications)]
        if layer.needs_verification:
            read += [fact.id for fact in case.verifications]
    return Disposition(
        record=case.id,
        state=ruling.state,
        rule=f"{layer.id}/{ruling.rule}" if layer else ruling.rule,
        reason=ruling.reason,
        contract=documents.contract_id,
        rubric=documents.rubric_id,
        read=tuple(read),
    )


def contradictions(
    record: Record, judgments: Iterable[Judgment], documents: InForce
) -> tuple[Contradiction, ...]:
    """The judgments whose verdict contradicts the priority rules on their own scores.

    Only a choice among the candidates can contradict: a winner or a tie where a rule decides
    otherwise, or any choice of a vetoed candidate. Where the rules leave the verdict open, or
    see a tie, the reviewer's preference stands.
    """
    if not documents.rubric.priority or len(record.candidates) < 2:  # noqa: PLR2004  a comparison
        return ()
    found = (_contradiction(record, judgment, documents) for judgment in judgments)
    return tuple(each for each in found if each is not None)


def _contradiction(record: Record, judgment: Judgment, documents: InForce) -> Contradiction | None:
    best = _best(judgment)
    if best is None:
        return None
    against = _against(record, best, judgment.scores, documents)
    if against is None:
        return None
    computed, rule = against
    return Contradiction(
        judgment=judgment.id,
        verdict=verdict_key(judgment.verdict, len(record.candidates)),
        computed=computed,
        rule=rule,
    )


def _against(
    record: Record,
    best: frozenset[int],
    scores: Iterable[DimensionScore],
    documents: InForce,
) -> tuple[str, str] | None:
    """What the priority rules make of scores, and by which rule, where the choice is another."""
    given = tuple(scores)
    if not given:
        return None
    candidates = range(len(record.candidates))
    computed = compute_verdict([_scores_of(given, each) for each in candidates], documents.priority)
    against = _computed_against(computed, best or frozenset(candidates))
    return None if against is None else (against, computed.rule or "")


def _best(judgment: Judgment) -> frozenset[int] | None:
    """The candidates that the verdict puts first; empty for a tie of all, None for no choice."""
    match judgment.verdict:
        case Prefers(candidate=candidate):
            return frozenset([candidate])
        case Ranks(order=(first, *_)):
            return frozenset(first)
        case Tie():
            return frozenset()
        case _:
            return None


def _computed_against(computed: Computed, best: frozenset[int]) -> str | None:
    """What the rules say where it is not what the reviewer chose, or None."""
    if computed.state == "all_unacceptable":
        return "both_unacceptable"
    if computed.state == "winner" and best != {computed.winner}:
        return f"prefers:{computed.winner}"
    hit = sorted(best & set(computed.vetoed))
    return f"vetoed:{hit[0]}" if hit else None


def _scores_of(scores: Iterable[DimensionScore], candidate: int) -> Scores:
    return {
        each.dimension: each.score.value
        for each in scores
        if each.candidate == candidate
        and isinstance(each.score, Scored)
        and each.score.denominator is None
    }


def _first_ruling(hearing: Hearing) -> Ruling:
    ruling = next(ruling for rule in _RULES if (ruling := rule(hearing)) is not None)
    if ruling.state not in RELEASABLE or hearing.lack is None:
        return ruling
    return Ruling("needs_verification", "set_aside", hearing.lack.reason)


def _adjudicated(hearing: Hearing) -> Ruling | None:
    if not hearing.case.adjudications:
        return None
    latest = hearing.case.adjudications[-1]
    match latest.decision:
        case Decided(scores=scores):
            reason = f"the adjudicator decided ({_words(latest.cause)})"
            return _overruled(hearing, scores) or Ruling("adjudication", "accepted", reason)
        case Preserved():
            reason = f"the adjudicator kept the distribution ({_words(latest.cause)})"
            return Ruling("adjudication", "disagreement_preserved", reason)
        case Returned(reason=why):
            return Ruling("adjudication", "set_aside", f"the adjudicator sent it back: {why}")


def _overruled(hearing: Hearing, decided: Sequence[DimensionScore]) -> Ruling | None:
    """The verdict that stands after an adjudication, against the adjudicator's own scores.

    A decision may be scores alone: then the reviewers' count stands, and could hold a candidate
    for the winner that the adjudicator has just found unacceptable.
    """
    stands = hearing.consensus
    if stands.outcome not in {"prefers", "tie"} or hearing.layer.on_contradiction == "record":
        return None
    best = frozenset() if stands.candidate is None else frozenset([stands.candidate])
    against = _against(hearing.case.record, best, decided, hearing.documents)
    if against is None:
        return None
    computed, rule = against
    reason = (
        f"the adjudicator's scores make it {computed} by {rule!r}, and the verdict that stands is "
        f"another: it takes an adjudication that states the verdict"
    )
    return Ruling("priority", "needs_adjudication", reason)


def _too_few(hearing: Hearing) -> Ruling | None:
    people, passes = hearing.consensus.people, hearing.layer.passes
    if people.judgments < passes:
        reason = f"{people.judgments} of {passes} independent judgments are there"
        return Ruling("passes", "needs_second_review", reason)
    return None


def _abstained(hearing: Hearing) -> Ruling | None:
    people, most = hearing.consensus.people, hearing.layer.max_abstentions
    if people.abstained > most:
        reason = f"{people.abstained} of {people.judgments} reviewers abstained, {most} may"
        return Ruling("max_abstentions", "needs_adjudication", reason)
    if people.judgments and people.abstained == people.judgments:
        return Ruling("passes", "needs_second_review", "every reviewer abstained")
    return None


def _contradicted(hearing: Hearing) -> Ruling | None:
    found = hearing.contradictions
    if not found or hearing.layer.on_contradiction == "record":
        return None
    first = found[0]
    reason = (
        f"{len(found)} of {hearing.consensus.people.judgments} verdicts contradict the priority "
        f"rules: {first.verdict} against {first.computed} by {first.rule!r}"
    )
    return Ruling("priority", "needs_adjudication", reason)


def _disagreed(hearing: Hearing) -> Ruling | None:
    over = next(_disagreements(hearing), None)
    if over is None:
        return None
    layer = hearing.layer
    if layer.on_disagreement == "preserve":
        return Ruling("agreement", "disagreement_preserved", over)
    if layer.on_disagreement == "second_review" and not _has_extra_pass(hearing):
        return Ruling("agreement", "needs_second_review", over)
    return Ruling("agreement", "needs_adjudication", over)


def _disagreements(hearing: Hearing) -> Iterator[str]:
    """What the judgments disagree on, the overall verdict first; only what has a right answer.

    Scores on judgmental and plural dimensions may differ: their distributions are kept.
    """
    summary, share = hearing.consensus, hearing.layer.agreement
    if summary.outcome == "no_majority":
        yield f"no verdict has {share:.0%} of the answers ({_counts(summary.distribution)})"
    for score in summary.scores:
        if score.agreed is None and score.counts and score.dimension in hearing.documents.objective:
            yield f"no score on {score.dimension} has {share:.0%} ({_counts(score.counts)})"
    for step in summary.steps:
        if step.agreed is None:
            yield f"no label on step {step.step} has {share:.0%} ({_counts(step.counts)})"
    for ruling in summary.rulings:
        if ruling.agreed is None:
            yield f"no ruling on {ruling.section} has {share:.0%} ({_counts(ruling.counts)})"


def _senior(hearing: Hearing) -> Ruling | None:
    if not hearing.layer.always_adjudicate:
        return None
    return Ruling("always_adjudicate", "needs_adjudication", "a senior decision is always needed")


def _sampled(hearing: Hearing) -> Ruling | None:
    if _has_extra_pass(hearing) or not in_sample(hearing.case.id, hearing.layer):
        return None
    reason = f"drawn into the {hearing.layer.second_review_share:.0%} that get one more judgment"
    return Ruling("second_review_share", "needs_second_review", reason)


def _accepted(hearing: Hearing) -> Ruling:
    people = hearing.consensus.people
    if not people.judgments:
        return Ruling("passes", "accepted", "the layer asks for no judgment, and there is none")
    if not people.answered:
        reason = f"all {people.judgments} judgments are there and agree where they must"
        return Ruling("agreement", "accepted", reason)
    outcome = hearing.consensus.outcome
    agreeing = max(people.verdicts.values()) if outcome != "prefers" else _votes_for_winner(hearing)
    reason = f"{agreeing} of {people.answered} answers say {_words(outcome)}"
    return Ruling("agreement", "accepted", reason)


_RULES: tuple[Callable[[Hearing], Ruling | None], ...] = (
    _adjudicated, _too_few, _abstained, _contradicted, _disagreed, _senior, _sampled, _accepted,
)  # fmt: skip
"""The rules of review in the order in which they speak; the last one always does."""


def in_sample(record: str, layer: ReviewLayer) -> bool:
    """Whether the record with this id is among the layer's share that gets one more judgment.

    The draw hangs on the record's id and the layer's name alone, so it stays the same.
    """
    draw = int.from_bytes(sha256(f"{layer.id} {record}".encode())[:8]) / 2**64
    return draw < layer.second_review_share


def _has_extra_pass(hearing: Hearing) -> bool:
    return hearing.consensus.people.judgments > hearing.layer.passes


def _votes_for_winner(hearing: Hearing) -> int:
    winner = hearing.consensus.candidate
    verdicts = hearing.consensus.distribution
    ranked = sum(count for key, count in verdicts.items() if key.startswith(f"ranks:{winner}>"))
    return verdicts.get(f"prefers:{winner}", 0) + ranked


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _words(name: str) -> str:
    return name.replace("_", " ")
