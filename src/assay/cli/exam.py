"""`assay review exam` and `assay review sentinel`: known records, from answer keys."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.output import AsJson, Folder, inert, print_json, say

Family = Annotated[
    str, typer.Option("--family", help="Task family: a capability, or a kind of record.")
]
Language = Annotated[str | None, typer.Option(help="Language of the work; any if absent.")]

UNUSABLE = 3
"""Exit code where not one key could be used."""

ASIDE = 20
"""Lines set aside that are shown; --json lists all."""


def exam(
    role: Annotated[str, typer.Option("--role", help="Role that the exam opens.")],
    family: Family,
    file: Annotated[
        Path | None, typer.Argument(help="JSON lines, each one answer key.", show_default=False)
    ] = None,
    from_adjudications: Annotated[
        bool,
        typer.Option("--from-adjudications", help="Make keys of adjudicated records; no FILE."),
    ] = False,
    language: Language = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Make an exam of records whose right answers are known; its work then asks for it.

    A line: {"record": "rec_mfrg", "verdicts": [{"verdict": "prefers", "candidate": 0}]}

    Ends with 3 if no key is usable.

    Example: assay review exam keys.jsonl --role reviewer --family preference --language en
    Example: assay review exam --from-adjudications --role reviewer --family preference
    """
    import assay
    from assay.cli.options import one_of
    from assay.core.errors import UsageError
    from assay.records.fields import Role
    from assay.review.qualification import QualificationScope

    if (file is None) != from_adjudications:
        raise UsageError(
            code="one-source",
            message="an exam has one source of keys",
            where="FILE",
            hint="give a file of JSON lines, or --from-adjudications",
        )
    scope = QualificationScope(role=one_of(role, Role, "role"), family=family, language=language)
    with assay.open(program) as opened:
        if file is None:
            keys = opened.exams.from_adjudications(family=family, language=language)
        else:
            keys = opened.exams.read(file)
        made = opened.exams.make(scope, keys)
    if as_json:
        print_json(made)
    else:
        _show_taken(made.taken)
        _show_plan(made)
    if not keys.keys:
        raise typer.Exit(UNUSABLE)


def sentinel(
    file: Annotated[Path, typer.Argument(help="JSON lines, each one answer key.")],
    family: Family,
    language: Language = None,
    retired_after: Annotated[
        int, typer.Option(min=1, help="People who may see one before it is retired.")
    ] = 30,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Have records whose right answers are known come among the work, at the contract's share.

    Ends with 3 if no key is usable.

    Example: assay review sentinel keys.jsonl --family preference --retired-after 20
    """
    import assay

    with assay.open(program) as opened:
        keys = opened.exams.read(file)
        taken = opened.exams.add_sentinels(
            keys, family=family, language=language, retired_after=retired_after
        )
        share = opened.documents.contract.review.sentinel_share
    if as_json:
        print_json(taken)
    else:
        _show_taken(taken)
        say(f"the contract places them at {share:.0%} of the places in a queue")
        if not share:
            say("so none is placed: set review.sentinel_share in the contract", fg="yellow")
    if not keys.keys:
        raise typer.Exit(UNUSABLE)


def credential(
    person: Annotated[str, typer.Argument(help="Name of the person, as the accounts have it.")],
    what: Annotated[str, typer.Argument(help="Credential, in the words of the contract.")],
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Record that you saw what a person has on paper, where the contract asks a role for it.

    It admits to the role's exam and work, and never qualifies by itself.

    Example: assay review credential ana "registered nurse"
    """
    import assay

    with assay.open(program) as opened:
        credential = opened.exams.add_credential(person, what)
    if as_json:
        print_json(credential)
        return
    say(f"{person}: {credential.what}, seen on {credential.checked}")


def _show_taken(taken: Any) -> None:
    say(
        f"read {taken.read} = stored {taken.stored} + already there {taken.already_there} "
        f"+ set aside {len(taken.set_aside)}"
    )
    for reject in taken.set_aside[:ASIDE]:
        say(f"  {reject.at}: {inert(reject.reason)}", fg="yellow")
    if len(taken.set_aside) > ASIDE:
        say(f"  and {len(taken.set_aside) - ASIDE} more; --json lists all", fg="yellow")


def _show_plan(made: Any) -> None:
    """What the exam's plan promises, in words."""
    from assay.review.sequential_test import WHOLE

    plan, error = made.plan, made.error
    say(f"the exam has {made.items} items and ends after {plan.most} at the latest")
    say(
        f"a person who is right {plan.unqualified / WHOLE:.1%} of the time passes with "
        f"{error.false_pass:.1%}, after {error.items_if_unqualified:.1f} items on average"
    )
    say(
        f"a person who is right {plan.qualified / WHOLE:.1%} of the time fails to pass with "
        f"{error.false_fail:.1%}, after {error.items_if_qualified:.1f} items on average"
    )
    if error.pass_mark is None:
        say("an exam that runs to its end is never passed", fg="yellow")
    else:
        say(f"one that runs to its end passes with {error.pass_mark} right")
    if made.items < plan.most:
        missing = plan.most - made.items
        say(
            f"it may run out of items undecided: {missing} more are needed for these figures",
            fg="yellow",
        )
