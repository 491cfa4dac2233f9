"""The verifiers that need no sandbox pass what holds, fail what does not, and say no more."""

from typing import Any

import pytest

from assay.core.canonical import json_text
from assay.core.errors import UsageError
from assay.core.options import configure
from assay.plugins import load, names
from assay.records.candidate import Step
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.records.record import Record
from assay.records.task import Tool, ToolCall
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import Found, NothingToVerify
from builders import model_answer, small_record, user_task


def record(
    content: str, reference: str | None = None, *, work: tuple[Step, ...] = (), **parts: Any
) -> Record:
    """An outcome with one candidate."""
    return small_record(
        Outcome(reference=reference, criterion="right"),
        user_task("How many?", tools=parts.pop("tools", ())),
        model_answer(content, work=work),
        **parts,
    )


def ask(name: str, given: Record, **options: Any) -> Found | NothingToVerify:
    """What a verifier says of the record's candidate."""
    found: Found | NothingToVerify = configure(load("verifiers", name), options).verify(given, 0)
    return found


def verdict(name: str, given: Record, **options: Any) -> type:
    """The class of the verdict."""
    found = ask(name, given, **options)
    assert isinstance(found, Found), found
    return type(found.verdict)


@pytest.mark.parametrize("name", names("verifiers"))
def test_every_verifier_says_what_it_covers_and_what_not(name: str) -> None:
    """A verifier has a name, a version, one sentence, what it covers, and its limits."""
    verifier = load("verifiers", name)()
    assert verifier.name == name
    assert verifier.version
    assert verifier.summary
    assert verifier.covers
    assert verifier.limits


@pytest.mark.parametrize(
    ("name", "content", "reference", "options", "expected"),
    [
        ("exact-match", "Paris", "Paris", {}, Pass),
        ("exact-match", "paris", "Paris", {}, Fail),
        ("normalised-match", "  PARIS. ", "Paris", {}, Pass),
        ("normalised-match", "Ｐａｒｉｓ", "Paris", {}, Pass),
        ("normalised-match", "PARIS", "Paris", {"keep_case": True}, Fail),
        ("exact-match", "so A: 12", "12", {"after": "A:"}, Pass),
        ("exact-match", "no marker", "12", {"after": "A:"}, Fail),
        ("numeric-answer", "It costs 1,200.50 in all", "1200.5", {}, Pass),
        ("numeric-answer", "7 then 9", "7", {}, Fail),
        ("numeric-answer", "7 then 9", "7", {"which": "first"}, Pass),
        ("numeric-answer", "3.14", "3.14159", {"tolerance": "0.01"}, Pass),
        ("numeric-answer", "3.1", "3.14159", {"tolerance": "0.01"}, Fail),
        ("numeric-answer", "101", "100", {"relative": "0.01"}, Pass),
        ("numeric-answer", "1.234,5", "1234,5", {"decimal_comma": True}, Pass),
        ("numeric-answer", "minus −4", "-4", {}, Pass),
        ("numeric-answer", "none", "4", {}, Fail),
        ("numeric-answer", "9" * 61, "4", {}, Uncarried),
    ],
)
def test_answers_are_compared_as_asked(
    name: str, content: str, reference: str, options: dict[str, Any], expected: type
) -> None:
    """Matches and numbers pass and fail by the rule that their options set."""
    assert verdict(name, record(content, reference), **options) is expected


@pytest.mark.parametrize("name", ["exact-match", "normalised-match", "numeric-answer"])
def test_without_a_reference_there_is_nothing_to_verify(name: str) -> None:
    """A record without a right answer is no pass."""
    assert isinstance(ask(name, record("12")), NothingToVerify)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<4+7=11>>", Pass),
        ("<<4+7=12>>", Fail),
        ("<<10/3=3.33>>", Pass),
        ("<<10/3=3.3333333333333335>>", Pass),
        ("<<10/3=3.34>>", Fail),
        ("<<2/3=0.66>> cut or <<2/3=0.67>> rounded", Pass),
        ("<<20%*50=10>>", Pass),
        ("<<1/4=25%>>", Pass),
        ("<<$1,000-$250=$750>>", Pass),
        ("<<3(4)=12>>", Pass),
        ("<<2*3=6=5+1>>", Pass),
        ("<<2*3=6=7>>", Fail),
        ("<<5-8=-3>>", Pass),
        ("<<(-5)*-2=10>>", Pass),
        ("<<1/0=0>>", Fail),
        ("<<4+x=11>>", Uncarried),
        ("<<4+7>>", Uncarried),
        ("<<4+x=11>> and <<1+1=3>>", Fail),
        ("<<" + "(" * 100 + "1" + ")" * 100 + "=1>>", Uncarried),
    ],
)
def test_calculations_are_done_again(text: str, expected: type) -> None:
    """A calculation passes when its result is exact, rounded or cut; unreadable is an error."""
    assert verdict("calculator-steps", record(text)) is expected


