"""The texts of a release for people: README, data card, limitations and change log."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec

from assay.governance.failure_modes import MODES, Alarm
from assay.governance.rights import USES
from assay.quality.quota_coverage import MISSING, AxisCoverage, DistributionCoverage
from assay.releases.attachment_tally import AttachmentFigures
from assay.releases.diff import ReleaseDifference
from assay.releases.inputs import TypedDocuments
from assay.releases.manifest import ManifestHead
from assay.reserve.leakage import NOT_SOUGHT

README = "README.md"
"""The text that says what the release is and how to verify it."""

TEXTS = (README, "DATA_CARD.md", "LIMITATIONS.md", "CHANGELOG.md")
"""The texts, by file name."""

VERIFY_SCRIPT = Path(__file__).parent / "templates" / "verify.sh"
"""The shell lines by which a stranger verifies a release."""

STATE_MEANINGS: Mapping[str, str] = {
    "accepted": "the contract's rules accept it",
    "disagreement_preserved": "reviewers differ; the distribution of their answers is kept",
}
"""What the state of a released record means."""

STANDING_MEANINGS: Mapping[str, str] = {
    "endorsed": "evidence that could have counted against it supports it",
    "rejected": "a veto, a verifier, the policy, or agreed judgments count against it",
    "mixed": "judgments or verifiers count both for and against it",
    "unjudged": "nothing that could have counted against it was examined",
}
"""What the standing of a candidate means."""

_SHOWN = 20
"""Lines that the change log lists before it says how many more there are."""


class DataCardContext(msgspec.Struct, frozen=True, kw_only=True):
    """What the texts are about."""

    head: ManifestHead
    """The head of the manifest."""
    typed_documents: TypedDocuments
    """The documents in force."""
    covered: DistributionCoverage
    """Coverage of the contract's distribution by the records of the release."""
    key_id: str
    """Id of the key that signs."""
    difference: ReleaseDifference | None
    """What changed since the release before; None for a first release."""
    alarms: tuple[Alarm, ...]
    """Failure modes that were raised."""
    limitations: str
    """What people know of the data's limits, as Markdown."""
    attachments: AttachmentFigures | None
    """Images and other files that records show; None where none does."""


def render_texts(card_context: DataCardContext) -> dict[str, str]:
    """The texts: file name -> Markdown."""
    context = _context(card_context)
    return {name: _environment().get_template(f"{name}.j2").render(context) for name in TEXTS}


def render_readme(
    head: ManifestHead, typed_documents: TypedDocuments, key: str, script: str
) -> str:
    """The README of a release, from what a verifier has as well.

    Args:
        head: the head of the release's manifest.
        typed_documents: the documents in force.
        key: id of the key that signs.
        script: the shell lines that it shows.
    """
    template = _environment().get_template(f"{README}.j2")
    return template.render(
        head=head, typed_documents=typed_documents, key_id=key, verify_script=script
    )


def licences_of(head: ManifestHead) -> list[str]:
    """The licences of a release's source classes, each once, sorted; all of them bind."""
    return sorted({entry.licence for entry in head.source_classes if entry.licence})


def _context(card_context: DataCardContext) -> dict[str, Any]:
    head, typed_documents = card_context.head, card_context.typed_documents
    drawn_on = {entry.id for entry in head.source_classes}
    dimensions = typed_documents.rubric.dimensions
    return {
        "head": head,
        "typed_documents": typed_documents,
        "covered": card_context.covered,
        "key_id": card_context.key_id,
        "limitations": card_context.limitations,
        "attachments": card_context.attachments,
        "alarms": [(MODES[alarm.mode].title, alarm) for alarm in card_context.alarms],
        "verify_script": VERIFY_SCRIPT.read_text(),
        "licences": licences_of(head),
        "sources": [source for source in typed_documents.sources.classes if source.id in drawn_on],
        "uncertain": [dimension for dimension in dimensions if dimension.judged_by == "uncertain"],
        "evidence": {entry.dimension: entry for entry in head.dimensions},
        "state_meanings": STATE_MEANINGS,
        "standing_meanings": STANDING_MEANINGS,
        "compatible": typed_documents.contract.compatible,
        "not_sought": NOT_SOUGHT,
        "unverified": [
            dimension
            for dimension in dimensions
            if dimension.nature == "objective" and not dimension.verifier
        ],
        "gaps": [
            gap for gap in map(_gap, card_context.covered.axes) if gap["empty"] or gap["missing"]
        ],
        "denied": {
            entry.id: [use for use in USES if use not in entry.permitted]
            for entry in head.source_classes
        },
        **_changes(card_context.difference),
    }


def _gap(axis: AxisCoverage) -> dict[str, Any]:
    return {
        "axis": axis.axis,
        "empty": [
            coverage.value
            for coverage in axis.values
            if coverage.declared and not coverage.accepted
        ],
        "missing": sum(coverage.accepted for coverage in axis.values if coverage.value == MISSING),
    }


def _changes(difference: ReleaseDifference | None) -> dict[str, Any]:
    if difference is None:
        return {"difference": None}
    changes = {
        what: [
            f"`{change.id}`: {change.before} to {change.after}"
            for change in difference.changed
            if change.what == what
        ]
        for what in ("state", "judgments", "permitted")
    }
    return {
        "difference": difference,
        "changes": changes,
        "shown": _SHOWN,
        "listed": [
            ("Records added", [f"`{identity}`" for identity in difference.added]),
            ("Records removed", [f"`{identity}`" for identity in difference.removed]),
            ("Changed states", changes["state"]),
            ("Changed numbers of judgments", changes["judgments"]),
            ("Changed permitted uses", changes["permitted"]),
        ],
    }


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(VERIFY_SCRIPT.parent),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  Markdown, never HTML
    )
    environment.filters["line"] = _line
    environment.filters["cell"] = _cell
    return environment


def _line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def _cell(text: str) -> str:
    """A text on one line in a cell of a table."""
    return _line(text).replace("|", "\\|")
