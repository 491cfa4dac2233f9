"""What single facts come to for the live checklist."""

from assay.contracts.document import Document, DocumentKind
from assay.planning.checklist_sources import SHOWN, reused_versions, sources_of_points


def _document(kind: DocumentKind, version: str, text: str) -> Document:
    return Document(kind=kind, name="p", version=version, content=f"sha256:{text * 64}", text="{}")


def test_a_version_with_two_contents_is_reused() -> None:
    """Another kind, another version or the same content again is not."""
    documents = [
        _document("rubric", "1.0.0", "a"),
        _document("rubric", "1.0.0", "b"),
        _document("rubric", "1.1.0", "b"),
        _document("contract", "1.0.0", "a"),
        _document("contract", "1.0.0", "a"),
    ]
    assert reused_versions(documents) == ("rubric 1.0.0",)


def test_a_point_rests_on_its_documents_and_its_newest_facts() -> None:
    """The contract where no document is named; a document that is not there is left out."""
    facts = {12: [f"rel_{number}" for number in range(SHOWN + 2)]}
    sources = sources_of_points({"contract": "doc_c", "rubric": "doc_r"}, facts)
    assert sorted(sources) == list(range(1, 15))
    assert sources[1] == ("doc_c",)
    assert sources[7] == ("doc_r",)
    assert sources[4] == ()
    assert sources[12] == ("doc_c", "doc_r", *facts[12][-SHOWN:])
