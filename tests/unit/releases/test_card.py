"""The texts of a release tell a stranger what it is, and claim nothing more."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.governance.claims import find_claims
from assay.releases.build import build
from assay.releases.card import TEXTS
from assay.releases.keys import key_id
from assay.releases.manifest import MANIFEST, ReserveEntry, read_head
from assay.releases.service import read_card
from assay.releases.verify import verify
from assay.reserve.canonical_text import words
from assay.reserve.contamination import ReserveIndex
from assay.reserve.fingerprint import Hasher, to_text
from assay.reserve.sealing import Fingerprint
from simulators.ferries import ACTOR, KEY, filled_store, inputs
from simulators.offline_datasets import offline_datasets

DOCS = Path(__file__).parents[3] / "docs"


def test_the_readme_names_every_file_and_the_key(built: Path) -> None:
    """A stranger finds each file explained and knows which key to ask for."""
    text = (built / "README.md").read_text()
    names = {path.name for path in built.iterdir()} - {"documents", "README.md"}
    assert [name for name in sorted(names) if name not in text] == []
    assert key_id(KEY.public_key()) in text
    assert "the harbour desk" in text


def test_the_data_card_shows_sources_gates_and_what_was_left_out(built: Path) -> None:
    """Counts, licences, dimensions, gates and exclusions stand in tables."""
    card = read_card(built)
    assert "| desk | 5 | CC-BY-4.0 | train, evaluate, publish | no end |" in card
    assert "| rights | 'lent' does not permit to train; it permits: evaluate | 1 |" in card
    assert (
        "| tone | Is it pleasant \\| or at least plain? | 1..5 | uncertain | 9 | 0 | 0 | 9 |"
        in card
    )
    assert card.count("| passed |") == 7
    assert card.count("| unknown |") == 3
    assert "| rubric ferries-rubric 1.0.0 | 10 |" in card
    assert "| language | fr | 1 |" in card


@pytest.mark.filterwarnings("ignore")
def test_the_call_that_the_card_shows_loads_every_table(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines run as they stand, in the data card and in the page of the format alike."""
    card, page = read_card(release), (DOCS / "formats" / "release.md").read_text("utf-8")
    calls = re.findall(r"```python\n(import datasets\n.*?)```", card, re.DOTALL)
    assert len(calls) == 1
    assert calls[0] in page
    monkeypatch.chdir(release)
    loaded: dict[str, Any] = {}
    with offline_datasets(tmp_path / "cache"):
        exec(calls[0], loaded)  # noqa: S102  the lines of our own card
    head = read_head(release / MANIFEST)
    assert loaded["records"].num_rows == head.counts.records
    assert loaded["judgments"].num_rows == head.counts.judgments


def test_the_limitations_say_what_stays_uncertain_and_uncovered(built: Path) -> None:
    """What people said stands beside what follows from the documents and the counts."""
    text = (built / "LIMITATIONS.md").read_text()
    assert "Only one harbour." in text
    assert "- **tone**" in text
    assert "- **correct** is objective by the rubric, which names no external test" in text
    assert (
        "- **tone**: no person gave a value and no verifier passed or failed any of 9 items" in text
    )
    assert "- In 1 of 5 records reviewers differ and both answers are kept." in text
    assert "The contract aims at 8 records; the release holds 5." in text
    assert "- Gate reserve is unknown: 0 of 5 records were compared with 0 sealed" in text
    assert "The axis domain was left out on purpose: There is only one." in text


def test_the_limitations_count_only_items_that_could_be_compared(tmp_path: Path) -> None:
    """A sealed item without a word is said apart, in the text, the gate and the manifest."""
    hasher = Hasher(b"key")
    texts = {"item-1": "Which ferry sails on a Sunday at noon?", "item-2": "\U0001f6a2 ?!"}
    index = ReserveIndex(
        [
            Fingerprint(
                sealing="sea_a",
                reserve="kept",
                item=name,
                part="task",
                words=len(words(text)),
                grams=to_text(hasher.fingerprint(words(text))),
            )
            for name, text in texts.items()
        ],
        b"key",
    )
    entry = ReserveEntry(name="kept", items=2, commitments=(), wordless=index.wordless)
    given = msgspec.structs.replace(inputs(), reserve=index, sealed=entry)
    built = build(filled_store(), given, KEY, tmp_path, actor=ACTOR)
    text = (built.folder / "LIMITATIONS.md").read_text()
    assert "Records were compared with 1 sealed evaluation items; " in text
    assert "1 more sealed items hold no word, so nothing could be compared with them." in text
    gates = {gate.gate: gate for gate in built.release.gates}
    assert "nothing could be compared with 1 sealed items" in gates["reserve"].reason
    assert verify(built.folder, KEY.public_key()).issues == ()


def test_no_text_of_ours_claims_too_much(built: Path) -> None:
    """The templates themselves pass the claims check."""
    assert {name: find_claims((built / name).read_text()) for name in TEXTS} == {
        name: [] for name in TEXTS
    }


def test_every_table_has_as_many_cells_in_each_row(built: Path) -> None:
    """Text from documents cannot break a table."""
    for name in TEXTS:
        width = 0
        for line in (built / name).read_text().replace("\\|", "").splitlines():
            cells = line.count("|") if line.startswith("|") else 0
            assert not (width and cells) or cells == width, f"{name}: {line}"
            width = cells
