"""Show the desk on real data: five sets wait in queues, and simulated reviewers judge them over REST.

    python examples/desk.py DATA_DIR [--only NAME ...] [--into DIR]

DATA_DIR holds one folder a set. Records come in without the judgments that the sets bring, so that
every one of them waits. A server of each program is started on this machine; simulated reviewers
claim and answer there (`assay review simulate`). What is stored is then counted, every span held
against the text that it quotes, and a throw-away release exported in a trainer's format. A figure
that is not as expected ends the run with exit code 1.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyrage
from ruamel.yaml import YAML

import assay
from assay.client import Client
from assay.core.errors import CheckError
from assay.demo.own_server import own_server
from assay.demo.reviewer_pool import PoolReport, run_pool
from assay.demo.simulated_accounts import close_accounts, create_accounts
from assay.demo.simulated_reviewer import drawn_reviewers
from assay.program import Program
from assay.program.releases import export_release
from assay.records.coherence import text_at
from assay.records.evidence import TextSpan
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.releases.keys import make_key_pair

HERE = Path(__file__).resolve().parent
REVIEWERS = 5
SEED = 11
SEALED = "sealed.jsonl"
SECRET = "the example's secret is no secret: so that everyone draws the same orders\n"  # noqa: S105  as it says

DESK_CLASSES = """
  - id: tau-fewshot
    description: 88 dialogues of a simulated service desk, without the calls (tau-bench).
    licence: MIT
    attribution: Copyright (c) 2024 Sierra
    permitted_uses: [train, evaluate, publish]
    retention_until: unlimited
    territory: [worldwide]
    reviewer_access: [reviewer, adjudicator, lead]
    deletion_contact: the contact named in assay.toml
    deletion_procedure: Name the records; they are withdrawn from the next release.
"""
"""The source class of the set that the shared program does not know."""


class Show(NamedTuple):
    """One set: the program that takes it, its file, the figures expected, and a trainer's format.

    Critiques and rulings give rows of unpaired preferences; no simulated score endorses a dialogue.
    """

    name: str
    program: str
    file: str
    records: int
    kind: str
    judgments: int
    spans: int
    rows: int
    exporter: str
    options: Mapping[str, str] = {}
    joined: str | None = None


SHOWS = (
    Show("llmfao-pairs", "llmfao-pairs", "crowd-comparisons.csv", 2139, "preference", 40, 32, 3, "trl:preference", joined="pairs-crowd.jsonl"),
    Show("mqm-ted-ende", "real-data", "mqm_ted_ende.tsv", 7406, "critique", 40, 16, 40, "trl:unpaired-preference"),
    Show("xstest-mistralinstruct", "real-data", "xstest_v2_completions_mistralinstruct.csv", 450, "policy", 40, 0, 39, "trl:unpaired-preference"),
    Show("tau-fewshot", "real-data", "MockRetailDomainEnv-few_shot.jsonl", 69, "trajectory", 40, 0, 0, "trl:conversational", {"trajectories": "true"}),
    Show("summeval-op", "real-data", "summeval-op-detailed.jsonl", 32, "preference", 32, 31, 671, "trl:preference", {"pairs": "all"}),
)  # fmt: skip
NAMES = tuple(show.name for show in SHOWS)


class Figures(NamedTuple):
    """What came of one set."""

    name: str
    records: int
    queues: int
    judgments: int
    kinds: str
    spans: int
    anchored: int
    exported: int
    trainer_rows: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the sets that the arguments ask for; 1 where a figure is not as expected."""
    options = _options(arguments)
    into = options.into or Path(tempfile.mkdtemp(prefix="assay-desk-"))
    shown: list[Figures] = []
    faults: list[str] = []
    for show in _present(options.data, options.only or NAMES):
        figures, pool = show_desk(show, options.data, into)
        shown.append(figures)
        faults += [f"{show.name}: {fault}" for fault in _faults(show, figures, pool)]
    _print_table(shown)
    print(f"\nworking folder: {into}")
    for fault in faults:
        print(f"not as expected: {fault}", file=sys.stderr)
    return 1 if faults or not shown else 0


