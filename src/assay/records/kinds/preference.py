"""Preference: two or more candidates for one task; who prefers what is in judgments."""

from collections.abc import Iterator

from assay.core.fact import Value
from assay.records.candidate import Candidate


class Preference(Value, tag_field="kind", tag="preference"):
    """Candidates to compare.

    Their order in the record means nothing: readers sort them by digest, so that position
    cannot tell which one a foreign file called the better.
    """

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if len(candidates) < 2:  # noqa: PLR2004  two is what makes a comparison
            yield f"a preference needs two or more candidates, this one has {len(candidates)}"
