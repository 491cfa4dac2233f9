"""People: exams that can discriminate, languages that somebody reads, separate openers, effective limits."""

import re
from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.checks.context import CheckContext
from assay.contracts.contract import Contract
from assay.contracts.words.folding import fold
from assay.contracts.words.languages import LANGUAGES

MOST_DAILY_MINUTES = 240
"""Half a working day: a daily cap above it limits nothing (a convention)."""

_WRITES = re.compile(
    r"\b(?:writ(?:es?|ing)|authors?|drafts?|composes?|annotates?|labels?|schreibt|verfasst|rédige|"
    r"escribe|redacta|scrive|schrijft|skriver|пишет)\b|執筆|作成|撰写|编写|작성",
    re.IGNORECASE,
)
_READS_LANGUAGES = re.compile(
    r"languag|bilingual|multilingual|native|fluent|translat|sprach|mutterspr|übersetz|langue|"
    r"traduct|idioma|lengua|lingua|madreling|talen|språk|язык|言語|母語|语言|母语|언어",
    re.IGNORECASE,
)


@check("contract", "context")
def exams_can_tell(contract: Contract, context: CheckContext) -> Iterator[Fault]:
    """An exam of this size distinguishes those who reach its pass mark from those who do not."""
    if context.exam_fault is None:
        return
    judging = {role for layer in contract.review.layers for role in layer.roles} | {"adjudicator"}
    for place, entry in enumerate(contract.roles):
        if entry.role not in judging or entry.test is None or entry.pass_mark is None:
            continue
        fault = context.exam_fault(entry)
        if fault is not None and fault.impossible:
            yield Fault(
                "contract", ("roles", place, "pass_mark"), "exam-impossible",
                f"{entry.role!r}: {fault.message}", fault.hint,
            )  # fmt: skip
        elif fault is not None:
            yield Fault(
                "contract", ("roles", place, "items"), "exam-cannot-tell",
                f"{entry.role!r}: {fault.message}", fault.hint, "warning",
            )  # fmt: skip


@check("contract", whole=(("contract", "roles"), ("contract", "review")))
def languages_are_read(contract: Contract) -> Iterator[Fault]:
    """Where records come in several languages, somebody is named who reads them."""
    values = contract.sampling.axes.get("language", ())
    judging = {role for layer in contract.review.layers for role in layer.roles}
    entries = [entry for entry in contract.roles if entry.role in judging]
    if len(values) < 2 or not entries or "language_specialist" in judging:  # noqa: PLR2004 - one needs no other
        return
    stated = " ".join(f"{entry.duty} {entry.expertise} {entry.test or ''}" for entry in entries)
    unread = [value for value in values if not _names(stated, value)]
    if unread and not _READS_LANGUAGES.search(stated):
        yield Fault(
            "contract", ("sampling", "axes", "language"), "language-without-specialist",
            f"records come in {', '.join(values)}, and no role that judges says that it reads "
            f"{', '.join(unread)}",
            "let a 'language_specialist' judge in a layer, or say in 'expertise' which languages a role "
            "reads",
            "warning",
        )  # fmt: skip


@check("contract", whole=(("contract", "roles"), ("contract", "review")))
def openers_stand_apart(contract: Contract) -> Iterator[Fault]:
    """Who may open the reserve makes no training data."""
    if contract.reserve is None:
        return
    judging = {role: layer.id for layer in contract.review.layers for role in layer.roles}
    duties = {entry.role: entry.duty for entry in contract.roles}
    for place, role in enumerate(contract.reserve.openers):
        if role in {"author", "reviewer"}:
            continue  # already an error on its own
        if role in judging:
            why = f"the role {role!r} judges training data in {judging[role]!r}"
        elif _WRITES.search(duties.get(role, "")):
            why = f"the role {role!r} makes training data: {duties[role]!r}"
        else:
            continue
        yield Fault(
            "contract", ("reserve", "openers", place), "opener-makes-training-data",
            f"{why}, and may open the reserve",
            "let a role open it that neither writes nor judges what is trained on", "warning",
        )  # fmt: skip


@check("contract")
def limits_limit(contract: Contract) -> Iterator[Fault]:
    """A cap on severe content leaves part of the day without it, and a break comes before its end."""
    welfare = contract.welfare
    if welfare is None:
        return
    daily, pause = welfare.daily_minutes, welfare.break_after_minutes
    if daily is not None and daily > MOST_DAILY_MINUTES:
        yield Fault(
            "contract", ("welfare", "daily_minutes"), "welfare-without-limit",
            f"{daily} minutes a day is more than half a working day ({MOST_DAILY_MINUTES})",
            f"give {MOST_DAILY_MINUTES} minutes or fewer", "warning",
        )  # fmt: skip
    if daily is not None and pause is not None and pause >= daily:
        yield Fault(
            "contract", ("welfare", "break_after_minutes"), "welfare-without-limit",
            f"a break after {pause} minutes never comes: the day's cap is {daily}",
            "let the break come before the day's cap", "warning",
        )  # fmt: skip


def _names(stated: str, value: str) -> bool:
    """Whether a text names a language that is given by its code or its name."""
    code = fold(value).split()[:1]
    names = (value, *(LANGUAGES.get(code[0], ()) if code else ()))
    return any(fold(name) in fold(stated) for name in names if len(name) > 2)  # noqa: PLR2004 - codes are two letters


CHECKS: tuple[DocumentCheck, ...] = (
    exams_can_tell, languages_are_read, openers_stand_apart, limits_limit,
)  # fmt: skip