def show_desk(show: Show, data: Path, into: Path) -> tuple[Figures, PoolReport]:
    """Import one set, have it judged at the desk, and count what is there then."""
    folder = _program(show, into)
    with assay.open(folder) as program:
        program.reserve.seal(folder / SEALED, source=show.name, remove=True)
        program.records.import_(
            _file(show, data / show.name, folder),
            format=_mapping(show, folder),
            source=show.name,
            rejects=folder,
        )
        program.desk.fill()
        hired = create_accounts(program, REVIEWERS, by="example")
    reviewers = drawn_reviewers([each.name for each in hired], SEED)
    with own_server(folder) as server:
        desks = [Client(server.url, each.token) for each in hired]
        n_queues = len({queue.queue for desk in desks for queue in desk.queues().items})
        people = list(zip(reviewers, desks, strict=True))
        pool = run_pool(people, judgments=show.judgments, seed=SEED)
        for desk in desks:
            desk.close()
    with assay.open(folder) as program:
        close_accounts(program, hired, by="example")
        return _count(show, program, n_queues), pool


def _program(show: Show, into: Path) -> Path:
    """A copy of the set's program with keys of its own."""
    folder = into / show.name
    shutil.copytree(HERE / show.program, folder)
    (folder / ".assay").mkdir()
    (folder / ".assay" / "master.key").write_text(SECRET)
    make_key_pair(folder / ".assay" / "signing.key", folder / "signing.pub")
    _for_a_few(folder / "contract.yaml", one_pass=show.program == "real-data")
    (folder / SEALED).write_text(json.dumps(_sealed_item(show.name)) + "\n", encoding="utf-8")
    opener = pyrage.x25519.Identity.generate()
    settings = folder / "assay.toml"
    line = f'vault_recipients = ["{opener.to_public()}"]\n'
    settings.write_text(settings.read_text(encoding="utf-8") + line, encoding="utf-8")
    if show.name == "tau-fewshot":
        sources = folder / "sources.yaml"
        sources.write_text(sources.read_text(encoding="utf-8") + DESK_CLASSES, encoding="utf-8")
    return folder


def _sealed_item(source: str) -> dict[str, object]:
    """The one item of the reserve: what an evaluation of the desk's records would be kept from."""
    message = {"role": "user", "content": "Name the day on which the harbour office is closed."}
    return {
        "schema_version": 1,
        "part": {"kind": "outcome", "reference": "Sunday"},
        "task": {"messages": [message]},
        "sources": [{"source_class": source}],
    }


def _for_a_few(file: Path, *, one_pass: bool) -> None:
    """Cut a contract down to a few dozen records: quotas and sizes are about the whole data.

    Args:
        file: the contract.
        one_pass: whether one judgment of each record is enough.
    """
    yaml = YAML()
    contract = yaml.load(file)
    contract["sampling"]["quotas"] = []
    contract["sampling"]["hard"] = []
    contract["sampling"]["aim"] = True
    contract["reserve"]["size"] = 1
    for layer in contract["review"]["layers"]:
        layer["passes"] = 1 if one_pass else layer["passes"]
    yaml.dump(contract, file)


def _mapping(show: Show, folder: Path) -> Path:
    """The set's mapping without its judgments, so that all its records wait."""
    text = (HERE / show.name / "mapping.yaml").read_text(encoding="utf-8")
    target = folder / "desk-mapping.yaml"
    target.write_text(re.split(r"^judgments:", text, flags=re.MULTILINE)[0], encoding="utf-8")
    return target


def _file(show: Show, source: Path, folder: Path) -> Path:
    """The set's file; dialogues that are kept as one text are cut into their turns first."""
    if show.name != "tau-fewshot":
        return source / show.file
    target = folder / "dialogues.jsonl"
    lines = (source / show.file).read_text(encoding="utf-8").splitlines()
    rows = [_dialogue(number, json.loads(line)) for number, line in enumerate(lines)]
    target.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return target


