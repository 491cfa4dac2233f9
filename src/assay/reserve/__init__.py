"""Apart from the data flow: evaluation data under seal.

Comes in: records that are for evaluation alone. Goes out: keyed fingerprints, and, through one
logged entry point, the records. Always holds: the text of a sealed item is in the vault, encrypted,
and nowhere else; every opening is a fact that was committed before anything was decrypted.
Next package: `quality`.
"""
