"""The eight kinds: what a record holds besides the one envelope, one module a kind.

Each part reports by `faults` what its kind needs of the envelope, so a record that is well-typed
but makes no sense (a preference with one candidate) is set aside on import.
"""

from assay.records.kinds.adversarial import Adversarial
from assay.records.kinds.critique import Critique
from assay.records.kinds.demonstration import Demonstration
from assay.records.kinds.outcome import Outcome
from assay.records.kinds.policy import Policy
from assay.records.kinds.preference import Preference
from assay.records.kinds.process import Process
from assay.records.kinds.trajectory import Trajectory

Part = Demonstration | Preference | Critique | Process | Outcome | Policy | Adversarial | Trajectory
"""The kind's own part, distinguished by `kind`."""

KINDS: dict[str, type[Part]] = {
    "demonstration": Demonstration,
    "preference": Preference,
    "critique": Critique,
    "process": Process,
    "outcome": Outcome,
    "policy": Policy,
    "adversarial": Adversarial,
    "trajectory": Trajectory,
}
"""Every kind by its name, in the order of the guide."""

__all__ = [
    "KINDS",
    "Adversarial",
    "Critique",
    "Demonstration",
    "Outcome",
    "Part",
    "Policy",
    "Preference",
    "Process",
    "Trajectory",
]
