"""Forbidden claims are found; sentences that deny them are left alone."""

import pytest

from assay.governance.claims import find_claims

CLAIMS = [
    ("We deliver the model's hidden chain of thought.", "hidden-chain-of-thought"),
    ("Includes private chain-of-thought access.", "hidden-chain-of-thought"),
    ("Gives access to the provider's chain of thought.", "hidden-chain-of-thought"),
    ("Every record carries raw CoT.", "hidden-chain-of-thought"),
    ("A set of chain-of-thought data for tuning.", "hidden-chain-of-thought"),
    ("Private, hidden chains of thought are included.", "hidden-chain-of-thought"),
    ("The rationales show faithful reasoning.", "faithful-reasoning"),
    ("Each explanation is faithful.", "faithful-reasoning"),
    ("A window into the model's internal computation.", "faithful-reasoning"),
    ("A literal window into internal computation.", "faithful-reasoning"),
    ("See how the model really thinks.", "faithful-reasoning"),
    ("It shows the model\u2019s true reasoning.", "faithful-reasoning"),
    ("The steps faithfully reflect the model's reasoning.", "faithful-reasoning"),
    ("The data is certified.", "certified"),
    ("Certified by experts", "certified"),
    ("We hold an ISO 27001 certification.", "certified"),
    ("It comes with a safety certificate.", "certified"),
    ("Fully GDPR-compliant data.", "compliant"),
    ("This release is compliant with the AI Act.", "compliant"),
    ("The process guarantees compliance.", "compliant"),
    ("Signing ensures full legal compliance.", "compliant"),
    ("All of it complies with the GDPR.", "compliant"),
    ("Not only fast but certified.", "certified"),
    ("No doubt the data is certified.", "certified"),
    ("It is not cheap, but it is certified.", "certified"),
    ("We never sleep. The data is certified.", "certified"),
    ("This is not a toy: it is certified.", "certified"),
    ("It has no errors, and it is certified.", "certified"),
    ("Certified data that never fails.", "certified"),
    ("Private chain\u2011of\u2011thought access.", "hidden-chain-of-thought"),
    ("The hid\u200bden chain\u00a0of thought.", "hidden-chain-of-thought"),
]


@pytest.mark.parametrize(("text", "code"), CLAIMS)
def test_a_claim_is_found(text: str, code: str) -> None:
    """Each forbidden claim is found with its kind."""
    assert code in {claim.code for claim in find_claims(text)}


@pytest.mark.parametrize(
    "text",
    [
        "This program does not claim hidden chain of thought.",
        "We don't claim access to a provider's private hidden chain of thought.",
        "We don\u2019t offer faithful reasoning.",
        "The data is not certified.",
        "Nothing here is certified, since no certification was sought and none is claimed.".replace(
            "Nothing here is certified, since no", "No"
        ),
        "It should never be called compliant.",
        "A technical process cannot guarantee compliance.",
        "Neither certified nor compliant.",
        "The release is delivered without certification or legal compliance.",
        "Say observable work instead of hidden chain of thought.",
        "It does not claim hidden chain of thought, faithful reasoning, or that it is certified.",
        "Hidden chain of thought is not available.",
        "Faithful reasoning must never be promised.",
        "Certified claims are refused.",
        "Public claims avoid hidden chain-of-thought and unverified certification claims.",
        "The answer does not claim\nhidden chain of thought.",
        "Unsafe compliance and over-refusal are measured apart.",
        "A compliant answer serves the request.",
        "Non-compliant transcripts are kept.",
        "Board-certified physicians and certified translators review.",
        "Expert-authored reasoning demonstrations, observable work and verifiable steps.",
        "The chain of thoughtful reviewers is long.",
        "Faithful translations of the source.",
        "The customer complies with the request.",
        "",
    ],
)
def test_a_denial_or_another_meaning_is_left_alone(text: str) -> None:
    """Disclaimers, people's credentials and other meanings of the words are no claims."""
    assert find_claims(text) == []


def test_a_claim_knows_its_place_and_an_honest_wording() -> None:
    """Offsets lead to the words as they stand, and the wording promises only evidence."""
    text = "Our set holds the model\u2019s private chain of thought and is GDPR compliant."
    first, second = find_claims(text)
    assert text[first.start : first.end] == first.text == "private chain of thought"
    assert "observable work" in first.instead
    assert text[second.start : second.end] == second.text == "GDPR compliant"
    assert second.code == "compliant"


def test_overlapping_claims_are_one() -> None:
    """Words that several patterns find are reported once."""
    assert len(find_claims("access to the hidden chain of thought")) == 1
    assert len(find_claims("The process certifies full compliance.")) == 1


def test_a_list_of_claims_is_found_item_by_item() -> None:
    """In a list with line breaks a denial in one item does not cover the next."""
    claims = find_claims("- not a benchmark\n- certified\n- GDPR-compliant\n")
    assert [claim.code for claim in claims] == ["certified", "compliant"]


def test_a_claim_is_found_where_it_stands() -> None:
    """Characters that nobody sees hide no claim and shift no offset."""
    text = "It is cer\u00adti\u200bfied."
    (claim,) = find_claims(text)
    assert (claim.start, claim.end, claim.text) == (6, 17, text[6:17])
