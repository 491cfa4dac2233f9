"""Cases of priority rules at every boundary; the server's rule and the page's are held against them."""

from pathlib import Path
from typing import Any

import msgspec

from assay.contracts.priority import Rules, rules_of
from assay.contracts.rubric import Dimension, PriorityRule, Rubric

FILE = Path(__file__).parents[1] / "cases" / "priority.json"
"""The cases: a form, the scores of each candidate, and what the rules say."""


class PriorityCaseOutcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the rules say."""

    state: str
    """Whether there is a winner, and why not."""
    winner: int | None
    """Place of the winner."""
    rule: int | None
    """Place of the rule that is named, among those of the form."""
    vetoed: tuple[int, ...]
    """Places of the candidates that a veto hits."""


class PriorityCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scores, and what the rules say of them."""

    name: str
    """What the case is about, in words."""
    form: dict[str, Any]
    """What is asked, as the page gets it."""
    candidates: tuple[dict[str, int], ...]
    """Scores by dimension."""
    outcome: PriorityCaseOutcome
    """What the rules say."""

    def rules(self) -> Rules:
        """The rules of a rubric whose form this is."""
        dimensions = tuple(
            Dimension(
                id=asked["id"],
                question=asked["question"],
                scale="0..4",
                better=asked.get("better", "higher"),
                judged_by="expert",
            )
            for asked in self.form["dimensions"]
        )
        rubric = Rubric(
            apiVersion="assay/v1",
            kind="rubric",
            id="r",
            version="1.0.0",
            status="draft",
            title="r",
            dimensions=dimensions,
            priority=tuple(self._rule(rule) for rule in self.form["priority"]),
        )
        return rules_of(rubric)

    @staticmethod
    def _rule(rule: dict[str, Any]) -> PriorityRule:
        if rule["rule"] == "veto":
            return PriorityRule(
                veto=rule["dimension"], below=rule.get("below"), above=rule.get("above")
            )
        return PriorityRule(compare=rule["dimension"], by=rule.get("by"))

    def rule_name(self) -> str | None:
        """The rule that is named, as the server writes it."""
        place = self.outcome.rule
        if place is None:
            return None
        vetoes, comparisons = self.rules()
        priority = self.form["priority"]
        own = [rule["rule"] for rule in priority[:place]].count(priority[place]["rule"])
        return str((vetoes if priority[place]["rule"] == "veto" else comparisons)[own])


def priority_cases() -> list[PriorityCase]:
    """All cases."""
    return msgspec.json.decode(FILE.read_bytes(), type=list[PriorityCase])
