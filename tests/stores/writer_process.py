"""A process that imports rows until it is killed; it prints each position that is committed.

Arguments: the store's URL and the witness's file. Each transaction brings three records, one
judgment, the records' origins and the import's new position.
"""

import sys
from pathlib import Path

from assay.core.clock import fixed_clock
from assay.core.ports import Import, Origin
from assay.store.store import Store
from stores.facts import ACTOR, MOMENT, judgment, record

ROWS = 3


def import_rows(store: Store, imported: Import, *, finished: bool = False) -> Import:
    """Import the next rows in one transaction."""
    rows = range(imported.position, imported.position + ROWS)
    facts = [record(row) for row in rows]
    with store.write("record.import", actor=ACTOR) as writing:
        added = writing.add([*facts, judgment(facts[0].id)])
        writing.trace(
            Origin(fact=fact.id, import_id=imported.id, row=row + 1)
            for row, fact in zip(rows, facts, strict=True)
        )
        return writing.progress(
            imported,
            position=imported.position + ROWS,
            read=imported.read + ROWS,
            stored=imported.stored + added.stored,
            already_there=imported.already_there + added.already_there,
            set_aside=0,
            finished=finished,
        )


def begin(store: Store) -> Import:
    """Begin the import, or resume it."""
    return store.begin_import(
        file="endless.jsonl", sha256="ab", reader="own", source="own-work", actor=ACTOR
    )


def main() -> None:
    """Import and acknowledge without end."""
    url, witness = sys.argv[1:]
    with Store.open(url, fixed_clock(MOMENT), witness=Path(witness)) as store:
        imported = begin(store)
        while True:
            imported = import_rows(store, imported)
            sys.stdout.write(f"{imported.position}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
