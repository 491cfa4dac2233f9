"""Constraints on a text that a program can test: the kinds by name.

Names, parameters and meaning are those of IFEval (Zhou et al., "Instruction-Following Evaluation
for Large Language Models", 2023, arXiv:2311.07911). A text breaks a constraint or keeps it; each
kind is one pure function that takes time linear in the text.
"""

from collections.abc import Mapping

from assay.verification.constraints import (
    case,
    combination,
    content,
    ends,
    form,
    keywords,
    language,
    length,
    punctuation,
)
from assay.verification.constraints.kind import ConstraintParameters, Kind

KINDS: Mapping[str, Kind] = {
    "keywords:existence": Kind(keywords.Existence, keywords.existence),
    "keywords:frequency": Kind(keywords.Frequency, keywords.frequency),
    "keywords:forbidden_words": Kind(keywords.ForbiddenWords, keywords.forbidden_words),
    "keywords:letter_frequency": Kind(keywords.LetterFrequency, keywords.letter_frequency),
    "language:response_language": Kind(language.ResponseLanguage, language.response_language),
    "length_constraints:number_sentences": Kind(length.NumberSentences, length.number_sentences),
    "length_constraints:number_paragraphs": Kind(length.NumberParagraphs, length.number_paragraphs),
    "length_constraints:number_words": Kind(length.NumberWords, length.number_words),
    "length_constraints:nth_paragraph_first_word": Kind(
        length.NthParagraphFirstWord, length.nth_paragraph_first_word
    ),
    "detectable_content:number_placeholders": Kind(
        content.NumberPlaceholders, content.number_placeholders
    ),
    "detectable_content:postscript": Kind(content.Postscript, content.postscript),
    "detectable_format:number_bullet_lists": Kind(form.NumberBulletLists, form.number_bullet_lists),
    "detectable_format:constrained_response": Kind(ConstraintParameters, form.constrained_response),
    "detectable_format:number_highlighted_sections": Kind(
        form.NumberHighlightedSections, form.number_highlighted_sections
    ),
    "detectable_format:multiple_sections": Kind(form.MultipleSections, form.multiple_sections),
    "detectable_format:json_format": Kind(ConstraintParameters, form.json_format),
    "detectable_format:title": Kind(ConstraintParameters, form.title),
    "combination:two_responses": Kind(ConstraintParameters, combination.two_responses),
    "combination:repeat_prompt": Kind(combination.RepeatPrompt, combination.repeat_prompt),
    "startend:end_checker": Kind(ends.EndChecker, ends.end_checker),
    "startend:quotation": Kind(ConstraintParameters, ends.quotation),
    "change_case:capital_word_frequency": Kind(
        case.CapitalWordFrequency, case.capital_word_frequency
    ),
    "change_case:english_capital": Kind(ConstraintParameters, case.english_capital),
    "change_case:english_lowercase": Kind(ConstraintParameters, case.english_lowercase),
    "punctuation:no_comma": Kind(ConstraintParameters, punctuation.no_comma),
}
"""The kinds by name."""
