"""Fields that a format does not have: kept, ignored and counted, or refused where asked."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.bulk.imports import import_file, open_mapping
from assay.core.errors import UsageError
from assay.plugins import load
from assay.records.candidate import MadeByModel
from assay.records.extra_fields import keep_extras, note_extra, noting_extras
from assay.records.formats.conversation import text_candidate, user
from assay.records.formats.label import demonstration, task_of
from assay.records.judgment import Judgment, standing
from assay.records.people_mask import PeopleMask
from assay.records.pseudonym import pseudonymiser
from assay.records.reader import FieldOptions, Read, RowContext
from assay.records.record import Record
from assay.records.report import ImportReport
from assay.records.verdict import Prefers
from assay.store.store import Store
from builders import judgment_by

Context = Callable[[str], RowContext]
Import = Callable[..., ImportReport]

ASK = {"role": "user", "content": "How deep is the lock?"}
GOOD = {"role": "assistant", "content": "Four metres."}
BAD = {"role": "assistant", "content": "Quite deep."}
PAIR = {"prompt": [ASK], "chosen": [GOOD], "rejected": [BAD]}
LESSON = {"messages": [ASK, GOOD]}


@pytest.fixture
def take(tmp_path: Path, store: Store, context: Context) -> Import:
    """Imports rows as a kind with options of fields."""

    def run(*rows: dict[str, Any], kind: str, reader: str = "trl", **options: Any) -> ImportReport:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        of_kind = msgspec.structs.replace(context(kind), fields=FieldOptions(**options))
        return import_file(path, load("readers", reader), of_kind, store=store, actor="ada")

    return run


def fates(report: ImportReport) -> dict[str, tuple[str, int]]:
    return {field.name: (field.fate, field.rows) for field in report.extra_fields}


def only(store: Store) -> Record:
    (record,) = store.scan(Record)
    return record


def test_a_field_is_kept_where_a_record_has_a_place_for_it(take: Import, store: Store) -> None:
    """An id becomes the key, a source the locator, a slice an axis, a model the writer."""
    row = LESSON | {"prompt_id": 7, "source": "mix", "category": "locks", "model": "small"}
    report = take(row, kind="demonstration")
    record = only(store)
    assert (record.key, record.sources[0].locator) == ("7", "mix")
    assert record.task.taxonomy == {"category": "locks"}
    assert record.candidates[0].provenance == MadeByModel(model="small")
    assert fates(report) == {
        "prompt_id": ("key", 1), "source": ("locator", 1),
        "category": ("taxonomy", 1), "model": ("model", 1),
    }  # fmt: skip


def test_a_field_without_a_place_is_ignored_and_counted(take: Import, store: Store) -> None:
    """The rows are stored as if the field were not there, and the report counts it by its place."""
    spoken = [ASK, GOOD | {"annotations": ["x"]}]
    report = take(
        LESSON | {"colour": "red"}, {"messages": spoken, "colour": "blue"}, kind="demonstration"
    )
    assert report.set_aside == 0
    assert fates(report) == {"colour": ("ignored", 2), "messages[].annotations": ("ignored", 1)}
    assert only(store).task.taxonomy == {}


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_an_empty_field_says_nothing(take: Import, nothing: object) -> None:
    """Null and empty text, list and object are not counted, and are permitted where all else is not."""
    report = take(LESSON | {"colour": nothing, "tools": nothing}, kind="demonstration", strict=True)
    assert (report.stored, report.extra_fields) == (1, ())


def test_a_place_that_is_taken_is_not_overwritten(take: Import, store: Store) -> None:
    """The format's own id stays the key, and the other one is counted as ignored."""
    report = take(LESSON | {"id": "own", "prompt_id": "other"}, kind="demonstration")
    assert only(store).key == "own"
    assert fates(report) == {"prompt_id": ("ignored", 1)}


def test_judgments_follow_their_record(take: Import, store: Store) -> None:
    """A record that keeps a field has another id, and its judgment names that one."""
    take(PAIR | {"subset": "depths"}, kind="preference")
    (judgment,) = store.scan(Judgment)
    assert judgment.record == only(store).id


def test_keep_makes_an_axis_of_any_field(take: Import, store: Store) -> None:
    """A field that is named to be kept is an axis, whatever its name and value."""
    report = take(
        LESSON | {"Team A": ["x", 2], "source": "mix"},
        kind="demonstration",
        keep=("Team A", "source"),
    )
    assert only(store).task.taxonomy == {"team_a": '["x",2]', "source": "mix"}
    assert fates(report) == {"Team A": ("taxonomy", 1), "source": ("taxonomy", 1)}


def test_ignore_leaves_a_field_unread_and_uncounted(take: Import, store: Store) -> None:
    """A field that is named to be ignored is not read, also where the format has it."""
    report = take(
        LESSON | {"source": "mix", "id": "x"}, kind="demonstration", ignore=("source", "id")
    )
    assert (only(store).key, only(store).sources[0].locator) == (None, None)
    assert report.extra_fields == ()


def test_strict_sets_rows_with_other_fields_aside(take: Import) -> None:
    """Under strict, a field that is neither kept nor ignored sets its row aside, inside objects too."""
    spoken = [ASK, GOOD | {"mood": "calm"}]
    rows = (LESSON | {"source": "mix"}, {"messages": spoken}, LESSON | {"colour": "red"})
    report = take(*rows, kind="demonstration", strict=True, keep=("source",), ignore=("colour",))
    assert (report.stored, report.set_aside) == (2, 1)
    assert [reason.code for reason in report.reasons] == ["unknown-field"]
    assert "messages[1]" in report.reasons[0].example


