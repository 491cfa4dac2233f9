"""A document's identity is its meaning."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from assay.contracts.document import Document, content_digest, to_fact
from assay.contracts.reading import FILES, read_content
from assay.contracts.service import TEMPLATES, init, load

KINDS = ("contract", "rubric", "policy", "sources")


def shuffled(node: Any, order: Any) -> Any:
    """The same content with the keys of every mapping in another order."""
    if isinstance(node, dict):
        keys = list(node)
        order.shuffle(keys)
        return {key: shuffled(node[key], order) for key in keys}
    if isinstance(node, list):
        return [shuffled(each, order) for each in node]
    return node


def digest(kind: Any, text: str) -> str:
    """The content digest of a document in this spelling."""
    reading = read_content(kind, f"{kind}.yaml", text.encode())
    assert not reading.issues
    return content_digest(reading.shaped.document)


@given(
    order=st.randoms(use_true_random=False),
    template=st.sampled_from(TEMPLATES),
    kind=st.sampled_from(KINDS),
)
def test_key_order_and_comments_change_no_digest(order: Any, template: str, kind: Any) -> None:
    """Any order of keys and any comment gives the same digest."""
    folder = Path(__file__).parents[3] / "src" / "assay" / "contracts" / "templates" / template
    text = (folder / f"{kind}.yaml").read_text()
    tree = read_content(kind, f"{kind}.yaml", text.encode()).tree
    assert tree is not None
    lines: list[str] = []
    YAML().dump(shuffled(tree.plain, order), _Lines(lines))
    commented = "".join(
        f"# comment {order.random()}\n{line}" if line[:1].isalpha() else line
        for line in "".join(lines).splitlines(keepends=True)
    )
    assert digest(kind, commented) == digest(kind, text)


class _Lines:
    """A stream that keeps what is written to it."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def write(self, data: bytes | str) -> None:
        """Keep a piece of text."""
        self._lines.append(data.decode() if isinstance(data, bytes) else data)


def test_a_stated_default_changes_no_digest(tmp_path: Path) -> None:
    """Writing out what holds anyway says nothing new."""
    init(tmp_path, "math")
    text = (tmp_path / FILES["rubric"]).read_text()
    assert digest("rubric", text + "reasons_required: true\n") == digest("rubric", text)


def test_any_other_word_changes_the_digest(tmp_path: Path) -> None:
    """One changed word in an anchor is another document."""
    init(tmp_path, "math")
    text = (tmp_path / FILES["rubric"]).read_text()
    assert digest("rubric", text.replace("All hold", "Most hold")) != digest("rubric", text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_fact_holds_the_whole_document(kind: Any, tmp_path: Path) -> None:
    """A document read back from its fact is the document, with the same fact and id."""
    init(tmp_path, "safety")
    documents = load(tmp_path)
    document = documents.by_kind()[kind]
    fact = to_fact(document)
    assert fact.read() == document
    assert to_fact(fact.read()) == fact
    assert fact.id == documents.ids()[kind]
    assert (fact.kind, fact.name, fact.version) == (kind, document.id, document.version)
    assert fact.content == content_digest(document)


def test_the_fact_of_a_document_never_changes() -> None:
    """The id and digest of a fixed document are known answers of the format."""
    text = """\
apiVersion: assay/v1
kind: policy
id: tiny
version: 1.0.0
status: active
title: Tiny
sections:
  - {id: a, title: A, text: Do not., severity: low, expected: refuse}
"""
    fact = to_fact(read_content("policy", "policy.yaml", text.encode()).shaped.document)
    assert isinstance(fact, Document)
    assert fact.text == (
        '{"apiVersion":"assay/v1","id":"tiny","kind":"policy","sections":[{"expected":"refuse",'
        '"id":"a","severity":"low","text":"Do not.","title":"A"}],"status":"active",'
        '"title":"Tiny","version":"1.0.0"}'
    )
    assert fact.content == "sha256:42f9384efd2333459fcbf0af6de166ecac5eae6cd228f7e7083aa60957335a53"
    assert fact.id == "doc_p2je2jjlxzfwgl3qufxkly7qwvhlvagufgpncuuhj2tlll524wda"
