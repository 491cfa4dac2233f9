"""Clients of model endpoints, the journal of what they answered, and who signs people in.

Comes in: a `Request` and, for a sampling, drafts and a plan. Goes out: a `Completion`, or a
`Failure` with its reason; for a sampling, records with their provenance and a report.
Always holds: the key of an endpoint is read from the environment and is in no record, no
journal, no log and no error; the number of requests under way is bounded; what was answered is
never asked again. Next package: `bootstrap`, which joins it to a program. Needs `assay[sample]`;
`openid` and `id_token` need `assay[oidc]`.
"""
