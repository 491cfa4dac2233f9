"""Draw two candidates a task from an OpenAI-compatible endpoint, and say what came of it."""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from assay.core.canonical import parse_json
from assay.providers.draft import draft_from_row
from assay.providers.endpoint import Endpoint, SamplingParameters
from assay.providers.model_run import run_sampling
from assay.providers.sampling_run import Sampled, SamplingPlan

HERE = Path(__file__).parent


def main() -> None:
    """Sample the tasks beside this file and write records, rejects and the journal to a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder for records, rejects and the journal")
    parser.add_argument("--url", default="http://127.0.0.1:8391/v1")
    parser.add_argument("--model", default="smollm2-135m-instruct-q4_1")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    rows = (parse_json(line) for line in (HERE / "tasks.jsonl").read_text().splitlines())
    started = time.monotonic()
    with (
        (arguments.folder / "records.jsonl").open("wb") as records,
        (arguments.folder / "rejects.jsonl").open("wb") as rejects,
    ):

        def deliver(outcomes: Sequence[Sampled]) -> None:
            for sampled in outcomes:
                records.writelines(record.canonical() + b"\n" for record in sampled.records)
                rejects.writelines(msgspec.json.encode(one) + b"\n" for one in sampled.rejects)

        report = run_sampling(
            (draft_from_row(row, kind="preference", source_class="desk-authors") for row in rows),
            endpoint=Endpoint(base_url=arguments.url, concurrency=1),
            plan=SamplingPlan(
                models=(arguments.model,),
                source_class="target-model",
                each=2,
                parameters=SamplingParameters(temperature="0.7", seed=1, max_tokens=64),
            ),
            journal=arguments.folder / "journal.jsonl",
            deliver=deliver,
        )
    print(json.dumps(msgspec.to_builtins(report), indent=2))
    print(f"{time.monotonic() - started:.1f} seconds")


if __name__ == "__main__":
    main()
