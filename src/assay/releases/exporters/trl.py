"""The dataset types of TRL (huggingface.co/docs/trl/dataset_formats), as of TRL 1.9.

Each type but two has a standard form (plain texts) and a conversational one (lists of messages).
Conversational is the default: it carries system messages, several turns and tool calls, and
leaves the chat template to the trainer.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from assay.records.candidate import Candidate
from assay.records.kinds import Process
from assay.records.task import Task
from assay.releases.exporters.carried_fields import CarriedField, weights_followed
from assay.releases.exporters.comparison import (
    Pairs,
    chosen_and_rejected,
    desirability_labels,
    labels_carried,
    pairs_carried,
    refuse_disagreement,
)
from assay.releases.exporters.conversation import (
    Form,
    messages_column,
    plain_prompt,
    plain_response,
    response_messages,
    says_something,
    side_column,
    spell_messages,
    spelled_tools,
    text_column,
    work_messages,
    work_text,
)
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.imitation import (
    Imitation,
    MessageImitation,
    demonstration_of,
    refuse_untrained,
)
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

TOOLS_COLUMN: Column = messages_column("tools")
"""Tools as JSON schemas; absent from the rows of tasks without tools."""

_NO_TEMPLATE = "The standard form carries tasks of one user message; it invents no chat template."


def _prompt(task: Task, form: Form, reasoning: str = "") -> Any:
    if form == "standard":
        return plain_prompt(task)
    return spell_messages(task.messages, "template", reasoning=reasoning)


def _response(candidate: Candidate, form: Form, *, work: bool, reasoning: str = "") -> Any:
    if form == "standard":
        text = work_text(candidate) if work else plain_response(candidate)
        if not text.strip():
            raise NotCarriedError("no_response")
        return text
    messages = work_messages(candidate) if work else response_messages(candidate)
    if not says_something(messages):
        raise NotCarriedError("no_response")
    return spell_messages(messages, "template", reasoning=reasoning)


def _tools(task: Task, form: Form) -> dict[str, Any]:
    """The `tools` column of a row, where the form and the task have one."""
    if form == "standard" or not task.tools:
        return {}
    return {"tools": spelled_tools(task.tools)}


class TrlLanguageModeling(Imitation, frozen=True, kw_only=True):
    """Prompt and response as one text."""

    name: ClassVar[str] = "trl:language-modeling"
    summary: ClassVar[str] = "one `text` of prompt and response, for SFT"
    limits: ClassVar[tuple[str, ...]] = (
        _NO_TEMPLATE,
        "Prompt and response are joined by the option `between`; the loss covers both.",
    )

    between: str = "\n\n"
    """The text between the prompt and the response."""

    @property
    def columns(self) -> Sequence[Column]:
        """The column with its type."""
        return (text_column("text"),)

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"candidates"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a demonstration."""
        candidate = demonstration_of(released, trajectories=self.trajectories)
        refuse_untrained(candidate)
        response = _response(candidate, "standard", work=self.work)
        text = f"{plain_prompt(released.record.task)}{self.between}{response}"
        return Carried(
            rows=(ExportRow(values={"text": text}, candidates=(0,)),),
            carried={
                "work_steps": self.steps_carried(candidate),
                "training_weights": weights_followed(released.record, whole=True),
            },
        )


