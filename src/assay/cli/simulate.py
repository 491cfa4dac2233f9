"""`assay review simulate`: simulated reviewers of known skill and bias work at the real desk."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.output import AsJson, Folder, print_json, print_table, progress, say

if TYPE_CHECKING:
    from assay.demo.reviewer_pool import PoolReport
    from assay.demo.simulated_accounts import SimulatedAccount


def simulate(
    reviewers: Annotated[
        int, typer.Option("--reviewers", min=1, max=200, help="Simulated reviewers.")
    ] = 5,
    judgments: Annotated[
        int, typer.Option("--judgments", min=1, help="Total number of judgments to give.")
    ] = 100,
    seed: Annotated[int, typer.Option(help="Seed of the truth and of every answer.")] = 0,
    url: Annotated[
        str | None, typer.Option(help="URL of a running server; one is started if absent.")
    ] = None,
    tokens: Annotated[
        Path | None,
        typer.Option(
            help="File with one API token a line, for accounts named simulated-...; with --url."
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Mix them with judgments of people, permanently.")
    ] = False,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Have simulated reviewers judge at the desk, through its REST API; for trials and tests.

    Their skill, bias, drift and harshness are drawn from the seed and printed beside what they
    did; a keyed hash of each text decides its quality, so no truth needs to be known. The
    judgments count as people's: use a copy of a program, never the program itself.

    Example: assay review simulate --reviewers 5 --judgments 100 --seed 1
    """
    if url is None:
        report = _at_home(Path(program), reviewers, judgments, seed, yes=yes)
    else:
        report = _elsewhere(url, tokens, judgments, seed, yes=yes)
    if as_json:
        print_json(report)
        return
    _show(report)


def _at_home(folder: Path, reviewers: int, judgments: int, seed: int, *, yes: bool) -> "PoolReport":
    """Serve the program ourselves, with accounts that live as long as the run."""
    from assay.demo.own_server import own_server

    with _hire_reviewers(folder, reviewers, yes=yes) as hired, own_server(folder) as server:
        people = [(account.name, account.token) for account in hired]
        return _run(server.url, people, judgments, seed)


@contextmanager
def _hire_reviewers(folder: Path, count: int, *, yes: bool) -> "Iterator[list[SimulatedAccount]]":
    import assay
    from assay.demo.simulated_accounts import close_accounts, create_accounts, refuse_beside_people

    with assay.open(folder) as opened:
        if not yes:
            refuse_beside_people(opened)
        opened.desk.fill()
        hired = create_accounts(opened, count, by=opened.actor)
    # Closed meanwhile, since the server opens the program itself and the desk has one writer.
    try:
        yield hired
    finally:
        with assay.open(folder) as opened:
            close_accounts(opened, hired, by=opened.actor)


def _elsewhere(
    url: str, tokens: Path | None, judgments: int, seed: int, *, yes: bool
) -> "PoolReport":
    """Work at a server that runs, with tokens of accounts that say that they are simulated."""
    from assay.cli.options import text_of
    from assay.client import Client
    from assay.core.errors import UsageError
    from assay.demo.simulated_accounts import PREFIX

    if tokens is None:
        raise UsageError(
            code="no-tokens",
            message="a running server needs tokens",
            where="--tokens",
            hint="write one API token a line into a file; or leave --url out",
        )
    if not yes:
        raise UsageError(
            code="people-may-judge-there",
            message="whether people judge at that server cannot be seen from here, and simulated "
            "judgments cannot be removed again",
            where="--url",
            hint="pass --yes if it serves a copy for trials",
        )
    people = []
    for token in text_of(tokens).split():
        with Client(url, token) as desk:
            name = desk.me().name
        if not name.startswith(PREFIX):
            raise UsageError(
                code="not-simulated",
                message=f"the account {name!r} would get judgments that nobody gave",
                where=str(tokens),
                hint=f"invite accounts whose names begin with {PREFIX}",
            )
        people.append((name, token))
    return _run(url, people, judgments, seed)


def _run(url: str, people: Sequence[tuple[str, str]], judgments: int, seed: int) -> "PoolReport":
    from assay.client import Client
    from assay.demo.reviewer_pool import run_pool
    from assay.demo.simulated_reviewer import drawn_reviewers

    drawn = drawn_reviewers([name for name, _ in people], seed)
    with ExitStack() as stack, progress("judgments") as tick:
        desks = [stack.enter_context(Client(url, token)) for _, token in people]
        return run_pool(
            list(zip(drawn, desks, strict=True)), judgments=judgments, seed=seed, progress=tick
        )


def _show(report: "PoolReport") -> None:
    print_table(
        (
            "reviewer",
            "claims",
            "answers",
            "declined",
            "late",
            "refused",
            "pairs",
            "followed",
            "first",
        ),
        (
            (
                row.reviewer.name,
                row.claims,
                row.answers,
                row.declined,
                row.late,
                ", ".join(f"{code} {count}" for code, count in row.refused.items()) or 0,
                row.pairs,
                _share(row.followed, row.pairs),
                _share(row.first, row.pairs),
            )
            for row in report.reviewers
        ),
        title="What they did",
    )
    truths: tuple[Any, ...] = tuple(row.reviewer for row in report.reviewers)
    print_table(
        ("reviewer", "skill", "drift", "first bias", "length love", "abstention", "harshness"),
        (
            (
                truth.name,
                truth.skill,
                truth.drift,
                truth.first_bias,
                truth.length_love,
                truth.abstention,
                truth.harshness,
            )
            for truth in truths
        ),
        title="What is true of them",
    )
    say(f"{report.stored} of {report.wanted} judgments stored: {report.ended}")
    say("These judgments are simulated: nothing of this program is to be released.")


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}"
