"""8. What failed, why, and what to do about it: the next sampling plan, or no data at all.

Comes in: results of a validation. Goes out: `FailureFinding`, `RootCause` and `DataPlan` facts, and
the next version of the contract. Always holds: no quota is drawn for a finding whose root cause no
person has set; a plan may answer that data is not the remedy. Next package: `contracts`, with the
next version.
"""
