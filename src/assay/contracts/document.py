"""A document's identity: its content digest, and the fact that later facts cite."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from assay.contracts.contract import Contract
from assay.contracts.policy import PolicyRules
from assay.contracts.rubric import Rubric
from assay.contracts.sources import Sources
from assay.core.canonical import encode_json
from assay.core.digest import labelled_digest
from assay.core.fact import Fact

AnyDocument = Contract | Rubric | PolicyRules | Sources
"""One of the four documents that carry a version."""

DocumentKind = Literal["contract", "rubric", "policy", "sources"]

TYPES: dict[DocumentKind, type[AnyDocument]] = {
    "contract": Contract,
    "rubric": Rubric,
    "policy": PolicyRules,
    "sources": Sources,
}
"""The document types by their kind, in the order in which people read them."""


class Document(Fact):
    """One version of a document, whole, as later facts cite it."""

    prefix: ClassVar[str] = "doc"

    kind: DocumentKind
    """What sort of document it is."""
    name: str
    """The document's own `id`, the same in all its versions."""
    version: str
    """The document's version (semver)."""
    content: str
    """Digest of the meaning: `sha256:` and 64 hexadecimal digits over `text`."""
    text: str
    """The meaning as canonical JSON (RFC 8785): no comments, no defaults, keys in order."""

    def read(self) -> AnyDocument:
        """The typed document that was stored."""
        return TYPES[self.kind].model_validate_json(self.text)


def contract_of(documents: Mapping[DocumentKind, Document]) -> Contract:
    """The contract among documents by kind."""
    contract = documents["contract"].read()
    if not isinstance(contract, Contract):
        raise TypeError("the fact given as contract is another document")
    return contract


def rubric_of(documents: Mapping[DocumentKind, Document]) -> Rubric:
    """The rubric among documents by kind."""
    rubric = documents["rubric"].read()
    if not isinstance(rubric, Rubric):
        raise TypeError("the fact given as rubric is another document")
    return rubric


def meaning(document: AnyDocument) -> dict[str, Any]:
    """What a document says, as plain JSON: comments, key order and stated defaults fall away."""
    plain: dict[str, Any] = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return plain


def content_digest(document: AnyDocument) -> str:
    """`sha256:` and the digest over the canonical JSON of the document's meaning."""
    return labelled_digest(encode_json(meaning(document)))


def to_fact(document: AnyDocument) -> Document:
    """The fact that stands for this version of the document."""
    text = encode_json(meaning(document))
    return Document(
        kind=document.kind,
        name=document.id,
        version=document.version,
        content=labelled_digest(text),
        text=text.decode(),
    )
