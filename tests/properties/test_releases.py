"""What holds for every release: any flipped bit is found, and any set of facts comes back."""

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.digest import sha256
from assay.core.errors import CheckError
from assay.core.identity import make_id, make_ids
from assay.core.issues import Issue
from assay.core.merkle import MerkleTree
from assay.records.verdict import BothUnacceptable, InsufficientContext, Prefers, Tie, Verdict
from assay.releases.attestation import RELEASE, attest, open_envelope
from assay.releases.build import build
from assay.releases.checksums import parse_sums, render_sums
from assay.releases.manifest import MANIFEST, read_manifest
from assay.releases.spool import Spool
from assay.releases.verify import verify
from simulators.ferries import ACTOR, KEY, agreed, filled_store, inputs, preference

FLIPS = 150
"""Bits that are flipped, one at a time, over all files of a release."""

ENVELOPE = attest(RELEASE, {"manifest.json": "ab" * 32}, {"version": "1.0.0"}, KEY)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    releases = tmp_path_factory.mktemp("releases")
    return build(filled_store(), inputs(), KEY, releases, actor=ACTOR).folder


def test_any_flipped_bit_of_any_file_is_found(release: Path) -> None:
    """A seeded sample of single bits over all files: each fails, and the release is sound after."""
    draw = random.Random(20260201)
    files = sorted(path for path in release.rglob("*") if path.is_file())
    for _ in range(FLIPS):
        file = draw.choice(files)
        content = file.read_bytes()
        changed = bytearray(content)
        place, bit = draw.randrange(len(content)), draw.randrange(8)
        changed[place] ^= 1 << bit
        file.write_bytes(changed)
        assert not verify(release, KEY.public_key()).ok, f"{file.name}, byte {place}, bit {bit}"
        file.write_bytes(content)
    assert verify(release, KEY.public_key()).ok


@given(place=st.integers(0, len(ENVELOPE) - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_of_an_envelope_is_found(place: int, bit: int) -> None:
    """No bit of the signed envelope is idle."""
    changed = bytearray(ENVELOPE)
    changed[place] ^= 1 << bit
    with pytest.raises(CheckError):
        open_envelope(bytes(changed), KEY.public_key(), RELEASE)


@given(text=st.binary(max_size=200))
def test_no_text_makes_the_list_of_digests_fail(text: bytes) -> None:
    """Whatever is read as a list, either it is the one form of its digests or it has issues."""
    digests, issues = parse_sums(text)
    assert all(isinstance(issue, Issue) for issue in issues)
    assert issues or render_sums(digests) == text


@given(content=st.binary(max_size=300))
def test_no_bytes_are_believed_as_an_envelope(content: bytes) -> None:
    """Arbitrary bytes are refused in good order."""
    with pytest.raises(CheckError):
        open_envelope(content, KEY.public_key(), RELEASE)


VERDICTS = st.sampled_from(
    [Prefers(candidate=0), Prefers(candidate=1, strength=3), Tie(), BothUnacceptable(),
     InsufficientContext()]
)  # fmt: skip
PLANS = st.dictionaries(st.integers(10, 99), VERDICTS, min_size=3, max_size=12)


@settings(max_examples=settings.default.max_examples // 6)
@given(plan=PLANS)
def test_any_release_verifies_and_holds_what_was_given(
    plan: dict[int, Verdict], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the verdicts are, each agreed record is in the release and everything is derived."""
    facts = [fact for number, said in plan.items() for fact in agreed(preference(number), said)]
    releases = tmp_path_factory.mktemp("any")
    built = build(filled_store(facts), inputs(), KEY, releases, actor=ACTOR)
    _, items = read_manifest(built.folder / MANIFEST)
    identities = [item.id for item, _ in items]
    assert identities == sorted(preference(number).id for number in plan)
    assert verify(built.folder, KEY.public_key()).issues == ()
    shutil.rmtree(releases)


@given(leaves=st.lists(st.binary(max_size=8), max_size=20), place=st.integers(0, 19))
def test_a_changed_leaf_changes_the_root(leaves: list[bytes], place: int) -> None:
    """No leaf can be changed, added or moved under the same root."""

    def root(given: list[bytes]) -> bytes:
        tree = MerkleTree()
        for leaf in given:
            tree.append(leaf)
        return tree.root()

    assert root([*leaves, b""]) != root(leaves)
    if place < len(leaves):
        changed = [*leaves]
        changed[place] += b"x"
        assert root(changed) != root(leaves)
        if leaves[::-1] != leaves:
            assert root(leaves[::-1]) != root(leaves)


@given(
    bodies=st.dictionaries(
        st.binary(max_size=3).map(lambda seed: make_id("rec", sha256(seed))),
        st.binary(max_size=50),
        max_size=30,
    )
)
def test_a_spool_gives_back_what_it_took(
    bodies: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bodies come out whole, in the order of their ids and one by one; no other id is there."""
    with Spool(tmp_path_factory.getbasetemp()) as spool:
        for key, body in bodies.items():
            spool.add(key, body)
        assert list(spool.in_order()) == sorted(bodies.items())
        assert list(spool.ids()) == sorted(bodies)
        assert {key: spool.body(key) for key in bodies} == bodies
        assert make_id("rec", b"\0" * 32) not in spool
        assert len(spool) == len(bodies)


@given(digests=st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_ids_made_together_are_those_made_one_by_one(digests: list[bytes]) -> None:
    """Few are made in a loop and many in arrays."""
    assert make_ids("rec", digests) == [make_id("rec", digest) for digest in digests]
