"""Control tokens: markers of chat templates inside a text, which a tokenizer may read as commands.

A tokenizer turns `</s>` or `<|im_end|>` in a content into the token that ends a turn. Such a marker is
also a shortcut: a model that leaks it loses, and a reward model learns the marker and not the answer.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assay.core.canonical import parse_json
from assay.core.errors import InputError, UsageError

KNOWN_MARKERS: tuple[str, ...] = (
    "<s>", "</s>", "<unk>", "<pad>", "<bos>", "<eos>", "<mask>",
    "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>",
    "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
    "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]",
    "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>",
    "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<tools>", "</tools>",
    "<think>", "</think>",
    "<bot>", "<human>", "<end_of_utterance>", "<extra_id_0>", "<extra_id_1>",
)  # fmt: skip
"""Markers of published chat templates, letter for letter; a new one is one more entry here."""

FAMILIES: tuple[str, ...] = (
    r"<\|[^<>|\s]{1,40}\|>",
    r"<\uff5c[^<>\uff5c\s]{1,40}\uff5c>",
)
"""Patterns of whole families: `<|im_end|>` and its like, and the same with full-width bars."""

_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_NAMED_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token", "cls_token", "sep_token",
                 "mask_token")  # fmt: skip


class ControlTokens:
    """Finds control tokens in texts."""

    def __init__(self, special: Iterable[str] = ()) -> None:
        """Prepare the search.

        Args:
            special: special tokens of a tokenizer, beside the known markers. One of a single
                character is passed over: it would be found in ordinary text.
        """
        markers = {*KNOWN_MARKERS, *(token.strip() for token in special)}
        exact = sorted(
            (each for each in markers if len(each) > 1), key=lambda each: (-len(each), each)
        )
        self._pattern = re.compile("|".join([*map(re.escape, exact), *FAMILIES]))

    def in_text(self, text: str) -> list[str]:
        """The control tokens of a text, in their order, each as often as it occurs."""
        return self._pattern.findall(text)

    def escape(self, text: str) -> str:
        """The text with a space after the first character of each: `< |im_end|>`, `< /s>`.

        No tokenizer reads it as a token any more, and a reader still sees what it was.
        """
        return self._pattern.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)


def read_special_tokens(place: Path) -> tuple[str, ...]:
    """The special tokens of a tokenizer as Hugging Face libraries store it.

    Args:
        place: `tokenizer.json` or `tokenizer_config.json`, or the folder that holds them.

    Raises:
        UsageError: if there is no such file.
        InputError: if a file is not JSON, or names no special token.
    """
    files = [place / name for name in _TOKENIZER_FILES] if place.is_dir() else [place]
    there = [file for file in files if file.is_file()]
    if not there:
        raise UsageError(
            code="no-tokenizer",
            message="there is no tokenizer at this place",
            where=str(place),
            hint=f"name a folder with {_TOKENIZER_FILES[0]}, or the file itself",
        )
    tokens: dict[str, None] = {}
    for file in there:
        document = parse_json(file.read_bytes())
        if isinstance(document, Mapping):
            tokens |= dict.fromkeys(_special(document))
    if not tokens:
        raise InputError(
            code="no-special-token",
            message="the file names no special token",
            where=str(place),
            hint="name the tokenizer.json or tokenizer_config.json of a tokenizer",
        )
    return tuple(tokens)


def _special(document: Mapping[str, Any]) -> Iterable[str]:
    added = document.get("added_tokens") or ()
    by_id = document.get("added_tokens_decoder") or {}
    for token in [*added, *by_id.values()]:
        if isinstance(token, Mapping) and token.get("special"):
            yield str(token.get("content", ""))
    more = document.get("additional_special_tokens") or ()
    for token in [*(document.get(name) for name in _NAMED_TOKENS), *more]:
        content = token.get("content") if isinstance(token, Mapping) else token
        if isinstance(content, str):
            yield content