class TrlConversational(MessageImitation, frozen=True, kw_only=True):
    """A whole conversation in one column."""

    name: ClassVar[str] = "trl:conversational"
    summary: ClassVar[str] = "one conversation as `messages`, with `tools`, for SFT"
    limits: ClassVar[tuple[str, ...]] = (
        "The loss covers every turn, or the model's (`assistant_only_loss`); weights are not read.",
    )

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return messages_column("messages"), TOOLS_COLUMN

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"candidates", "tools"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a demonstration."""
        task = released.record.task
        candidate = demonstration_of(released, trajectories=self.trajectories)
        refuse_untrained(candidate)
        response = _response(candidate, "conversational", work=self.work, reasoning=self.reasoning)
        values = {"messages": [*_prompt(task, "conversational", self.reasoning), *response]}
        return Carried(
            rows=(ExportRow(values=values | _tools(task, "conversational"), candidates=(0,)),),
            carried={
                "work_steps": self.steps_carried(candidate),
                "reasoning": self.reasoning_carried(released.record),
                "training_weights": weights_followed(released.record, whole=True),
            },
        )


class TrlPromptCompletion(MessageImitation, frozen=True, kw_only=True):
    """Prompt and response in two columns."""

    name: ClassVar[str] = "trl:prompt-completion"
    summary: ClassVar[str] = "`prompt` and `completion`, for SFT with the loss on the completion"
    limits: ClassVar[tuple[str, ...]] = (_NO_TEMPLATE,)

    form: Form = "conversational"
    """`standard` (plain texts) or `conversational` (lists of messages)."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return _columns(("prompt", "completion"), self.form)

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return _with_tools({"candidates"}, self.form)

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a demonstration."""
        task = released.record.task
        candidate = demonstration_of(released, trajectories=self.trajectories)
        refuse_untrained(candidate)
        messages = self.form == "conversational"
        values = {
            "prompt": _prompt(task, self.form, self.reasoning),
            "completion": _response(candidate, self.form, work=self.work, reasoning=self.reasoning),
        }
        return Carried(
            rows=(ExportRow(values=values | _tools(task, self.form), candidates=(0,)),),
            carried={
                "work_steps": self.steps_carried(candidate),
                "reasoning": self.reasoning_carried(released.record) if messages else 0,
                "training_weights": weights_followed(released.record, whole=False),
            },
        )


class TrlPromptOnly(ExportFormat, frozen=True, kw_only=True):
    """The prompt of every record."""

    name: ClassVar[str] = "trl:prompt-only"
    summary: ClassVar[str] = "`prompt` alone, for online methods such as GRPO"
    limits: ClassVar[tuple[str, ...]] = (
        _NO_TEMPLATE,
        "Every record gives its prompt, also one of which no response may be used.",
        "Records that share a prompt give it as often as there are records.",
    )

    form: Form = "conversational"
    """`standard` (plain texts) or `conversational` (lists of messages)."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return _columns(("prompt",), self.form)

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return _with_tools(set(), self.form)

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for any record."""
        task = released.record.task
        values = {"prompt": _prompt(task, self.form)} | _tools(task, self.form)
        return Carried(rows=(ExportRow(values=values),))


class TrlPreference(ExportFormat, frozen=True, kw_only=True):
    """A better and a worse response to one prompt."""

    name: ClassVar[str] = "trl:preference"
    summary: ClassVar[str] = "`prompt`, `chosen` and `rejected`, for DPO and reward models"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "strengths", "training_weights"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        _NO_TEMPLATE,
        "A record without a winner gives no pair: TRL has no row for a tie.",
        "DPO reads no weight and no distribution; only the reward trainer reads `margin`.",
    )

    form: Form = "conversational"
    """`standard` (plain texts) or `conversational` (lists of messages)."""
    pairs: Pairs = "best-worst"
    """Of a ranking: `best-worst` (first group against last) or `all` (each better and worse)."""
    margin: Literal["none", "mean-strength"] = "none"
    """`mean-strength` writes the mean strength with which the winner was preferred as `margin`."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        margin: tuple[Column, ...] = ({"name": "margin", "dtype": "float64"},)
        columns = _columns(("prompt", "chosen", "rejected"), self.form)
        return columns if self.margin == "none" else (*columns, *margin)

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return _with_tools(set(), self.form)

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for each pair of which the judgments agree that one is better."""
        pairs = chosen_and_rejected(released, self.pairs)
        margin = self._margin(released)
        # The mean strength is the winner's: it says nothing of the other pairs of a ranking.
        if margin:
            pairs = [pair for pair in pairs if pair[0] == released.consensus.candidate]
        rows = tuple(self._row(released, pair, margin) for pair in pairs)
        spoken = self._strengths_carried(released)
        weights = weights_followed(released.record, whole=False)
        carried: dict[CarriedField, int] = {"strengths": spoken, "training_weights": weights}
        return Carried(rows=rows, carried=pairs_carried(pairs) | carried)

    def _strengths_carried(self, released: ReleasedRecord) -> int:
        """Judgments whose strength the margin says: all where they are equal, else none."""
        strengths = released.consensus.strengths
        alike = self.margin != "none" and len(strengths) == 1
        return sum(strengths.values()) if alike else 0

    def _row(
        self, released: ReleasedRecord, pair: tuple[int, int], margin: dict[str, float]
    ) -> ExportRow:
        record = released.record
        chosen, rejected = (record.candidates[place] for place in pair)
        values = {
            "prompt": _prompt(record.task, self.form),
            "chosen": _response(chosen, self.form, work=False),
            "rejected": _response(rejected, self.form, work=False),
        }
        return ExportRow(values=values | _tools(record.task, self.form) | margin, candidates=pair)

    def _margin(self, released: ReleasedRecord) -> dict[str, float]:
        """The `margin` column of the winner's pairs, where it was asked for."""
        if self.margin == "none":
            return {}
        strengths = released.consensus.strengths
        if released.consensus.candidate is None or not strengths:
            raise NotCarriedError("no_strength")
        total = sum(strength * judgments for strength, judgments in strengths.items())
        return {"margin": total / sum(strengths.values())}


