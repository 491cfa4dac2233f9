"""The rules: which state the contract gives one record, and on which facts.

The rules are in one order and the first that applies decides; what no rule stops is
accepted. A rule reads the record's layer of review, its judgments, adjudications and
verifications, and nothing else; everything that it read is cited by id.

Two questions are kept apart: whether the record's label is settled (the state), and what it says
of each candidate (the standings). They meet where a record exists to be imitated: without an
endorsed candidate such a record is rejected, however well its reviewers agree.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from assay.contracts.contract import ReviewLayer
from assay.core.digest import sha256
from assay.core.wording import count_phrase
from assay.quality.candidate_standing import OFF_SCALE, imitated_candidates
from assay.quality.case import RecordCase
from assay.quality.case_context import CaseContext
from assay.quality.consensus import effective
from assay.quality.contradictions import computed_against
from assay.quality.disposition import RELEASABLE, Disposition, State
from assay.quality.in_force import DocumentsInForce
from assay.records.verdict import NotAsked
from assay.review.adjudication import Adjudication, Decided, Preserved, Returned
from assay.review.completeness import says_anything
from assay.review.disputes import Dispute, undecided_disputes
from assay.review.layer import layer_of


class RuleResult(NamedTuple):
    """What one rule says of a record."""

    rule: str
    """Name of the rule as dispositions cite it, after the layer's name."""
    state: State
    """The state that the rule gives the record."""
    reason: str
    """Why, in one sentence."""
    changes: str
    """What would change the state."""


Rule = Callable[[CaseContext], RuleResult | None]
"""Reads one case; None where it has nothing to say."""


class ComputedDisposition(NamedTuple):
    """A record's disposition, and what would change it."""

    disposition: Disposition
    changes: str
    """What would change its state."""


def dispose_case(case: RecordCase, documents: DocumentsInForce) -> Disposition:
    """The disposition that the contract's rules give a record, from its case alone."""
    return judge_case(case, documents).disposition


def judge_case(case: RecordCase, documents: DocumentsInForce) -> ComputedDisposition:
    """The disposition that the contract's rules give a record, and what would change it."""
    layer = layer_of(case.record, documents.contract)
    if layer is None:
        result = RuleResult(
            "review",
            "set_aside",
            "no layer of review in the contract fits the record",
            "add a layer to the contract whose slice and severities fit it",
        )
        disposition = _disposition(case, documents, result, result.rule)
        return ComputedDisposition(disposition, result.changes)
    context = CaseContext(case, documents, layer)
    result = decide(context)
    read = [fact.id for fact in (*case.judgments, *case.adjudications, *case.verifications)]
    disposition = _disposition(case, documents, result, f"{layer.id}/{result.rule}")
    return ComputedDisposition(
        disposition.replace(read=tuple(read), standings=context.standings), result.changes
    )


def _disposition(
    case: RecordCase, documents: DocumentsInForce, result: RuleResult, rule: str
) -> Disposition:
    return Disposition(
        record=case.id,
        state=result.state,
        rule=rule,
        reason=result.reason,
        contract=documents.contract_id,
        rubric=documents.rubric_id,
    )


def decide(context: CaseContext) -> RuleResult:
    """The result of the first rule that applies, with the requirements of verification and imitation."""
    results = [result for _, result in rule_results(context) if result is not None]
    return results[-1]


def rule_results(context: CaseContext) -> Iterator[tuple[str, RuleResult | None]]:
    """Each rule that was asked, by name, with its result; the last result decides.

    The rules of review are asked in their order up to the first that applies. What they accept must
    be endorsed where it exists to be imitated, and what they release must be verified.
    """
    for name, rule in RULES:
        result = rule(context)
        yield name, result
        if result is not None:
            break
    if result is not None and result.state in RELEASABLE:
        refused = _not_endorsed(context, preserved=result.state != "accepted")
        if refused is not None:
            yield "endorsement", refused
            result = refused
    if result is not None and result.state in RELEASABLE and context.missing_evidence is not None:
        yield (
            "verification",
            RuleResult(
                "needs_verification",
                "set_aside",
                context.missing_evidence.reason,
                "run the verifiers again, or correct what they refute",
            ),
        )


