"""Faults: what verifying finds, all of it, but never one fault 100,000 times."""

from collections import Counter
from collections.abc import Iterable

from assay.core.issues import Issue, Severity

_HINT = "get the release from its publisher again"

_MOST = 20
"""Faults of one sort in one file that are reported one by one."""


class Faults:
    """Collects issues and bounds how many of one kind are reported."""

    def __init__(self) -> None:
        self._issues: list[Issue] = []
        self._seen: Counter[tuple[str, str]] = Counter()

    @property
    def any_found(self) -> bool:
        """Whether anything was found so far."""
        return bool(self._seen)

    def error(self, code: str, file: str, message: str, hint: str = _HINT) -> None:
        """Add an error."""
        self._add(code, file, message, hint, "error")

    def add_all(self, issues: Iterable[Issue]) -> None:
        """Add issues as they are."""
        for issue in issues:
            self._count(issue)

    def issues(self) -> tuple[Issue, ...]:
        """All issues in the order they were found; what was cut is counted at the end."""
        cut = [
            Issue(
                file=file,
                line=0,
                path="",
                code=code,
                severity="error",
                message=f"and {count - _MOST} more of the same sort",
                hint=_HINT,
            )
            for (code, file), count in self._seen.items()
            if count > _MOST
        ]
        return (*self._issues, *cut)

    def _add(self, code: str, file: str, message: str, hint: str, severity: Severity) -> None:
        self._count(
            Issue(
                file=file,
                line=0,
                path="",
                code=code,
                severity=severity,
                message=message,
                hint=hint,
            )
        )

    def _count(self, issue: Issue) -> None:
        sort = (issue.code, issue.file)
        self._seen[sort] += 1
        if self._seen[sort] <= _MOST:
            self._issues.append(issue)
