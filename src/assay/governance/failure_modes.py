"""The eight common failure modes of alignment data, and the alarm that one of them is at work.

Each is looked for by the stage that can see it; this module gives them one name, one sentence
and one shape of answer. Source: the guide's table of common failure modes.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

FailureMode = Literal[
    "one_label_for_quality", "surface_cue_preference", "forced_consensus",
    "unverified_rationales", "training_eval_leakage", "easy_item_inflation",
    "over_refusal_hidden", "no_model_validation",
]  # fmt: skip
"""One of the eight."""


class ModeText(msgspec.Struct, frozen=True):
    """What a failure mode is, in words."""

    title: str
    """Its name for people."""
    why: str
    """How it comes about, in one sentence."""
    control: str
    """The control that prevents it."""


MODES: Mapping[FailureMode, ModeText] = {
    "one_label_for_quality": ModeText(
        "One label for quality",
        "Correctness, evidence, style and safety fall into one answer.",
        "Score each dimension on its own and state which outranks which.",
    ),
    "surface_cue_preference": ModeText(
        "Surface-cue preference",
        "Length, confidence or formatting wins.",
        "Blind and randomise, and ask for reasons tied to dimensions.",
    ),
    "forced_consensus": ModeText(
        "Forced consensus",
        "Plural preferences and ambiguity are erased.",
        "Permit ties and abstention, keep distributions, and note the cause of each decision.",
    ),
    "unverified_rationales": ModeText(
        "Unverified rationales",
        "A plausible explanation becomes evidence.",
        "Attach tests, calculations, citations or expert checks.",
    ),
    "training_eval_leakage": ModeText(
        "Training-evaluation leakage",
        "Prompts or references cross between pipelines.",
        "Keep access apart, remove overlaps, and seal the reserve.",
    ),
    "easy_item_inflation": ModeText(
        "Easy-item inflation",
        "Throughput takes the place of usefulness to the model.",
        "Set quotas for hard boundaries, locales and failure clusters.",
    ),
    "over_refusal_hidden": ModeText(
        "Over-refusal hidden",
        "Safety improves because benign work is refused.",
        "Follow unsafe compliance and unnecessary refusal apart.",
    ),
    "no_model_validation": ModeText(
        "No model validation",
        "Right labels do not change what the model does.",
        "Test the effect on held-out data before it is claimed.",
    ),
}
"""The eight, in the guide's order."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one stage's check for one failure mode."""

    mode: FailureMode
    """The failure mode that the stage looked for."""
    state: Literal["raised", "clear", "unknown"]
    """`raised`: it was found; `clear`: looked for, not found; `unknown`: nothing to look at."""
    stage: str
    """The stage that looked, such as `quality`."""
    reason: str
    """What was seen, with every figure's denominator."""
    remedy: str = ""
    """What to do, where it is raised or unknown."""
    evidence: tuple[str, ...] = ()
    """Ids of facts that show it, the first few."""
