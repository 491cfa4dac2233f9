"""The pure core: identities, digests, canonical JSON, clock, lineage edges, issues and errors.

Comes in: nothing of the domain. Goes out: the few values and functions every package builds on.
Always holds: no I/O, no clock reading and no randomness happen at import; nothing here knows
what a record is. Next package: `governance`.
"""
