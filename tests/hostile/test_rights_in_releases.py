"""What its rights hold back is in no byte of a release or of an export of one."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from assay.core.clock import fixed_clock
from assay.core.errors import CheckError, UsageError
from assay.governance.rights import Use
from assay.program.releases import export_release
from assay.records.record import Lineage, Record
from assay.records.task import Message
from assay.releases.build import Built, build
from assay.releases.manifest import MANIFEST, read_manifest
from assay.releases.verify import verify
from assay.releases.withdrawal import Withdrawal
from simulators.ferries import (
    ACTOR,
    CREATED,
    KEY,
    TEXTS,
    add,
    agreed,
    documents,
    filled_store,
    inputs,
    preference,
    reseal,
)
from simulators.memory_store import MemoryStore

RIGHTS: Mapping[str, Mapping[str, object]] = {
    "gone": {"state": "deleted"},
    "taken": {"state": "withdrawn"},
    "late": {"retention_until": date(2026, 1, 15).isoformat()},
    "away": {"territory": ["US"]},
    "leads": {"reviewer_access": ["lead"]},
    "lent": {"permitted_uses": ["evaluate"]},
    "soon": {"retention_until": date(2027, 1, 1).isoformat()},
    "free": {},
}
LENT = {"lent", "child-lent", "grandchild-lent"}
OPEN = {"free", "child-free", "leads", "child-leads", "soon", "child-soon"}
NAMES = (
    *RIGHTS,
    *(f"child-{name}" for name in RIGHTS),
    "grandchild-lent",
    "orphan",
    "revoked",
    "heir",
)
"""A record of a source that only leads may read may be trained on: that is a use, and no reading."""


def _sources() -> str:
    classes = [
        {
            "id": name,
            "description": f"Planted, {name}.",
            "licence": "LicenseRef-planted",
            "permitted_uses": ["train", "evaluate", "publish"],
            "retention_until": "unlimited",
            "territory": ["worldwide"],
        }
        | dict(changed)
        for name, changed in RIGHTS.items()
    ]
    head = TEXTS["sources"].partition("classes:")[0]
    return f"{head}classes: {json.dumps(classes)}\n"


FILES = documents(sources=_sources())


def canary(name: str) -> str:
    """The word that stands in the text of a planted record, and nowhere else."""
    return f"Canary{''.join(part.title() for part in name.split('-'))}7f"


def _planted(number: int, name: str, source: str, *parents: Record) -> Record:
    record = preference(number, source=source)
    message = Message(role="user", content=f"{canary(name)}: which ferry on pier {number}?")
    lineage = Lineage(parents=tuple(each.id for each in parents)) if parents else None
    task = record.task
    return record.replace(
        task=type(task)(messages=(message,), taxonomy=task.taxonomy, capability=task.capability),
        lineage=lineage,
    )


def planted() -> dict[str, Record]:
    """The planted records by name."""
    made = {name: _planted(n, name, name) for n, name in enumerate(RIGHTS)}
    for n, name in enumerate(RIGHTS, start=20):
        made[f"child-{name}"] = _planted(n, f"child-{name}", "free", made[name])
    made["grandchild-lent"] = _planted(40, "grandchild-lent", "free", made["child-lent"])
    made["orphan"] = _planted(41, "orphan", "free", _planted(99, "nobody", "free"))
    made["revoked"] = _planted(42, "revoked", "free")
    made["heir"] = _planted(43, "heir", "free", made["revoked"])
    return made


@pytest.fixture
def store() -> MemoryStore:
    records = planted()
    filled = filled_store([fact for each in records.values() for fact in agreed(each)], FILES)
    notice = Withdrawal(release="rel_x", reason="consent", records=(records["revoked"].id,))
    add(filled, [notice])
    return filled


def _build(store: MemoryStore, folder: Path, use: Use) -> Built:
    return build(store, inputs(use=use, files=FILES), KEY, folder, actor=ACTOR)


def seen(folder: Path) -> set[str]:
    """The planted records whose words are in any file of a folder, or in a name of one."""
    files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
    content = b"".join(each.name.encode() + each.read_bytes() for each in files)
    text = content.decode("utf-8", errors="replace")
    return {name for name in NAMES if canary(name) in text}


@pytest.mark.parametrize(("use", "released"), [("train", OPEN), ("evaluate", OPEN | LENT)])
def test_a_release_holds_what_its_use_permits_with_all_ancestors(
    store: MemoryStore, tmp_path: Path, use: Use, released: set[str]
) -> None:
    """Neither a record nor what was made from it is released where a source of either forbids it."""
    built = _build(store, tmp_path, use)
    assert seen(built.folder) == released
    assert verify(built.folder, KEY.public_key()).issues == ()
    left = {each.code: 0 for each in built.head.left_out}
    for each in built.head.left_out:
        left[each.code] += each.records
    assert left == {"rights": len(NAMES) - len(released) - 1, "withdrawn": 1}
    assert built.held_back.records == left["rights"] == sum(built.held_back.reasons.values())
    assert {each.id for each in built.head.source_classes} >= {"free", "leads", "soon"}


def test_an_item_lists_what_it_inherits_and_a_lie_about_it_is_found(
    store: MemoryStore, tmp_path: Path
) -> None:
    """A publisher who leaves out the source of a parent in the same release does not verify."""
    built = _build(store, tmp_path, "evaluate")
    _, items = read_manifest(built.folder / MANIFEST)
    inherited = sorted(item.inherited for item, _ in items if item.inherited)
    assert inherited == [("leads",), ("lent",), ("lent",), ("soon",)]
    manifest = built.folder / MANIFEST
    text = manifest.read_text(encoding="utf-8")
    assert '"inherited":["soon"]' in text
    manifest.write_text(text.replace('"inherited":["soon"],', "", 1), encoding="utf-8")
    reseal(built.folder)
    found = {issue.code for issue in verify(built.folder, KEY.public_key()).issues}
    assert "other-inheritance" in found


@pytest.mark.parametrize("exporter", ["trl:preference", "openai:preference"])
def test_rows_of_a_release_that_was_not_built_to_train_need_a_named_use(
    store: MemoryStore, tmp_path: Path, exporter: str
) -> None:
    """Without a use the export is refused; with one, what does not permit it is held and counted."""
    folder = _build(store, tmp_path / "releases", "evaluate").folder
    clock = fixed_clock(CREATED)
    with pytest.raises(UsageError, match="built to evaluate"):
        export_release(folder, exporter, tmp_path / "none", clock=clock)
    assert not (tmp_path / "none").exists()
    trained = export_release(folder, exporter, tmp_path / "train", use="train", clock=clock)
    assert seen(tmp_path / "train") == OPEN
    [held] = [each for each in trained.drops if each.reason == "not_permitted"]
    assert held.records == len(LENT)
    assert trained.records.given == len(OPEN | LENT) == trained.records.carried + held.records
    export_release(folder, exporter, tmp_path / "evaluate", use="evaluate", clock=clock)
    assert seen(tmp_path / "evaluate") == OPEN | LENT


def test_no_row_leaves_a_release_after_the_last_day_of_an_ancestor(
    store: MemoryStore, tmp_path: Path
) -> None:
    """The manifest knows the retention of inherited sources, and the export asks on its own day."""
    records = planted()
    judged = [*agreed(records["child-soon"]), *agreed(records["free"])]
    alone = filled_store([*judged, records["soon"]], FILES)
    folder = _build(alone, tmp_path / "releases", "train").folder
    assert seen(folder) == {"child-soon", "free"}
    with pytest.raises(CheckError, match="soon could be kept until 2027-01-01"):
        export_release(
            folder, "trl:preference", tmp_path / "rows", clock=fixed_clock("2027-01-02T00:00:00Z")
        )
