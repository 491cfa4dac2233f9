"""Work on all records, on one machine or on many: shards in, results out, by name alone.

Comes in: record segments or rows of a file, cut into shards; a step and its context. Goes out: one
result a shard, a file named by step, version, shard and context. Always holds: a shard and a context
are named by the SHA-256 of their bytes and never change; a result is whole or not there, so its
name is completion marker, resume and cache at once; running again does only what is missing,
whatever was killed; no key is ever written. Next package: `settings`.
"""
