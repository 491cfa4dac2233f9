"""Constraints on a text hold and break by their definitions, and no hostile text gets round them."""

import importlib
from typing import Any

import msgspec
import pytest

from assay.core.canonical import json_text
from assay.core.options import configure
from assay.plugins import load
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.records.record import Record
from assay.verification.constraints import KINDS
from assay.verification.constraints.constraint import constraints_in, outcome_of, variants
from assay.verification.constraints.counting import sentences, words
from assay.verification.constraints.language import LANGUAGES
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import Found, NothingToVerify
from builders import model_answer, small_record

NAME = "instruction-constraints"

HOLDS, BREAKS, UNKNOWN = True, False, None


def outcome(
    name: str, parameters: dict[str, Any], text: str, *, loose: bool = False
) -> bool | None:
    """What becomes of one constraint."""
    (constraint,) = constraints_in(json_text([{"id": name, "parameters": parameters}]))
    return outcome_of(constraint, text, loose=loose).holds


def record(content: str, *constraints: tuple[str, dict[str, Any]]) -> Record:
    """An outcome with one candidate and its constraints."""
    listed = [{"id": name, "parameters": parameters} for name, parameters in constraints]
    pieces = (Evidence(kind="test", text=json_text({"constraints": listed})),) if listed else ()
    return small_record(
        Outcome(criterion="instructions followed"),
        "When does it leave?",
        model_answer(content),
        evidence=pieces,
    )


def ask(given: Record, **options: Any) -> Found | NothingToVerify:
    """What the verifier says of the record's candidate."""
    found: Found | NothingToVerify = configure(load("verifiers", NAME), options).verify(given, 0)
    return found


def found(given: Record, **options: Any) -> Found:
    """What the verifier found; there must be something to verify."""
    answer = ask(given, **options)
    assert isinstance(answer, Found)
    return answer


