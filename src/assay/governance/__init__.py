"""Governance: what is permitted with a source, and what may be claimed in public.

Comes in: the rights of source classes as plain values, dates, territories and texts. Goes out:
decisions with their reasons, and forbidden claims with an honest wording. Always holds: what is
not permitted in so many words is denied, and no decision reads a clock or a file. Next package:
`contracts`.
"""
