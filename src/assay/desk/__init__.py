"""The application behind the reviewer's desk: which work is offered to whom, and the conclusions from answers.

Comes in: a `Context` and the people who are signed in. Goes out: assignments, receipts, exams,
calibration rounds, senior decisions and what leads see. Always holds: rules of review come from
`review` and are applied here in one transaction with what they read; nobody is shown a text that
the contract's care, a right or blinding withholds. Next package: `program`.
"""
