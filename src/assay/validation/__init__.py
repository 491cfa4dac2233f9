"""7. Did a model trained on the release change as the contract said, slice by slice.

Comes in: results of an evaluation of two or more checkpoints on held-out data. Goes out:
`Evaluation` and `ItemResult` facts, a comparison by slice, and a `Validation` that states for each
acceptance test whether it passed, failed or is undecided. Always holds: no difference without
its interval, its denominators and the smallest difference that the data could show; unsafe
compliance and over-refusal stay apart. Next package: `planning`.
"""
