"""Self-naming: where a text says which model wrote it, or who made that model.

Blinding ends where a candidate introduces itself ("As ChatGPT, I ...", "I am Claude, made by
Anthropic"). Only names inside a phrase about the writer are found; a text about models
keeps every name. This is a rule over words: a model can still reveal itself in other
words, so the count is a lower bound.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

import msgspec


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """One name by which a text gives away its writer."""

    start: int
    """First code point of the name, from 0."""
    end: int
    """One past its last code point."""


_MODELS = (
    r"Chat\s?GPT", r"GPT(?=[-\s]?\d|[-\s]?oss)", r"InstructGPT", r"Claude", r"(?<!\ba\s)Gemini",
    r"Gemma", r"(?-i:Bard)", r"LaMDA", r"PaLM", r"(?:Code\s?)?Llama", r"Mistral", r"Mixtral",
    r"Ministral", r"Magistral", r"Le\sChat", r"Qwen", r"QwQ", r"Tongyi(?:\sQianwen)?",
    r"DeepSeek", r"Grok", r"(?:Microsoft\s|GitHub\s)?Copilot", r"Bing\sChat", r"Phi(?=[-\s]?\d)",
    r"Command[-\s](?:R|A)\b", r"Aya(?=[-\s]Expanse)", r"Kimi", r"ChatGLM", r"GLM(?=[-\s]?\d)",
    r"Ernie(?:\sBot)?", r"Doubao", r"MiniMax", r"Hunyuan", r"InternLM", r"Baichuan",
    r"Yi(?=[-\s]\d)", r"Amazon\s(?:Nova|Titan)", r"(?-i:Falcon)", r"Vicuna", r"(?-i:Alpaca)", r"Jamba",
    r"Nemotron", r"OLMo", r"T[üu]lu", r"StableLM", r"(?-i:Granite)", r"(?-i:Zephyr)", r"(?-i:Perplexity)",
)  # fmt: skip
_MAKERS = (
    r"Open\s?AI", r"Anthropic", r"Google(?:\s(?:DeepMind|AI|Research))?", r"DeepMind",
    r"(?-i:Meta)(?:\s(?:AI|Platforms))?", r"Mistral\sAI", r"Alibaba(?:\s(?:Cloud|Group))?",
    r"DeepSeek(?:\sAI)?", r"xAI", r"Microsoft", r"Cohere", r"Moonshot(?:\sAI)?", r"Zhipu(?:\sAI)?",
    r"Baidu", r"ByteDance", r"Tencent", r"(?-i:Amazon)", r"NVIDIA", r"AI21(?:\sLabs)?", r"Ai2", r"IBM",
    r"Hugging\s?Face", r"Stability\sAI", r"Inflection(?:\sAI)?", r"01\.AI", r"Technology\sInnovation\sInstitute",
)  # fmt: skip
_HAN = (
    "通义千问", "千问", "文心一言", "豆包", "深度求索", "智谱清言", "智谱", "百度", "阿里巴巴",
    "阿里云", "月之暗面", "字节跳动", "腾讯", "谷歌", "微软",
)  # fmt: skip
_EDITION = (
    r"(?:[-\s]?(?:v?\d\w*(?:\.\w+)*|o\d?\b|oss|Sonnet|Opus|Haiku|Instant|Pro|Plus|Flash|Ultra|Nano|Advanced"
    r"|Large|Medium|Small|Mini|Max|Turbo|Instruct|Chat|Coder|Code|Next|AI|R\d|Expanse))*"
)
_PERSON = r"(?!['’]s\b|\s(?-i:[A-Z][a-zà-ÿ]+))"
"""What follows a name that is a person's or a possessor's: the model's name then says nothing."""

