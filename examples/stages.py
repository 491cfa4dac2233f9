"""Run the stages after review on real data: quotations, shortcuts, safety rates, reserve, consensus.

    python examples/stages.py DATA_DIR [--only NAME ...]

DATA_DIR holds one folder a set. Every figure is printed with its denominator; a set whose files
are missing is named and left out.
"""

import argparse
import csv
import html
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyrage

import assay
from assay.program import Program
from assay.quality.estimate import Rate, rate
from assay.releases.gates import reserve_gate
from assay.verification.passage import locate

HERE = Path(__file__).resolve().parent

RESERVE = "unseen-tasks"
"""The reserve that the contract of `real-data` declares, with as many items as are sealed here."""

Figures = dict[str, Any]
"""What a set gave: name -> figure."""


def begin_wow(data: Path) -> Figures:
    """Where a response stands in its source, against how far people found it supported."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for name in ("begin_dev_wow.tsv", "begin_test_wow.tsv"):
        with (data / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                response = row["response"].strip(" .")
                place = locate(response, [row["knowledge"]]).place if response else "empty"
                table[place][row["begin_label"]] += 1
    return {place: dict(labels) for place, labels in sorted(table.items())}


def xsum_hallucination(data: Path) -> Figures:
    """Spans that annotators quote, located in the summary; the sources themselves are absent."""
    places: dict[str, Counter[str]] = defaultdict(Counter)
    with (data / "hallucination_annotations_xsum_summaries.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["hallucinated_span"] != "NULL":
                found = locate(row["hallucinated_span"], [row["summary"]])
                places[row["hallucination_type"]][found.place] += 1
    votes: dict[tuple[str, str], list[str]] = defaultdict(list)
    with (data / "factuality_annotations_xsum_summaries.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            votes[row["bbcid"], row["system"]].append(row["is_factual"])
    majority = Counter(Counter(each).most_common(1)[0][0] for each in votes.values())
    return {
        "spans located in the summary": {kind: dict(each) for kind, each in sorted(places.items())},
        "summaries found factual by most": dict(majority),
        "summaries located in their source": "undefined: the source documents are not in the set",
    }


def llmfao_pairs(data: Path) -> Figures:
    """Whether a judge model prefers a place, and what people do."""
    with tempfile.TemporaryDirectory() as scratch, _copy("llmfao-pairs", Path(scratch)) as program:
        for file, mapping in (
            ("crowd-comparisons.csv", "mapping.yaml"),
            ("gpt4-crowd-comparisons.csv", "mapping-gpt4.yaml"),
            ("gpt3-crowd-comparisons.csv", "mapping-gpt3.yaml"),
        ):
            program.records.import_(
                data / file,
                format=HERE / "llmfao-pairs" / mapping,
                source="llmfao-pairs",
                rejects=program.folder,
            )
        return {
            each.group: {
                "shown first wins": each.position.first,
                "shown second wins": each.position.second,
                "tie": each.undecided.get("tie", 0),
                "share of the first": f"{each.position.share:.3f} ({each.position.low:.3f} to "
                f"{each.position.high:.3f})" if each.position.share is not None else "undefined",
                "style alone, AUC": each.predictor.style.auc and round(each.predictor.style.auc, 3),
            }
            for each in program.quality.shortcuts()
        }  # fmt: skip


def xstest_mistralinstruct(data: Path) -> Figures:
    """Unsafe compliance and over-refusal apart, by people and by two automatic judges."""
    figures: Figures = {}
    for judge, file, column in (
        ("people", "xstest_v2_completions_mistralinstruct.csv", "final_label"),
        ("GPT-4", "xstest_v2_completions_mistralinstruct_gpteval.csv", "gpt4_label"),
        ("string match", "xstest_v2_completions_mistralinstruct_streval.csv", "strmatch_label"),
    ):
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        with (data / file).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                expected = "refuse" if row["type"].startswith("contrast_") else "comply"
                counts[expected][row[column]] += 1
        unsafe, benign = counts["refuse"], counts["comply"]
        figures[judge] = {
            "unsafe compliance": _rate(rate(unsafe["1_full_compliance"], unsafe.total())),
            "partial compliance with unsafe": _rate(
                rate(unsafe["3_partial_refusal"], unsafe.total())
            ),
            "over-refusal": _rate(rate(benign["2_full_refusal"], benign.total())),
            "partial refusal of benign": _rate(rate(benign["3_partial_refusal"], benign.total())),
        }
    return figures


def gsm8k_train(data: Path) -> Figures:
    """A quarter under seal, the rest compared with it; then a planted leak."""
    rows = (data / "train.first2000.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    mapping = HERE / "gsm8k-train" / "mapping.yaml"
    with tempfile.TemporaryDirectory() as scratch, _copy("real-data", Path(scratch)) as program:
        holdout, rest, leak = (
            program.folder / name for name in ("holdout.jsonl", "rest.jsonl", "leak.jsonl")
        )
        holdout.write_text("".join(rows[:500]), encoding="utf-8")
        rest.write_text("".join(rows[500:]), encoding="utf-8")
        leak.write_text("".join(rows[:3]), encoding="utf-8")
        options = {"source": "gsm8k-train", "format": mapping}
        sealed = program.reserve.seal(holdout, **options, remove=True).sealed
        program.records.import_(rest, **options, rejects=program.folder)
        before = program.reserve.check()
        program.records.import_(leak, **options, rejects=program.folder)
        after = program.reserve.check()
        contract = program.documents.contract
        gates = [
            reserve_gate(each.overlaps, each.records, {RESERVE: each.items}, contract)
            for each in (before, after)
        ]
        return {
            "sealed": sealed.sealed,
            "compared": before.records,
            "overlap": len({each.holder for each in before.overlaps}),
            "examples": [
                f"{each.rule}: {max((span.quote for span in each.spans), key=len)[:110]!r}"
                for each in before.overlaps[:5]
            ],
            "overlap after three sealed rows came back": len(
                {each.holder for each in after.overlaps}
            ),
            "gate": [f"{gate.outcome}: {gate.reason[:90]}" for gate in gates],
        }


def crowdtruth_rte(data: Path) -> Figures:
    """The distribution of ten answers an item, and its majority against the published gold."""
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    gold: dict[str, str] = {}
    with (data / "rte.standardized.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            answers[row["orig_id"]][row["response"]] += 1
            gold[row["orig_id"]] = row["gold"]
            html.unescape(row["text"])
    shares = Counter(max(counts.values()) for counts in answers.values())
    tied = [
        item
        for item, counts in answers.items()
        if len(set(counts.values())) == 1 and len(counts) > 1
    ]
    decided = {
        item: counts.most_common(1)[0][0] for item, counts in answers.items() if item not in tied
    }
    right = sum(decided[item] == gold[item] for item in decided)
    return {
        "items": len(answers),
        "answers": sum(counts.total() for counts in answers.values()),
        "items by size of their majority": dict(sorted(shares.items())),
        "majority is gold": _rate(rate(right, len(decided))),
        "items without a majority, kept as a distribution": len(tied),
        "with half of the ties right": round((right + len(tied) / 2) / len(answers), 4),
    }


SETS: Mapping[str, Callable[[Path], Figures]] = {
    "begin-wow": begin_wow,
    "xsum-hallucination": xsum_hallucination,
    "llmfao-pairs": llmfao_pairs,
    "xstest-mistralinstruct": xstest_mistralinstruct,
    "gsm8k-train": gsm8k_train,
    "crowdtruth-rte": crowdtruth_rte,
}
"""Every set by name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of every set that is there; 1 where none is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with one folder a set")
    parser.add_argument("--only", nargs="+", choices=SETS, help="names of sets; all where absent")
    options = parser.parse_args(arguments)
    there = [name for name in options.only or SETS if (options.data / name).is_dir()]
    for name in set(options.only or SETS) - set(there):
        print(f"missing, so left out: {options.data / name}", file=sys.stderr)
    for name in there:
        print(f"\n## {name}")
        print(json.dumps(SETS[name](options.data / name), indent=2, ensure_ascii=False))
    return 0 if there else 1


def _copy(name: str, scratch: Path) -> Program:
    """A copy of a program's documents with a vault key of its own."""
    folder = scratch / name
    folder.mkdir()
    for file in (HERE / name).iterdir():
        if file.suffix in {".yaml", ".toml"}:
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / ".assay").mkdir()
    settings = folder / "assay.toml"
    recipient = pyrage.x25519.Identity.generate().to_public()
    settings.write_text(f'vault_recipients = ["{recipient}"]\n' + settings.read_text())
    return assay.open(folder)


def _rate(found: Rate) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "undefined (0 of 0)"
    return (
        f"{found.count} of {found.trials}: {found.value:.1%} ({found.low:.1%} to {found.high:.1%})"
    )


if __name__ == "__main__":
    sys.exit(main())
