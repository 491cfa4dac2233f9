"""Standard words: what was replaced does not come back. The guard is shown to bite."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPLACED = {
    r"\w+Noun": "service",
    r"[Mm]end(?:s|ed|ing)?": "correct",
    r"[Dd]oorkeeper": "authentication",
    r"(?:hangs?|hung) on": "depends on",
    r"sign of life": "heartbeat",
    r"nought": "zero",
    r"[Ss]econd looks?": "re-review",
    r"cannot be believed": "cannot be verified",
    r"the data's way": "the data flow",
    r"(?:Deed|Crew|Bench|Dossier|Portrait|Paperwork|Wheel)s?": "a word that says what it is",
}
"""Words that are used no more, as patterns, with the usual ones."""
SUFFIXES = frozenset({".py", ".js", ".html", ".j2"})


def _replaced_in(folder: Path) -> Iterator[str]:
    pattern = re.compile("|".join(rf"\b(?:{word})\b" for word in REPLACED))
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SUFFIXES:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := pattern.search(line):
                yield f"{path.relative_to(folder)}:{number}: {found[0]}"


def test_no_replaced_word_comes_back() -> None:
    """Neither in code nor on a page."""
    assert list(_replaced_in(ROOT / "src")) == []


def test_the_guard_on_words_bites(tmp_path: Path) -> None:
    """A planted word is found with its place; parts of other words are not."""
    (tmp_path / "planted.py").write_text(
        "x = 1\n# mend it\nclass DeskNoun: ...\nrecommended = amend = 2\n", encoding="utf-8"
    )
    assert list(_replaced_in(tmp_path)) == ["planted.py:2: mend", "planted.py:3: DeskNoun"]
