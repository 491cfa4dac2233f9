"""Behaviours: observable, tied to conditions and evidence, with failures and measures of their own."""

import re
from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract

BROAD = re.compile(
    r"\b(?:be|being|become|is|are|act|stay|sound)\s+(?:\w+\s+)?"
    r"(?:helpful|useful|safe|safer|honest|truthful|harmless|good|better|smart|smarter|accurate|"
    r"reliable|trustworthy|friendly|polite|courteous|kind|considerate|professional|aligned|robust|responsible)\b"
    r"|\b(?:improve|better|increase|enhance|raise)\s+(?:\w+\s+){0,3}"
    r"(?:quality|reasoning|helpfulness|safety|usefulness|truthfulness|accuracy|performance)\b"
    r"|\b(?:high|good|better)[\s-]+quality\b",
    re.IGNORECASE,
)
"""Goals that nobody can see in an output: `be helpful`, `improve reasoning`."""

UNSEEN = re.compile(
    r"\s*(?:(?:the|a|an)\s+\w+\s+|it\s+|always\s+|truly\s+|really\s+|deeply\s+)*"
    r"(?:understands?|grasps?|recogni[sz]es?|appreciates?|knows?|cares?|feels?|thinks?|believes?|wants?|tries|intends?|loves?|respects?|"
    r"empathi[sz]es?|versteht|weiß|kennt|fühlt|comprend|connaît|entiende|comprende|sabe|capisce)\b",
    re.IGNORECASE,
)
"""Statements that begin with a state of mind: `understands the caller`."""

_SHORT = 10
"""Words up to which a broad goal is all that a statement says."""


@check("contract")
def no_behaviours(contract: Contract) -> Iterator[Fault]:
    """A contract says what the model must do."""
    if not contract.behaviours:
        yield Fault(
            "contract", ("behaviours",), "no-behaviours",
            "the contract does not say what the model must do",
            "add behaviours: each with a statement, conditions, evidence and dimensions",
        )  # fmt: skip


@check("contract")
def observable(contract: Contract) -> Iterator[Fault]:
    """Each behaviour has dimensions; a broad goal without them cannot be judged."""
    for place, behaviour in enumerate(contract.behaviours):
        if behaviour.dimensions:
            continue
        where = ("behaviours", place, "dimensions")
        if BROAD.search(behaviour.statement):
            yield Fault(
                "contract", where, "broad-goal",
                f"{behaviour.id!r} is a broad goal that nobody can observe, with no dimension beneath it",
                "break it into observable dimensions of the rubric and name them here",
            )  # fmt: skip
        else:
            yield Fault(
                "contract", where, "behaviour-without-dimension",
                f"nothing says how {behaviour.id!r} is judged",
                "name the dimensions of the rubric that belong to it",
            )  # fmt: skip


@check("contract")
def conditions(contract: Contract) -> Iterator[Fault]:
    """Each behaviour says under which conditions it is meant."""
    for place, behaviour in enumerate(contract.behaviours):
        if not behaviour.conditions:
            yield Fault(
                "contract", ("behaviours", place, "conditions"), "behaviour-without-conditions",
                f"{behaviour.id!r} does not say under which conditions it is meant",
                "say who asks, with which information, in which situation",
            )  # fmt: skip


@check("contract")
def evidence(contract: Contract) -> Iterator[Fault]:
    """Each behaviour says which evidence makes an output acceptable."""
    for place, behaviour in enumerate(contract.behaviours):
        if not behaviour.evidence:
            yield Fault(
                "contract", ("behaviours", place, "evidence"), "behaviour-without-evidence",
                f"{behaviour.id!r} does not say which evidence makes an output acceptable",
                "add 'evidence', and in 'acceptable_when' what it must say",
            )  # fmt: skip


@check("contract")
def seen_in_an_output(contract: Contract) -> Iterator[Fault]:
    """A statement is about something that can be seen, not a virtue or a state of mind."""
    for place, behaviour in enumerate(contract.behaviours):
        statement = behaviour.statement
        short = len(statement.split()) <= _SHORT
        broad = short and BROAD.search(statement)
        if behaviour.dimensions and (broad or UNSEEN.match(statement)):
            yield Fault(
                "contract", ("behaviours", place, "statement"), "behaviour-not-observable",
                f"{behaviour.id!r} states {'a virtue' if broad else 'a state of mind'}, whatever "
                "dimensions belong to it",
                "state what the output shows: names, asks, cites, declines, ends with, ...", "warning",
            )  # fmt: skip


@check("contract")
def behaviour_map_is_complete(contract: Contract) -> Iterator[Fault]:
    """The behaviour map has positive behaviour, prohibited outcomes and boundaries."""
    for place, behaviour in enumerate(contract.behaviours):
        for key, says in (
            ("positive", "what a good output shows"),
            ("prohibited", "which outcomes must not occur"),
            ("boundaries", "where it ends"),
        ):
            if not getattr(behaviour, key):
                yield Fault(
                    "contract", ("behaviours", place, key), "behaviour-map-incomplete",
                    f"{behaviour.id!r} does not say {says}", f"add {key!r}", "warning",
                )  # fmt: skip


@check("contract")
def no_failure_classes(contract: Contract) -> Iterator[Fault]:
    """A contract says which failures matter."""
    if not contract.failure_classes:
        yield Fault(
            "contract", ("failure_classes",), "no-failure-classes",
            "the contract does not say which failures matter most",
            "add failure classes, each with a severity and the behaviour that it violates",
        )  # fmt: skip


@check("contract", whole=(("contract", "failure_classes"),))
def failures(contract: Contract) -> Iterator[Fault]:
    """Each behaviour has a way of going wrong."""
    violated = {failure.behaviour for failure in contract.failure_classes}
    for place, behaviour in enumerate(contract.behaviours):
        if contract.failure_classes and behaviour.id not in violated:
            yield Fault(
                "contract", ("behaviours", place), "behaviour-without-failure-class",
                f"no failure class violates {behaviour.id!r}",
                "add the failure class that shows when the behaviour is absent", "warning",
            )  # fmt: skip


@check("contract", whole=(("contract", "supervision"),))
def behaviours_have_signals(contract: Contract) -> Iterator[Fault]:
    """Each behaviour has a signal."""
    shaped = {name for signal in contract.supervision for name in signal.behaviours}
    for place, behaviour in enumerate(contract.behaviours):
        if contract.supervision and behaviour.id not in shaped:
            yield Fault(
                "contract", ("behaviours", place), "behaviour-without-signal",
                f"no signal of the supervision mix shapes or measures {behaviour.id!r}",
                "add it to a signal's behaviours, or take it out of this contract", "warning",
            )  # fmt: skip


CHECKS: tuple[DocumentCheck, ...] = (
    no_behaviours, observable, seen_in_an_output, conditions, evidence, behaviour_map_is_complete,
    no_failure_classes, failures, behaviours_have_signals,
)  # fmt: skip
