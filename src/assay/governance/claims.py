"""Claims: what must not be claimed in public without evidence, and the wording to use instead.

A technical process does not itself establish legal compliance, and an explanation is not a window
into internal computation. The patterns find the claim; a sentence that denies it is left alone.
"""

import re
from collections.abc import Collection, Iterable, Iterator

import msgspec

LANGUAGE = "en"
"""The language of the patterns: claims in any other are not found."""


class ForbiddenClaim(msgspec.Struct, frozen=True, order=True):
    """One forbidden claim in a text."""

    start: int
    """Offset of its first character, counted from 0."""
    end: int
    """Offset after its last character."""
    text: str
    """The words of the claim, as the text has them."""
    code: str
    """Kind of claim: `hidden-chain-of-thought`, `faithful-reasoning`, `certified`, `compliant`."""
    instead: str
    """A wording that the evidence can support."""


_HIDDEN = r"(?:hidden|private|internal|inner|secret|actual|true|real|raw|latent|unspoken)"
_COT = r"(?:chains?[\s-]+of[\s-]+thoughts?|cots?)"
_MODEL = r"(?:the\s+|a\s+|your\s+|our\s+)?(?:model|provider|llm|assistant)(?:'s|s')?"
_INSIDE = r"(?:computations?|reasoning|thoughts?|thinking|thought\s+process(?:es)?|cognition|mind)"
_LAW = r"(?:gdpr|hipaa|ccpa|soc\s*2|iso(?:/iec)?\s*\d+|pci(?:[\s-]dss)?|ferpa|coppa|(?:eu\s+)?ai\s+act)"
_PEOPLE = (
    r"(?:(?:public|clinical|professional|sworn|legal|medical|financial|registered)\s+)*"
    r"(?:accountants?|translators?|interpreters?|nurses?|physicians?|doctors?|pharmacists?|"
    r"teachers?|engineers?|electricians?|pilots?|mediators?|auditors?|specialists?|planners?)"
)
_PROMISE = (
    r"(?:guarantee(?:s|d|ing)?|ensur(?:e|es|ed|ing)|assur(?:e|es|ed|ing)"
    r"|certif(?:y|ies|ying)|prov(?:e|es|ed|en|ing))"
)
_OUTPUT = r"(?:answers?|responses?|outputs?|repl(?:y|ies)|completions?|behaviou?rs?)"

_LOOKALIKES = {
    0x2019: "'",  # the apostrophe of typesetters
    0x2010: "-",  # the hyphens that are not minus
    0x2011: "-",
    0x00A0: " ",  # the space that does not break
}
"""Characters that read as another one; each stands for one, so that offsets stay."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""Soft hyphens, spaces of no width and joiners: nobody sees them, so no claim hides behind them."""

_KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "hidden-chain-of-thought",
        "say 'expert-authored reasoning demonstrations', 'observable work' or 'verifiable steps'",
        (
            rf"{_HIDDEN}(?:[\s,-]+(?:and\s+)?{_HIDDEN})*[\s-]+{_COT}",
            rf"{_MODEL}\s+(?:own\s+)?{_COT}",
            rf"{_COT}[\s-]+(?:access|data(?:\s?sets?)?|traces?|logs?|recordings?)",
            rf"access\s+to\s+(?:\w+\s+){{0,3}}{_COT}",
        ),
    ),
    (
        "faithful-reasoning",
        "say 'observable intermediate work' and name the evidence that was verified",
        (
            rf"faithful\s+(?:\w+\s+)?(?:reasoning|explanations?|rationales?|{_COT}|traces?)",
            r"(?:reasoning|explanations?|rationales?|traces?)\s+(?:is|are)\s+(?:\w+\s+)?faithful",
            rf"faithfully\s+(?:[\w']+\s+){{1,4}}{_INSIDE}",
            rf"window\s+(?:in)?to\s+(?:\w+(?:'s)?\s+){{0,3}}{_INSIDE}",
            rf"{_MODEL}\s+(?:own\s+)?{_HIDDEN}\s+{_INSIDE}",
            rf"how\s+{_MODEL}\s+(?:really|actually|truly)\s+(?:thinks?|reasons?)",
            rf"reads?\s+{_MODEL}\s+mind",
        ),
    ),
    (
        "certified",
        "name the evidence that can be shown, such as a signed manifest that anyone can verify",
        (
            rf"(?<!board-)(?<!board\s)certified(?!\s+{_PEOPLE}\b)",
            rf"(?:{_LAW}|quality|safety|security|official(?:ly)?)\s+certifi(?:cations?|cates?)",
            r"certifies\b",
            r"(?:has|have|holds?|with|under|full)\s+(?:an?\s+|all\s+)?certifications?",
        ),
    ),
    (
        "compliant",
        "say what the process does; it does not itself establish legal compliance",
        (
            rf"{_LAW}[\s-]+(?:compliant|compliance|conform(?:ant|ing)?)",
            rf"(?<!non-)(?<!non\s)compliant(?!\s+(?:\w+\s+)?{_OUTPUT}\b)",
            rf"{_PROMISE}\s+(?:\w+\s+){{0,3}}compliance",
            r"(?:legal|regulatory|full|complete)\s+compliance",
            r"in\s+(?:full\s+)?compliance\s+with",
            rf"(?:comply|complies|conforms?)\s+with\s+(?:the\s+)?(?:{_LAW}|law|laws|regulations?)",
        ),
    ),
)

_PATTERNS = tuple(
    (code, instead, re.compile(rf"\b(?:{'|'.join(patterns)})", re.IGNORECASE))
    for code, instead, patterns in _KINDS
)

