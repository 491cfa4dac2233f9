"""The command line: one module a stage, the same names in the order of the data flow.

Comes in: arguments. Goes out: text for people, or JSON with `--json`, and an exit code
(0 done, 1 a check or gate failed, 2 usage, 3 unusable input, 4 environment). Always holds: a
command does nothing but call a stage's service; `assay --help` imports no stage at all.
"""

from assay.cli.main import main

__all__ = ["main"]
