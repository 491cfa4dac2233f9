"""Options of plug-ins: each fault is named with the values that fit."""

from typing import Annotated, Literal

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.core.options import configure, options_of


class _Plugin(msgspec.Struct, frozen=True, kw_only=True):
    name = "plugin"
    form: Literal["plain", "rich"] = "plain"
    least: Annotated[int, msgspec.Meta(ge=1)] = 1


def test_text_and_values_set_options() -> None:
    """The command line gives text, a document gives numbers; both set the same option."""
    assert configure(_Plugin, {"least": "3"}) == configure(_Plugin, {"least": 3})
    assert options_of(configure(_Plugin, {"form": "rich"})) == {"form": "rich", "least": 1}


def test_all_faults_are_named_at_once_with_the_values_that_fit() -> None:
    """A choice is listed, a bound is stated, and a misspelt option brings the nearest name."""
    with pytest.raises(UsageError) as refused:
        configure(_Plugin, {"form": "bold", "least": 0, "leest": 2})
    told = str(refused.value)
    assert "form is 'bold', and must be 'plain' or 'rich'" in told
    assert "least is 0, and must be int >= 1" in told
    assert "there is no option 'leest', did you mean 'least'?" in told
