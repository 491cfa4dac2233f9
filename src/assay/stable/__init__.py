"""The names that plug-ins and users of the REST client may rely on, by version of the promise.

Comes in: nothing. Goes out: `assay.stable.v1`, whose names keep their meaning and signature in every
release of Assay that has it. Always holds: a name that is removed or takes other arguments fails a
test; what must change incompatibly goes into `v2`, and `v1` stays beside it. Next package: `settings`.
"""
