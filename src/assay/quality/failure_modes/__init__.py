"""Four of the eight failure modes, as quality sees them in judgments and dispositions.

In come cases, one at a time; out come alarms with three states. An alarm is `clear` only where the
data could have shown the smallest effect that matters, which its reason prints; everything else is
`raised` or `unknown`. One module a mode; the fifth, surface cues, is `quality/shortcuts`.
"""

from assay.quality.failure_modes.gathering import ModeGathering, alarms, diagnose_questions
from assay.quality.failure_modes.work import is_refuted, taught_candidate

__all__ = ["ModeGathering", "alarms", "diagnose_questions", "is_refuted", "taught_candidate"]
