"""Words: what a text says at all, and how far two texts say the same.

Comes in: texts that people wrote into documents. Goes out: whether one is filler, and how alike two
are, by thresholds that are defined here. Always holds: nothing is read but the text itself, in any
script. Next: `contracts.checks`, which asks.
"""
