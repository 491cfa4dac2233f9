"""Exporters: one released record to the rows of a trainer's format, with every loss counted.

Comes in: `ReleasedRecord`s. Goes out: a folder with the trainer's file and its drop report.
Always holds: each record gives at least one row or exactly one reason why it gives none; a tie,
both unacceptable, insufficient context, a missing majority and a preserved disagreement never
become a winner; what a row cannot carry is counted, never left out in silence.
"""
