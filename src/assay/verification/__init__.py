"""4. Verification: machine evidence, what it covers, and what stays uncertain.

Comes in: records and candidates. Goes out: `Verification` facts with a tagged verdict.
Always holds: a verifier that breaks is a result of its own kind, never a failed record; what
no verifier covers stays uncertain. Next room: `quality`.
"""
