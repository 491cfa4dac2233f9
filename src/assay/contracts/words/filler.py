"""Filler: placeholders and empty phrases in place of an answer.

The lists are short and hold what people really type into a field that they are made to fill; they
are looked up whole, never inside a sentence. A text in a language that no list covers is still
caught where it is one word, one repeated character, or no letter at all.
"""

import re

from assay.contracts.words.folding import fold, is_unspaced, words

PLACEHOLDERS = frozenset({
    "tbd", "tba", "tbc", "tbx", "todo", "to do", "fixme", "xx", "xxx", "placeholder", "dummy",
    "to be defined", "to be done", "to be decided", "to be determined", "to be added",
    "to be confirmed", "to follow", "not yet", "none yet", "none so far", "later", "coming soon", "fill in", "fill me in", "fill this in",
    "insert text here", "your text here", "text here", "write something here", "see above",
    "n a", "na", "n d", "nil", "null", "nan", "undefined", "not applicable", "not available",
    "unknown", "foo", "bar", "baz", "foo bar", "asdf", "qwerty", "blah", "blah blah", "bla bla",
    "noch offen", "offen", "folgt", "k a", "keine angabe", "entfällt", "nicht zutreffend",
    "à définir", "à compléter", "sans objet", "por definir", "pendiente", "no aplica",
    "da definire", "a definir", "n v t", "nvt", "nog te bepalen", "ej tillämpligt",
    "未定", "未定義", "待定", "待补", "待補", "暂无", "暫無", "不适用", "不適用", "該当なし", "未記入",
    "미정", "해당 없음", "추후 작성", "추후 결정", "уточняется", "нет данных", "не определено", "لا ينطبق", "लागू नहीं",
})  # fmt: skip
"""Texts that promise an answer instead of giving it, folded."""

PROMISES = frozenset({
    "to", "be", "is", "are", "will", "this", "still", "yet", "later", "soon", "below", "above", "see", "open",
    "decided", "defined", "determined", "added", "done", "discussed", "clarified", "written", "filled",
    "confirmed", "specified", "agreed", "in", "by", "the", "team", "follows", "pending",
    "wird", "werden", "noch", "zu", "muss", "müssen", "später", "bald", "folgt", "folgen", "siehe", "oben",
    "unten", "ergänzt", "ergänzen", "klären", "geklärt", "festgelegt", "festzulegen", "definiert",
    "definieren", "nachgereicht", "nachgetragen", "eingetragen", "ausgefüllt", "offen", "kommt",
    "abgestimmt", "entschieden", "besprochen", "à", "définir", "compléter", "préciser", "voir", "plus",
    "tard", "ci", "dessus", "ultérieurement", "por", "definir", "completar", "ver", "arriba", "más",
    "tarde", "pendiente", "da", "definire", "completare", "vedi", "sopra", "dopo", "nog", "te", "bepalen",
    "zie", "boven", "volgt",
})  # fmt: skip
"""Words that a text may consist of whole and still only promise an answer elsewhere or later."""

_PROMISING = frozenset({
    "later", "soon", "below", "above", "decided", "defined", "determined", "added", "discussed",
    "clarified", "pending", "follows", "später", "bald", "folgt", "oben", "unten", "ergänzt",
    "ergänzen", "klären", "geklärt", "festgelegt", "festzulegen", "definiert", "definieren",
    "nachgereicht", "nachgetragen", "offen", "abgestimmt", "entschieden", "besprochen", "définir",
    "compléter", "préciser", "tard", "dessus", "ultérieurement", "definir", "completar", "arriba",
    "tarde", "pendiente", "definire", "completare", "sopra", "dopo", "bepalen", "boven", "volgt",
})  # fmt: skip
"""Of these, the words one of which makes the promise."""

_KEY_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiopü",
    "asdfghjklöä",
    "yxcvbnm",
    "azertyuiop",
)
"""Rows of keyboards: a run of letters along one of them is no word."""

NON_ANSWERS = frozenset({
    "none", "no", "yes", "nothing", "nobody", "no one", "anyone", "anything", "everything",
    "whatever", "something", "various", "misc", "other", "etc", "general", "ok", "okay", "fine",
    "good", "bad", "it depends", "depends", "as needed", "as appropriate", "if needed", "as usual",
    "because", "just because", "why not", "obvious", "obviously", "no reason", "same", "same as above",
    "keine", "keiner", "nichts", "niemand", "nein", "ja", "egal", "weil", "darum", "diverses",
    "aucun", "aucune", "rien", "personne", "non", "oui", "parce que", "divers",
    "ninguno", "ninguna", "nada", "nadie", "sí", "porque sí", "porque", "varios",
    "nessuno", "niente", "sì", "perché", "geen", "niets", "inga", "ingen", "inget",
    "なし", "無し", "特になし", "はい", "いいえ", "なんとなく", "无", "無", "没有", "沒有", "是", "否",
    "없음", "예", "아니요", "нет", "да", "никто", "ничего", "لا", "نعم", "لا شيء", "नहीं", "हाँ",
})  # fmt: skip
"""Texts that answer a question about reasons, conditions or persons with nothing, folded."""

