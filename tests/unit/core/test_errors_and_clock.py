import pytest

from assay.core.clock import fixed_clock, system_clock
from assay.core.errors import InputError, missing_extra
from assay.core.issues import Issue, has_errors


def test_an_error_says_where_what_and_what_to_do() -> None:
    """Place, fault and advice stand in one line; outer places are put before inner ones."""
    error = InputError(code="x", message="no such column", where="column 'worker'", hint="add it")
    assert str(error.at("votes.csv, line 3")) == (
        "votes.csv, line 3, column 'worker': no such column (add it)"
    )
    assert isinstance(error.at("a"), InputError)


def test_a_missing_extra_names_its_install_line() -> None:
    """The error for an absent optional part can be copied into a shell."""
    assert "pip install 'assay[sample]'" in str(missing_extra("sample", "sampling"))


def test_the_clock_stands_still_where_the_build_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`SOURCE_DATE_EPOCH` fixes the time; without it, it is the machine's, in UTC."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert system_clock() == "2026-01-01T00:00:00Z"
    assert fixed_clock("2026-02-03T04:05:06Z")() == "2026-02-03T04:05:06Z"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert system_clock().endswith("Z")


def test_only_errors_make_a_document_unusable() -> None:
    """Warnings alone do not."""
    warning = Issue(file="a", line=1, path="", code="c", severity="warning", message="m", hint="h")
    assert not has_errors([warning])