def _dialogue(number: int, row: Mapping[str, str]) -> dict[str, object]:
    turns = re.split(r"^(user|assistant|tool): ", row["messages_display"], flags=re.MULTILINE)[1:]
    said = [(role, text.strip()) for role, text in zip(turns[::2], turns[1::2], strict=True)]
    steps = [
        {"text": "", "output": text} if role == "tool" else {"text": _spoken(role, text)}
        for role, text in said[1:]
    ]
    last = next(text for role, text in reversed(said) if role == "assistant" and text != "None")
    return {"id": f"dialogue {number}", "request": said[0][1], "steps": steps, "last": last}


def _spoken(role: str, text: str) -> str:
    return "(a call that the source does not show)" if text == "None" else f"{role}: {text}"


def _count(show: Show, program: Program, n_queues: int) -> Figures:
    records = {each.id: each for each in program.store.scan(Record)}
    judgments = list(program.store.scan(Judgment))
    spans = [(judgment.record, span) for judgment in judgments for span in _spans(judgment)]
    anchored = sum(
        (text_at(records[record], span.pointer) or "")[span.start : span.end] == span.quote
        for record, span in spans
    )
    kinds = Counter(records[each.record].kind for each in judgments)
    file = program.folder / "judgments.jsonl"
    lines = [each.canonical() + b"\n" for each in judgments]
    file.write_bytes(b"".join(lines))
    return Figures(
        name=show.name,
        records=len(records),
        queues=n_queues,
        judgments=len(judgments),
        kinds=", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
        spans=len(spans),
        anchored=anchored,
        exported=file.read_bytes().count(b"\n"),
        trainer_rows=_trainer_rows(show, program),
    )


def _spans(judgment: Judgment) -> Iterator[TextSpan]:
    for error in judgment.errors or ():
        if isinstance(error.place, TextSpan):
            yield error.place
    for reason in judgment.reasons:
        if reason.span:
            yield reason.span


def _trainer_rows(show: Show, program: Program) -> int:
    """Rows of a trainer's format that the judgments give, by way of a release that stays here."""
    program.quality.dispose()
    try:
        limits = "Simulated judgments: nothing here says anything about the answers."
        built = program.releases.build("1.0.0", use="evaluate", limitations=limits)
    except CheckError as error:
        print(f"{show.name}: no release: {error}")
        return 0
    report = export_release(
        built.folder,
        show.exporter,
        program.folder / "rows",
        dict(show.options),
        use="evaluate",
    )
    return report.rows


def _faults(show: Show, figures: Figures, pool: PoolReport) -> Iterator[str]:
    if figures.records != show.records:
        yield f"{figures.records} records, where {show.records} are expected"
    if not figures.judgments == pool.stored == figures.exported == show.judgments:
        yield f"{figures.judgments} judgments, {pool.stored} receipts, {figures.exported} exported"
    if not figures.anchored == figures.spans == show.spans:
        yield f"{figures.anchored} of {figures.spans} spans quote their text; {show.spans} expected"
    if figures.trainer_rows != show.rows:
        yield f"{figures.trainer_rows} rows for a trainer, where {show.rows} are expected"
    if figures.kinds != f"{show.kind} {show.judgments}":
        yield f"kinds: {figures.kinds}"
    if not figures.queues:
        yield "no queue"
    for deeds in pool.reviewers:
        if deeds.refused or deeds.late:
            yield f"{deeds.reviewer.name}: refused {deeds.refused}, late {deeds.late}"


def _print_table(shown: Sequence[Figures]) -> None:
    rows = [[field.replace("_", " ") for field in Figures._fields]]
    rows += [[str(cell) for cell in each] for each in shown]
    widths = [max(len(row[column]) for row in rows) for column in range(len(Figures._fields))]
    print()
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _present(data: Path, names: Sequence[str]) -> Iterator[Show]:
    """The sets whose files are there; the missing ones are named."""
    for show in SHOWS:
        files = [data / show.name / file for file in (show.file, show.joined) if file]
        missing = [str(file) for file in files if not file.is_file()]
        if show.name in names and missing:
            print(f"missing, so left out: {', '.join(missing)}", file=sys.stderr)
        elif show.name in names:
            yield show


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with one folder a set")
    parser.add_argument("--only", nargs="+", choices=NAMES, help="names of sets; all where absent")
    parser.add_argument(
        "--into", type=Path, help="working folder; a new temporary one where absent"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
