"""Differences: what an altered quotation changed, the weightiest sort first.

Conservative and light on language: a difference is always found, since tokens are compared; only
the sort that it is put down to rests on the short lists here (English, German, French, Spanish,
Italian, Dutch). Names are capitalised words and acronyms, so that in German every noun is one.
"""

from collections import Counter
from collections.abc import Callable

from assay.core.canonical import json_text
from assay.verification.token import Token

_NEGATIONS_TEXT = (
    "not no never none nor neither nothing nobody nowhere without cannot nicht kein keine "
    "keinen keinem keiner keines nie niemals niemand nichts ohne weder ne pas jamais rien "
    "aucun aucune sans ni sin nunca ninguno ninguna nada nadie non senza mai nessuno niet "
    "geen nooit zonder"
)
NEGATIONS = frozenset(_NEGATIONS_TEXT.split())
"""Words that deny; English words that end in `n't` are added."""

_UNITS_TEXT = (
    "mm cm m km mg g kg ml l hl ha ms min h kb mb gb tb hz khz mhz ghz kw mw kwh "
    "inch inches foot feet yard yards mile miles ounce ounces pound pounds gallon gallons "
    "acre acres second seconds minute minutes hour hours day days week weeks month months "
    "year years meter meters metre metres kilometer kilometers kilometre kilometres gram "
    "grams kilogram kilograms ton tons tonne tonnes liter liters litre litres degree degrees "
    "celsius fahrenheit hundred thousand million millions billion billions trillion tausend "
    "millionen milliarde milliarden mille milliard milliards dollar dollars cent cents euro "
    "euros eur usd gbp chf yen pence sekunde sekunden minuten stunde stunden tag tage woche "
    "wochen monat monate jahr jahre heure heures jour jours semaine semaines mois ans"
)
UNITS = frozenset(_UNITS_TEXT.split())
"""Units, currencies and words of magnitude."""

_DATES_TEXT = (
    "january february april june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday januar februar märz juni juli oktober "
    "dezember montag dienstag mittwoch donnerstag freitag samstag sonntag janvier février "
    "avril juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi "
    "vendredi samedi dimanche enero febrero abril junio julio agosto septiembre octubre "
    "noviembre diciembre"
)
DATES = frozenset(_DATES_TEXT.split())
"""Months and days of the week, without those that are words of another sense too."""

_FIRST_WORDS_TEXT = (
    "a an the this that these those it he she we they you i in on at of to by for from with "
    "and but or if as when while after before der die das ein eine es er sie wir ihr im am "
    "und aber wenn als le la les un une il elle nous vous ils en et mais si el los las una y "
    "pero"
)
_FIRST_WORDS = frozenset(_FIRST_WORDS_TEXT.split())
_SHOWN = 8

Sort = Callable[[Token], bool]


def differences(ours: list[Token], theirs: list[Token]) -> str:
    """How the tokens of a quotation differ from those of its original, in words."""
    names = {token.key for token in (*ours, *theirs) if is_name(token)}
    sorts: tuple[tuple[str, Sort], ...] = (
        ("negations", is_negation),
        ("numbers", lambda token: token.is_number),
        ("units", lambda token: token.key in UNITS),
        ("dates", lambda token: token.key in DATES),
        ("names", lambda token: token.key in names),
        ("words", lambda token: token.is_word),
        ("symbols", lambda token: not token.is_word),
    )
    # A token counts for the first sort that it fits, so their order is that of their weight.
    our_rest, their_rest = list(ours), list(theirs)
    descriptions: list[str] = []
    for name, is_of in sorts:
        description = _describe(
            name,
            [token.key for token in our_rest if is_of(token)],
            [token.key for token in their_rest if is_of(token)],
        )
        our_rest = [token for token in our_rest if not is_of(token)]
        their_rest = [token for token in their_rest if not is_of(token)]
        # Words and symbols say little next to a number or a name that differs.
        if description and not (descriptions and name in {"words", "symbols"}):
            descriptions.append(description)
    return "; ".join(descriptions) or "the words are in another order"


def is_negation(token: Token) -> bool:
    """Whether a word denies."""
    return token.key in NEGATIONS or token.key.endswith("n't")


def is_name(token: Token) -> bool:
    """Whether it is written like a name: a capitalised word that opens no sentence, an acronym."""
    raw = token.raw
    if not raw[0].isupper():
        return False
    return sum(letter.isupper() for letter in raw) > 1 or token.key not in _FIRST_WORDS


def _describe(name: str, ours: list[str], theirs: list[str]) -> str | None:
    if ours == theirs:
        return None
    added, lost = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
    if not added and not lost:
        return f"{name} in another order: {_list(ours)} for {_list(theirs)}"
    return f"{name} differ: {_list(sorted(added))} for {_list(sorted(lost))}"


def _list(keys: list[str]) -> str:
    more = len(keys) - _SHOWN
    return json_text(keys[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