def _adjudication_rule(context: CaseContext) -> RuleResult | None:
    if not context.adjudications:
        return None
    latest = context.adjudications[-1]
    match latest.decision:
        case Decided() as decision:
            return (
                _verdict_against_scores(context, decision)
                or _left_open(context, decision)
                or RuleResult(
                    "adjudication",
                    "accepted",
                    _decision_reason(context, latest),
                    "another adjudication",
                )
            )
        case Preserved():
            reason = f"the adjudicator kept the distribution ({_words(latest.cause)})"
            return RuleResult(
                "adjudication", "disagreement_preserved", reason, "another adjudication"
            )
        case Returned(reason=why):
            reason = f"the adjudicator sent it back: {why}"
            return RuleResult("adjudication", "set_aside", reason, "another adjudication")


def _decision_reason(context: CaseContext, latest: Adjudication) -> str:
    reason = f"the adjudicator decided ({_words(latest.cause)})"
    spread = sorted({str(dispute.item) for dispute in context.disputes if dispute.what == "score"})
    note = f"; the spread of scores on {', '.join(spread)} is kept" if spread else ""
    return reason + note


def _left_open(context: CaseContext, decision: Decided) -> RuleResult | None:
    """What reviewers dispute and the adjudication does not decide, where it has a right answer.

    Scores on judgmental dimensions that nothing rests on may stay a distribution.
    """
    left = undecided_disputes(decision, context.disputes)
    open_disputes = [dispute for dispute in left if _needs_decision(dispute, context)]
    if not open_disputes:
        return None
    reasons = "; ".join(dispute.reason for dispute in open_disputes)
    return RuleResult(
        "adjudication",
        "needs_adjudication",
        f"the adjudicator left open what reviewers dispute: {reasons}",
        "an adjudication that decides it, or keeps the distribution",
    )


def _needs_decision(dispute: Dispute, context: CaseContext) -> bool:
    if dispute.what != "score":
        return True
    required = {
        bound.dimension for bound in context.documents.bounds(context.case.record) if bound.required
    }
    return dispute.item in required | context.documents.objective


def _verdict_against_scores(context: CaseContext, decision: Decided) -> RuleResult | None:
    """The verdict that stands after an adjudication, against the adjudicator's own scores.

    A decision may be scores alone: then the reviewers' count stands, and could hold a candidate
    for the winner that the adjudicator has just found unacceptable.
    """
    stands = context.consensus
    if stands.outcome not in {"prefers", "tie"} or context.layer.on_contradiction == "record":
        return None
    best = frozenset() if stands.candidate is None else frozenset([stands.candidate])
    against = computed_against(context.case.record, best, decision.scores, context.documents)
    if against is None:
        return None
    computed, rule = against
    reason = (
        f"the adjudicator's scores make it {computed} by {rule!r}, and the verdict in force is "
        f"another: an adjudication must state the verdict"
    )
    return RuleResult(
        "priority", "needs_adjudication", reason, "an adjudication that states the verdict"
    )


def _passes_rule(context: CaseContext) -> RuleResult | None:
    passes = context.layer.passes
    if len(context.effective) >= passes:
        return None
    reason = f"{len(context.effective)} of {passes} independent judgments are there"
    others = _not_counted(context)
    missing = passes - len(context.effective)
    return RuleResult(
        "passes",
        "needs_second_review",
        f"{reason}; {others}" if others else reason,
        f"{missing} more by {' or '.join(context.layer.roles)}",
    )


def _not_counted(context: CaseContext) -> str:
    """Why judgments that stand do not count: a model's, another role's, or they say nothing."""
    counting = context.documents.counting(context.layer)
    standing = effective(context.case.judgments, context.documents.rubric_id)
    people = [judgment for judgment in standing if judgment.reviewer.kind in counting.kinds]
    roles = Counter(
        judgment.reviewer.role
        for judgment in people
        if says_anything(judgment) and not counting.counts(judgment)
    )
    silent = sum(not says_anything(judgment) for judgment in people)
    required_roles = ", ".join(context.layer.roles)
    parts = [
        f"{count} of {len(people)} judgments are by {role}, the layer asks {required_roles}"
        for role, count in sorted(roles.items())
    ]
    if silent:
        parts.append(f"{silent} of {len(people)} judgments say nothing")
    for kind in ("model", "rule"):
        automatic = sum(judgment.reviewer.kind == kind for judgment in standing)
        if automatic:
            parts.append(f"{count_phrase(automatic, 'judgment')} by {kind}s, which fill no pass")
    return "; ".join(parts)


