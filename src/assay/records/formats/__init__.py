"""Foreign formats: one module each, a pure map from one row to records and judgments.

Comes in: a row as parsed, never a file. Goes out: `records.reader.Read`s. Always holds: a
reader guesses nothing in silence. A field that it does not know is kept or counted, a label
without a named rater is a judgment by an `unknown` reviewer with no presented order, and the
candidates of a comparison are sorted by digest so that position cannot betray the label.
"""
