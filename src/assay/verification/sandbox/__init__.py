"""The sandbox: foreign code runs here and nowhere else, or it does not run.

Comes in: programs, candidates with tests, hostile data for a trusted function. Goes out: a typed
verdict with output, usage and how the code was held. Always holds: nothing runs before a live
probe has shown that the isolation holds; nothing of a run is left behind; the process that forks
candidates has never read a test.
"""

from assay.verification.sandbox.isolation import IsolationCheck, Proof
from assay.verification.sandbox.sandbox import WarmSandbox, open_sandbox, proven

__all__ = ["IsolationCheck", "Proof", "WarmSandbox", "open_sandbox", "proven"]
