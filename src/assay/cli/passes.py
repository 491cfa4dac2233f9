"""`assay review status`, `withdraw` and `reconcile`: passes, by any route they are given."""

from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.output import AsJson, Folder, print_json, print_table, say
from assay.cli.reading import open_to_read

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 20
"""Changes that are shown; --json lists all."""

FIRST = 5
"""Waiting records that are named; --json lists all."""


def status(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show how far review has come: work handed out, passes by every route, model judges.

    Example: assay review status
    """
    import msgspec

    from assay.cli.judges import show_judges

    with open_to_read(program) as opened:
        review_status = opened.review.status()
        judges = opened.review.judge_agreement() if review_status.judgments_of_models else ()
    if as_json:
        print_json(msgspec.to_builtins(review_status) | {"judges": judges})
        return
    say(
        f"handed out: {review_status.assigned} assigned = {review_status.judged} judged + {review_status.waiting} waiting"
    )
    say(f"{review_status.unassigned_judgments} judgments came without an assignment")
    print_table(("reviewer", "waiting"), review_status.waiting_by_reviewer.items())
    _name_waiting(review_status.waiting_records)
    passes = review_status.passes
    say(f"queues: {passes.items} of {review_status.records} records wait or waited in one")
    if passes.items:
        say(
            f"passes: {passes.wanted} wanted + {passes.beyond} beyond that = {passes.open} open "
            f"+ {passes.held} held at the desk + {passes.handed_out} handed out "
            f"+ {passes.stored} given at the desk + {passes.judged} given elsewhere"
        )
    if judges:
        say(f"{review_status.judgments_of_models} judgments of models, which fill no pass")
        show_judges(judges)


def _name_waiting(records: "Sequence[str]") -> None:
    """Name the first records that wait, and say how the rest is listed."""
    for identity in records[:FIRST]:
        say(f"  waits: {identity}")
    if len(records) > FIRST:
        say(f"  and {len(records) - FIRST} more: assay review status --json")


def withdraw(
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", "-r", help="Only this person's work.")
    ] = None,
    record: Annotated[
        list[str] | None, typer.Option(help="Id of a record, or a unique prefix; repeatable.")
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Stop waiting for work that was handed out and not answered: its passes are open again.

    The person is not asked again about the same record; an answer that comes all the same is
    kept, and is a pass.

    Example: assay review withdraw -r anna
    """
    import assay

    with assay.open(program) as opened:
        done = opened.review.withdraw(reviewer, records=record or [])
    if as_json:
        print_json(done)
        return
    print_table(("reviewer", "withdrawn"), done.by_reviewer.items())
    say(f"{done.withdrawn} assignments withdrawn")


def reconcile(program: Folder = ".", as_json: AsJson = False) -> None:
    """Repair the count of open passes in a store that an older Assay wrote.

    Every row of the register is derived again from judgments, assignments and adjudications. A
    store that this version wrote needs none of it, and a second run changes nothing.

    Example: assay review reconcile
    """
    import assay

    with assay.open(program) as opened:
        changes = opened.review.reconcile()
    if as_json:
        print_json(changes)
        return
    for change in changes[:SHOWN]:
        what = f"reviewer {change.reviewer[:12]}" if change.reviewer else "open passes"
        say(
            f"{change.stage} {change.record[:16]}: {what}: {change.before or 'nothing'} -> {change.after}"
        )
    if len(changes) > SHOWN:
        say(f"and {len(changes) - SHOWN} more; --json lists all", fg="yellow")
    counts = sum(change.reviewer is None for change in changes)
    say(f"{len(changes) - counts} rows and {counts} counts of open passes changed")


def stale(
    assign: Annotated[
        bool, typer.Option("--assign", help="Ask the people who gave them to judge again.")
    ] = False,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Show judgments whose labels have changed their meaning since, and which records wait for them.

    With --assign their authors are asked to judge again; `assay review export` hands the work out.

    Example: assay review stale --assign
    """
    with open_to_read(program) as opened:
        stale_records = opened.quality.stale()
        renewals = opened.review.renew(stale_records) if assign else None
    if as_json:
        print_json({"records": stale_records, "asked": renewals})
        return
    labels: dict[str, int] = {}
    for record in stale_records:
        for judgment in record.judgments:
            for label in judgment.labels:
                labels[label] = labels.get(label, 0) + 1
    judgments = sum(len(record.judgments) for record in stale_records)
    waiting = sum(record.decides for record in stale_records)
    say(f"{judgments} stale judgments of {len(stale_records)} records; {waiting} need re-review")
    print_table(("label", "judgments made before its meaning changed"), sorted(labels.items()))
    if renewals is not None:
        say(
            f"asked again: {renewals.judgments} = {renewals.assigned} assigned + {renewals.already_asked} "
            f"asked before + {renewals.nobody_to_ask} by no known person"
        )
