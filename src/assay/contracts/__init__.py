"""Contracts: a wish made into a checkable document.

Comes in: a program's folder with `assay.toml` and four YAML documents that people write. Goes
out: typed, frozen documents with a version and a content digest, every fault of theirs at once,
and a `Document` fact that all later facts can cite. Always holds: nothing is read as another
thing than it says (`no` stays a word, unknown keys are refused), every issue has its file and
line, and a document that does not check is never handed on. Next package: `records`.
"""
