"""Training overlap: evaluated items that are training records of the release that is validated.

A result holds no text of its item, so items are compared by name: the record's id, or a digest of
the record, of its task or of its prompt. A record under another name is not recognised.
"""

from collections.abc import Collection, Iterable, Iterator

from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.core.errors import InputError
from assay.core.ports import FactStore
from assay.quality.disposition import Disposition
from assay.records.record import Record
from assay.validation.evaluation import Result
from assay.validation.validation import Validation

SHOWN = 20
"""Items that an error names one by one."""


def training_names(store: FactStore, release: str) -> frozenset[str]:
    """Every name under which an evaluated item would be a record of a release.

    Args:
        store: the store.
        release: id of the release.
    """
    edges = [edge.parent for edge in store.parents(release) if edge.role == "disposition"]
    if not edges:
        return frozenset()
    records = [each.record for each in store.scan(Disposition, id=edges)]
    return frozenset(name for record in store.scan(Record, id=records) for name in _names(record))


def _names(record: Record) -> Iterator[str]:
    yield record.id
    prompt = "\n".join(message.content for message in record.task.messages)
    for content in (record.canonical(), encode_fact(record.task), prompt.encode()):
        digest = sha256(content).hex()
        yield digest
        yield f"sha256:{digest}"


def trained_items(store: FactStore, validation: Validation) -> tuple[str, ...]:
    """Items of a validation that are training records of its release, sorted.

    Args:
        store: the store.
        validation: the validation; one of no release has none.
    """
    if validation.release is None:
        return ()
    names = training_names(store, validation.release)
    evaluations = [*validation.base, *validation.candidate]
    found = {each.item for each in store.scan(Result, evaluation=evaluations)}
    return tuple(sorted(found & names))


def refuse_trained(items: Iterable[str], trained_on: Collection[str]) -> None:
    """Refuse items on which the checkpoint was trained.

    Args:
        items: names of evaluated items.
        trained_on: names of the training records, as `training_names` gives them.

    Raises:
        InputError: naming the items.
    """
    overlap = sorted({item for item in items if item in trained_on})
    if overlap:
        more = f" and {len(overlap) - SHOWN} more" if len(overlap) > SHOWN else ""
        raise InputError(
            code="trained-on-items",
            message=f"{len(overlap)} items are training records of the release: "
            f"{', '.join(overlap[:SHOWN])}{more}",
            hint="evaluate on items that are excluded from training, such as the reserve",
        )
