"""The exporters that come with Assay, and the table of what each can carry."""

from collections.abc import Iterable, Iterator, Sequence

from assay.core.describe import field_descriptions
from assay.releases.exporters.argilla import ArgillaExport
from assay.releases.exporters.axolotl import Axolotl
from assay.releases.exporters.carried_fields import CARRIED_FIELDS
from assay.releases.exporters.critique import CritiqueExport, CritiqueSpans
from assay.releases.exporters.evaluation_tasks import InspectTask, LmEvalTask
from assay.releases.exporters.exporter import ExportFormat
from assay.releases.exporters.guard import GuardExport
from assay.releases.exporters.helpsteer import HelpSteerExport
from assay.releases.exporters.judge import JudgeExport
from assay.releases.exporters.llama_factory import LlamaFactory
from assay.releases.exporters.nemo_rl import HelpSteer3Export, NemoRlPreference
from assay.releases.exporters.openai import OpenAiChatExport, OpenAiPreferenceExport
from assay.releases.exporters.openrlhf import OpenRlhf
from assay.releases.exporters.reasons import REASONS
from assay.releases.exporters.reward import RewardExport
from assay.releases.exporters.rewardbench import RewardBenchExport
from assay.releases.exporters.safety_evaluation import SafetyEvaluation
from assay.releases.exporters.soft_preference import SoftPreference
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
from assay.releases.exporters.trl_vision import TrlVisionConversational, TrlVisionPreference
from assay.releases.exporters.verifiable import OpenInstruct
from assay.releases.exporters.verl import Verl, VerlMultiTurn
from assay.releases.exporters.votes import VotesExport

EXPORTERS: dict[str, type[ExportFormat]] = {
    kind.name: kind
    for kind in (
        TrlPromptCompletion, TrlLanguageModeling, TrlConversational, TrlPreference,
        TrlUnpairedPreference, TrlPromptOnly, TrlStepwise, OpenAiChatExport, OpenAiPreferenceExport,
        Kto, HelpSteerExport, Verl, LlamaFactory, GuardExport, SafetyEvaluation, CritiqueExport,
        CritiqueSpans, JudgeExport, RewardExport, SoftPreference, VotesExport,
        Axolotl, OpenRlhf, VerlMultiTurn, NemoRlPreference, HelpSteer3Export, OpenInstruct,
        RewardBenchExport, InspectTask, LmEvalTask, ArgillaExport,
        TrlVisionConversational, TrlVisionPreference,
    )
}  # fmt: skip
"""Every exporter by its name."""


_INTRODUCTION = """\
# Exports: what each format can carry

Every export counts what its format leaves out: `drop_report.md` and `drop_report.json` are written
next to the rows. This page is written from the exporters themselves
(`assay.releases.exporters.catalogue.render_matrix`), and a test compares the two.

Every record gives at least one row or is dropped for exactly one reason. The drop report names beside
each reason the options (two together where neither does alone), and the other formats, that would carry
records dropped for it. An export
without a row ends with exit code 1. A tie, both unacceptable,
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
record out, `escape` puts a space into the token (`< /s>`), `refuse` stops the export. They are kept by
default, and the drop report counts the rows that hold one, by column.

## What rows carry

Whole: with the default options. Part: under an option, or some of it. What a row of this table does
not name is lost in that format, and the drop report counts it."""


_OPENED_BY = """\
Exports of a small release with every kind of record were opened by the libraries themselves, on a CPU,
with tiny models of random weights; each that ran took every row. The checks compare what the library sees with what
was written: texts, speakers, tools and labels, and what its loss covers. `datasets` 5.2.0 loads every format. They
are `tests/unit/releases/exporters/test_trainers.py`, run with the Python of an environment that has
the libraries: `ASSAY_TRAINERS=/path/to/python make test-long`."""

_TRL = "TRL 1.16.0, Transformers 5.24.0"

