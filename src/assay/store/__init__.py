"""The store: facts on SQLite or PostgreSQL, append-only, each change in a hash-chained audit log.

Comes in: facts, edges and origins from the stage packages, through the Protocols of `core.ports`.
Goes out: the same facts, decoded and streamed in their order of entry, with stamps and lineage.
Always holds: a change and its audit entry commit together or not at all; a fact that is there
already is left as it is; the bytes that were hashed are the bytes that are stored; nothing is ever
edited. Next package: `settings`, which names the store that `program` opens.
"""
