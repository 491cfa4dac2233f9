"""Rules: what a policy asks, written in CEL by those who know it and no Python."""

from typing import Literal, NamedTuple

import msgspec

from assay.core.errors import InputError
from assay.records.candidate import Step, candidate_text
from assay.records.evidence import Evidence
from assay.records.record import Record
from assay.records.task import ToolCall
from assay.verification.cases import case
from assay.verification.expression import ExpressionBudgetError
from assay.verification.rule import Expression, Rule, read_rules
from assay.verification.rule_view import View, is_json, value_or_none
from assay.verification.schema import schema_fault
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase

Answer = Literal["kept", "broken", "not_applying", "unknown"]
"""What a rule says of a candidate."""


class RuleFinding(NamedTuple):
    """One rule's answer."""

    rule: Rule
    """The rule that was evaluated."""
    answer: Answer
    """Whether the candidate keeps it, as far as is known."""
    why: str = ""
    """What does not fit, or why nothing is known."""

    @property
    def description(self) -> str:
        """The ruling in words."""
        text = self.rule.text
        if self.answer == "unknown":
            return f"the rule {text.id} cannot be evaluated: {self.why}"
        where = f" (section {text.section})" if text.section else ""
        return f"{text.id}: {text.reason}{where}" + (f"; {self.why}" if self.why else "")


class RulesVerifier(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Checks a candidate against rules in CEL."""

    name = "rules"
    version = "2"
    summary = (
        "Rules in CEL over the record hold: length, format, required and forbidden content, schema"
    )
    covers = "what the rules say, and nothing else"
    limits = (
        "A rule sees words, not what they mean: the forbidden thing said otherwise passes.",
        "Sentences are counted by their final punctuation; an abbreviation before a space counts as one.",
        "A rule that cannot be evaluated on an answer is `uncarried`, and so is a record too large for it (a million characters; in a loop 200,000 and 10,000 items, 1,000 where it filters or matches; 20,000 and 200 in a loop within a loop), and one that takes more than 2 s of processor time.",
        "Patterns are those of Rust's regex: linear in time, without look-around and back-references.",
        "Who or what made a candidate is not shown to a rule.",
    )

    rules: str = ""
    """A list of rules as YAML or JSON text: id, reason, require (CEL) or schema, when, section."""

    def __post_init__(self) -> None:
        """Check every rule.

        Raises:
            UsageError: naming every fault of every rule.
        """
        if self.rules:
            read_rules(self.rules)

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Evaluate every rule."""
        if not self.rules:
            return Found(verdict=VerifierError(reason="no rule is given: set the option `rules`"))
        view, text = View(record, candidate), candidate_text(record.candidates[candidate])
        rulings = [_ruling(rule, view, text) for rule in read_rules(self.rules)]
        broken = [finding for finding in rulings if finding.answer == "broken"]
        unknown = [finding for finding in rulings if finding.answer == "unknown"]
        names_kept = [finding.rule.text.id for finding in rulings if finding.answer == "kept"]
        evidence = tuple(_evidence(finding, candidate) for finding in (*broken, *unknown))
        note = _note(names_kept, rulings)
        # A broken rule decides, whatever other rules cannot be evaluated.
        if broken:
            reason = "; ".join(finding.description for finding in broken)
            return Found(verdict=Fail(reason=reason), note=note, evidence=evidence)
        if unknown:
            reason = "; ".join(finding.description for finding in unknown)
            return Found(verdict=Uncarried(reason=reason), note=note, evidence=evidence)
        if not names_kept:
            return NothingToVerify(reason="no rule applies")
        return Found(verdict=Pass(), note=note)

    def cases(self) -> tuple[VerifierCase, ...]:
        """Rules that hold pass; each sort of broken rule is found, and none applying is not a pass."""
        searched = (Step(call=ToolCall(name="search", arguments='{"q":"fare"}'), output="3"),)
        return (
            case("all rules hold", "pass", "The fare is 3 crowns.", rules=_CASE_RULES),
            case("one of three is broken", "fail", "The FARE is 3, call 555-0199.", rules=_CASE_RULES),
            case("too many letters", "fail", "fare " + "ø" * 60, rules=_CASE_RULES),
            case("many bytes, few letters", "pass", "fare " + "ø" * 55, rules=_CASE_RULES),
            case("a required word is missing", "fail", "3 crowns.", rules=_CASE_RULES),
            case("a tool that may not be used", "fail", "The fare is 3.", work=searched, rules=_CASE_RULES),
            case("JSON that does not fit", "fail", '{"fare": "3"}', rules=_CASE_SCHEMA),
            case("a field that is not there", "uncarried", "{}", rules=_rule("json.fare > 1")),
            case("no rule applies", "nothing", "{}", rules=_rule("false", when="!is_json")),
        )  # fmt: skip


def _ruling(rule: Rule, view: View, text: str) -> RuleFinding:
    try:
        if rule.when is not None and not _holds(rule.when, view):
            return RuleFinding(rule, "not_applying")
        if rule.require is not None and not _holds(rule.require, view):
            return RuleFinding(rule, "broken")
        misfit = _misfit(rule, text)
    except ExpressionBudgetError as error:
        return RuleFinding(rule, "unknown", str(error))
    except InputError as error:
        return RuleFinding(rule, "unknown", error.message)
    return RuleFinding(rule, "broken", misfit) if misfit else RuleFinding(rule, "kept")


def _holds(expression: Expression, view: View) -> bool:
    return expression.holds(view.of(expression.variables, expression.bounds))


def _misfit(rule: Rule, text: str) -> str:
    """What of the rule's schema the response does not fit; empty where it fits."""
    if not rule.schema:
        return ""
    if not is_json(text):
        return "the response is not JSON"
    return schema_fault(rule.schema, value_or_none(text), linear=True) or ""


def _evidence(ruling: RuleFinding, candidate: int) -> Evidence:
    section = ruling.rule.text.section
    return Evidence(
        kind="test",
        text=ruling.description,
        locator=f"policy section {section}" if section else None,
        candidate=candidate,
    )


def _note(names_kept: list[str], rulings: list[RuleFinding]) -> str:
    counts = {
        name: sum(finding.answer == name for finding in rulings)
        for name in ("broken", "unknown", "not_applying")
    }
    parts = [f"{len(names_kept)} of {len(rulings)} rules kept"]
    parts += [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    return ", ".join(parts)


def _rule(require: str, when: str = "") -> str:
    rule = {"id": "only", "reason": "it does not hold", "require": require, "when": when}
    return msgspec.json.encode([rule]).decode()


_CASE_RULES = r"""
- id: short
  reason: longer than sixty characters
  section: "1.1"
  require: characters <= 60
- id: no_phone
  reason: gives a phone number
  section: "1.2"
  require: "!response.matches('[0-9]{3}-[0-9]{4}')"
- id: names_the_fare
  reason: does not name the fare
  require: lower(response).contains('fare')
- id: no_search
  reason: searches where it must not
  when: length(calls) > 0
  require: calls.all(call, call.tool != 'search')
"""
_CASE_SCHEMA = """
- id: shape
  reason: not the agreed shape
  schema: {type: object, properties: {fare: {type: integer}}}
"""
