"""What every template may call beside its context: filters for words, and the addresses of files."""

import re

from litestar.plugins.jinja import JinjaTemplateEngine

from assay.quality.figures.figure import short
from assay.quality.wording import plain
from assay.review.presentation import letter
from assay.web.assets import own_assets
from assay.web.pages.shown_figures import cell_address, records


def add_words(engine: JinjaTemplateEngine) -> None:
    """Make these functions known to the templates."""
    engine.engine.filters |= {
        "answer_words": answer_words,
        "letter": letter,
        "moment": moment,
        "plain": plain,
        "sentence": sentence,
        "short": short,
    }
    engine.engine.globals |= {
        "asset": own_assets().address,
        "cell_address": cell_address,
        "modules": own_assets().modules,
        "records": records,
    }


def sentence(text: str) -> str:
    """A text as a sentence begins; a name of the code at its beginning stays as it is."""
    first = text.split(" ", 1)[0]
    return text if "_" in first else text[:1].upper() + text[1:]


def moment(stamp: str) -> str:
    """A moment as people read it, to the minute.

    Args:
        stamp: UTC in ISO 8601.
    """
    return f"{stamp[:10]} {stamp[11:16]} UTC"


def answer_words(key: str) -> str:
    """An answer by the name under which it is counted, in words and with the page's letters."""
    name, _, places = key.partition(":")
    lettered = re.sub(r"\d+", lambda place: letter(int(place[0])), places)
    if name == "prefers":
        return f"{lettered} is better"
    if name == "ranks":
        return lettered.replace(">", " > ").replace("=", " = ")
    return key.replace("_", " ")
