"""A proposed mapping as its YAML file, with what it could not place as questions."""

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

from assay.contracts.words.filler import MARK
from assay.records.mapping.proposal import MappingProposal


def mapping_text(data_name: str, proposal: MappingProposal) -> str:
    """The mapping file that is proposed for a data file.

    Args:
        data_name: name of the data file.
        proposal: what its head shows; with a kind.
    """
    lines = [
        f"# Proposed from the head of {data_name}: read it before it is used.",
        *(f"# {question}" for question in questions(proposal)),
        "# `assay record import --dry-run` shows the first records as they would be.",
    ]
    return "\n".join([*lines, mapping_yaml(proposal.document or {})])


def questions(proposal: MappingProposal) -> tuple[str, ...]:
    """What people must answer before the proposal is a mapping, one sentence each."""
    document = proposal.document or {}
    open_questions = [
        f"{MARK} what does the column {column!r} say, and which field does it fill? (not placed)"
        for column in proposal.unplaced
    ]
    candidates = document.get("record", {}).get("candidates", ())
    if any("unknown" in candidate for candidate in candidates):
        open_questions.append(f"{MARK} who or which model wrote the responses? (`unknown` so far)")
    if proposal.sentinel is not None:
        open_questions.append(
            f"{MARK} {proposal.sentinel!r} marks planted rows: which column holds their right "
            "answer? (`record.sentinel`, not placed)"
        )
    if proposal.kind == "preference" and "judgments" not in document:
        open_questions.append(f"{MARK} who preferred which side? (no judgment is read so far)")
    return tuple(open_questions)


def mapping_yaml(document: Mapping[str, Any]) -> str:
    """A mapping as YAML."""
    writer = YAML()
    writer.default_flow_style = False
    text = io.StringIO()
    writer.dump(dict(document), text)
    return text.getvalue()
