"""What contradicts or gives away in a set of records is found, and nothing else is."""

import json
from pathlib import Path

import pytest

from assay.core.errors import InputError, UsageError
from assay.quality.consensus import consensus
from assay.quality.control_tokens import ControlTokens, read_special_tokens
from assay.quality.integrity import Integrity, IntegrityGathering
from assay.records.candidate import Candidate, MadeByModel
from assay.records.kinds import Outcome, Part, Preference
from assay.records.record import Record
from assay.records.task import Message, Task
from assay.records.verdict import DimensionScore, NotAsked, Prefers, Scored, Tie, Verdict
from builders import judgment_by, small_record


def _record(
    *answers: str,
    prompt: str = "When does the ferry leave?",
    part: Part | None = None,
    model: str = "quill",
    split: str = "",
    family: str | None = None,
) -> Record:
    taxonomy = {"split": split} if split else {}
    task = Task(messages=(Message(role="user", content=prompt),), taxonomy=taxonomy, family=family)
    made = MadeByModel(model=model)
    return small_record(
        part or Preference(),
        task,
        *(Candidate(content=answer, provenance=made) for answer in answers),
        source="house_written",
    )


def _found(*judged: tuple[Record, Verdict | int | None]) -> Integrity:
    """What is found in records with one verdict or one score each."""
    gathering = IntegrityGathering()
    for record, said in judged:
        if said is None:
            gathering.add(record.id, record, None)
            continue
        scored = [Scored(value=said)] if isinstance(said, int) else []
        judgment = judgment_by(
            "p-1",
            record,
            NotAsked() if isinstance(said, int) else said,
            scores=tuple(
                DimensionScore(dimension="clarity", score=score, candidate=0) for score in scored
            ),
        )
        gathering.add(record.id, record, consensus(record, [judgment]))
    return gathering.result()


def test_copies_with_another_winner_contradict_each_other() -> None:
    """The order of the candidates and who made them make no other item of it."""
    one, other = _record("At nine.", "At ten."), _record("At ten.", "At nine.", model="reed")
    found = _found((one, Prefers(candidate=0)), (other, Prefers(candidate=0)))
    assert (found.conflicts, found.conflicting[0].question) == (1, "verdict")
    assert set(found.conflicting[0].records) == {one.id, other.id}
    assert _found((one, Prefers(candidate=0)), (other, Prefers(candidate=1))).conflicts == 0
    assert _found((one, Tie()), (other, Prefers(candidate=1))).conflicts == 1


@pytest.mark.parametrize(
    ("first", "second", "conflicts"), [(0, 1, 1), (4, 5, 0), (1, 4, 1), (3, 3, 0)]
)
def test_scores_contradict_by_more_than_one(first: int, second: int, conflicts: int) -> None:
    """Yes against no is a contradiction, two neighbours of a longer scale are none."""
    part = Outcome(criterion="is it clear?")
    one, other = _record("At nine.", part=part), _record("At nine.", part=part, model="reed")
    assert _found((one, first), (other, second)).conflicts == conflicts


def test_one_question_with_two_right_answers_is_a_contradiction() -> None:
    """The reference is compared whatever the candidates are."""
    records = [_record(part=Outcome(reference=answer)) for answer in ("nine", "Nine", "ten")]
    found = _found(*((record, None) for record in records))
    assert (found.conflicts, found.conflicting[0].labels) == (1, 2)


def test_a_group_in_two_splits_is_cut() -> None:
    """The family counts, and so does the task to the letter."""
    family = [
        (_record("a", "b", prompt=prompt, split=split, family="ferries"), None)
        for prompt, split in (("From?", "train"), ("To?", "test"))
    ]
    assert [group.group for group in _found(*family).cut_groups] == ["family ferries"]
    task = [(_record("a", answer, split=answer), None) for answer in ("train", "test")]
    assert [group.splits for group in _found(*task).cut_groups] == [{"test": 1, "train": 1}]
    whole = [(_record("a", answer, split="train"), None) for answer in ("b", "c")]
    assert _found(*whole).cut == 0


def test_a_right_answer_inside_the_prompt_is_found() -> None:
    """Case and white space do not matter; a short answer is there by chance."""
    part = Outcome(reference="The  Ferry at nine")
    given = _record(prompt="Answer with: the ferry\nat Nine.", part=part)
    short = _record(prompt="Is it 9?", part=Outcome(reference="9"))
    apart = _record(prompt="When?", part=part)
    found = _found((given, None), (short, None), (apart, None))
    assert (found.given_away, found.with_reference, found.references) == (1, 2, (given.id,))


def test_control_tokens_are_counted_by_side() -> None:
    """Each text counts once for each token, and the side with more of them is followed."""
    records = [_record("At nine.</s>", "At ten."), _record("<|end|> no", "yes", prompt="<s> go")]
    found = _found((records[0], Prefers(candidate=1)), (records[1], Prefers(candidate=0)))
    by_token = {token.token: token for token in found.tokens}
    assert (by_token["</s>"].rejected, by_token["<|end|>"].preferred) == (1, 1)
    assert by_token["<s>"].tasks == 1
    assert (found.token_loses.count, found.token_loses.trials) == (1, 2)


@pytest.mark.parametrize(
    "token",
    ["</s>", "<|im_end|>", "<|end|>", "[INST]", "<end_of_turn>", "<\uff5cend\u2581of\uff5c>"],
)
def test_a_token_is_found_and_escaped(token: str) -> None:
    """What was escaped is no token any more, and is left as it is the second time."""
    tokens = ControlTokens()
    text = f"a {token} b"
    assert tokens.in_text(text) == [token]
    escaped = tokens.escape(text)
    assert tokens.in_text(escaped) == []
    assert escaped.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["a < b | c > d", "<b>bold</b>", "[1] a[INST", "x <| y |> z"])
def test_ordinary_text_holds_none(text: str) -> None:
    """Brackets, markup and operators are no control tokens."""
    assert ControlTokens().in_text(text) == []


def test_the_tokens_of_a_tokenizer_are_looked_for(tmp_path: Path) -> None:
    """Special tokens of both files count; ordinary added ones and single characters do not."""
    added = [{"content": "~stop~", "special": True}, {"content": "word", "special": False},
             {"content": "#", "special": True}]  # fmt: skip
    (tmp_path / "tokenizer.json").write_text(json.dumps({"added_tokens": added}))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"eos_token": {"content": "~eos~"}}))
    special = read_special_tokens(tmp_path)
    assert special == ("~stop~", "#", "~eos~")
    assert ControlTokens(special).in_text("a ~stop~ word # ~eos~") == ["~stop~", "~eos~"]


def test_a_place_without_special_tokens_is_refused(tmp_path: Path) -> None:
    """A wrong path must not look like a clean set."""
    with pytest.raises(UsageError):
        read_special_tokens(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(InputError):
        read_special_tokens(tmp_path)
