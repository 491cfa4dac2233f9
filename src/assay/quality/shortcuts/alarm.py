"""The alarm: whether a surface cue wins among people, or whether that could have been seen at all."""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

from assay.governance.failure_modes import Alarm
from assay.quality.shortcuts.audit import ShortcutAudit
from assay.quality.shortcuts.cue_test import (
    COMMON,
    RISK,
    CueEffect,
    CueTest,
)
from assay.quality.shortcuts.noisy_substance import POSITION
from assay.quality.shortcuts.predictor import MIN_DECIDED

SHOWN = 3
"""Findings that are named."""

RATE = f"family-wise risk {RISK:.0%}"


def surface_cue_alarm(audits: Sequence[ShortcutAudit]) -> Alarm:
    """What the audits say of people, and of labels whose author is not named.

    `raised`: a cue is found with substance held equal, or the place is. `clear`: for every common cue each
    effect that matters is excluded. Otherwise `unknown`. Models are audited apart from people; their
    verdicts decide nothing, so they raise nothing.
    """
    people = [audit for audit in audits if not audit.group.startswith("model ")]
    findings = [text for audit in people for text in _cues_beyond_chance(audit)]
    if findings:
        return _alarm("raised", f"{'; '.join(findings[:SHOWN])}; {RATE}")
    large_enough = [audit for audit in people if audit.decided >= MIN_DECIDED]
    marks = [test for audit in people for test in audit.marks]
    if not large_enough and not marks:
        decided = sum(audit.decided for audit in people)
        return _alarm("unknown", f"{decided} preferences between two answers are too few to tell")
    held = [test for test in marks if test.substance]
    tests = [audit.cues for audit in large_enough] or held or marks
    reasons = [text for test in tests if (text := _why_not_clear(test))]
    if not reasons:
        reasons = [text for audit in large_enough if (text := _adds(audit))]
    if reasons:
        return _alarm("unknown", "; ".join(reasons))
    bare = sorted(test.question for test in marks if not test.substance)
    texts = [_clear(test) for test in tests] + [RATE]
    if bare:
        texts.append(f"scores without independent evidence say nothing: {', '.join(bare)}")
    return _alarm("clear", "; ".join(texts))


def _cues_beyond_chance(audit: ShortcutAudit) -> Iterator[str]:
    """Cues beyond chance, where substance is known; the place needs none."""
    for test in (audit.cues, *audit.marks):
        for effect in test.effects:
            if test.is_found(effect) and (test.substance or effect.cue == POSITION):
                yield f"{audit.group}: {in_words(test, effect)}"


def _why_not_clear(test: CueTest) -> str:
    """Why the absence of a finding means nothing; empty where it means something."""
    if not test.substance:
        signs = [in_words(test, effect) for effect in test.effects if test.is_found(effect)]
        seen = "; ".join(signs[:SHOWN]) or "no cue goes with the answers beyond chance"
        return (
            f"{test.question}: no second reviewer's scores, verifier or adjudication says which "
            f"answer is better, so substance cannot be held equal; {seen}"
        )
    common = [effect for effect in test.effects if effect.rows >= COMMON * test.rows]
    if all(effect.cue == POSITION for effect in common):
        return f"{test.question}: no surface cue differs often enough among {test.rows} rows"
    open_ones = [effect for effect in common if not test.is_small(effect)]
    if open_ones:
        worst = max(open_ones, key=lambda effect: effect.smallest)
        return (
            f"{test.question}: too few to tell whether {_word(worst.cue)} wins: only "
            f"{_power(test, worst)} or more would have shown, at n = {worst.rows}, and "
            f"{_matters(test, worst)} matters"
        )
    if test.confounded:
        cues = ", ".join(_word(cue) for cue in test.confounded)
        return (
            f"{test.question}: reviewers also score answers with more of {cues} higher, and no "
            "verifier or adjudication says whether they are better"
        )
    return ""


def _adds(audit: ShortcutAudit) -> str:
    """Style that adds to the prediction although no cue alone is found."""
    added = audit.predictor.added
    if added.low is None or added.auc is None or added.low <= 0:
        return ""
    return (
        f"no cue alone wins, but style adds {added.auc:.3f} (at least {added.low:.3f}) to the area "
        "under the curve of substance"
    )


def _clear(test: CueTest) -> str:
    common = [effect for effect in test.effects if effect.rows >= COMMON * test.rows]
    weakest = max(common, key=lambda effect: effect.smallest)
    rare = [effect.cue for effect in test.effects if effect not in common]
    left = sorted({*rare, *test.untested})
    names = ", ".join(_word(cue) for cue in left)
    return (
        f"{test.question}: no cue wins with {', '.join(test.substance)} held equal; would have shown "
        f"{_power(test, weakest)} at n = {weakest.rows}"
        + (f"; too rare to be part of this: {names}" if left else "")
    )


def in_words(test: CueTest, effect: CueEffect) -> str:
    """One cue's effect in words, with its figures."""
    more = effect.effect > test.null
    if effect.cue == POSITION:
        what = f"the {'first' if more else 'second'} place wins"
    else:
        what = f"{'more' if more else 'less'} {_word(effect.cue)} wins"
    where = "" if test.question == "preferences" else f" on {test.question}"
    with_substance = f", with {', '.join(test.substance)} held equal" if test.substance else ""
    if test.measure == "correlation":
        return (
            f"{what}{where}: correlation {effect.effect:.2f} ({effect.low:.2f} to "
            f"{effect.high:.2f}), n = {test.rows}{with_substance}"
        )
    share, low, high = (
        (effect.effect, effect.low, effect.high)
        if more
        else (1 - effect.effect, 1 - effect.high, 1 - effect.low)
    )
    return (
        f"{what}{where}: {min(1.0, share):.1%} ({max(0.0, low):.1%} to {min(1.0, high):.1%}) of "
        f"{effect.rows} decisions{with_substance}"
    )


def _power(test: CueTest, effect: CueEffect) -> str:
    if test.measure == "correlation":
        return f"a correlation of {effect.smallest:.2f}"
    share = min(100, math.ceil(100 * effect.smallest))
    return f"{share} : {100 - share}"


def _matters(test: CueTest, effect: CueEffect) -> str:
    if test.measure == "correlation":
        return f"a correlation of {test.matters(effect):.2f}"
    share = round(100 * (test.null + test.matters(effect)))
    return f"{share} : {100 - share}"


def _word(cue: str) -> str:
    return cue.replace("_", " ")


def _alarm(state: Literal["raised", "clear", "unknown"], reason: str) -> Alarm:
    remedies = {
        "raised": "ask for reasons tied to dimensions, show both answers in one form, and retrain "
        "reviewers on equal pairs",
        "unknown": "have a second person score each dimension, run the verifiers, or adjudicate a "
        "sample; then judge more pairs of equal substance",
    }
    return Alarm(
        mode="surface_cue_preference",
        state=state,
        stage="quality",
        reason=reason,
        remedy=remedies.get(state, ""),
    )