KNOWN: list[tuple[str, dict[str, Any], str, bool | None]] = [
    ("keywords:existence", {"keywords": ["ferry", "Pier"]}, "The FERRY is at the pier.", HOLDS),
    ("keywords:existence", {"keywords": ["ferry", "pier"]}, "The ferry is late.", BREAKS),
    ("keywords:existence", {"keywords": ["f.rry"]}, "The ferry is late.", BREAKS),
    ("keywords:existence", {"keywords": ["ferry"]}, "Ferryman!", HOLDS),
    ("keywords:frequency", {"keyword": "tide", "frequency": 2, "relation": "at least"}, "Tide on tide", HOLDS),
    ("keywords:frequency", {"keyword": "tide", "frequency": 2, "relation": "at least"}, "One tide", BREAKS),
    ("keywords:frequency", {"keyword": "tide", "frequency": 2, "relation": "less than"}, "One tide", HOLDS),
    ("keywords:frequency", {"keyword": "tide", "frequency": 2, "relation": "less than"}, "tide, tide", BREAKS),
    ("keywords:frequency", {"keyword": "aa", "frequency": 2, "relation": "at least"}, "aaa", BREAKS),
    ("keywords:forbidden_words", {"forbidden_words": ["late"]}, "The plate is relatively clean", HOLDS),
    ("keywords:forbidden_words", {"forbidden_words": ["late"]}, "Too LATE!", BREAKS),
    ("keywords:forbidden_words", {"forbidden_words": ["c++"]}, "It is written in C++.", BREAKS),
    ("keywords:forbidden_words", {"forbidden_words": ["a|b"]}, "a or b", HOLDS),
    ("keywords:letter_frequency", {"letter": "q", "let_frequency": 2, "let_relation": "at least"}, "Quiet quay", HOLDS),
    ("keywords:letter_frequency", {"letter": "q", "let_frequency": 2, "let_relation": "at least"}, "A quay", BREAKS),
    ("keywords:letter_frequency", {"letter": "#", "let_frequency": 3, "let_relation": "less than"}, "#a #b", HOLDS),
    ("keywords:letter_frequency", {"letter": "#", "let_frequency": 2, "let_relation": "less than"}, "#a #b", BREAKS),
    ("language:response_language", {"language": "de"}, "Die Fähre legt um sechs Uhr am Hafen ab.", HOLDS),
    ("language:response_language", {"language": "de"}, "The ferry leaves the harbour at six o'clock.", BREAKS),
    ("language:response_language", {"language": "ru"}, "Паром отходит от пристани в шесть часов.", HOLDS),
    ("language:response_language", {"language": "uk"}, "Паром отходит от пристани в шесть часов вечера.", BREAKS),
    ("language:response_language", {"language": "ar"}, "تغادر العبارة الميناء في الساعة السادسة صباحا.", HOLDS),
    ("language:response_language", {"language": "zh-CN"}, "渡轮早上六点离开码头。", HOLDS),
    ("language:response_language", {"language": "hi"}, "The ferry (नाव) leaves the harbour at six o'clock.", BREAKS),
    ("language:response_language", {"language": "en"}, "12 34 !?", BREAKS),
    ("language:response_language", {"language": "fi"}, "ok", UNKNOWN),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "at least"}, "One. Two! Three?", HOLDS),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "at least"}, "One. Two!", BREAKS),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "less than"}, "One. Two!", HOLDS),
    ("length_constraints:number_sentences", {"num_sentences": 2, "relation": "less than"}, "One. Two!", BREAKS),
    ("length_constraints:number_sentences", {"num_sentences": 2, "relation": "at least"}, "Wait. . . ! ?", BREAKS),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "One\n***\nTwo", HOLDS),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "***\nOne\n***\nTwo\n***", HOLDS),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "One\n\nTwo", BREAKS),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "One\n***\n***\nTwo", BREAKS),
    ("length_constraints:number_words", {"num_words": 4, "relation": "at least"}, "It's six now", HOLDS),
    ("length_constraints:number_words", {"num_words": 4, "relation": "at least"}, "It is six - - -", BREAKS),
    ("length_constraints:number_words", {"num_words": 3, "relation": "less than"}, "At six", HOLDS),
    ("length_constraints:number_words", {"num_words": 3, "relation": "less than"}, "At six-ten", BREAKS),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "It"}, "One\n\n\n\"it's two", HOLDS),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "it"}, "It\n\nItem", BREAKS),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 1, "first_word": "it"}, "It is\nhere", BREAKS),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "it"}, "!!!", BREAKS),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "Dear [name], at [place]", HOLDS),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "Dear [], at [ ], [x]", BREAKS),
    ("detectable_content:number_placeholders", {"num_placeholders": 1}, "a [b\nc]", BREAKS),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "Bye.\n\np. s. Bring a coat.", HOLDS),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "Bye.\n\nP.S.", BREAKS),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "Bye.\n\nP.P.S. Bring a coat.", BREAKS),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "Bye.\n**P.P.S.** Bring a coat.", HOLDS),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "Bye. P.S. Bring a coat.", BREAKS),
    ("detectable_content:postscript", {"postscript_marker": "..."}, "Bye", BREAKS),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* one\n  - two", HOLDS),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* one\n---\n**two**\n-5 degrees", BREAKS),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* one\n* \n* \u00a0", BREAKS),
    ("detectable_format:constrained_response", {}, "My answer is maybe.", HOLDS),
    ("detectable_format:constrained_response", {}, "My answer is yes. My answer is no.", BREAKS),
    ("detectable_format:constrained_response", {}, "Yes.", BREAKS),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "*one* and **two**", HOLDS),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "***one***", BREAKS),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "* one\n* two * three", BREAKS),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "****", BREAKS),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "*one*two*", BREAKS),
    ("detectable_format:multiple_sections", {"section_spliter": "Part", "num_sections": 2}, "Part 1\na\n## Part 2\nb", HOLDS),
    ("detectable_format:multiple_sections", {"section_spliter": "Part", "num_sections": 2}, "Part 1, as in Part 1", BREAKS),
    ("detectable_format:multiple_sections", {"section_spliter": "Part", "num_sections": 1}, "PART 1", BREAKS),
    ("detectable_format:json_format", {}, '```json\n{"pier": [1, 2]}\n```', HOLDS),
    ("detectable_format:json_format", {}, ' {"pier": 1} ', HOLDS),
    ("detectable_format:json_format", {}, 'Here: {"pier": 1}', BREAKS),
    ("detectable_format:json_format", {}, "7", BREAKS),
    ("detectable_format:json_format", {}, "[NaN]", BREAKS),
    ("detectable_format:json_format", {}, "[" * 100_000, BREAKS),
    ("detectable_format:json_format", {}, f"[{'9' * 10_000}]", BREAKS),
    ("detectable_format:title", {}, "<<The ferry>>\nIt is late.", HOLDS),
    ("detectable_format:title", {}, "<The ferry>\n<<>> << >>", BREAKS),
    ("detectable_format:title", {}, "<<The\nferry>>", BREAKS),
    ("combination:two_responses", {}, "One\n******\nTwo", HOLDS),
    ("combination:two_responses", {}, "One\n******\nOne", BREAKS),
    ("combination:two_responses", {}, "One\n******\nTwo\n******\nThree", BREAKS),
    ("combination:two_responses", {}, "One\n******", BREAKS),
    ("combination:two_responses", {}, "One\n******\n******\nTwo", BREAKS),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Say when."}, " say WHEN. At six.", HOLDS),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Say when."}, "You said: Say when.", BREAKS),
    ("startend:end_checker", {"end_phrase": "That is all."}, 'Six. "THAT is all."\n', HOLDS),
    ("startend:end_checker", {"end_phrase": "That is all."}, "That is all. Bye.", BREAKS),
    ("startend:end_checker", {"end_phrase": '"'}, "Six.", BREAKS),
    ("startend:quotation", {}, ' "Six." ', HOLDS),
    ("startend:quotation", {}, "“Six.”", HOLDS),
    ("startend:quotation", {}, '"Six', BREAKS),
    ("startend:quotation", {}, '"', BREAKS),
    ("startend:quotation", {}, '" "', BREAKS),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "at least"}, "I said NO.", HOLDS),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "at least"}, "No PDFs 42 !!", BREAKS),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "less than"}, "NO way", HOLDS),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "less than"}, "NO WAY", BREAKS),
    ("change_case:english_capital", {}, "THE FERRY LEAVES THE HARBOUR AT SIX.", HOLDS),
    ("change_case:english_capital", {}, "THE FERRY LEAVES THE HARBOUR AT SIx.", BREAKS),
    ("change_case:english_capital", {}, "DIE FÄHRE VERLÄSST DEN HAFEN UM SECHS UHR.", BREAKS),
    ("change_case:english_capital", {}, "42", BREAKS),
    ("change_case:english_lowercase", {}, "the ferry leaves the harbour at six.", HOLDS),
    ("change_case:english_lowercase", {}, "The ferry leaves the harbour at six.", BREAKS),
    ("change_case:english_lowercase", {}, "le bac quitte le port à six heures du matin.", BREAKS),
    ("punctuation:no_comma", {}, "Six; not seven.", HOLDS),
    ("punctuation:no_comma", {}, "Six, not seven.", BREAKS),
    ("punctuation:no_comma", {}, "六，不是七。", BREAKS),
    ("punctuation:no_comma", {}, "ستة، وليس سبعة.", BREAKS),
]  # fmt: skip


