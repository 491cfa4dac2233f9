"""The diagnosis in sentences and tables: failure modes, disagreement, shortcuts."""

from collections.abc import Iterator, Sequence

from assay.governance.failure_modes import MODES, Alarm
from assay.quality.disagreement import Disagreement
from assay.quality.failure_modes.forced_consensus import AdjudicatedSplits
from assay.quality.outline import Block, table
from assay.quality.shortcuts.alarm import in_words
from assay.quality.shortcuts.audit import ShortcutAudit
from assay.quality.shortcuts.cue_test import CueTest
from assay.quality.shortcuts.logit import Fitted
from assay.quality.shortcuts.predictor import Predictor
from assay.quality.wording import counts, number, plain, question_words, share

SHORTCUT_HEAD = ("group", "figure", "value", "rows", "prompts")
"""Columns of the table of shortcut audits."""


def alarm_blocks(alarms: Sequence[Alarm]) -> Iterator[Block | str]:
    """Raised ones first, then those that nothing is known of, then the clear ones."""
    order = ("raised", "unknown", "clear")
    yield (
        "What the judgments, dispositions and verifications show of five of the eight failure "
        "modes. The other three show at release and at validation."
    )
    yield table(
        "Failure modes",
        ("failure mode", "state", "what was seen", "what to do"),
        (
            (MODES[alarm.mode].title, alarm.state.upper(), alarm.reason, alarm.remedy)
            for alarm in sorted(alarms, key=lambda alarm: order.index(alarm.state))
        ),
    )


def disagreement_blocks(
    diagnoses: Sequence[Disagreement], adjudicated: Sequence[AdjudicatedSplits]
) -> Iterator[Block | str]:
    """What the disagreement on each question points to, and how adjudicators ended it."""
    if not diagnoses:
        yield "No question has answers of people, so there is no disagreement to diagnose."
        return
    yield (
        "What the disagreement on each question points to, if anything. Only the reasons that "
        "people give distinguish missing context from an unclear guideline. Dimensions with one right "
        "answer are left out: they are in dispute, not plural."
    )
    yield (
        "Alpha here is that of the search for sides: on a scale the distance of two answers is squared, "
        "on all else they are equal or not, and of very many answers a sample of the items is searched. "
        "It may differ from the alpha of the same question under Dimensions and Verdicts, which takes "
        "ranks on a scale, every item, and the order of the first, a tie and the second."
    )
    yield table(
        "Diagnosis",
        (
            "question",
            "items with two answers",
            "reviewers",
            "alpha of the search",
            "points to",
            "figures",
        ),
        (
            (
                question_words(diagnosis.question),
                str(diagnosis.items),
                str(diagnosis.raters),
                "undefined" if diagnosis.alpha is None else number(diagnosis.alpha),
                _CAUSES.get(diagnosis.cause, plain(diagnosis.cause)),
                diagnosis.reason,
            )
            for diagnosis in diagnoses
        ),
    )
    if adjudicated:
        yield table(
            "How adjudicators decided what reviewers answered differently",
            ("adjudicator", "question", "decided", "sides", "causes", "with a note"),
            (
                (
                    splits.adjudicator,
                    question_words(splits.question),
                    str(splits.n_decided),
                    counts(splits.sides),
                    counts(splits.causes),
                    str(splits.noted),
                )
                for splits in adjudicated
            ),
        )


_CAUSES = {
    "bad_raters": "a reviewer who stands out",
    "no_pattern": "no pattern found",
    "unknown": "too little to tell",
}


def shortcut_blocks(audits: Sequence[ShortcutAudit]) -> Iterator[Block | str]:
    """The shortcut audit, group by group."""
    if not audits:
        yield "Nobody compared candidates or scored single ones, so there is nothing to audit."
        return
    yield (
        "Substance is what other reviewers, adjudicators and verifiers say, never the judgment's "
        "own scores. Each cue is tested for itself at one family-wise risk, with all answers to "
        "one prompt kept together. Odds ratios are for one standard deviation more of a cue beside "
        "all others and substance (Firth's logit, 95 % profile intervals)."
    )
    yield table(
        "Surface cues by group of reviewers",
        SHORTCUT_HEAD,
        shortcut_rows(audits),
    )


def shortcut_rows(audits: Sequence[ShortcutAudit]) -> list[tuple[str, ...]]:
    """The audits as rows under `SHORTCUT_HEAD`."""
    return [(audit.group, *row) for audit in audits for row in _audit_rows(audit)]


def _audit_rows(audit: ShortcutAudit) -> Iterator[tuple[str, ...]]:
    substance = ", ".join(audit.substance) or "nothing: nobody else scored, verified or adjudicated"
    yield "substance held equal", substance, str(audit.decided), str(audit.prompts)
    for test in (audit.cues, *audit.marks):
        yield from _test_rows(test)
    for name, fitted in (("", audit.style), (", equal substance", audit.equal_substance)):
        yield from _fit_rows(name, fitted)
    yield from _predictor_rows(audit.predictor)
    longer = audit.longer_of_equals
    yield "longer of two equals", share(longer), str(longer.trials), ""
    place = audit.position
    value = f"undefined: no order is recorded for {place.unrecorded}"
    if place.share is not None and place.low is not None and place.high is not None:
        value = (
            f"{place.first} first, {place.second} second: {place.share:.1%} "
            f"({place.low:.1%} to {place.high:.1%}); {place.unrecorded} unrecorded"
        )
    yield "place shown first", value, str(place.first + place.second), ""
    prefers_none = counts({plain(name): count for name, count in audit.undecided.items()})
    yield "verdicts that prefer neither", prefers_none, "", ""


def _test_rows(test: CueTest) -> Iterator[tuple[str, ...]]:
    where = "" if test.question == "preferences" else f" on {test.question}"
    for effect in test.effects:
        state = "found" if test.is_found(effect) else "small" if test.is_small(effect) else "open"
        value = f"{state}: {in_words(test, effect)}; p = {effect.p:.3f}"
        yield f"{plain(effect.cue)} by itself{where}", value, str(effect.rows), str(test.prompts)
    if test.untested:
        rare = ", ".join(plain(cue) for cue in test.untested)
        yield f"too rare to test{where}", rare, str(test.rows), str(test.prompts)


def _fit_rows(name: str, fitted: Fitted) -> Iterator[tuple[str, ...]]:
    rows, prompts = str(fitted.rows), str(fitted.prompts)
    if fitted.reason:
        yield f"odds ratios{name}", f"undefined: {fitted.reason}", rows, prompts
    for effect in fitted.effects:
        value = f"undefined: {effect.reason}"
        if effect.odds is not None and effect.low is not None:
            high = "unbounded" if effect.high is None else f"{effect.high:.2f}"
            value = f"{effect.odds:.2f} ({effect.low:.2f} to {high})"
        yield f"{plain(effect.feature)}{name}", value, rows, prompts


def _predictor_rows(predictor: Predictor) -> Iterator[tuple[str, ...]]:
    for name, area in (
        ("style alone predicts", predictor.style),
        ("substance alone predicts", predictor.substance),
        ("style added to substance", predictor.added),
    ):
        value = f"undefined: {predictor.reason or 'nothing is known of substance'}"
        if area.auc is not None and area.low is not None and area.high is not None:
            what = "AUC" if area is not predictor.added else "AUC higher by"
            value = f"{what} {area.auc:.3f} ({area.low:.3f} to {area.high:.3f})"
        yield name, value, str(predictor.rows), str(predictor.prompts)