def _verdict_passes_rule(context: CaseContext) -> RuleResult | None:
    """A comparison's verdict needs its passes too: scores alone are not a second verdict."""
    stated = sum(not isinstance(judgment.verdict, NotAsked) for judgment in context.effective)
    passes = context.layer.passes
    if context.case.record.kind != "preference" or not 0 < stated < passes:
        return None
    return RuleResult(
        "passes",
        "needs_second_review",
        f"{stated} of {len(context.effective)} judgments state a verdict, {passes} are asked",
        f"{passes - stated} more that state a verdict",
    )


def _versions_rule(context: CaseContext) -> RuleResult | None:
    """Labels under an older meaning decide nothing; enough fresh judgments may still decide."""
    if not context.stale or context.fresh >= max(1, context.layer.passes):
        return None
    labels = Counter(label for stale in context.stale for label in stale.labels)
    named = ", ".join(f"{label} ({count})" for label, count in sorted(labels.items()))
    total = len(context.effective)
    return RuleResult(
        "versions",
        "needs_rereview",
        f"{len(context.stale)} of {total} judgments were made before the meaning of {named} changed",
        "review the record again (assay review stale --assign), or declare the older version "
        "compatible in the contract",
    )


def _abstention_rule(context: CaseContext) -> RuleResult | None:
    people, most = context.consensus.people, context.layer.max_abstentions
    if people.abstained > most:
        reason = f"{people.abstained} of {people.judgments} reviewers abstained, {most} may"
        return RuleResult("max_abstentions", "needs_adjudication", reason, "an adjudication")
    if people.judgments and people.abstained == people.judgments:
        return RuleResult(
            "passes", "needs_second_review", "every reviewer abstained", "a judgment that answers"
        )
    return None


def _priority_rule(context: CaseContext) -> RuleResult | None:
    contradictions = context.contradictions
    if not contradictions or context.layer.on_contradiction == "record":
        return None
    first = contradictions[0]
    reason = (
        f"{len(contradictions)} of {context.consensus.people.judgments} verdicts contradict the priority "
        f"rules: {first.verdict} against {first.computed} by {first.rule!r}"
    )
    return RuleResult("priority", "needs_adjudication", reason, "an adjudication")


def _agreement_rule(context: CaseContext) -> RuleResult | None:
    if not context.disputes:
        return None
    first, more = context.disputes[0], len(context.disputes) - 1
    reason = first.reason + (f"; and {count_phrase(more, 'more question')}" if more else "")
    layer = context.layer
    objective = next(
        (dispute for dispute in context.disputes if _is_objective(context, dispute)), None
    )
    if objective is not None and layer.on_disagreement == "preserve":
        reason = f"{objective.reason}; {objective.item} is objective, so one of them is wrong"
        return RuleResult("agreement", "needs_adjudication", reason, "an adjudication")
    if layer.on_disagreement == "preserve":
        return RuleResult(
            "agreement", "disagreement_preserved", reason, "an adjudication that decides"
        )
    if layer.on_disagreement == "second_review" and not _has_extra_pass(context):
        return RuleResult("agreement", "needs_second_review", reason, "one more judgment")
    return RuleResult("agreement", "needs_adjudication", reason, "an adjudication")


def _is_objective(context: CaseContext, dispute: Dispute) -> bool:
    return dispute.what == "score" and dispute.item in context.documents.objective


def _senior_rule(context: CaseContext) -> RuleResult | None:
    if not context.layer.always_adjudicate:
        return None
    reason = "a senior decision is always needed"
    return RuleResult("always_adjudicate", "needs_adjudication", reason, "an adjudication")


def _comparison_rule(context: CaseContext) -> RuleResult | None:
    """Where two passes are asked, two must have answered one question, a comparison's verdict."""
    if context.layer.passes < 2:  # noqa: PLR2004  it takes two to disagree
        return None
    compared, people = context.comparable_questions, context.consensus.people
    stated = people.not_asked < people.judgments
    verdict_needed = context.case.record.kind == "preference" and stated
    if "verdict" in compared or (compared and not verdict_needed):
        return None
    what = "gave a verdict" if verdict_needed else "answered the same question"
    return RuleResult(
        "passes",
        "needs_second_review",
        f"no two of {people.judgments} judgments {what}, so they could not have disagreed",
        "one more judgment that answers",
    )


def _second_review_rule(context: CaseContext) -> RuleResult | None:
    if _has_extra_pass(context) or not in_sample(context.case.id, context.layer):
        return None
    reason = f"drawn into the {context.layer.second_review_share:.0%} that get one more judgment"
    return RuleResult("second_review_share", "needs_second_review", reason, "one more judgment")


