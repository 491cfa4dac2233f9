"""The diagnosis in sentences and tables: failure modes, disagreement, shortcuts."""

from collections.abc import Iterator, Sequence

from assay.governance.failure_modes import MODES, Alarm
from assay.quality.disagreement import Disagreement
from assay.quality.outline import Block, table
from assay.quality.shortcuts.audit import ShortcutAudit
from assay.quality.wording import counts, number, plain, share

SHORTCUT_HEAD = ("group", "figure", "value", "rows", "prompts")
"""Columns of the table of shortcut audits."""


def tell_alarms(alarms: Sequence[Alarm]) -> Iterator[Block | str]:
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
            (MODES[each.mode].title, each.state.upper(), each.reason, each.remedy)
            for each in sorted(alarms, key=lambda alarm: order.index(alarm.state))
        ),
    )


def tell_disagreement(found: Disagreement) -> Iterator[Block | str]:
    """What the disagreement on pairs points to."""
    alpha = "undefined" if found.alpha is None else number(found.alpha)
    yield (
        f"Preferences on pairs: {found.items} items with two answers by {found.raters} reviewers, "
        f"nominal alpha {alpha}. What the disagreement points to, if anything, stands below; only "
        "the reasons that people give tell missing context from an unclear guideline."
    )
    yield table("Diagnosis", ("points to", "figures"), [(plain(found.cause), found.reason)])


def tell_shortcuts(audits: Sequence[ShortcutAudit]) -> Iterator[Block | str]:
    """The shortcut audit, group by group."""
    if not audits:
        yield "Nobody compared two candidates, so there is nothing to audit."
        return
    yield (
        "Odds ratios are for one standard deviation more of a feature, beside the scores that "
        "the same judgment gave, with errors clustered by prompt. Among pairs of equal substance "
        "no surface cue should win."
    )
    yield table(
        "Surface cues by group of reviewers",
        SHORTCUT_HEAD,
        shortcut_rows(audits),
    )


def shortcut_rows(audits: Sequence[ShortcutAudit]) -> list[tuple[str, ...]]:
    """The audits as rows under `SHORTCUT_HEAD`."""
    return [(each.group, *row) for each in audits for row in _audit_rows(each)]


def _audit_rows(found: ShortcutAudit) -> Iterator[tuple[str, ...]]:
    signs = "; ".join(found.signs) or "no sign beyond the thresholds"
    yield "level", f"{found.level}: {signs}", str(found.decided), str(found.prompts)
    held = ", ".join(found.adjusted_for) or "nothing: too few preferences are scored"
    yield "scores held equal", held, str(found.style.rows), str(found.style.prompts)
    for name, fitted in (("", found.style), (", equal substance", found.equal_substance)):
        rows, prompts = str(fitted.rows), str(fitted.prompts)
        if fitted.reason:
            yield f"odds ratios{name}", f"undefined: {fitted.reason}", rows, prompts
        for effect in fitted.effects:
            value = f"undefined: {effect.reason}"
            if effect.odds is not None and effect.low is not None and effect.high is not None:
                value = f"{effect.odds:.2f} ({effect.low:.2f} to {effect.high:.2f})"
            yield f"{plain(effect.feature)}{name}", value, rows, prompts
    surface = found.surface
    value = f"undefined: {surface.reason}"
    if surface.auc is not None and surface.low is not None and surface.high is not None:
        value = f"AUC {surface.auc:.3f} ({surface.low:.3f} to {surface.high:.3f})"
    yield "style alone predicts", value, str(surface.rows), str(surface.prompts)
    longer = found.longer_of_equals
    yield "longer of two equals", share(longer), str(longer.trials), ""
    place = found.position
    value = f"undefined: no order is recorded for {place.unrecorded}"
    if place.share is not None and place.low is not None and place.high is not None:
        value = (
            f"{place.first} first, {place.second} second: {place.share:.1%} "
            f"({place.low:.1%} to {place.high:.1%}); {place.unrecorded} unrecorded"
        )
    yield "place shown first", value, str(place.first + place.second), ""
    prefers_none = counts({plain(name): count for name, count in found.undecided.items()})
    yield "verdicts that prefer neither", prefers_none, "", ""
