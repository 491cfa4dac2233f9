"""Apart from the data flow: evaluation data under seal.

Comes in: records that are for evaluation alone. Goes out: keyed fingerprints, and, through one
logged door, the records. Always holds: the text of a sealed item lies in the vault, encrypted,
and nowhere else; every opening is a fact that was committed before anything was decrypted.
Next package: `quality`.
"""
