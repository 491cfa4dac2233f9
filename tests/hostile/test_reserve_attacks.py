"""Attacks on the fingerprints of a reserve, each beside a control on which it succeeds."""

import hashlib
import itertools
import json
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from assay.core.fact import Fact
from assay.core.keys import derive
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.reserve.compared import Compared
from assay.reserve.fingerprint import GROUP, Hasher
from assay.review.adjudication import Adjudication
from assay.verification.verification import Verification
from simulators.disguises import problem
from unit.reserve.test_contamination import index, prose, record

MASTER = b"a master of more than sixteen bytes"
MODULUS = 2**64


class LinearHasher:
    """The control: a polynomial over word hashes, kept in order, as an earlier version had it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._factor = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) | 1

    def groups(self, words: list[str]) -> list[int]:
        hashes = [
            int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8, key=self._key).digest())
            for word in words
        ]
        return [
            sum(
                each * self._factor ** (GROUP - 1 - place) for place, each in enumerate(group)
            ) % MODULUS
            for group in (hashes[n : n + GROUP] for n in range(len(hashes) - GROUP + 1))
        ]  # fmt: skip


def factors(texts: list[list[str]], hashes: list[list[int]]) -> Counter[int]:
    """The multipliers that known texts betray, if neighbouring groups are tied by one.

    Two places with the same first word and the same word after the group differ, from one group to
    the next, by the multiplier times their own difference.
    """
    met: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for words, own in zip(texts, hashes, strict=True):
        for place in range(len(own) - 1):
            met[words[place], words[place + GROUP]].append((own[place], own[place + 1]))
    votes: Counter[int] = Counter()
    for places in met.values():
        for one, other in itertools.combinations(places, 2):
            step = (one[0] - other[0]) % MODULUS
            if step % 2:
                votes[(one[1] - other[1]) * pow(step, -1, MODULUS) % MODULUS] += 1
    return votes


def test_no_relation_between_neighbouring_groups_betrays_the_key() -> None:
    """From forty known texts the control's multiplier is read off; ours have none, in any order."""
    draw = random.Random(5)
    vocabulary = [f"w{number}" for number in range(8)]
    texts = [draw.choices(vocabulary, k=60) for _ in range(40)]
    control = LinearHasher(b"key")
    [(_, most)] = factors(texts, [control.groups(each) for each in texts]).most_common()
    assert most > 10_000
    ours = Hasher(derive(MASTER, "gate"))
    own = [ours.groups(ours.blocks(each)).tolist() for each in texts]
    [(_, most)] = factors(texts, own).most_common(1)
    assert most <= 3


def test_the_key_for_pseudonyms_confirms_no_guess() -> None:
    """Who holds the keys of the other purposes cannot compute a single hash of the gate."""
    words = problem(1).split()
    ours = set(Hasher(derive(MASTER, "gate")).fingerprint(words).tolist())
    for purpose in ("pseudonyms", "desk"):
        other = Hasher(derive(MASTER, purpose)).fingerprint(words)  # type: ignore[arg-type]  two of the three
        assert ours.isdisjoint(other.tolist())


def test_order_and_repetition_are_gone() -> None:
    """Texts with the same groups in another order, or twice, leave the same fingerprint."""
    hasher = Hasher(MASTER)
    words = problem(2).split()
    whole = hasher.fingerprint(words)
    twice = hasher.fingerprint([*words, *words])
    assert (whole[1:] > whole[:-1]).all()
    assert set(whole.tolist()) <= set(twice.tolist())
    assert len(twice) == len(whole) + GROUP - 1


def test_hashes_look_random() -> None:
    """A changed word changes half of the bits of each group that it is in, on the mean."""
    hasher = Hasher(MASTER)
    words = problem(3).split()
    changed = [*words[:10], "changed", *words[11:]]
    one = hasher.groups(hasher.blocks(words))[6:11]
    other = hasher.groups(hasher.blocks(changed))[6:11]
    bits = [int(each).bit_count() for each in (one ^ other).tolist()]
    assert 24 <= np.mean(bits) <= 40


