"""Each family's declaration reads the right things from its facts."""

import pytest

from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.core.lineage import Edge
from assay.quality.disposition import Disposition
from assay.records.record import Lineage, Source
from assay.releases.release import Release
from assay.releases.withdrawal import Withdrawal
from assay.review.adjudication import Adjudication, Preserved
from assay.store.tables import SCHEMA
from stores.facts import judgment, record

RELEASE = Release(
    version="1.0.0",
    merkle_root="0" * 64,
    manifest_digest="sha256:" + "0" * 64,
    records=1,
    judgments=0,
    documents={"contract": "doc_c", "sources": "doc_s"},
    gates=(),
    previous="rel_before",
)
FACTS: dict[str, tuple[Fact, dict[str, str | None], list[tuple[str, str]]]] = {
    "record": (
        record(1).replace(
            sources=(Source(source_class="web"), Source(source_class="own", part="/task")),
            lineage=Lineage(parents=("rec_a", "rec_b")),
        ),
        {"kind": "demonstration", "sources": "own+web"},
        [("parent", "rec_a"), ("parent", "rec_b")],
    ),
    "judgment": (
        judgment("rec_a").replace(supersedes="jud_a", rubric="doc_r"),
        {"record": "rec_a", "reviewer": "rev-a", "rubric": "doc_r", "supersedes": "jud_a"},
        [],
    ),
    "adjudication": (
        Adjudication(
            record="rec_a",
            judgments=("jud_a", "jud_b"),
            decision=Preserved(),
            cause="expertise",
            adjudicator="rev-z",
        ),
        {"record": "rec_a"},
        [("judgment", "jud_a"), ("judgment", "jud_b")],
    ),
    "disposition": (
        Disposition(
            record="rec_a",
            state="accepted",
            rule="two-agree",
            reason="two reviewers agree",
            contract="doc_c",
            rubric="doc_r",
            read=("jud_a", "ver_a", "adj_a"),
        ),
        {"record": "rec_a", "state": "accepted", "contract": "doc_c", "rubric": "doc_r"},
        [
            ("judgment", "jud_a"),
            ("verification", "ver_a"),
            ("adjudication", "adj_a"),
        ],
    ),
    "release": (
        RELEASE,
        {"version": "1.0.0", "previous": "rel_before"},
        [("contract", "doc_c"), ("sources", "doc_s")],
    ),
    "withdrawal": (
        Withdrawal(release="rel_a", reason="rights", records=("rec_a",)),
        {"release": "rel_a"},
        [("record", "rec_a")],
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_a_family_reads_its_columns_and_names(name: str) -> None:
    """Index columns and named facts are those of the content."""
    fact, columns, names = FACTS[name]
    family = SCHEMA.of_class(type(fact)).family
    assert {key: column.extract(fact) for key, column in family.columns.items()} == columns
    assert list(family.names(fact)) == names


def test_every_role_and_prefix_is_told_apart() -> None:
    """Families differ in table and prefix, and every role of a column is a role of edges."""
    families = SCHEMA.families
    assert len({kept.prefix for kept in families}) == len(families)
    roles = {column.role for kept in families for column in kept.family.columns.values()} - {None}
    for role in roles:
        assert Edge(child="a", role=role, parent="b").role == role


def test_a_class_and_an_id_of_no_family_are_refused() -> None:
    """The store says which families it keeps."""
    with pytest.raises(UsageError, match="keeps no facts of class Fact"):
        SCHEMA.of_class(Fact)
    with pytest.raises(UsageError) as refused:
        SCHEMA.of_id("xyz_abc")
    assert "rec_" in refused.value.hint
