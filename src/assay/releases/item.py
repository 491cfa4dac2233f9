"""The item: one record's line in the manifest, connecting it to all that it rests on."""

from collections.abc import Iterable

from assay.core.digest import chain, labelled_digest
from assay.core.fact import Value
from assay.governance.permits import Permits
from assay.governance.rights import Use
from assay.quality.disposition import CandidateStanding, Disposition, State
from assay.records.fields import Index
from assay.records.judgment import Judgment
from assay.records.record import Record


class ItemTransformation(Value):
    """What made one record from others."""

    name: str
    """Name of the transformation, as the record's lineage states it."""
    version: str
    """Version of the transformation, as the record's lineage states it."""
    parameters: str | None = None
    """`sha256:...` of its parameters."""


class ReleaseItem(Value):
    """One record of the release, connected to all that it rests on."""

    id: str
    """Id of the record: the SHA-256 of its line in records.jsonl."""
    kind: str
    """Kind of the record, such as `preference`."""
    schema: Index
    """Version of the record format that it is in."""
    source_classes: tuple[str, ...]
    """Source classes that it draws on itself."""
    permitted: tuple[Use, ...]
    """Uses that its sources permitted on the day of the release."""
    rubric: str
    """Document id of the rubric that its disposition rests on."""
    disposition: str
    """Id of its disposition."""
    state: State
    """State that the disposition gave it."""
    rule: str
    """Rule of the contract that gave the state."""
    judgments: Index
    """How many judgments of it the release holds."""
    judgments_digest: str
    """`sha256:...` over the digests of these judgments, in the order of their ids."""
    parents: tuple[str, ...] = ()
    """Ids of the records it was made from."""
    transformation: ItemTransformation | None = None
    """What was done to them."""
    standings: tuple[CandidateStanding, ...] = ()
    """The standing of each candidate, in the record's order; empty in the formats 1 to 3."""
    judged_under: tuple[str, ...] = ()
    """Rubrics, by document id, and foreign guidelines, by name, that its judgments cite."""
    inherited: tuple[str, ...] = ()
    """Source classes of the records it was made from, beyond its own, sorted; since format 5."""
    handle: str = ""
    """Keyed name of the record in the publisher's store, where its id there is another one, as it
    names a record that is not in the release; since format 5."""

    @property
    def all_sources(self) -> tuple[str, ...]:
        """The source classes whose rights bind it: its own and those that it inherits, sorted."""
        if not self.inherited:
            return self.source_classes
        return tuple(sorted({*self.source_classes, *self.inherited}))


def make_item(
    record: Record,
    identity: str,
    disposition: tuple[str, Disposition],
    judgments: Iterable[tuple[bytes, Judgment]],
    permits: Permits,
    *,
    inherited: tuple[str, ...] = (),
    handle: str = "",
) -> ReleaseItem:
    """The item of a record.

    Args:
        record: the record.
        identity: its id.
        disposition: what the contract's rules made of it, with its id.
        judgments: its judgments with their digests, in the order of their ids.
        permits: what the source classes permit on the day of the release.
        inherited: source classes of its ancestors, beyond its own, sorted.
        handle: its keyed name in the publisher's store, where its id there is another one.
    """
    # Judgments enter by their digests: an item stays small however many judgments a record has.
    digests, cited = [], set()
    for digest, judgment in judgments:
        digests.append(digest)
        cited.add(judgment.rubric or judgment.guideline or "")
    disposition_id, decided = disposition
    own_sources = record.source_classes
    bound_by = tuple(sorted({*own_sources, *inherited})) if inherited else own_sources
    return ReleaseItem(
        id=identity,
        kind=record.kind,
        schema=record.schema_version,
        source_classes=own_sources,
        permitted=permits.permitted_uses(bound_by),
        rubric=decided.rubric,
        disposition=disposition_id,
        state=decided.state,
        rule=decided.rule,
        judgments=len(digests),
        judgments_digest=f"sha256:{chain(digests).hex()}",
        parents=record.parents,
        transformation=_transformation(record),
        standings=tuple(explained.standing for explained in decided.standings),
        judged_under=tuple(sorted(cited - {""})),
        inherited=inherited,
        handle=handle,
    )


def _transformation(record: Record) -> ItemTransformation | None:
    made_by = record.lineage.transformation if record.lineage else None
    if made_by is None:
        return None
    parameters = made_by.parameters
    return ItemTransformation(
        name=made_by.name,
        version=made_by.version,
        parameters=labelled_digest(parameters.encode()) if parameters else None,
    )
