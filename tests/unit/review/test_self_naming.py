"""Which names give a text's writer away, and which are only spoken of."""

from itertools import pairwise

import pytest

from assay.review.self_naming import self_namings


def _names(text: str) -> list[str]:
    return [text[each.start : each.end] for each in self_namings(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("As ChatGPT, I cannot do that.", ["ChatGPT"]),
        ("I am Claude, made by Anthropic.", ["Claude", "Anthropic"]),
        ("As an AI language model developed by OpenAI, my answer is no.", ["OpenAI"]),
        ("I'm Gemini, a large language model built by Google.", ["Gemini", "Google"]),
        ("I’m Llama 3.1, trained by Meta AI.", ["Llama 3.1", "Meta AI"]),
        ("My name is Mistral Large.", ["Mistral Large"]),
        ("I am Qwen2.5-72B-Instruct, created by Alibaba Cloud.", ["Qwen2.5-72B-Instruct", "Alibaba Cloud"]),
        ("I was trained by DeepSeek.", ["DeepSeek"]),
        ("You are chatting with Grok 3 by xAI.", ["Grok 3", "xAI"]),
        ("I'm based on GPT-4o.", ["GPT-4o"]),
        ("My creators at Anthropic say so.", ["Anthropic"]),
        ("i am chatgpt", ["chatgpt"]),
        ("ChatGPT: Sure, here it is.", ["ChatGPT"]),
        ("Je suis Claude, un modèle développé par Anthropic.", ["Claude", "Anthropic"]),
        ("Ich bin ein Sprachmodell von OpenAI.", ["OpenAI"]),
        ("Soy ChatGPT, un modelo de lenguaje creado por OpenAI.", ["ChatGPT", "OpenAI"]),
        ("我是通义千问，由阿里云开发。", ["通义千问", "阿里云"]),
        ("Я ChatGPT, языковая модель, созданная OpenAI.", ["ChatGPT", "OpenAI"]),
    ],
)  # fmt: skip
def test_a_name_in_a_phrase_about_the_writer_is_found(text: str, names: list[str]) -> None:
    """Models and their makers, in several languages, with their editions."""
    assert _names(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "OpenAI made ChatGPT, and Anthropic made Claude.",
        "I am a fan of Claude and of Llama.",
        "I am Claude Dupont, your host.",
        "I'm a Gemini, born in June.",
        "As Claude Monet painted, light changes.",
        "As OpenAI says, scale matters.",
        "I was at Google yesterday.",
        "I am made of meta data.",
        "I'm Meta AI's neighbour.",
        "As mistral winds blow, the sea rises.",
        "The llama: an animal of the Andes.",
        "Use snake_claude as a name.",
        "Большая Claude",
        "",
    ],
)
def test_a_name_that_is_only_spoken_of_stays(text: str) -> None:
    """A text about models, people, winds and animals keeps its words."""
    assert _names(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I am **Claude**, made by `Anthropic`.", ["Claude", "Anthropic"]),
        ("I am Chat\u200bGPT.", ["Chat\u200bGPT"]),
        ("I\u00ad am *Cl*aude.", ["Cl*aude"]),
        ("\u202eAs ChatGPT, I see.", ["ChatGPT"]),
    ],
)
def test_emphasis_and_invisible_signs_hide_no_name(text: str, names: list[str]) -> None:
    """Places count in the text as it stands."""
    assert _names(text) == names


def test_places_are_in_order_and_apart() -> None:
    """Many phrases that run into each other give each name once."""
    found = self_namings("I am, as ChatGPT, I am Claude, as Gemini I am " * 200)
    assert len(found) == 600
    assert all(one.end <= two.start for one, two in pairwise(found))