@pytest.mark.parametrize(("name", "parameters", "text", "expected"), KNOWN)
def test_a_constraint_holds_and_breaks_by_its_definition(
    name: str, parameters: dict[str, Any], text: str, expected: bool | None
) -> None:
    """Each kind has texts that keep it and texts that only look as if they did."""
    assert outcome(name, parameters, text) is expected


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_shown_to_hold_and_to_break(name: str) -> None:
    """The table above has both for each kind, and each kind says in a sentence what it asks."""
    assert {expected for known, _, _, expected in KNOWN if known == name} >= {HOLDS, BREAKS}
    assert KINDS[name].summary.endswith(".")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("?! ... —", 0),
        ("No stop", 1),
        ("A heading\n\nand what follows.", 1),
        ("1. Row out.\n2. Row back.", 2),
        ("He has 3. She has 4.", 2),
        ("Dr. Ann met J. Orr at 5.30 p.m. on Pier 7.", 1),
        ("Bring food, e.g. Bread. See No. 5 too.", 2),
        ("Is it No. 5? No. It is I. Really.", 4),
        ('"Stop!" he said. "Why?" She left...', 3),
        ("all is small here. so it is. yes.", 3),
        ("今天走。明天回！", 2),
        ("यह नाव है। वह घाट है।", 2),
        ("هل تصل؟ نعم.", 2),
        ("see example.org for more.", 1),
    ],
)
def test_sentences_are_counted_as_it_is_written(text: str, expected: int) -> None:
    """Stops of lists, initials, titles and addresses end no sentence; other scripts' stops do."""
    assert sentences(text) == expected


