"""What the judgments and verifications show: agreement, dispositions, the quality report.

Comes in: records, judgments, verifications and the contract. Goes out: agreement with its
intervals, each record's disposition and the quality report. Always holds: no number without its
denominator; undefined is a value with a reason, never 0, 1 or NaN; disagreement is never averaged
away. Next package: `releases`.

The agreement modules use the terms of statistics: an item is what was judged, a rater is a
reviewer, a rating is one answer of one rater about one item, as an integer code.
"""
