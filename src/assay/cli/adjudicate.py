"""`assay review adjudicate` and `import-adjudications`: senior decisions, with whole answers."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.output import AsJson, Folder, print_json, say
from assay.core.wording import count_phrase


def adjudicate(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Id, or a unique prefix.")],
    cause: Annotated[
        str,
        typer.Option(
            help="missing_context, guideline_ambiguity, expertise, "
            "legitimate_plural_preference or reviewer_error."
        ),
    ],
    by: Annotated[str, typer.Option("--by", help="The adjudicator.")],
    prefers: Annotated[
        int | None, typer.Option(min=0, help="Decide for this candidate, from 0.")
    ] = None,
    verdict: Annotated[
        str | None, typer.Option(help="Decide that there is no winner, such as tie.")
    ] = None,
    score: Annotated[
        list[str] | None, typer.Option(help="dimension=value or dimension.CANDIDATE=value.")
    ] = None,
    preserve: Annotated[
        bool, typer.Option("--preserve", help="Keep the distribution as the answer.")
    ] = False,
    send_back: Annotated[
        str | None, typer.Option("--return", help="Send it back: what must be fixed.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="The adjudicator's words.")] = None,
    answer: Annotated[
        Path | None,
        typer.Option(
            help="YAML or JSON file of a whole answer, in the columns of an answered row."
        ),
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Decide where judgments differ, and say why they did; no judgment is changed.

    With --answer the decision holds whatever a judgment can: verdict, scores, rulings, step labels,
    attack, errors, a revision; A is the record's first candidate.

    Example: assay review adjudicate rec_mfrg --cause expertise --by ines --prefers 0
    Example: assay review adjudicate rec_mfrg --cause expertise --by ines --answer decided.yaml
    """
    import assay
    from assay.cli.options import one_of
    from assay.review.adjudication import Cause

    why = one_of(cause, Cause, "cause")
    stated = [
        prefers is not None,
        verdict is not None,
        preserve,
        send_back is not None,
        bool(score),
    ]
    if answer is not None and any(stated):
        raise _one_decision()
    with assay.open(program) as opened:
        if answer is not None:
            own = {"record": record, "cause": why, "adjudicator": by, "note": note}
            made = opened.review.adjudicate_row(_answer_file(answer) | own)
        else:
            decision = _decision(
                prefers, verdict, score or [], preserve=preserve, send_back=send_back
            )
            made = opened.review.adjudicate(record, decision, cause=why, adjudicator=by, note=note)
        left = opened.review.undecided(made)
    still = None if left is None else [dispute.words() for dispute in left]
    _show(made, still, as_json)


def _show(made: Any, still: list[str] | None, as_json: bool) -> None:
    """Show a decision; whether it leaves anything open only where that was looked at."""
    if as_json:
        looked = {} if still is None else {"undecided": still}
        print_json({"id": made.id, "adjudication": made, **looked})
        return
    say(f"{made.id} weighs {count_phrase(len(made.judgments), 'judgment')} of {made.record}")
    if still:
        say(f"People differ, and it is not decided: {', '.join(still)}", fg="yellow")
    say("Now: assay quality dispose")


def import_adjudications(
    file: Annotated[
        Path, typer.Argument(help="Decisions, one a row: .jsonl, .json, .csv, .tsv or .parquet.")
    ],
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Take senior decisions in, each with a whole answer; the same decision twice counts once.

    Each row names record, cause and adjudicator, and the columns of an answer, where A is the record's
    first candidate; or decision=preserved; or decision=returned with its note.

    Example: assay review import-adjudications decided.csv
    """
    import assay

    with assay.open(program) as opened:
        taken = opened.review.import_adjudications(file)
    if as_json:
        print_json(taken)
        return
    say(
        f"read {taken.read} = stored {taken.stored} + already there {taken.already_there} "
        f"+ set aside {len(taken.set_aside)}"
    )
    for row in taken.set_aside:
        say(f"  row {row.row}: {row.reason}  [{row.code}]", fg="yellow")


def _answer_file(file: Path) -> dict[str, Any]:
    """The columns of an answer that a YAML or JSON file states.

    Raises:
        InputError: if it is no mapping of columns; every fault of its text with its line.
    """
    from assay.cli.options import text_of
    from assay.contracts.tree import read_yaml
    from assay.core.errors import InputError

    tree, issues = read_yaml(file.name, text_of(file).encode())
    if issues or tree is None or not isinstance(tree.plain, dict):
        faults = "; ".join(f"line {issue.line}: {issue.message}" for issue in issues)
        raise InputError(
            code="bad-answer-file",
            message=faults or "it is not a mapping of columns to values",
            where=str(file),
            hint="write columns such as `ruling.evasion.A: violates:high:why`",
        )
    columns: dict[str, Any] = tree.plain
    return columns


def _one_decision() -> Exception:
    from assay.core.errors import UsageError

    return UsageError(
        code="one-decision",
        message="an adjudication is one decision",
        hint="give --answer, --prefers, --verdict, --preserve or --return; or only --score",
    )


def _decision(
    prefers: int | None,
    verdict: str | None,
    scores: list[str],
    *,
    preserve: bool,
    send_back: str | None,
) -> Any:
    """The one decision that the options state."""
    from assay.core.errors import UsageError
    from assay.records.verdict import NotAsked, Prefers
    from assay.records.verdict_text import OPEN_VERDICTS
    from assay.review.adjudication import Decided, Preserved, Returned

    stated = [prefers is not None, verdict is not None, preserve, send_back is not None]
    if sum(stated) > 1 or not (any(stated) or scores):
        raise _one_decision()
    if preserve:
        return Preserved()
    if send_back is not None:
        return Returned(reason=send_back)
    if verdict is not None and verdict not in OPEN_VERDICTS:
        raise UsageError(
            code="unknown-verdict",
            message=f"{verdict!r} is not a verdict",
            hint=f"verdicts without a winner: {', '.join(OPEN_VERDICTS)}",
        )
    chosen = NotAsked() if prefers is None else Prefers(candidate=prefers)
    return Decided(verdict=OPEN_VERDICTS[verdict] if verdict else chosen, scores=_scores(scores))


def _scores(scores: list[str]) -> Any:
    from assay.cli.options import pairs
    from assay.records.verdict import Category, DimensionScore, Scored

    scores_by_dimension = []
    for name, value in pairs(scores).items():
        dimension, _, place = name.partition(".")
        number = value.lstrip("-").isdecimal()
        scores_by_dimension.append(
            DimensionScore(
                dimension=dimension,
                score=Scored(value=int(value)) if number else Category(value=value),
                candidate=int(place) if place.isdecimal() else None,
            )
        )
    return tuple(scores_by_dimension)