class TrlUnpairedPreference(ExportFormat, frozen=True, kw_only=True):
    """One response with a label: desirable or not."""

    name: ClassVar[str] = "trl:unpaired-preference"
    summary: ClassVar[str] = "`prompt`, `completion` and a true or false `label`, for KTO and BCO"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "training_weights"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        _NO_TEMPLATE,
        "The better candidate is labelled true and the worse false, as TRL itself unpairs.",
        "A worse candidate that is endorsed has no row: that it lost says nothing against it.",
        "Both unacceptable is carried: every candidate is labelled false.",
        "Without a comparison an endorsed candidate is labelled true and a rejected one false.",
        "With all pairs, a candidate in the middle of a ranking is on both sides and left out.",
    )

    form: Form = "conversational"
    """`standard` (plain texts) or `conversational` (lists of messages)."""
    pairs: Pairs = "best-worst"
    """Of a ranking: `best-worst` (first group against last) or `all` (each better and worse)."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return (*_columns(("prompt", "completion"), self.form), {"name": "label", "dtype": "bool"})

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return _with_tools(set(), self.form)

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for each candidate that is desirable or undesirable."""
        task, candidates = released.record.task, released.record.candidates
        labels = desirability_labels(released, self.pairs)
        rows = tuple(
            ExportRow(
                values={
                    "prompt": _prompt(task, self.form),
                    "completion": _response(candidates[place], self.form, work=False),
                    "label": desirable,
                }
                | _tools(task, self.form),
                candidates=(place,),
            )
            for place, desirable in labels
        )
        weights = weights_followed(released.record, whole=False)
        return Carried(rows=rows, carried=labels_carried(labels) | {"training_weights": weights})


class Kto(TrlUnpairedPreference, frozen=True, kw_only=True):
    """The same as unpaired preference, in plain texts."""

    name: ClassVar[str] = "kto"
    summary: ClassVar[str] = "plain `prompt` and `completion` with a `label`, for KTO trainers"

    form: Form = "standard"
    """`standard` (plain texts) or `conversational` (lists of messages)."""


class TrlStepwise(ExportFormat, frozen=True, kw_only=True):
    """Observable steps, each right or wrong."""

    name: ClassVar[str] = "trl:stepwise"
    summary: ClassVar[str] = (
        "`prompt`, `completions` step by step and `labels`, for process rewards"
    )
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"work_steps", "step_labels"})
    limits: ClassVar[tuple[str, ...]] = (
        "TRL has no conversational form here: the task is one user message.",
        "A step is true or false: a neutral, undecided or unlabelled step has no row.",
        "`truncate` ends a row with its first bad step, so that what follows needs no label.",
    )

    steps: Literal["drop-record", "truncate"] = "drop-record"
    """`drop-record` wants a label on every step; `truncate` wants them up to the first bad one."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return (
            text_column("prompt"),
            {"name": "completions", "list": "string"},
            {"name": "labels", "list": "bool"},
        )

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a process record."""
        part = released.record.part
        if not isinstance(part, Process):
            raise NotCarriedError("wrong_kind", released.record.kind)
        refuse_disagreement(released)
        prompt = plain_prompt(released.record.task)
        texts, labels = self._labelled_steps(released, part.subject)
        values = {"prompt": prompt, "completions": texts, "labels": labels}
        carried: dict[CarriedField, int] = {"work_steps": len(texts), "step_labels": len(labels)}
        return Carried(
            rows=(ExportRow(values=values, candidates=(part.subject,)),), carried=carried
        )

    def _labelled_steps(
        self, released: ReleasedRecord, subject: int
    ) -> tuple[list[str], list[bool]]:
        agreed = {
            summary.step: summary.agreed or "undecided"
            for summary in released.consensus.steps
            if summary.candidate == subject
        }
        texts: list[str] = []
        labels: list[bool] = []
        for place, step in enumerate(released.record.candidates[subject].work):
            label = agreed.get(place, "unlabelled")
            if label not in {"good", "bad"}:
                raise NotCarriedError(f"{label}_step", f"step {place}")
            if not step.text:
                raise NotCarriedError("step_without_text", f"step {place}")
            texts.append(step.text)
            labels.append(label == "good")
            if label == "bad" and self.steps == "truncate":
                break
        return texts, labels


def _columns(names: Sequence[str], form: Form) -> tuple[Column, ...]:
    columns = tuple(side_column(name, form) for name in names)
    return columns if form == "standard" else (*columns, TOOLS_COLUMN)


def _with_tools(carries: set[CarriedField], form: Form) -> frozenset[CarriedField]:
    return frozenset(carries if form == "standard" else {*carries, "tools"})