def test_a_row_set_aside_is_not_counted(take: Import) -> None:
    """The fields of a row that is set aside are not among the counts."""
    assert take({"colour": "red"}, kind="demonstration").extra_fields == ()


def test_a_mapping_takes_no_options_of_fields(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A mapping names what it reads, so an option that it would not follow is refused."""
    (tmp_path / "m.yaml").write_text(
        'mapping: 1\nkind: demonstration\nrecord:\n  messages: [{user: "{q}"}]\n'
        '  candidates: [{content: "{a}", model: one}]\n'
    )
    path = tmp_path / "rows.csv"
    path.write_text("q,a\nx,y\n")
    reader = open_mapping(tmp_path / "m.yaml", path)
    strict = msgspec.structs.replace(context("demonstration"), fields=FieldOptions(strict=True))
    with pytest.raises(UsageError, match="takes no option"):
        import_file(path, reader, strict, store=store, actor="ada")


def test_an_import_with_other_options_is_another_import(take: Import, store: Store) -> None:
    """The ledger names the options, so a killed run is not taken up with other ones."""
    take(LESSON, kind="demonstration", keep=("b", "a"), strict=True)
    assert [run.reader for run in store.imports()] == ["trl as demonstration, keep a,b, strict"]


def test_a_value_of_no_use_costs_only_its_judgment(take: Import, store: Store) -> None:
    """A label that is neither true nor false leaves the outcome unjudged, and is counted."""
    row = {"prompt": "Say hi", "completion": "Hi", "label": "perhaps"}
    report = take(row, kind="outcome")
    assert (report.stored, store.count(Judgment)) == (1, 0)
    assert fates(report) == {"label": ("unusable", 1)}


CALL = {"name": "depth", "arguments": {"lock": 3, "unit": None, "city": None}}
DEPTH = {"name": "depth", "parameters": {"type": "object", "properties": {"lock": {}, "unit": {}}}}
CALLED = {"messages": [ASK, {"role": "assistant", "tool_calls": [CALL]}], "tools": [DEPTH]}


def called_with(store: Store) -> str:
    (message,) = only(store).candidates[0].content
    return message.tool_calls[0].arguments  # type: ignore[union-attr]


def test_null_arguments_beside_the_schema_are_counted(take: Import, store: Store) -> None:
    """A column store's null is counted and kept; one that the schema has is the model's."""
    report = take(CALLED, kind="demonstration")
    assert called_with(store) == '{"city":null,"lock":3,"unit":null}'
    assert fates(report) == {"tool_calls[].arguments.city": ("null_argument", 1)}


def test_null_arguments_beside_the_schema_are_left_out_on_request(
    take: Import, store: Store
) -> None:
    """The option leaves out the null that no schema has, and no other."""
    report = take(CALLED, kind="demonstration", drop_null_arguments=True)
    assert called_with(store) == '{"lock":3,"unit":null}'
    assert fates(report) == {"tool_calls[].arguments.city": ("dropped_null_argument", 1)}


def test_without_a_schema_every_null_argument_is_counted(take: Import) -> None:
    """Where the row does not describe the tool, no null can be told to be the model's."""
    report = take({**CALLED, "tools": None}, kind="demonstration")
    assert len(report.extra_fields) == 2


class Plugin:
    """A reader of another package that declares its fields and looks for no others."""

    name = "haiku"
    kinds = ("demonstration",)
    summary = "A poem a row"
    columns = {"demonstration": ("poem",)}

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        poem = text_candidate(row["poem"])
        return [demonstration(context, task_of(user("A haiku, please.")), poem)]


def test_a_plug_in_that_declares_its_fields_is_as_open(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """Other fields of its rows are kept and counted as those of our own formats."""
    path = tmp_path / "rows.jsonl"
    path.write_text('{"poem": "Rain", "category": "spring", "colour": "red"}\n')
    report = import_file(path, Plugin(), context("demonstration"), store=store, actor="ada")
    assert only(store).task.taxonomy == {"category": "spring"}
    assert fates(report) == {"category": ("taxonomy", 1), "colour": ("ignored", 1)}


def test_the_judge_of_a_row_set_aside_is_masked() -> None:
    """A battle's judge is a person, whose name no rejects file holds."""
    masked = PeopleMask(pseudonymiser(b"a key for the tests only")).hide({"judge": "user_17"})
    assert masked.raw["judge"].startswith("rvr_")


def test_what_supersedes_a_judgment_still_does_when_the_record_keeps_a_field(
    context: Context,
) -> None:
    """A kept field makes another record, so both judgments get new ids, and the link follows."""
    [read] = load("readers", "trl").read(PAIR, context("preference"))
    assert read.record
    rule = judgment_by("r", read.record, Prefers(candidate=1), kind="rule")
    person = judgment_by("p", read.record, Prefers(candidate=0), supersedes=rule.id)
    options = FieldOptions()
    with noting_extras(options) as extras:
        note_extra("", "domain", "locks")
    reads, fate = keep_extras(
        [msgspec.structs.replace(read, judgments=[rule, person])], extras, options
    )
    [first, second] = reads[0].judgments
    assert fate == {"domain": "taxonomy"}
    assert reads[0].record
    assert first.record == second.record == reads[0].record.id != read.record.id
    assert second.supersedes == first.id
    assert list(standing(reads[0].judgments)) == [second]
