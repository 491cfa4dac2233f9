"""Cues: what of a text can be counted without understanding it, one entry each.

`CUES` come with Assay; a package adds its own under the entry-point group `assay.cues`. Words of confidence
and of doubt are listed for nine languages; a text is searched for all of them, since a word of one
language is rarely in another.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from assay.quality.control_tokens import ControlTokens

_TOKENS = ControlTokens()

Count = Callable[[str], float]
"""Text -> how much of the cue it has, from 0."""


class Cue(NamedTuple):
    """One surface feature of a text."""

    name: str
    """Its name, as it is in reports."""
    measure: Count
    """How much of it a text has."""


_CONFIDENT = (
    # English, German, French, Spanish: whole words
    r"\b(?:certainly|definitely|absolutely|clearly|obviously|undoubtedly|of course|always|never"
    r"|without (?:a )?doubt|guaranteed|trust me"
    r"|natürlich|sicherlich|zweifellos|eindeutig|garantiert|selbstverständlich|auf jeden fall"
    r"|certainement|évidemment|sans (?:aucun )?doute|bien sûr|absolument|assurément"
    r"|claramente|sin duda|por supuesto|ciertamente|desde luego|absolutamente)\b"
    # Chinese, Japanese, Korean: no spaces between words
    r"|当然|毫无疑问|毫無疑問|肯定|绝对|絕對|一定|显然|顯然|必然"
    r"|間違いなく|確実に|必ず|もちろん|絶対に|明らかに|疑いなく"
    r"|확실히|분명히|당연히|반드시|절대로|틀림없이|물론"
    # Arabic, Hindi
    r"|بالتأكيد|بالطبع|بلا شك|من المؤكد|حتما|قطعا|دائما"
    r"|निश्चित रूप से|ज़रूर|जरूर|बिल्कुल|निस्संदेह|अवश्य|बेशक"
)
_DOUBTFUL = (
    r"\b(?:may|might|perhaps|possibly|probably|likely|seems?|appears?|could be|i think|not sure"
    r"|vielleicht|möglicherweise|wahrscheinlich|vermutlich|eventuell|ich glaube"
    r"|peut-être|probablement|possiblement|il semble|je pense"
    r"|quizás?|tal vez|probablemente|posiblemente|parece|creo que)\b"
    r"|也许|也許|可能|大概|或许|或許|似乎|我觉得|我覺得"
    r"|かもしれ|たぶん|おそらく|恐らく|と思います|ようです|でしょう"
    r"|아마|어쩌면|것 같습니다|것 같아요|수도 있"
    r"|ربما|لعل|من المحتمل|قد يكون|أعتقد"
    r"|शायद|संभवतः|संभव है|हो सकता है|लगता है"
)
_EMOJI = "[\u203c\u2049\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2b05-\u2b55\U0001f1e6-\U0001faff]"
_CITED = (
    r"\[\d{1,3}(?:[,;\u2013-] ?\d{1,3})*\]"
    r"|\((?:[^()\n]{1,60},? )?(?:1[89]|20)\d\d[a-z]?\)"
    r"|\bet al\.|\bdoi:|\barXiv:|https?://\S+|【\d{1,3}[^】\n]{0,20}】"
)
_TABLE = r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?[ \t]*$|<table\b"


def matches(pattern: str) -> Count:
    """How often a pattern is in a text; lines and letter case do not matter."""
    compiled = re.compile(pattern, re.MULTILINE | re.IGNORECASE)
    return lambda text: float(len(compiled.findall(text)))


LENGTH = Cue("length", lambda text: float(len(text)))
HEADERS = Cue("headers", matches(r"^ {0,3}#{1,6}\s"))
BOLD = Cue("bold", matches(r"\*\*[^*\n]+\*\*|__[^_\n]+__"))
LISTS = Cue("lists", matches(r"^\s*(?:[-*+]\s|[•・]|\d{1,3}(?:[.)]\s|、))"))
CODE = Cue("code", matches(r"^```|`[^`\n]+`"))
TABLES = Cue("tables", matches(_TABLE))
CITATIONS = Cue("citations", matches(_CITED))
EMOJI = Cue("emoji", matches(_EMOJI))
EXCLAMATIONS = Cue("exclamations", matches("[!\uff01]"))
CONFIDENCE = Cue("confidence", matches(_CONFIDENT))
HEDGES = Cue("hedges", matches(_DOUBTFUL))
POLITENESS = Cue("politeness", matches(
    r"\b(?:great|excellent|good) question|\byou(?:'re| are) (?:so |absolutely )?right\b|\bhappy to help\b"
    r"|ございます|いたします|くださいませ|恐れ入ります|申し上げ|드립니다|您好|请您"
))  # fmt: skip
CONTROL_TOKENS = Cue("control_tokens", lambda text: float(len(_TOKENS.in_text(text))))

CUES: Sequence[Cue] = (
    LENGTH, HEADERS, BOLD, LISTS, CODE, TABLES, CITATIONS, EMOJI, EXCLAMATIONS, CONFIDENCE, HEDGES,
    POLITENESS, CONTROL_TOKENS,
)  # fmt: skip
"""The cues that come with Assay, in the order of their columns; other packages add their own."""
