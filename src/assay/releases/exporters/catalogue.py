"""The exporters that come with Assay, and the table of what each can carry."""

from collections.abc import Iterable, Iterator

from assay.core.describe import field_descriptions
from assay.releases.exporters.carried_fields import CARRIED_FIELDS
from assay.releases.exporters.exporter import ExportFormat
from assay.releases.exporters.helpsteer import HelpSteerExport
from assay.releases.exporters.llama_factory import LlamaFactory
from assay.releases.exporters.openai import OpenAiChatExport, OpenAiPreferenceExport
from assay.releases.exporters.reasons import REASONS
from assay.releases.exporters.trl import (
    Kto,
    TrlConversational,
    TrlLanguageModeling,
    TrlPreference,
    TrlPromptCompletion,
    TrlPromptOnly,
    TrlStepwise,
    TrlUnpairedPreference,
)
from assay.releases.exporters.verl import Verl

EXPORTERS: dict[str, type[ExportFormat]] = {
    kind.name: kind
    for kind in (
        TrlPromptCompletion, TrlLanguageModeling, TrlConversational, TrlPreference,
        TrlUnpairedPreference, TrlPromptOnly, TrlStepwise, OpenAiChatExport, OpenAiPreferenceExport,
        Kto, HelpSteerExport, Verl, LlamaFactory,
    )
}  # fmt: skip
"""Every exporter by its name."""


_INTRODUCTION = """\
# Exports: what each format can carry

Every export counts what its format leaves out: `drop_report.md` and `drop_report.json` are written
next to the rows. This page is written from the exporters themselves
(`assay.releases.exporters.catalogue.render_matrix`), and a test compares the two.

Every record gives at least one row or is dropped for exactly one reason. A tie, both unacceptable,
insufficient context, a missing majority and a preserved disagreement never become a winner. What
the judgments say one by one (who, when, in which order, why) stays in the release: no trainer's
format carries it. The work beside a response is written only where it is asked for, as what it is:
observable steps.

The folder of an export loads with `datasets.load_dataset(folder)`: its `README.md` states the
columns' types, so that no loader fills one tool call's arguments with the empty keys of another, and
names its configuration by the release and a digest of the rows: another release, or a folder written
anew, is never taken for what was loaded before.
`row_records.jsonl` leads from each row to its record; `dropped.jsonl` gives the line of each dropped
record in the release's `records.jsonl`.

Arguments and schemas of tools are the source's own text where a format takes text (`openai:chat`); where it
takes an object, keys keep their order and numbers their type. What a model wrote for itself is written only
under the option `reasoning`. `assay release export --control-tokens drop|escape|refuse` says what becomes of
control tokens of chat templates inside a text, which a tokenizer would read as commands: `drop` leaves the
record out, `escape` puts a space into the token (`< /s>`), `refuse` stops the export. They are kept unless it
is said, and the drop report counts the rows that hold one, by column.

## What rows carry

`yes`: whole, with the default options. `part`: under an option, or some of it. Empty: it is lost,
and the drop report counts it. Pieces that no format carries are not shown."""


def render_matrix() -> str:
    """The page `docs/formats/exports.md`: what each format carries, by its own statement."""
    parts = [
        _INTRODUCTION,
        _matrix(),
        *(part for kind in EXPORTERS.values() for part in _section(kind)),
        "## Why a record is dropped",
        _table(("reason", "meaning"), ((f"`{code}`", text) for code, text in REASONS.items())),
    ]
    return "\n\n".join(parts) + "\n"


def _matrix() -> str:
    exporters = [kind() for kind in EXPORTERS.values()]
    head = ("piece", *(f"`{exporter.name}`" for exporter in exporters))
    rows = []
    for field in CARRIED_FIELDS:
        marks = (
            "yes" if field in exporter.carries else "part" if field in exporter.partly else ""
            for exporter in exporters
        )
        rows.append((field.replace("_", " "), *marks))
    return _table(head, [row for row in rows if any(row[1:])])


def _section(kind: type[ExportFormat]) -> Iterator[str]:
    yield f"## `{kind.name}`"
    yield f"{kind.summary[0].upper()}{kind.summary[1:]}. Stored as `train.{kind.storage}`."
    if kind.limits:
        yield "\n".join(f"- {limit}" for limit in kind.limits)
    if options := kind.__struct_fields__:
        described = field_descriptions(kind)
        defaults = kind()
        yield _table(
            ("option", "default", "meaning"),
            ((f"`{name}`", f"`{getattr(defaults, name)!r}`", described[name]) for name in options),
        )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
