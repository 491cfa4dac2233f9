"""Records to judge in any tool, and every answer that a rubric permits to them."""

import itertools
from typing import Any

from hypothesis import strategies as st

from assay.contracts.rubric import Rubric
from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.kinds import Adversarial, Critique, Policy, Process
from assay.records.record import Record
from assay.review.presentation import letter
from simulators.small_program import pair, rubric, worked

RUBRIC: Rubric = rubric(reasons_required=False)
"""A rubric whose answers need no reason, so that any of their parts may be missing."""

PAIR = pair(texts=("four", "it is \U0001f600 five, five"))
RECORDS: dict[str, Record] = {
    "two": PAIR,
    "three": pair(1, texts=("<b>3</b>", "=4", 'it\'s $task & "5"')),
    "steps": worked(3),
    "uneven steps": worked(1).replace(
        candidates=(
            *worked(1).candidates,
            Candidate(
                content="7",
                provenance=MadeByModel(model="secret-model"),
                work=(Step(text="1 + 2"), Step(text="3 + 3")),
            ),
        ),
        part=Process(),
    ),
    "policy": pair(2).replace(part=Policy(sections=("fees", "3.2"))),
    "attack": pair(3).replace(part=Adversarial(sections=("3.2",))),
    "critique": pair(4, texts=("one two two", "\U0001f600 three \U0001f600 four")).replace(
        part=Critique()
    ),
}
"""Records of every kind of question, by what they are for."""

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20
).filter(str.strip)
"""What people write: anything that can be seen."""

_ABSTAIN = TEXT.map(lambda why: f"abstain:{why}")
_OPEN = ("tie", "both_unacceptable", "insufficient_context")
_VIOLATES = ("violates", "violates:low", "violates:critical")


def shown_order(record: Record) -> tuple[int, ...]:
    """The order in which a record's candidates are shown: the last one first."""
    return tuple(reversed(range(len(record.candidates))))


def answers(record: Record) -> st.SearchStrategy[dict[str, Any]]:
    """Every answer to a record in its shown order, in the columns of `review.exchange`."""
    shown = [record.candidates[place] for place in shown_order(record)]
    letters = [letter(place) for place in range(len(shown))]
    parts: dict[str, st.SearchStrategy[Any]] = {"reason": TEXT}
    for dimension in RUBRIC.dimensions:
        value = st.sampled_from([*dimension.values, "na"]) | _ABSTAIN
        parts |= {f"score.{dimension.id}.{name}": value for name in letters}
        parts[f"reason.{dimension.id}"] = TEXT
    if isinstance(record.part, Process):
        for name, candidate in zip(letters, shown, strict=True):
            for step in range(len(candidate.work)):
                parts[f"step.{name}.{step}"] = st.sampled_from(["good", "neutral", "bad"])
    if isinstance(record.part, Policy | Adversarial):
        for section, name in itertools.product(record.part.sections, letters):
            ruling = st.sampled_from(["complies", "unclear", *_VIOLATES])
            parts[f"ruling.{section}.{name}"] = ruling
    if isinstance(record.part, Critique):
        parts["errors"] = st.lists(_error(record), max_size=3)
    parts["judged_at"] = st.just("2026-03-01T10:00:00Z")
    parts["active_ms"] = st.integers(0, 10**7)
    rest = st.fixed_dictionaries({}, optional=parts)
    return st.tuples(_verdict(letters), rest).map(lambda pair: pair[0] | pair[1])


def _verdict(letters: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    preferred = st.fixed_dictionaries(
        {"verdict": st.sampled_from(letters)},
        optional={"strength": st.sampled_from(["1", "2", "3", "4", "5"])},
    )
    open_ = (st.sampled_from([*_OPEN, "not_asked"]) | _ABSTAIN).map(lambda word: {"verdict": word})
    kinds = [preferred, open_, st.just({})]
    if len(letters) > 2:
        orders = st.permutations(letters).flatmap(_ranking).map(lambda text: {"verdict": text})
        kinds.append(orders)
    return st.one_of(kinds)


def _ranking(letters: list[str]) -> st.SearchStrategy[str]:
    signs = st.lists(st.sampled_from(">="), min_size=len(letters) - 1, max_size=len(letters) - 1)
    return signs.map(
        lambda between: letters[0] + "".join(map("".join, zip(between, letters[1:], strict=True)))
    )


@st.composite
def _error(draw: st.DrawFn, record: Record) -> dict[str, Any]:
    place = draw(st.integers(0, len(record.candidates) - 1))
    content = record.candidates[shown_order(record)[place]].content
    assert isinstance(content, str)
    error: dict[str, Any] = {"candidate": letter(place), "category": "wrong_sum"}
    if draw(st.booleans()):
        start = draw(st.integers(0, len(content) - 1))
        end = draw(st.integers(start + 1, len(content)))
        error |= {"quote": content[start:end], "start": start}
    if draw(st.booleans()):
        error["severity"] = draw(st.sampled_from(["low", "high"]))
    for field in ("correction", "note"):
        if draw(st.booleans()):
            error[field] = draw(TEXT.map(str.strip))
    return error
