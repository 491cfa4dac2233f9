"""A builder for gold and counter-gold cases: one small outcome with one candidate."""

from collections.abc import Mapping
from typing import Any

from assay.records.candidate import Candidate, MadeByUnknown, Step
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.records.record import SCHEMA_VERSION, Record, Source
from assay.records.task import Message, Task, Tool
from assay.verification.verifier import CaseOutcome, VerifierCase


def case(
    title: str,
    expected: CaseOutcome,
    content: str,
    *,
    reference: str | None = None,
    work: tuple[Step, ...] = (),
    evidence: tuple[Evidence, ...] = (),
    tools: tuple[Tool, ...] = (),
    taxonomy: Mapping[str, str] | None = None,
    **options: str | bool | int,
) -> VerifierCase:
    """One case.

    Args:
        title: what it shows, in a few words.
        expected: what the verifier must find.
        content: the candidate's response.
        reference: the right answer that the record names.
        work: the candidate's steps.
        evidence: the record's evidence.
        tools: the tools on offer.
        taxonomy: the task's place: axis -> value.
        options: the verifier's options for this case.
    """
    task = Task(
        messages=(Message(role="user", content="A question."),),
        tools=tools,
        taxonomy=dict(taxonomy or {}),
    )
    candidate = Candidate(
        content=content, provenance=MadeByUnknown(reason="written as a case"), work=work
    )
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Outcome(reference=reference, criterion="as the case says"),
        task=task,
        sources=(Source(source_class="own"),),
        candidates=(candidate,),
        evidence=evidence,
    )
    own_options: dict[str, Any] = dict(options)
    return VerifierCase(title=title, record=record, expected=expected, options=own_options)
