"""The mapping reader: a short YAML file says where each field of record and judgment is.

Comes in: the mapping, rows of any file, and the tables that it joins. Goes out: records and
judgments, or the reason why a row gives none. Always holds: a value that no table names, a
column that is not there and a join that finds nothing set the row aside; a span that does not
match its text is kept as unanchored and counted; nothing is guessed.
"""
