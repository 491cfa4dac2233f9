"""The release as a fact: what was built, from which versions, through which gates."""

from typing import ClassVar, Literal

from assay.core.fact import Fact, Value
from assay.core.ports import FactStore
from assay.quality.disposition import Disposition
from assay.records.fields import Index

GateState = Literal["passed", "refused", "unknown"]
"""`passed`: compared, and nothing against the release was found; `refused`: something was found;
`unknown`: nothing was compared, or not everything."""


class GateResult(Value):
    """The result of one gate."""

    gate: str
    """Name of the gate, such as `quotas`."""
    passed: bool
    """Whether something was compared and nothing against the release was found."""
    reason: str
    """Why, with its figures."""
    state: GateState | None = None
    """The state; absent in releases of the formats 1 to 3, whose gates had two values."""
    required: bool = False
    """Whether the contract declares what could not be compared: `unknown` then stops the build."""

    @property
    def outcome(self) -> GateState:
        """The state; of a gate with two values, what `passed` says."""
        return self.state or ("passed" if self.passed else "refused")

    @property
    def stops(self) -> bool:
        """Whether it stops the build."""
        return self.outcome == "refused" or (self.outcome == "unknown" and self.required)

    @property
    def consistent(self) -> bool:
        """Whether `passed` and the state, where there is one, agree."""
        return self.passed == (self.outcome == "passed")


class Release(Fact):
    """One release that was built."""

    prefix: ClassVar[str] = "rel"

    version: str
    """Semantic version of the release, without build metadata."""
    merkle_root: str
    """RFC 6962 root over the manifest's items, hexadecimal."""
    manifest_digest: str
    """`sha256:...` of the bytes of manifest.json."""
    records: Index
    """How many records it holds."""
    judgments: Index
    """How many judgments it holds."""
    documents: dict[str, str]
    """Document ids: `contract`, `rubric`, `policy`, `sources`."""
    gates: tuple[GateResult, ...]
    """The result of every gate."""
    previous: str | None = None
    """Id of the release before it."""


def versions_of_records(store: FactStore) -> dict[str, frozenset[str]]:
    """Id of each record that a release holds -> the versions of these releases."""
    versions: dict[str, set[str]] = {}
    for release in store.scan(Release):
        edges = [edge.parent for edge in store.parents(release.id) if edge.role == "disposition"]
        for disposition in store.scan(Disposition, id=edges) if edges else ():
            versions.setdefault(disposition.record, set()).add(release.version)
    return {record: frozenset(names) for record, names in versions.items()}
