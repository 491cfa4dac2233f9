"""3. Review: who may judge, what they may see, what they said, how disagreement ends.

Comes in: records, and judgments made here or elsewhere. Goes out: `Assignment` and
`Adjudication` facts, judgments in files. Always holds: passes are independent, no one judges a
record twice in one pass or their own work, an adjudication never overwrites a judgment.
Next room: `quality`.
"""
