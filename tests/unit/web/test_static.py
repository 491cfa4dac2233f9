"""What the browser is sent keeps the page's own policy, whatever a later change brings."""

import re
from collections import Counter
from pathlib import Path

import pytest

from assay.contracts.verdict_words import VERDICT_WORDS

WEB = Path(__file__).parents[3] / "src" / "assay" / "web"
SCRIPTS = sorted(WEB.glob("static/**/*.js"))
TEMPLATES = sorted(WEB.glob("templates/**/*.html"))

SINKS = (
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|eval)\b"
)


def _names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(WEB)) for path in paths]


def test_html_enters_the_page_at_one_place() -> None:
    """Only the function behind the policy `assay-rendered` turns text into elements."""
    offenders = {path.name for path in SCRIPTS if re.search(SINKS, path.read_text("utf-8"))}
    assert offenders == {"rendered.js"}


def test_there_is_one_trusted_types_policy() -> None:
    """The page makes one policy and no second way around it."""
    made = [
        name for path in SCRIPTS for name in re.findall(r'createPolicy\("(.+?)"', path.read_text())
    ]
    assert made == ["assay-rendered"]


@pytest.mark.parametrize("name", _names(TEMPLATES))
def test_templates_hold_no_inline_script_or_style(name: str) -> None:
    """No template carries a script's text, a style, a listener or a foreign address."""
    text = (WEB / name).read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|https?://", text)


@pytest.mark.parametrize("name", _names(SCRIPTS))
def test_a_script_names_no_foreign_address_and_sets_no_style(name: str) -> None:
    """Scripts load nothing from elsewhere and leave looks to the style sheets."""
    text = (WEB / name).read_text("utf-8")
    assert not re.search(r"https?://|\.style\b|cssText", text)


@pytest.mark.parametrize("name", _names(SCRIPTS))
def test_every_import_of_a_script_is_there(name: str) -> None:
    """No module imports a file that is missing, which no bundler would notice for us."""
    path = WEB / name
    imported = re.findall(r'from "(\.[^"]+)"', path.read_text("utf-8"))
    assert [each for each in imported if not (path.parent / each).is_file()] == []


def test_no_two_commands_share_a_key() -> None:
    """Each key of a mode means one thing as the desk comes."""
    text = (WEB / "static/workbench/keymap.js").read_text("utf-8")
    commands = re.findall(r'\{ id: "(.+?)",.*? key: "(.+?)",(.*?)\}', text)
    assert len(commands) > 30
    used = Counter((key, "critique" in rest) for _, key, rest in commands)
    assert [key for key, times in used.items() if times > 1] == []


def test_every_command_does_something() -> None:
    """Each command that the keys dialog lists is one that the desk runs."""
    listed = re.findall(r'\{ id: "(.+?)",', (WEB / "static/workbench/keymap.js").read_text("utf-8"))
    main = (WEB / "static/workbench/controls.js").read_text("utf-8")
    table = main[main.index("const commands") : main.index("const ALWAYS")]
    assert "OPEN_VERDICTS.map(({ command," in table
    declining = {words.command for words in VERDICT_WORDS.values()}
    missing = [
        each
        for each in listed
        if each not in {"lead", *declining}
        and not re.search(rf'(^|[\s,{{])"?{re.escape(each)}"?[:,]', table)
    ]
    assert missing == []