def test_plain_calculations_are_read_only_where_asked() -> None:
    """`4 + 7 = 12` in running text is done again under the option `plain`."""
    given = record("11 crowns: 4 + 7 = 12.")
    assert isinstance(ask("calculator-steps", given), NothingToVerify)
    assert verdict("calculator-steps", given, plain=True) is Fail
    assert verdict("calculator-steps", record("x = 11, 4 + 7 = 11."), plain=True) is Pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 mg/kg * 12 kg = 60 mg", Pass),
        ("The dose is 5 mg/kg * 12 kg = 67 mg.", Fail),
        ("120 mg / 4 doses = 30 mg/dose", Pass),
        ("2 h * 60 km/h = 130 km", Fail),
        ("30 min * 60 km/h = 30 km", Uncarried),
        ("1 m + 20 cm = 1.2 m", Uncarried),
        ("3 apples * 2 dollars = 6 dollars", Pass),
        ("20 ml + 30 ml = 53 ml", Fail),
        ("25% of 400 = 100", Pass),
        ("25% of 400 = 109", Fail),
        ("25 % von 400 = 109", Fail),
        ("５×１２＝６０", Pass),
        ("合計は５×１２＝６７です", Fail),
        ("10 / 3 ≈ 3.33", Pass),
        ("1000 / 3 ≈ 330", Pass),
        ("1000 / 3 ≈ 350", Fail),
        ("10 / 3 ≈ 3.4", Fail),
        ("Adding 20 ml and 30 ml gives 50 ml.", Pass),
        ("Adding 20 ml and 30 ml gives 53 ml.", Fail),
        ("Adding 2, 3 and 4 gives 10.", Fail),
        ("＜＜<<5 mg/kg * 12 kg = 67 mg>>", Fail),
    ],
)
def test_plain_calculations_are_read_as_people_write_them(text: str, expected: type) -> None:
    """Units, percentages, full-width digits, near results and sums in words are done again."""
    assert verdict("calculator-steps", record(text), plain=True) is expected


@pytest.mark.parametrize(
    "text",
    ["On 3-4 May 2024 we met.", "Room 12/3", "Take 20 ml and 30 ml.", "Version 1.2 - beta = 3",
     "x = 5 mg", "10 of 20 patients = half"],
)  # fmt: skip
def test_what_is_no_calculation_is_left_alone(text: str) -> None:
    """Dates, rooms and assignments are nothing to verify."""
    assert isinstance(ask("calculator-steps", record(text), plain=True), NothingToVerify)


def test_the_words_at_fault_keep_their_place_and_width() -> None:
    """The span of a full-width calculation is the text's own characters."""
    text = "合計：５×１２＝６７"
    found = ask("calculator-steps", record(text), plain=True)
    assert isinstance(found, Found)
    assert found.span is not None
    assert text[found.span.start : found.span.end] == found.span.quote


def test_the_step_and_the_words_at_fault_are_named() -> None:
    """A wrong step of the work is found with its number and its span."""
    work = (Step(text="0 + 4 = 4"), Step(text="so 4 + 7 = 12"))
    found = ask("calculator-steps", record("12", work=work), plain=True)
    assert isinstance(found, Found)
    assert found.step == 1
    assert found.span is not None
    assert found.span.quote == "4 + 7 = 12"
    assert work[1].text[found.span.start : found.span.end] == found.span.quote
    assert isinstance(found.verdict, Fail)
    assert "4 + 7 is 11, not 12" in found.verdict.reason


SCHEMA = json_text(
    {"type": "object", "required": ["total"], "properties": {"total": {"type": "integer"}}}
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"total": 4}', Pass),
        ('{"total": "4"}', Fail),
        ("{}", Fail),
        ("no json", Fail),
        ("[" * 9999, Fail),
    ],
)
def test_structured_output_is_held_against_its_schema(content: str, expected: type) -> None:
    """JSON of the right shape passes; anything else fails with its place."""
    assert verdict("json-schema", record(content), schema=SCHEMA) is expected


