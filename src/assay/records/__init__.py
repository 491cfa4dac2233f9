"""2. Records: the smallest auditable unit, its evidence and lineage, and its judgments.

Comes in: rows of any file, as plain mappings, and the source class that they belong to.
Goes out: `Record` and `Judgment` facts; rows that cannot be used, each with its reason.
Always holds: a record's identity covers content and provenance, never the moment of import;
the response is separate from its evidence and its work; absence is a type; what a reviewer
must not see (provenance) can be withheld as one thing. Next package: `review`, `verification`.
"""