_TARGET = re.compile(
    rf"(?>(?<![A-Za-z0-9])(?>{'|'.join((*_MAKERS, *_MODELS))}){_EDITION})(?![A-Za-z0-9]){_PERSON}"
    rf"|{'|'.join(_HAN)}",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"(?<!\w)(?:I\s?['’]?\s?am|I['’]m|Im|my\sname\s?(?:is|['’]s)"
    r"|(?:I\s(?:was|am|have\sbeen)|I['’](?:m|ve\sbeen))\s(?:\w{1,12}\s)?"
    r"(?:developed|created|made|trained|built|designed|fine-?tuned)"
    r"|call\sme|(?:chatt?|talk|speak)ing\s(?:to|with)"
    r"|my\s(?:creators?|developers?|makers?|trainers?)(?:\s(?:at|is|are|was|were))?"
    r"|je\ssuis|je\sm['’]appelle|ich\sbin|mein\sname\sist|(?:yo\s)?soy|me\sllamo|(?:eu\s)?sou"
    r"|(?:io\s)?sono|mi\schiamo|ik\sben|jestem|jag\s[äa]r|ben\b|я|меня\sзовут|як)(?!\w)"
    r"|我是|我叫|我的名字是|本人是|私は|저는|나는|أنا",
    re.IGNORECASE,
)
_AS = re.compile(
    r"(?<![A-Za-z])(?:as|en\stant\sque?|als|como|come)(?![A-Za-z])|作为|作為", re.IGNORECASE
)
_LABEL = re.compile(r"\A\W*(?=\w)")
_AFTER_LABEL = re.compile(r"\s*(?::|here\b)", re.IGNORECASE)
_GAP = re.compile(
    r"(?:[\s,;:()\[\]\"'“”‘’«»—–-]"
    r"|(?<![A-Za-z])(?:an?|the|just|actually|simply|only|now|also|and|your|our|called|named|known"
    r"|AI|A\.I\.|artificial|intelligence|large|language|model|LLM|assistant|chat\s?bot|bot|agent"
    r"|helpful|friendly|harmless|honest|virtual|digital|conversational|generative|machine|learning"
    r"|neural|network|system|program|product|tool|version|variant|instance|member|part|family"
    r"|as|of|on|by|from|is|was|been|based|powered|built|developed|created|made|trained"
    r"|designed|provided|fine-?tuned|hosted"
    r"|(?:team|company|researchers|engineers|people|folks)(?:\s(?:at|from|of|behind))?"
    r"|un|une|le|la|el|il|o|um|uma|una|ein|eine|einer|der|die|das|von|par|par\sla|por|de|da|di|do"
    r"|modèle|modelo|modello|langage|lenguaje|linguagem|linguistico|sprachmodell|ki|ia|assistente"
    r"|asistente|assistent|développée?|créée?|entraînée?|desarrollado|creado|entrenado|desenvolvido"
    r"|criado|sviluppato|creato|entwickelt(?:es)?|trainiert(?:es)?|basierend|auf"
    r"|модель|языковая|большая|ассистент|созданная?|разработанная?|обученная?|компанией"
    r")(?![A-Za-z])"
    r"|一个|一個|由|是|的|叫|训练|開發|开发|研发|创建|大型|大|语言|語言|模型|人工智能|人工智慧|助手|公司|，|、|：|《|》|の|が|た|開発した){1,40}",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"(?<![A-Za-z])(?:AI|A\.I\.|LLM|model|assistant|chat\s?bot|bot|IA|KI|modelo|modèle|sprachmodell)(?![A-Za-z])"
    r"|模型|助手|人工",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(
    r"[^.!?\n。]{0,90}?(?:\b(?:I|me|my|we|our|je|ich|yo|eu|io)\b|我|私)", re.IGNORECASE
)
_PASSED_OVER = re.compile(
    "[*_~`\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]+"
)
"""Emphasis marks and invisible characters, which hide no phrase."""
_REACH = 300
"""Code points before a name in which the head of its phrase is looked for."""
_MOST_NAMES = 8
"""Names in one phrase; further ones are left, so that a long text costs no more than its length."""


def self_namings(text: str) -> tuple[Naming, ...]:
    """The names by which a text gives away its writer, in order and without overlap.

    Emphasis marks and invisible characters inside a phrase do not hide it: they are passed over.
    """
    plain, taken_out = _without_marks(text)
    end_by_start: dict[int, int] = {}
    for start, end in _in_phrases(plain):
        first, last = _place(taken_out, start), _place(taken_out, end - 1) + 1
        end_by_start[first] = max(last, end_by_start.get(first, 0))
    return tuple(_apart(end_by_start))


def _without_marks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without what is passed over; from which place on how much is missing before it."""
    taken_out = [(0, 0)]
    for match in _PASSED_OVER.finditer(text):
        missing = taken_out[-1][1]
        taken_out.append((match.start() - missing, missing + len(match.group())))
    return _PASSED_OVER.sub("", text), taken_out


def _place(taken_out: list[tuple[int, int]], place: int) -> int:
    """Where a place of the stripped text is in the whole text."""
    return place + taken_out[bisect_right(taken_out, place, key=itemgetter(0)) - 1][1]


def _in_phrases(plain: str) -> Iterator[tuple[int, int]]:
    reached = 0
    for name in _TARGET.finditer(plain):
        for pattern in (_HEAD, _AS):
            for head in pattern.finditer(plain, max(reached, name.start() - _REACH), name.end()):
                yield from _chain(plain, head.end(), needs_person=pattern is _AS)
        # Heads before this name were tried with it; trying them again would make a long text
        # quadratic.
        reached = max(reached, name.start())
    label = _LABEL.match(plain)
    target = _TARGET.match(plain, label.end()) if label else None
    if target and _AFTER_LABEL.match(plain, target.end()):
        yield target.span()


def _chain(plain: str, position: int, *, needs_person: bool) -> Iterator[tuple[int, int]]:
    """The names that follow a head, with nothing between but words of the same phrase."""
    for _ in range(_MOST_NAMES):
        gap = _GAP.match(plain, position)
        if gap is None:
            # Scripts without spaces put the name right behind the head.
            target = None if plain[position - 1].isascii() else _TARGET.match(plain, position)
        else:
            target = _TARGET.match(plain, gap.end())
        if target is None:
            return
        needs_first_person = needs_person and not (gap and _MACHINE.search(gap.group()))
        if needs_first_person and not _FIRST_PERSON.match(plain, target.end()):
            return
        needs_person = False
        yield target.span()
        position = target.end()


def _apart(end_by_start: dict[int, int]) -> Iterator[Naming]:
    reached = 0
    for start, end in sorted(end_by_start.items()):
        if start >= reached:
            yield Naming(start=start, end=end)
            reached = end
