"""Verify a model's answers to IFEval's prompts again, and explain each verdict that differs.

    python examples/verification/mifeval.py DATA_DIR

DATA_DIR holds the folder `mifeval-en`: 541 prompts with their constraints, one model's responses,
and the published verdicts, strict and loose. Nothing is stored and nothing of the data is copied.
The exit code is 1 where a verdict differs without a known cause.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from assay.core.canonical import json_text
from assay.core.options import configure
from assay.plugins import load
from assay.records.candidate import Candidate, MadeByModel
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task

READINGS = ("strict", "loose")

CAUSES = {
    "list numbers": "the published sentence tokeniser counts the number of a list item (`1.`) as a "
    "sentence; we count the item alone",
    "random letter": "the published program tests a letter drawn at random where the one asked for "
    "is none from a to z",
    "mixed languages": "a text in one language with its translation into English; the published "
    "detector (langdetect) draws at random, ours (py3langid) says otherwise or cannot tell",
}
"""Why verdicts differ."""

EXPLAINED = {
    (1122, "keywords:letter_frequency"): "random letter",
    (2309, "language:response_language"): "mixed languages",
    (3195, "language:response_language"): "mixed languages",
    (286, "length_constraints:number_sentences"): "list numbers",
    (2162, "length_constraints:number_sentences"): "list numbers",
    (2266, "length_constraints:number_sentences"): "list numbers",
    (2589, "length_constraints:number_sentences"): "list numbers",
    (2674, "length_constraints:number_sentences"): "list numbers",
}
"""Key of the prompt and constraint -> cause."""


class Row(NamedTuple):
    """One prompt with its response, and the published verdicts under one reading."""

    key: int
    """The prompt's number in the set."""
    record: Record
    """The prompt, its constraints and the response."""
    published: tuple[bool, ...]
    """Whether each constraint holds, as published."""


class Difference(NamedTuple):
    """One constraint on which our verdict is not the published one."""

    reading: str
    """Strict or loose."""
    key: int
    """The prompt's number in the set."""
    constraint: str
    """Its name."""
    published: bool
    """Whether it holds, as published."""
    ours: bool | None
    """Whether it holds, as we find; None where it cannot be told."""
    how: str | None
    """How it breaks, as we find."""

    @property
    def cause(self) -> str | None:
        """Why the verdicts differ, where that is known."""
        return EXPLAINED.get((self.key, self.constraint))


class Compared(NamedTuple):
    """What one reading came to."""

    verdicts: Counter[tuple[str, bool]]
    """Prompts by our verdict and the published one."""
    constraints: Counter[tuple[bool | None, bool]]
    """Constraints by whether they hold, ours and as published."""
    differences: list[Difference]
    """Each constraint that differs."""


def rows(data: Path, reading: str) -> Iterator[Row]:
    """Every prompt of the set."""
    asked = _lines(data / "mifeval-en" / "en_input_data.jsonl")
    answered = _lines(data / "mifeval-en" / f"en_mistral7b_{reading}.jsonl")
    for prompt, answer in zip(asked, answered, strict=True):
        if prompt["prompt"] != answer["prompt"]:
            raise ValueError(f"the files do not match at key {prompt['key']}")
        yield Row(prompt["key"], _record(prompt, answer), tuple(answer["follow_instruction_list"]))


def compared(data: Path, reading: str) -> Compared:
    """Verify every response under one reading, and hold it against what was published."""
    verifier = configure(
        load("verifiers", "instruction-constraints"), {"loose": reading == "loose"}
    )
    found = Compared(Counter(), Counter(), [])
    for row in rows(data, reading):
        answer = verifier.verify(row.record, 0)
        verdict = str(answer.verdict.__struct_config__.tag)
        found.verdicts[verdict, all(row.published)] += 1
        for piece, published in zip(answer.evidence, row.published, strict=True):
            one = json.loads(piece.text)
            found.constraints[one["holds"], published] += 1
            if one["holds"] is not published:
                found.differences.append(
                    Difference(reading, row.key, one["id"], published, one["holds"], one["how"])
                )
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _record(prompt: dict[str, Any], answer: dict[str, Any]) -> Record:
    constraints = [
        {"id": name.removeprefix("en:"), "parameters": parameters}
        for name, parameters in zip(prompt["instruction_id_list"], prompt["kwargs"], strict=True)
    ]
    return Record(
        schema_version=1,
        part=Outcome(criterion="instructions followed"),
        task=Task(messages=(Message(role="user", content=prompt["prompt"]),)),
        sources=(Source(source_class="mifeval-en"),),
        candidates=(
            Candidate(
                content=answer["response"],
                provenance=MadeByModel(model="Mistral-7B-Instruct-v0.3"),
            ),
        ),
        evidence=(Evidence(kind="test", text=json_text({"constraints": constraints})),),
        key=str(prompt["key"]),
    )


def show(reading: str, found: Compared) -> None:
    """Print the counts of one reading."""
    passed = sum(count for (ours, _), count in found.verdicts.items() if ours == "pass")
    published = sum(count for (_, theirs), count in found.verdicts.items() if theirs)
    same = sum(
        count for (ours, theirs), count in found.verdicts.items() if (ours == "pass") is theirs
    )
    print(
        f"{reading}: prompts passed: {passed} of {found.verdicts.total()}; published: {published}"
    )
    print(f"  prompts with the same verdict: {same} of {found.verdicts.total()}")
    agreed = sum(count for (ours, theirs), count in found.constraints.items() if ours is theirs)
    untold = sum(count for (ours, _), count in found.constraints.items() if ours is None)
    print(f"  constraints with the same verdict: {agreed} of {found.constraints.total()}", end="")
    print(f"; {untold} of the others cannot be told")


def show_differences(differences: list[Difference]) -> int:
    """Print each difference under its cause, and give the number that have none."""
    by_cause: dict[str | None, list[Difference]] = defaultdict(list)
    for each in differences:
        by_cause[each.cause].append(each)
    for cause, members in by_cause.items():
        print(f"\n{cause or 'no known cause'}: {CAUSES.get(cause or '', 'look into it')}")
        for each in members:
            ours = each.how if each.ours is False else {True: "holds", None: each.how}[each.ours]
            theirs = "holds" if each.published else "breaks"
            print(f"  {each.key} {each.constraint} ({each.reading}): {theirs} as published; {ours}")
    return len(by_cause.get(None, []))


def main() -> int:
    """Compare both readings; 1 where a difference has no known cause."""
    if len(sys.argv) != 2:  # noqa: PLR2004  the script and the folder
        print(__doc__, file=sys.stderr)
        return 2
    data = Path(sys.argv[1])
    if not (data / "mifeval-en").is_dir():
        print(f"there is no folder {data / 'mifeval-en'}", file=sys.stderr)
        return 2
    differences: list[Difference] = []
    for reading in READINGS:
        found = compared(data, reading)
        show(reading, found)
        differences += found.differences
    return 1 if show_differences(differences) else 0


if __name__ == "__main__":
    sys.exit(main())