_CLAUSE = re.compile(
    r"[.!?](?=\s|$)|[;:\u2013\u2014]|\n\s*[-*\n]|\bbut\b|\bhowever\b|\byet\b|\balthough\b|\bwhile\b"
    r"|,\s+(?:and\s+)?(?:it|we|they|this|that|our|these)\s+(?:\w+\s+)?"
    r"(?:is|are|was|were|has|have|holds?|gives?|offers?|provides?|shows?|guarantees?)\b",
    re.IGNORECASE,
)
_DENIED_BEFORE = re.compile(
    r"\b(?:not(?!\s+only\b)|never|no(?!\s+doubt\b)|nor|neither|none|without|cannot|avoids?|avoiding|"
    r"refuses?|forbids?|forbidden|prohibits?|rejects?|disclaims?|rather\s+than|instead\s+of|free\s+of"
    r"|unverified|unsupported)\b|n't\b",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^\W*(?:\w+\s+){0,3}?(?:(?:is|are|was|were|be|can|could|may|must|should|shall|will|does|do)\s+"
    r"(?:(?:\w+\s+)?(?:not|never)|forbidden|refused|prohibited|disclaimed|avoided|out\s+of\s+scope)"
    r"|cannot)\b|^\W*\w*n't\b|^\s*(?:is|are)n't\b",
    re.IGNORECASE,
)


def find_claims(text: str) -> list[ForbiddenClaim]:
    """All forbidden claims in a text, in their order; denied and disclaimed ones are left out."""
    plain = _INVISIBLE.sub("", text.translate(_LOOKALIKES))
    # Compared without its disguise and reported as written: each place is mapped back.
    seen = [at for at, character in enumerate(text) if not _INVISIBLE.match(character)]
    claims = []
    for code, instead, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            if not _is_denied(plain, match):
                start, end = seen[match.start()], seen[match.end() - 1] + 1
                claims.append(ForbiddenClaim(start, end, text[start:end], code, instead))
    return list(_without_overlap(sorted(claims)))


_BETTER = (
    r"(?:improv(?:es|ed|ing)|rais(?:es|ed)|boosts?|boosted|increas(?:es|ed)|reduc(?:es|ed)|lowers?"
    r"|lowered|cuts?|halv(?:es|ed)|doubl(?:es|ed)|eliminat(?:es|ed)|fix(?:es|ed)|prevent(?:s|ed)"
    r"|makes?|made|outperform(?:s|ed)|beats?)"
)
_QUALITY = (
    r"(?:models?(?:'s)?|checkpoints?|accuracy|errors?|error\s+rates?|hallucinations?|safety|safer"
    r"|refusals?|over-refusals?|performance|benchmarks?|helpfulness|truthfulness|reasoning|totals?)"
)
_TRAINED = (
    r"(?:train(?:ed|ing)|fine-tun(?:ed|ing)|tun(?:ed|ing))\s+(?:on|with)\s+(?:this|these|the|our)"
)
_GOOD = r"(?:better|safer|more\s+\w+)"
_THING = r"(?:this|the|our)\s+(?:release|data(?:\s?set)?|batch)"
_CLAIMED = (
    rf"\b{_TRAINED}\b[^.!?\n]{{0,80}}\b{_BETTER}\b[^.!?\n]{{0,80}}\b{_QUALITY}\b",
    rf"\b{_THING}\s+(?:\w+\s+){{0,2}}{_BETTER}\s[^.!?\n]{{0,80}}\b{_QUALITY}\b",
    rf"\bmodels?\s+{_TRAINED}\b[^.!?\n]{{0,60}}\b(?:are|is|becomes?|were)\s+(?:\w+\s+)?{_GOOD}\b",
)
_EFFECTS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _CLAIMED)
"""What claims an effect on a model; an aim (`is to reduce`) or a demand (`should`) is none."""

_AIM = re.compile(
    r"\b(?:should|shall|must|may|might|could|would|can|will|is\s+to|are\s+to|aims?|intended|meant|goal"
    r"|whether|if|measures?\s+whether)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:\.\d[^.!?\n]*)*[.!?\n]?")
_VALIDATION = re.compile(r"\bval_[a-z2-7]{8,52}\b")


def find_unproven_effects(text: str, validations: Collection[str]) -> list[str]:
    """Sentences that claim an effect on a model without naming a validation that passed.

    Args:
        text: the text.
        validations: ids of validations whose acceptance tests all passed.
    """
    plain = _INVISIBLE.sub("", text.translate(_LOOKALIKES))
    sentences = []
    for sentence in _SENTENCE.findall(plain):
        match = next((m for pattern in _EFFECTS if (m := pattern.search(sentence))), None)
        if match is None or _AIM.search(sentence) or _is_denied(sentence, match):
            continue
        cited = _VALIDATION.findall(sentence)
        if not any(validation.startswith(name) for name in cited for validation in validations):
            sentences.append(sentence.strip())
    return sentences


def _is_denied(text: str, match: re.Match[str]) -> bool:
    start, end = 0, len(text)
    for border in _CLAUSE.finditer(text):
        if border.end() <= match.start():
            start = border.end()
        elif border.start() >= match.end():
            end = border.start()
            break
    before, after = text[start : match.start()], text[match.end() : end]
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after))


def _without_overlap(claims: Iterable[ForbiddenClaim]) -> Iterator[ForbiddenClaim]:
    reached = 0
    for claim in claims:
        if claim.start >= reached:
            yield claim
            reached = claim.end
