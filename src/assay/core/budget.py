"""Work budgets: the most work for one piece of foreign data, counted before it is done."""

from assay.core.errors import InputError


class BudgetError(InputError):
    """Foreign data needs more work or memory than it may have (exit code 3)."""


class WorkBudget:
    """Units of work that are left for one piece of foreign data; a unit is about one character."""

    __slots__ = ("_left", "_limit", "_what")

    def __init__(self, limit: int, what: str) -> None:
        """Begin with the whole budget.

        Args:
            limit: units of work.
            what: what the budget is for, such as `one row`; messages name it.
        """
        self._limit = limit
        self._left = limit
        self._what = what

    def spend(self, units: int, where: str = "") -> None:
        """Take units for work that is about to be done.

        Raises:
            BudgetError: if fewer are left; `where` is its place.
        """
        self._left -= units
        if self._left < 0:
            raise BudgetError(
                code="over-budget",
                message=f"reading {self._what} takes more than {self._limit} units of work "
                "(characters made or searched, turns of loops)",
                where=where,
                hint="shorten the row, or the template, pattern or loop that reads it",
            )