SECRET = problem(7)
SEALED = index(*(record(problem(number)) for number in range(30)))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all strings in plain data."""
    if isinstance(value, str):
        return [path]
    if isinstance(value, dict):
        return [each for key, inner in value.items() for each in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [each for place, inner in enumerate(value) for each in leaves(inner, (*path, place))]
    return []


def planted(fact: Fact, path: tuple[Any, ...], text: str) -> Fact | None:
    """The fact with a text in one place; None where the type admits no free text there."""
    plain = msgspec.json.decode(fact.canonical())
    place = plain
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = text
    try:
        return msgspec.convert(plain, type(fact))
    except msgspec.ValidationError:
        return None


CALL = {"name": "t", "arguments": "{}", "id": "c"}
MESSAGE = {"role": "assistant", "content": "x", "name": "n", "tool_calls": [CALL],
           "tool_call_id": "c"}  # fmt: skip
STEP = {"text": "x", "call": CALL, "output": "x", "state": "{}"}
TRAJECTORY: dict[str, Any] = {
    "schema_version": 1,
    "key": "k",
    "part": {"kind": "trajectory", "expected_calls": [{"name": "t", "arguments": "{}"}], "expected_state": "{}",
             "boundaries": ["b"]},
    "task": {"messages": [MESSAGE], "initial_state": "{}", "taxonomy": {"axis": "value"},
             "capability": "c", "family": "f",
             "tools": [{"name": "t", "description": "d", "parameters": "{}"}]},
    "candidates": [{"content": [MESSAGE], "work": [STEP], "state_after": "{}",
                    "provenance": {"by": "unknown", "reason": "r"}}],
    "evidence": [{"kind": "source", "locator": "l", "text": "t", "quote": "q", "missing": "m"}],
    "sources": [{"source_class": "s", "locator": "l"}],
    "lineage": {"parents": ["rec_a"],
                "transformation": {"name": "n", "version": "1", "parameters": "{}"}},
}  # fmt: skip
"""A record with every field filled that an envelope has."""


def examples() -> list[Fact]:
    """Facts of every family that a release holds, with most of their fields filled."""
    golden = Path(__file__).parents[1] / "golden"
    kinds = {"rec": Record, "jdg": Judgment, "adj": Adjudication, "ver": Verification}
    release = next((golden / "releases" / "v4").glob("*/manifest.json")).parent
    files = {"records": Record, "judgments": Judgment, "adjudications": Adjudication,
             "verifications": Verification}  # fmt: skip
    found: list[Fact] = [msgspec.convert(TRAJECTORY, Record)]
    for name, kind in files.items():
        lines = (release / f"{name}.jsonl").read_bytes().splitlines()
        found += [msgspec.json.decode(line, type=kind) for line in lines]
    lines = (golden / "records" / "v1" / "facts.jsonl").read_bytes().splitlines()
    for line in lines:
        for kind in kinds.values():
            try:
                found.append(msgspec.json.decode(json.loads(line)["text"], type=kind))
            except msgspec.ValidationError:
                continue
    return found


def test_a_sealed_text_is_found_in_whatever_field_it_leaves() -> None:
    """Each field of each fact that takes free text is compared, verbatim and inside JSON."""
    fields: set[str] = set()
    things = []
    for fact in examples():
        for path in leaves(msgspec.json.decode(fact.canonical())):
            name = f"{type(fact).__name__}." + ".".join(k for k in path if isinstance(k, str))
            for text in (SECRET, json.dumps({"q": [SECRET]})):
                leaking = planted(fact, path, text)
                if leaking is not None and name not in fields:
                    fields.add(name)
                    things.append((name, Compared.of("x", leaking)))
    missed = [
        name
        for (name, _), overlaps in zip(things, SEALED.overlaps(t for _, t in things), strict=True)
        if not overlaps
    ]
    assert missed == []
    assert len(fields) >= 50


def test_a_text_in_pieces_is_found() -> None:
    """Messages of four words each, or steps, are joined before they are compared."""
    words = SECRET.split()
    pieces = [" ".join(words[n : n + 4]) for n in range(0, len(words), 4)]
    messages = [{"role": "user", "content": piece} for piece in pieces]
    steps = {"candidates": [{"work": [{"text": piece} for piece in pieces]}]}
    for value in ({"task": {"messages": messages}}, steps):
        [found] = SEALED.overlaps([Compared.of("x", value)])
        assert found


def test_a_key_of_an_object_is_a_text() -> None:
    """A taxonomy whose axis is the sealed text is found."""
    [found] = SEALED.overlaps([Compared.of("x", {"taxonomy": {SECRET: "x"}})])
    assert found


def test_a_template_that_items_share_flags_no_record() -> None:
    """Sixty records on the template of four sealed items share nothing with them."""
    frame = (
        "Read the following passage with care, think about it step by step, and then answer the "
        "question that comes below it in one short sentence: "
    )
    framed = index(*(record(frame + prose(40, number)) for number in range(4)))
    others = [Compared.of(str(n), record(frame + prose(40, n))) for n in range(500, 560)]
    assert [found for found in framed.overlaps(others) if found] == []
    again = [Compared.of(str(n), record(frame + prose(40, n))) for n in range(4)]
    assert all(framed.overlaps(again))
