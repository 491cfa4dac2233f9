"""Which command follows which: the order of the guide, as one table."""

import re
from typing import NamedTuple


class NextCommand(NamedTuple):
    """The command that a command ends by naming."""

    command: str
    """How it is called; what a person must fill in stands in capitals."""
    in_program: bool = True
    """Whether it takes --program."""


FOLLOWING = {
    "assay record import": NextCommand("assay review assign --reviewer NAME=reviewer"),
    "assay record sample": NextCommand("assay review assign --reviewer NAME=reviewer"),
    "assay review exam": NextCommand("assay serve"),
    "assay review sentinel": NextCommand("assay serve"),
    "assay review credential": NextCommand("assay review assign --reviewer NAME=reviewer"),
    "assay review assign": NextCommand("assay review export work.jsonl"),
    "assay review export": NextCommand("assay review import work.jsonl"),
    "assay review import": NextCommand("assay quality agreement"),
    "assay review judge": NextCommand("assay quality agreement"),
    "assay review simulate": NextCommand("assay quality agreement"),
    "assay review withdraw": NextCommand("assay review assign --reviewer NAME=reviewer"),
    "assay review reconcile": NextCommand("assay review status"),
    "assay review adjudicate": NextCommand("assay quality dispose"),
    "assay review import-adjudications": NextCommand("assay quality dispose"),
    "assay verify adequacy": NextCommand("assay verify run"),
    "assay verify run": NextCommand("assay quality dispose"),
    "assay reserve seal": NextCommand("assay reserve check"),
    "assay quality dispose": NextCommand("assay quality report --out reports"),
    "assay quality report": NextCommand("assay release build VERSION"),
    "assay release build": NextCommand(
        "assay release verify releases/VERSION --key PUBLIC", in_program=False
    ),
    "assay release export": NextCommand(
        "assay validate import RESULTS --checkpoint NAME --arm candidate --release VERSION"
    ),
    "assay run": NextCommand("assay next"),
    "assay release withdraw": NextCommand("assay release build VERSION"),
    "assay validate import": NextCommand("assay validate compare"),
    "assay validate compare": NextCommand("assay plan findings"),
    "assay plan findings": NextCommand("assay plan cause FINDING --cause CAUSE --note NOTE"),
    "assay plan cause": NextCommand("assay plan draft"),
    "assay plan draft": NextCommand("assay plan accept"),
    "assay plan accept": NextCommand("assay next"),
    "assay key new": NextCommand("assay release build VERSION"),
}
"""Command that changes something -> the one that follows, in the order of the guide."""


def next_command(path: str) -> NextCommand | None:
    """The command that follows; None for one that changes nothing.

    Args:
        path: the command as it is called, such as `assay record import`.
    """
    return FOLLOWING.get(path)


_PLACEHOLDERS = {
    "CAUSE": "a root cause, as `assay plan cause --help` lists them",
    "FILE": "a file of your data",
    "FINDING": "the id of a finding, as `assay plan findings` prints it",
    "FORMAT": "what a trainer reads, as `assay release formats` lists it",
    "NOTE": "why, in a sentence",
    "PUBLIC": "the file of the public key that `assay key new` wrote",
    "RECORD": "the id of a record, as `assay record list` prints it",
    "RESULTS": "the file of an evaluation's results",
    "ROLE": "reviewer or adjudicator",
    "SOURCE": "a source class of sources.yaml",
    "VERSION": "the version of the release, such as 1.0.0",
}
"""What a person fills in for a word in capitals that means the same in every command."""

_NAMES = {
    "--checkpoint": "the checkpoint that was evaluated",
    "--reviewer": "who reviews",
}
"""Option -> what its NAME names."""

_PLACEHOLDER = re.compile(r"\b[A-Z]{3,}\b")


def placeholders(command: str) -> list[str]:
    """What stands for each word in capitals of a command, one line each, in their order.

    Raises:
        KeyError: if nothing says what one of them stands for.
    """
    option, lines = "", []
    for word in command.split():
        option = word if word.startswith("--") else option
        for name in _PLACEHOLDER.findall(word):
            meaning = _NAMES[option] if name == "NAME" else _PLACEHOLDERS[name]
            lines.append(f"{name}: {meaning}")
    return lines
