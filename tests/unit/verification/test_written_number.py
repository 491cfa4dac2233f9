"""Numbers are read by a named format, exactly, or not at all."""

from fractions import Fraction

import pytest

from assay.verification.written_number import (
    FORMATS,
    UnreadableNumberError,
    format_of,
    numbers_in,
    value_of_number,
)


def read(text: str, name: str | None, **options: bool) -> Fraction | None:
    """The value of a text's last number; None where it cannot be read."""
    written = None if name is None else FORMATS[name]
    try:
        return value_of_number(list(numbers_in(text))[-1], written, **options)
    except UnreadableNumberError:
        return None


@pytest.mark.parametrize(
    ("text", "en", "de", "fr", "ch"),
    [
        ("1,234", "1234", "1.234", "1.234", None),
        ("1.234", "1.234", "1234", None, "1.234"),
        ("1.234,5", None, "1234.5", None, None),
        ("1,234.5", "1234.5", None, None, None),
        ("1 234,5", None, None, "1234.5", None),
        ("1\u202f234", "1234", "1234", "1234", "1234"),
        ("1\u00a0234\u00a0567", "1234567", "1234567", "1234567", "1234567"),
        ("1’234.50", None, None, None, "1234.5"),
        ("1'234", None, None, None, "1234"),
        ("12", "12", "12", "12", "12"),
        ("0,5", None, "0.5", "0.5", None),
        ("0.123", "0.123", None, None, "0.123"),
        ("1,23,456", None, None, None, None),
        ("12.05.2020", None, None, None, None),
        ("1.234 567", None, None, None, None),
    ],
)
def test_each_format_reads_what_it_writes(
    text: str, en: str | None, de: str | None, fr: str | None, ch: str | None
) -> None:
    """A number has one value under a format, or none."""
    for name, value in (("en", en), ("de", de), ("fr", fr), ("ch", ch)):
        assert read(text, name) == (None if value is None else Fraction(value)), name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−4", "-4"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("€ 5", "5"),
        ("5 €", "5"),
        ("from 3-5", "5"),
        ("F-16", "16"),
        ("1.5e3", "1500"),
        ("1.5E-2", "0.015"),
        ("2×10^3 m", "2000"),
        ("3·10⁻²", "0.03"),
        ("in 2020 345", "345"),
        ("so 12.", "12"),
        (".5", "0.5"),
        ("５", "5"),
    ],
)
def test_signs_and_powers_are_read(text: str, value: str) -> None:
    """Minus signs, currency signs and powers of ten are part of a number; ranges are not."""
    assert read(text, "en") == Fraction(value)


@pytest.mark.parametrize(
    ("text", "value"), [("3/4", "3/4"), ("1 3/4", "7/4"), ("½", "1/2"), ("3½", "7/2")]
)
def test_fractions_are_read_where_asked_and_never_in_part(text: str, value: str) -> None:
    """`3/4` is three quarters where fractions are read, and unreadable where not: never 4."""
    assert read(text, "en", fractions=True) == Fraction(value)
    assert read(text, "en") is None


@pytest.mark.parametrize("text", ["3/4/2020", "10²", "5^2", "1/0", "9" * 61, "1e9999", "2.5/3"])
def test_pieces_of_something_else_are_unreadable(text: str) -> None:
    """A date, a power, a ratio and a number without end are no numbers."""
    assert read(text, "en", fractions=True) is None


def test_a_percent_sign_divides_where_asked() -> None:
    """`5 %` is 5, or a twentieth where percent signs are read."""
    assert read("5 %", "en") == 5
    assert read("5%", "en", percent=True) == Fraction(1, 20)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", None),
        ("1.234", None),
        ("1 234", None),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("0,5", "0.5"),
        ("12", "12"),
        ("1\u202f234", "1234"),
    ],
)
def test_without_a_language_only_one_meaning_is_read(text: str, value: str | None) -> None:
    """What two formats read as two values is no value."""
    assert read(text, None) == (None if value is None else Fraction(value))


def test_two_meanings_are_both_named() -> None:
    """The sentence says what each format would read."""
    with pytest.raises(UnreadableNumberError, match=r"1234 in en, 617/500 in de"):
        value_of_number(next(numbers_in("1,234")), None)


@pytest.mark.parametrize(
    ("taxonomy", "name"),
    [
        ({"language": "de"}, "de"),
        ({"locale": "de_CH", "language": "de"}, "ch"),
        ({"locale": "fr-CA"}, "fr"),
        ({"language": "english"}, "en"),
        ({"language": "eo"}, None),
        ({"domain": "de"}, None),
    ],
)
def test_the_record_names_its_language(taxonomy: dict[str, str], name: str | None) -> None:
    """The axes `locale` and `language` decide; an unknown language decides nothing."""
    assert format_of(taxonomy) == (None if name is None else FORMATS[name])
