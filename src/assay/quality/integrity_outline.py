"""What contradicts or gives away in a set of records, in sentences and tables."""

from collections.abc import Iterator

from assay.core.wording import count_phrase
from assay.quality.integrity import FEWEST_LABELLED, LEAST_REFERENCE, Integrity
from assay.quality.outline import Block, table
from assay.quality.wording import counts, plain, share

TOKEN_HEAD = ("control token", "tasks", "preferred", "rejected", "other candidates")
"""Columns of `token_rows`."""

CASE_HEAD = ("found", "what", "records")
"""Columns of `case_rows`."""


def integrity_blocks(integrity: Integrity) -> Iterator[Block | str]:
    """The section of the quality report."""
    yield from sentences(integrity)
    if cases := case_rows(integrity):
        yield table("Contradictions, cut groups and answers given away", CASE_HEAD, cases)
    if integrity.tokens:
        yield table(
            "Control tokens of chat templates, by texts that hold them",
            TOKEN_HEAD,
            token_rows(integrity),
        )


def sentences(integrity: Integrity) -> Iterator[str]:
    """The figures with their denominators."""
    yield (
        f"Of {count_phrase(integrity.records, 'record')}, {integrity.labelled} with a label: "
        f"{count_phrase(integrity.conflicts, 'label')} on which exact copies of one item contradict each "
        f"other; {count_phrase(integrity.cut, 'group')} cut by a split, among the "
        f"{count_phrase(integrity.with_split, 'record')} that name one; the right answer stands inside "
        f"the prompt of {integrity.given_away} of {count_phrase(integrity.with_reference, 'record')} "
        f"with one of {LEAST_REFERENCE} characters or more."
    )
    if not integrity.records:
        return
    if integrity.labelled < FEWEST_LABELLED:
        yield "Whether labels contradict each other is unknown: that takes two records with a label."
    if not integrity.tokens:
        yield "No text holds a known control token of a chat template."
        return
    if integrity.token_loses.trials:
        yield (
            "Where one side of a comparison has more control tokens, that side lost: "
            f"{share(integrity.token_loses)}."
        )
    yield (
        "A tokenizer may read control tokens as commands: `assay release export --control-tokens` "
        "drops, escapes or refuses such rows."
    )


def token_rows(integrity: Integrity) -> list[tuple[str, ...]]:
    """Control tokens with their counts, under `TOKEN_HEAD`."""
    return [
        (
            f"`{token.token}`",
            *(str(n) for n in (token.tasks, token.preferred, token.rejected, token.others)),
        )
        for token in integrity.tokens
    ]


def case_rows(integrity: Integrity) -> list[tuple[str, ...]]:
    """The first cases of each sort, under `CASE_HEAD`."""
    conflicts = [
        (
            "labels contradict",
            f"{plain(case.question)}: {case.labels} labels",
            " ".join(case.records),
        )
        for case in integrity.conflicting
    ]
    cut = [
        ("group is cut", f"{case.group}: {counts(case.splits)}", " ".join(case.records))
        for case in integrity.cut_groups
    ]
    given = [("answer in the prompt", "", record) for record in integrity.references]
    return [*conflicts, *cut, *given]
