"""Other tools' formats of review work: one module each, pure maps out and back.

Comes in: presentations, and rows that a tool exported. Goes out: tasks in the tool's own shape, the
settings by which it asks the rubric's questions, and rows of `review.exchange`. Always holds:
only a presentation goes out; an answer is taken only where the tool says that a person submitted
it, so a draft, a prediction and a skipped task are never a judgment; what has no place in a row
sets the row aside.
"""
