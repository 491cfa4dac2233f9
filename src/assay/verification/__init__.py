"""4. Machine evidence: what was tested, which dimensions it covers, what stays uncertain.

Comes in: records, and the verifiers that the rubric names. Goes out: `Verification` facts and
the coverage ledger. Always holds: a pass counts for the dimensions that it covers and no other;
a verifier that broke, or could not run, says nothing about the claim. Next package: `quality`.
"""