def test_words_are_runs_of_letters_digits_and_underscores() -> None:
    """Signs part words, and letters of every script are letters."""
    assert words("don't re-enter at 3.14 – да, 是 _x_ !") == 10


HOSTILE = {
    "empty": "",
    "blank": " \n\t\u00a0\n",
    "control bytes": "\x00\x07\x1b[31m\x7f\ufeff",
    "right to left": "\u202eסירה\u202c \u200fקטנה\u200f",
    "half a surrogate": "\ud800 x \udfff",
    "marks without letters": "\u0301" * 1000,
    "stops": ".!?…。" * 20_000,
    "asterisks": "*" * 100_000,
    "spaced asterisks": "*a " * 30_000,
    "open brackets": "[<" * 50_000,
    "lines": "\n" * 100_000,
    "blank lines": "\n \t" * 30_000 + "x",
    "letters": "P." * 50_000,
    "digits": "9" * 100_000,
    "one long word": "ä" * 100_000,
}


@pytest.mark.share(5)
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_neither_breaks_nor_stalls_a_constraint(kind: str, name: str) -> None:
    """Each kind gives an outcome on texts made to break it; an empty text keeps none."""
    parameters = next(given for known, given, _, _ in KNOWN if known == name)
    held = outcome(name, parameters, HOSTILE[kind], loose=True)
    assert held in {True, False, None}
    if not HOSTILE[kind].strip():
        assert held is BREAKS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sure, here it is:\nNo ferry.", Pass),
        ("No ferry.\nHope that helps, bye", Pass),
        ("Sure, so:\nNo ferry.\nWell, bye", Pass),
        ("No ferry.\nSure, here.\nNo ferry.", Fail),
        ("Well, no ferry.", Fail),
    ],
)
def test_loosely_read_the_first_and_the_last_line_may_go(text: str, expected: type) -> None:
    """The loose reading cuts one line at either end and nothing in between."""
    given = record(text, ("punctuation:no_comma", {}))
    assert type(found(given, loose=True).verdict) is expected
    assert type(found(given).verdict) is Fail


def test_loosely_read_asterisks_may_go() -> None:
    """Emphasis around the whole answer does not hide its quotation marks."""
    given = record('**"Six."**', ("startend:quotation", {}))
    assert type(found(given).verdict) is Fail
    assert type(found(given, loose=True).verdict) is Pass
    assert len(variants("*a\n*b\n*c")) == 8


def test_nothing_is_left_of_a_text_that_loses_its_only_line() -> None:
    """A reading that cuts everything away keeps no constraint."""
    given = record("Well, no", ("punctuation:no_comma", {}))
    assert type(found(given, loose=True).verdict) is Fail


def test_the_first_broken_constraint_is_named_and_all_are_listed() -> None:
    """A fail says which constraint breaks and how; the evidence lists each, kept or broken."""
    given = record(
        "Six, not seven",
        ("startend:end_checker", {"end_phrase": "seven"}),
        ("punctuation:no_comma", {}),
        ("startend:quotation", {}),
    )
    answer = found(given)
    assert answer.verdict == Fail(reason="punctuation:no_comma: 1 commas")
    assert answer.note == "1 of 3 hold"
    listed = [msgspec.json.decode(each.text or "") for each in answer.evidence]
    assert [each["holds"] for each in listed] == [True, False, False]
    assert [each["id"] for each in listed][1] == "punctuation:no_comma"


def test_what_cannot_be_told_is_not_passed_and_fails_only_by_something_else() -> None:
    """A language that cannot be told is no pass; a comma beside it still fails."""
    unknown = ("language:response_language", {"language": "fi"})
    assert type(found(record("ok", unknown)).verdict) is Uncarried
    comma = ("punctuation:no_comma", {})
    assert type(found(record("ok,", unknown, comma)).verdict) is Fail


_BEYOND = (
    '[{"id":"length_constraints:nth_paragraph_first_word","parameters":'
    '{"num_paragraphs":2,"nth_paragraph":3,"first_word":"a"}}]'
)