OPENED: tuple[tuple[str, str, str], ...] = (
    (
        "`trl:conversational`, `trl:prompt-completion`, `openai:chat`, `critique`, `judge`",
        _TRL,
        "`SFTTrainer`, one step",
    ),
    ("`trl:preference`, `preference:soft` with `unit=vote`", _TRL, "`DPOTrainer`, one step"),
    ("`trl:unpaired-preference`", _TRL, "`KTOTrainer`, one step"),
    (
        "`trl:preference`, `preference:soft` with `margin=mean-strength`",
        _TRL,
        "`RewardTrainer`, one step",
    ),
    ("`trl:prompt-only`", _TRL, "`GRPOTrainer`, one step on four prompts"),
    ("`reward`", "Transformers 5.24.0", "squared loss of one output, backward"),
    ("`axolotl`", "axolotl 0.19.0", "`chat_template` strategy; only the answers have labels"),
    ("`trl:stepwise`", "axolotl 0.19.0", "`stepwise_supervised` strategy; labels compared"),
    ("`openrlhf`, all stages", "OpenRLHF 0.11.2", "`SFTDataset`, `RewardDataset`, `PromptDataset`"),
    ("`verl`", "verl 0.9.1", "`RLHFDataset`"),
    (
        "`verl:multi-turn`",
        "verl 0.9.1",
        "`MultiTurnSFTDataset`; its import for rows with images fails under Transformers 5.24",
    ),
    ("`argilla`", "argilla 2.8.0", "`Record.from_dict`; no server"),
    (
        "`llama-factory`, all stages",
        "LLaMA-Factory 0.9.5, Transformers 5.6.0",
        (
            "its converter: speakers, texts, system and tools; of `sft` its processor: the loss covers the "
            "model's turns alone"
        ),
    ),
    (
        "`rewardbench`",
        "rewardbench 0.1.4",
        "the loader of `rewardbench --dataset`; both sides as the chat template renders them",
    ),
    (
        "`inspect`",
        "Inspect 0.3.285",
        "the task, with a scripted model: input and target of each sample, and each target scores C",
    ),
    (
        "`lm-eval`",
        "lm-eval 0.4.13",
        "the task: each answer scores 1 and another 0; one run with its dummy model",
    ),
    (
        "`nemo-rl:preference`",
        "not run",
        "NeMo-RL wants CUDA; its `PreferenceDataset` and `preference_preprocessor` were read",
    ),
    (
        "`open-instruct`",
        "not run",
        "its `rlvr_tokenize_v3` was read: `messages`, `ground_truth`, `dataset`",
    ),
    (
        "`helpsteer3`",
        "not run",
        "NeMo-RL's loader was read: it takes the published set alone, from the Hub",
    ),
    (
        "`guard`, `safety:evaluation`, `critique:spans`, `votes`",
        "none",
        "no library prescribes them",
    ),
)
"""Formats, the library and version that opened them, and what ran."""


def render_matrix() -> str:
    """The page `docs/formats/exports.md`: what each format carries, by its own statement."""
    parts = [
        _INTRODUCTION,
        _matrix(),
        *(part for kind in EXPORTERS.values() for part in _section(kind)),
        "## What the libraries took",
        _OPENED_BY,
        _table(("format", "library", "what ran"), OPENED),
        "## Why a record is dropped",
        _table(("reason", "meaning"), ((f"`{code}`", text) for code, text in REASONS.items())),
    ]
    return "\n\n".join(parts) + "\n"


def _matrix() -> str:
    rows = []
    for kind in EXPORTERS.values():
        exporter = kind()
        whole = [field for field in CARRIED_FIELDS if field in exporter.carries]
        part = [field for field in CARRIED_FIELDS if field in exporter.partly - exporter.carries]
        rows.append((f"`{exporter.name}`", _words(whole), _words(part)))
    return _table(("format", "whole", "part"), rows)


def _words(fields: Sequence[str]) -> str:
    return ", ".join(field.replace("_", " ") for field in fields)


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