def _acceptance_rule(context: CaseContext) -> RuleResult:
    people = context.consensus.people
    changes = "a judgment that disagrees, an adjudication, or a change of the guideline"
    if not people.judgments:
        reason = "the layer asks for no judgment, and there is none"
        return RuleResult("passes", "accepted", reason, changes)
    if not people.n_answered:
        reason = f"all {people.judgments} judgments are there; {_comparison_text(context)}"
        return RuleResult("agreement", "accepted", reason, changes)
    outcome = context.consensus.outcome
    agreeing = max(people.verdicts.values()) if outcome != "prefers" else _for_winner(context)
    reason = f"{agreeing} of {people.n_answered} answers say {_words(outcome)}"
    return RuleResult("agreement", "accepted", reason, changes)


def _comparison_text(context: CaseContext) -> str:
    """What the judgments were compared on; with one judgment nothing was."""
    if context.consensus.people.judgments < 2:  # noqa: PLR2004  it takes two to disagree
        return "one judgment has nothing to disagree with"
    spread = [
        score
        for score in context.consensus.scores
        if score.agreed is None and sum(score.counts.values()) > 1
    ]
    agreed = Counter(context.comparable_questions)
    agreed["score"] -= len(spread)
    named = ", ".join(
        f"{count} {what}s" if count > 1 else f"one {what}"
        for what, count in agreed.items()
        if count > 0
    )
    note = f"the spread of scores on {', '.join(sorted({score.dimension for score in spread}))} is kept"
    parts = [f"they agree on {named}"] if named else []
    return "; ".join([*parts, *([note] if spread else [])])


def _not_endorsed(context: CaseContext, *, preserved: bool) -> RuleResult | None:
    """A record that exists to be imitated needs a candidate that is endorsed.

    Where a disagreement is to be preserved, it is refused if nobody disagrees and all are against it.
    """
    places = imitated_candidates(context.case.record)
    own = [context.standings[place] for place in places if place < len(context.standings)]
    if not own or any(standing.standing == "endorsed" for standing in own):
        return None
    if preserved and (context.disputes or any(standing.standing != "rejected" for standing in own)):
        return None
    first = next((standing for standing in own if standing.standing != "unjudged"), None)
    if first is not None and first.rule == OFF_SCALE:
        return RuleResult(
            "endorsement",
            "needs_adjudication",
            f"nothing says whether it may be imitated: {first.reason}",
            "an adjudication with a value on the scale",
        )
    if first is not None:
        return RuleResult(
            first.rule,
            "rejected",
            first.reason,
            "an adjudication that decides otherwise; a revision is a record of its own",
        )
    unjudged = own[0]
    if context.case.record.kind == "critique" or not context.consensus.people.judgments:
        # The critique is a label of its own, and a layer without passes asks nobody.
        return None
    machine = unjudged.rule == "verifier_missing"
    return RuleResult(
        "endorsement",
        "set_aside" if machine else "needs_second_review",
        f"nothing says whether it may be imitated: {unjudged.reason}",
        "run the verifiers" if machine else "a judgment that scores it",
    )


RULES: tuple[tuple[str, Rule], ...] = (
    ("adjudicated", _adjudication_rule),
    ("too few", _passes_rule),
    ("unstated", _verdict_passes_rule),
    ("stale", _versions_rule),
    ("abstained", _abstention_rule),
    ("contradicted", _priority_rule),
    ("disagreed", _agreement_rule),
    ("senior", _senior_rule),
    ("uncompared", _comparison_rule),
    ("sampled", _second_review_rule),
    ("accepted", _acceptance_rule),
)
"""The rules of review by name, in the order in which they apply; the last one always does."""


def in_sample(record: str, layer: ReviewLayer) -> bool:
    """Whether the record with this id is among the layer's share that gets one more judgment.

    The draw depends on the record's id and the layer's name alone, so it stays the same.
    """
    draw = int.from_bytes(sha256(f"{layer.id} {record}".encode())[:8]) / 2**64
    return draw < layer.second_review_share


def _has_extra_pass(context: CaseContext) -> bool:
    return context.consensus.people.judgments > context.layer.passes


def _for_winner(context: CaseContext) -> int:
    winner = context.consensus.candidate
    verdicts = context.consensus.distribution
    ranked = sum(count for key, count in verdicts.items() if key.startswith(f"ranks:{winner}>"))
    return verdicts.get(f"prefers:{winner}", 0) + ranked


def _words(name: str) -> str:
    return name.replace("_", " ")