@pytest.mark.parametrize(
    ("constraints", "named"),
    [
        ('[{"id":"punctuation:no_colon"}]', "no_colon"),
        ('[{"id":"length_constraints:number_words","parameters":{"num_words":3}}]', "relation"),
        (
            '[{"id":"keywords:frequency","parameters":{"relation":"about"}}]',
            "about",
        ),
        (
            '[{"id":"length_constraints:number_paragraphs","parameters":{"num_paragraphs":-3}}]',
            "num_paragraphs",
        ),
        ('[{"id":"punctuation:no_comma","parameters":{"max":3}}]', "max"),
        ('[{"id":"keywords:existence","parameters":{"keywords":[]}}]', "keywords"),
        ('[{"id":"keywords:existence","parameters":{"keywords":[" "]}}]', "keywords"),
        ('[{"id":"keywords:existence","parameters":{"keywords":null}}]', "keywords"),
        ('[{"id":"language:response_language","parameters":{"language":"xx"}}]', "xx"),
        (
            _BEYOND,
            "nth_paragraph",
        ),
        (json_text([{"id": "keywords:existence", "parameters": {"keywords": ["x" * 201]}}]), "200"),
        ('{"constraint":[]}', "constraints"),
        ("[{}]", "id"),
        ("no comma", "JSON"),
        ("[" * 100_000, "JSON"),
        (json_text([{"id": "punctuation:no_comma"}] * 101), "101"),
    ],
)
def test_constraints_that_cannot_be_read_are_an_error(constraints: str, named: str) -> None:
    """A fault of the set-up is no fail of the candidate and no pass; it names what is wrong."""
    verdict = found(record("x"), constraints=constraints).verdict
    assert isinstance(verdict, VerifierError)
    assert named in verdict.reason


def test_the_rubric_may_set_constraints_for_every_record() -> None:
    """Constraints of the option stand beside those of the record."""
    own = ("punctuation:no_comma", {})
    wide = json_text({"constraints": [{"id": "startend:quotation", "parameters": {}}]})
    assert found(record('"Six."', own), constraints=wide).note == "2 of 2 hold"
    assert found(record('"Six."'), constraints=wide).note == "1 of 1 hold"


def test_one_constraint_alone_may_be_looked_at() -> None:
    """The option `of` leaves the others aside; where it is not set there is nothing to verify."""
    given = record("Six, not seven", ("punctuation:no_comma", {}), ("startend:quotation", {}))
    assert found(given, of="startend:quotation").note == "0 of 1 hold"
    assert isinstance(ask(given, of="detectable_format:title"), NothingToVerify)
    assert isinstance(found(given, of="title").verdict, VerifierError)


def test_without_constraints_there_is_nothing_to_verify() -> None:
    """A record without constraints, or with another verifier's tests, is no pass."""
    assert isinstance(ask(record("x")), NothingToVerify)
    other = msgspec.structs.replace(
        record("x"), evidence=(Evidence(kind="test", text="assert constraints"),)
    )
    assert isinstance(ask(other), NothingToVerify)


def test_a_constraint_may_bear_on_one_candidate() -> None:
    """Evidence that names another candidate sets nothing for this one."""
    text = json_text({"constraints": [{"id": "punctuation:no_comma", "parameters": {}}]})
    one = record("a, b")
    pieces = (Evidence(kind="test", text=text, candidate=1),)
    two = msgspec.structs.replace(one, candidates=one.candidates * 2, evidence=pieces)
    assert isinstance(ask(two), NothingToVerify)


def test_a_response_that_is_too_long_is_an_error() -> None:
    """Beyond the cap nothing is read, and nothing passes."""
    assert isinstance(found(record("x" * 500_001, ("punctuation:no_comma", {}))).verdict, Uncarried)


def test_the_verifier_answers_its_own_cases() -> None:
    """Gold passes, counter-gold fails, and there is at least one of each."""
    verifier = load("verifiers", NAME)
    given = verifier().cases()
    answers = [configure(verifier, each.options).verify(each.record, 0) for each in given]
    said = [str(each.verdict.__struct_config__.tag) for each in answers]
    assert said == [each.expected for each in given]
    assert {"pass", "fail"} <= set(said)


def test_every_language_that_may_be_asked_for_is_one_of_the_detectors() -> None:
    """The list of languages is the detector's, and the version is part of the environment."""
    detector = importlib.import_module("py3langid.langid").LanguageIdentifier
    labels = set(detector.from_model_file("data/model.npz.xz").labels)
    assert labels >= LANGUAGES
    assert {label for label in labels if len(label) == 2} == LANGUAGES
    assert load("verifiers", NAME).environment.startswith("sha256:")
