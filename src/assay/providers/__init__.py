"""Everything about asking a model: clients, sampling, judges, the journal, what it costs.

Also here: the client of sign-in providers and the socket of the reserve's gate. Comes in:
drafts and a plan, or records and a rubric. Goes out: records with their provenance, or judgments
of kind `model`, with a report whose counts add up.
Always holds: the key of an endpoint is read from the environment and is in no record, no
journal, no log and no error; the number of requests under way is bounded; what was answered is
never asked again. Next package: `program`, which joins it to a store. Needs `assay[sample]`;
`openid` and `id_token` need `assay[oidc]`.
"""
