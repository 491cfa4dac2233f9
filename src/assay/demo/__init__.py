"""The demo: a small program of our own, taken through every stage by the public interface.

Comes in: an empty folder. Goes out: a program with records of every kind, judgments by simulated
reviewers of known skill and bias, a signed release and a trainer export. Always holds: the same
folder to the byte each time, and nothing here that the Python interface does not offer to all.
Next package: `cli`.
"""