def test_tool_calls_are_held_against_the_tools_parameters() -> None:
    """Each call's arguments fit the schema of a tool on offer, or the step is named."""
    tools = (Tool(name="fare", parameters=SCHEMA),)

    def given(name: str, arguments: Any) -> Record:
        call = ToolCall(name=name, arguments=json_text(arguments))
        return record("4", work=(Step(call=call),), tools=tools)

    assert verdict("json-schema", given("fare", {"total": 4}), of="calls") is Pass
    assert verdict("json-schema", given("fare", {}), of="calls") is Fail
    assert verdict("json-schema", given("other", {"total": 4}), of="calls") is Fail
    assert isinstance(ask("json-schema", record("4"), of="calls"), NothingToVerify)


def test_a_schema_that_fetches_is_refused() -> None:
    """A reference to another document is an error of the verifier, and nothing is fetched."""
    schema = json_text({"$ref": "https://example.org/schema.json"})
    found = ask("json-schema", record("{}"), schema=schema)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, VerifierError)
    assert "nothing is fetched" in found.verdict.reason


SOURCE = Evidence(kind="source", text="The last train does not stop at Corrie after 22 hours.")


@pytest.mark.parametrize(
    ("quote", "place", "expected"),
    [
        ("“does not stop at Corrie”", "1 located", Pass),
        ('"Does not  stop at corrie"', "1 located_normalised", Pass),
        ('"The last train does stop at Corrie after 22 hours"', "1 altered", Fail),
        ('"does not stop at Corrie after 23 hours"', "1 altered", Fail),
        ('"children under six travel free of charge"', "1 absent", Fail),
    ],
)
def test_quotations_are_located_altered_or_absent(quote: str, place: str, expected: type) -> None:
    """A quotation stands to the letter, after normalisation, altered, or nowhere."""
    found = ask("quotation", record(f"It says {quote}.", evidence=(SOURCE,)))
    assert isinstance(found, Found)
    assert type(found.verdict) is expected
    assert found.note == f"{place}: where words are found, not whether they support a claim"


def test_an_altered_quotation_names_numbers_and_negations() -> None:
    """What differs is said: the number, or the missing not."""
    for quote, word in (
        ("does not stop at Corrie after 23 hours", "numbers differ"),
        ("The last train does stop at Corrie after 22 hours", "negations differ"),
    ):
        found = ask("quotation", record(f'"{quote}"', evidence=(SOURCE,)))
        assert isinstance(found, Found)
        assert isinstance(found.verdict, Fail)
        assert word in found.verdict.reason


def test_no_quotation_is_nothing_to_verify() -> None:
    """A text that quotes nothing, or too little, is no pass."""
    assert isinstance(ask("quotation", record("It stops.")), NothingToVerify)
    assert isinstance(ask("quotation", record('It says "no".')), NothingToVerify)


def test_a_wrong_option_is_refused_with_what_there_is() -> None:
    """An option that a verifier does not have is named, with those that it has."""
    with pytest.raises(UsageError, match="tolerence"):
        configure(load("verifiers", "numeric-answer"), {"tolerence": "1"})
    with pytest.raises(UsageError, match="not a number"):
        ask("numeric-answer", record("4", "4"), tolerance="some")


def test_a_format_and_the_old_option_together_are_refused() -> None:
    """`decimal_comma` beside another format is two answers to one question."""
    with pytest.raises(UsageError, match="both say how numbers are written"):
        configure(
            load("verifiers", "numeric-answer"), {"decimal_comma": True, "number_format": "fr"}
        )


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("1 234,5", {"decimal_comma": True}, Pass),
        ("1.234,5", {"number_format": "es"}, Pass),
        ("1.234,5", {"number_format": "en"}, Uncarried),
        ("1’234.5", {"number_format": "ch"}, Pass),
        ("2469/2", {"fractions": True}, Pass),
        ("2469/2", {}, Uncarried),
        ("123450%", {"percent": True}, Pass),
        ("1.2345e3", {}, Pass),
        ("range 3-1234.5", {}, Pass),
        ("12345", {"number_format": "auto"}, Fail),
    ],
)
def test_numbers_are_read_by_their_format(
    content: str, options: dict[str, Any], expected: type
) -> None:
    """The reference in its own format is met by the answer in its own, and by nothing else."""
    options = {"reference_format": "en", **options}
    assert verdict("numeric-answer", record(content, "1234.5"), **options) is expected


@pytest.mark.share(3)
@pytest.mark.parametrize("sign", [".", "1,", "-$", "½", "[1]", "(A", "‘a’", "* "])
@pytest.mark.parametrize("name", ["exact-match", "normalised-match", "numeric-answer", "citation"])
def test_a_hundred_thousand_signs_end(name: str, sign: str) -> None:
    """Long runs of one sign get a verdict, or there is nothing to verify."""
    assert isinstance(ask(name, record(sign * 100_000, "4")), Found | NothingToVerify)
