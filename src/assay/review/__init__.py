"""3. Review: who may judge, what they may see, what they answered, how disagreement ends.

Comes in: records, and judgments made here or elsewhere. Goes out: `Assignment`, `Adjudication`
and `Qualification` facts, calibration rounds, judgments in files. Always holds: passes are
independent, no one judges a record twice in one pass or their own work, an adjudication never
overwrites a judgment, only blinded answers qualify, nobody sees others' judgments before a lock.
Next package: `quality`.
"""