GRADES = frozenset({
    "low", "lower", "lowest", "medium", "middle", "mid", "average", "neutral", "high", "higher",
    "highest", "bad", "very bad", "poor", "very poor", "worst", "weak", "fair", "so so", "ok", "okay",
    "acceptable", "moderate", "good", "very good", "great", "excellent", "best", "perfect", "strong",
    "niedrig", "mittel", "hoch", "schlecht", "sehr schlecht", "gut", "sehr gut", "mangelhaft",
    "faible", "moyen", "élevé", "mauvais", "bon", "très bon", "très mauvais",
    "bajo", "medio", "alto", "malo", "bueno", "muy bueno", "muy malo",
    "basso", "cattivo", "buono", "ottimo", "pessimo", "laag", "hoog", "slecht", "goed",
    "低", "低い", "中", "普通", "高", "高い", "悪い", "良い", "とても良い", "とても悪い",
    "差", "很差", "一般", "好", "很好", "坏", "낮음", "보통", "높음", "나쁨", "좋음",
    "плохо", "средне", "хорошо", "низкий", "средний", "высокий", "отлично",
    "منخفض", "متوسط", "مرتفع", "سيئ", "جيد", "ممتاز", "बुरा", "ठीक", "अच्छा", "निम्न", "उच्च",
})  # fmt: skip
"""Words that name a place on a scale and say nothing of how an output there looks, folded."""

GENERIC = frozenset({
    "a", "an", "the", "is", "are", "it", "its", "this", "that", "does", "do", "be", "was", "how",
    "what", "would", "you", "i", "we", "one", "and", "or", "of", "in", "to", "for", "all", "very",
    "overall", "generally", "in general", "answer", "answers", "response", "responses", "output",
    "outputs", "text", "result", "item", "model", "reviewer", "user", "person", "people",
    "good", "bad", "better", "best", "nice", "great", "fine", "ok", "okay", "well", "right",
    "acceptable", "satisfactory", "sufficient", "appropriate", "adequate", "quality", "useful",
    "like", "likes", "liked", "feel", "feels", "felt", "look", "looks", "seem", "seems", "sound",
    "sounds", "think", "thinks", "works", "enough", "rate", "score", "pass", "passes",
    "ist", "die", "der", "das", "antwort", "gut", "passt", "est", "ce", "la", "le", "réponse",
    "bonne", "bon", "es", "respuesta", "buena", "bueno", "bien", "risposta", "buona", "è",
})  # fmt: skip
"""Words that a text may consist of whole and still name nothing that two people would look for."""

MARK = "TODO:"
"""Beginning of a text that is a question to whoever writes the document."""

_LOREM = re.compile(r"\blorem\s+ipsum\b|\bdolor\s+sit\s+amet\b", re.IGNORECASE)

_LEAST_LETTERS = 4
"""Letters of an unspaced script that can make up more than one word."""


def is_open_question(text: object) -> bool:
    """Whether a value is a question that still waits for its answer."""
    return isinstance(text, str) and text.startswith(MARK)


def is_placeholder(text: str) -> bool:
    """Whether a text is a placeholder: a known one, printer's Latin, one character repeated, no letter."""
    folded = fold(text)
    letters = folded.replace(" ", "")
    spelled = 2 * len(letters) - 1 == len(folded) and letters in PLACEHOLDERS  # T.B.D.
    if not folded or spelled or folded in PLACEHOLDERS or _LOREM.search(text):
        return True
    if len(letters) > 1 and letters.isalpha() and len(set(letters)) == 1:
        return True
    return _is_promise(folded) or _is_typed_at_random(folded)


def _is_promise(folded: str) -> bool:
    """Whether a text only says where or when the answer will be: `wird noch ergänzt`."""
    parts = set(folded.split())
    return parts <= PROMISES and bool(parts & _PROMISING)


def _is_typed_at_random(folded: str) -> bool:
    """Whether every word is a run of keys that lie side by side: `asdf qwer jkl`."""
    parts = folded.split()
    runs = [len(part) > 2 and any(part in row for row in _KEY_ROWS) for part in parts]  # noqa: PLR2004
    return all(runs) and (len(parts) > 1 or len(folded) > 3)  # noqa: PLR2004  `wer` is a word


def is_non_answer(text: str) -> bool:
    """Whether a text is a placeholder, one of the known non-answers, or a single character."""
    folded = fold(text)
    single = len(folded) == 1 and not is_unspaced(folded)
    return single or is_placeholder(text) or folded in NON_ANSWERS


def is_grade(text: str, value: str) -> bool:
    """Whether an anchor only names its place on the scale, or repeats the value that it explains."""
    folded = fold(text)
    return folded in GRADES or folded == fold(value)


def is_one_word(text: str) -> bool:
    """Whether a text is a single word; of an unspaced script, fewer than four letters."""
    if is_unspaced(text):
        return len(fold(text).replace(" ", "")) < _LEAST_LETTERS
    return len(words(text)) < 2  # noqa: PLR2004 - one word


def is_generic(text: str) -> bool:
    """Whether a text holds no word that names anything: `Is it good?`, `It feels right.`."""
    return set(words(text)) <= GENERIC
