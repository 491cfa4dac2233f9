"""The source map: Markdown parsed so that every token knows where it is in the raw text.

The parser of markdown-it knows lines for blocks and nothing for what is inside them. Its two
loops over rules are rewritten here: they note, for each token, the places it was read
from, and they count their steps, so that a text made to be slow ends early and alike on every
machine. Reference definitions are off: they are text that no reader would see.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from operator import itemgetter

import msgspec
from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from assay.web.maths import add_maths
from assay.web.steps import count

MAX_NESTING = 24
"""Levels of quotes and lists (a list is two); what is deeper is shown as it was written."""

AT = "at"
"""Key of a token's place: first and last offset, in the content for inline, in the source else."""

STARTS = "starts"
"""Key of a block's places: where the text of each of its lines starts in the source."""


class SourceMap:
    """A raw text as the parser reads it, and the way back from there.

    Two things differ: a sign that cannot be seen is a letter-like stand-in, one for one; and a
    CR before LF is gone.
    """

    def __init__(self, raw: str, stand_ins: str) -> None:
        lines = stand_ins.split("\n")
        self.lines = [line.removesuffix("\r") for line in lines[:-1]] + lines[-1:]
        self.text = "\n".join(self.lines)
        self._raw_length = len(raw)
        self._starts: list[tuple[int, int]] = []
        here = there = 0
        for line, whole in zip(self.lines, lines, strict=True):
            self._starts.append((here, there))
            here += len(line) + 1
            there += len(whole) + 1

    def raw(self, place: int) -> int:
        """The place in the raw text of a place in the source."""
        here, there = self._starts[bisect_right(self._starts, place, key=itemgetter(0)) - 1]
        return min(there + place - here, self._raw_length)

    def line(self, number: int) -> int:
        """The place in the source where a line starts; its end where there is no such line."""
        return self._starts[number][0] if number < len(self._starts) else len(self.text)

    def line_end(self, place: int) -> int:
        """Where the line of a place ends, its line end left out."""
        end = self.text.find("\n", place)
        return end if end >= 0 else len(self.text)


class Stretch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A piece of a block's content that is in one piece in the source."""

    content: int
    """First offset in the content."""
    source: int
    """First offset in the source."""
    length: int
    """How many code points."""


class Content:
    """The content of a block and where each piece of it is."""

    def __init__(self, text: str, stretches: list[Stretch]) -> None:
        self.text = text
        self._stretches = stretches

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Each unbroken piece of a part of the content.

        Yields:
            its first offset in the content, and its first and last place in the source.
        """
        number = bisect_right(self._stretches, start, key=lambda stretch: stretch.content) - 1
        for place in range(max(0, number), len(self._stretches)):
            stretch = self._stretches[place]
            first = max(start, stretch.content) - stretch.content
            last = min(end - stretch.content, stretch.length)
            if last <= 0:
                return
            if first < last:
                yield stretch.content + first, stretch.source + first, stretch.source + last

    def around(self, start: int, end: int) -> tuple[int, int] | None:
        """The smallest stretch of the source around a part of the content, if it has a place."""
        pieces = list(self.pieces(start, end))
        return (pieces[0][1], pieces[-1][2]) if pieces else None


def parse(source: SourceMap) -> list[Token]:
    """The tokens of a text, each with its place.

    Raises:
        StepBudgetError: where the text takes more than `MAX_STEPS` steps.
    """
    return _parser().parse(source.text)


def inline_content(token: Token, source: SourceMap) -> Content | None:
    """Where the content of an inline token is; None where that cannot be shown."""
    starts: tuple[int, ...] = token.meta[STARTS]
    if token.meta.get("cell") is not None:
        return _cell_content(token, source)
    stretches, reached = [], 0
    for start, line in zip(starts, token.content.split("\n"), strict=False):
        lead = len(line) - len(line.lstrip(" \t"))
        text = line[lead:]
        at = _heading_text(start, source) if token.meta.get("atx") else start
        # The parser trims every kind of blank at the ends of a block.
        while not source.text.startswith(text, at):
            if at >= len(source.text) or not source.text[at].isspace():
                return None
            at += 1
        stretches.append(Stretch(content=reached + lead, source=at, length=len(text)))
        reached += len(line) + 1
    return Content(token.content, stretches)


def code_content(token: Token, source: SourceMap, first_line: int) -> Content:
    """Where the lines of a code block are; blanks that a tab was widened to have no place."""
    stretches, reached = [], 0
    for number, line in enumerate(token.content.removesuffix("\n").split("\n")):
        if first_line + number >= len(source.lines):
            break
        whole = source.lines[first_line + number]
        text = line if whole.endswith(line) else line.lstrip(" \t")
        at = source.line(first_line + number) + len(whole) - len(text)
        with_end = len(text) + (at + len(text) < len(source.text))
        stretches.append(
            Stretch(content=reached + len(line) - len(text), source=at, length=with_end)
        )
        reached += len(line) + 1
    return Content(token.content, stretches)


def _cell_content(token: Token, source: SourceMap) -> Content | None:
    r"""Where the text of a table's cell is: `\|` is one character of the cell and two of the row."""
    start: int = token.meta[STARTS][0]
    cells = _cells(source.text[start : source.line_end(start)])
    number: int = token.meta["cell"]
    if number >= len(cells):
        return Content("", []) if not token.content else None
    places = cells[number]
    if "".join(source.text[start + place] for place in places) != token.content:
        return None
    stretches: list[Stretch] = []
    for offset, place in enumerate(places):
        last = stretches[-1] if stretches else None
        if last and last.source + last.length == start + place:
            stretches[-1] = msgspec.structs.replace(last, length=last.length + 1)
        else:
            stretches.append(Stretch(content=offset, source=start + place, length=1))
    return Content(token.content, stretches)


def _cells(row: str) -> list[list[int]]:
    """The places of each cell's text in a row, blanks around it left out (GFM, 4.10)."""
    cells: list[list[int]] = [[]]
    escaped = False
    for place, char in enumerate(row):
        if char == "|" and not escaped:
            cells.append([])
        else:
            if char == "|":
                cells[-1].pop()
            cells[-1].append(place)
        escaped = char == "\\"
    trimmed = [_trim(row, cell) for cell in cells]
    # A bar at either end of the row opens no cell.
    if row.lstrip().startswith("|"):
        trimmed = trimmed[1:]
    if trimmed and not trimmed[-1] and row.rstrip().endswith("|"):
        trimmed = trimmed[:-1]
    return trimmed


def _trim(row: str, places: list[int]) -> list[int]:
    first, last = 0, len(places)
    while first < last and row[places[first]].isspace():
        first += 1
    while last > first and row[places[last - 1]].isspace():
        last -= 1
    return places[first:last]


def _heading_text(start: int, source: SourceMap) -> int:
    """Where the text of a `#` heading starts."""
    at = start
    while source.text.startswith("#", at):
        at += 1
    while at < len(source.text) and source.text[at] in " \t":
        at += 1
    return at


class _Blocks(ParserBlock):
    """The loop over block rules, which notes where the lines of each block start."""

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        """Read lines until a rule has taken each; the names are the library's."""
        rules = self.ruler.getRules("")
        line, empty_seen = startLine, False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                return
            if state.level >= state.md.options.maxNesting:
                state.line = endLine
                return
            count(state.env)
            n_before = len(state.tokens)
            next(rule for rule in rules if rule(state, line, endLine, False))  # noqa: FBT003 - the library's shape
            _note_lines(state, n_before)
            count(state.env, len(state.tokens) - n_before)
            state.tight = not empty_seen
            line = state.line
            if line - 1 < endLine and state.isEmpty(line - 1):
                empty_seen = True
            if line < endLine and state.isEmpty(line):
                empty_seen = True
                line += 1
                state.line = line


def _note_lines(state: StateBlock, n_before: int) -> None:
    """Note where the lines of the tokens start that the last rule made."""
    cell = 0
    for token in state.tokens[n_before:]:
        if token.type == "tr_open":
            cell = 0
        if token.map is None or STARTS in token.meta:
            continue
        first, last = token.map
        lines = range(first, last if token.type == "inline" else first + 1)
        token.meta[STARTS] = tuple(state.bMarks[n] + state.tShift[n] for n in lines)
        if token.type == "inline" and state.tokens[n_before].type == "table_open":
            token.meta["cell"] = cell
            cell += 1
        if token.type == "inline" and state.tokens[n_before].markup.startswith("#"):
            token.meta["atx"] = True


class _Inline(ParserInline):
    """The loop over inline rules, which notes where each token was read."""

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        """Look past one token; the name is the library's."""
        count(state.env)
        super().skipToken(state)

    def tokenize(self, state: StateInline) -> None:
        """Read the content until its end."""
        rules = self.ruler.getRules("")
        waiting = state.pos
        while state.pos < state.posMax:
            count(state.env)
            before, n_before, is_pending = state.pos, len(state.tokens), bool(state.pending)
            waiting = waiting if is_pending else before
            shallow = state.level < state.md.options["maxNesting"]
            if not (shallow and any(rule(state, False) for rule in rules)):  # noqa: FBT003 - the library's shape
                state.append_pending(state.src[state.pos])
                state.pos += 1
            _note_places(state, n_before, waiting if is_pending else None, before)
        if state.pending:
            last = state.pushPending()
            last.meta[AT] = (waiting, waiting + len(last.content))


def _note_places(state: StateInline, n_before: int, waiting: int | None, before: int) -> None:
    """Put a place beside the tokens that one rule made; text before them was waiting."""
    reached = before
    for number, token in enumerate(state.tokens[n_before:]):
        if AT in token.meta:
            continue
        length = len(token.content)
        if number == 0 and waiting is not None and token.type == "text":
            token.meta[AT] = (waiting, waiting + length)
        elif token.type == "text":
            token.meta[AT] = (reached, reached + length)
            reached += length
        else:
            token.meta[AT] = (before, state.pos)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero")
    parser.inline, parser.block = _Inline(), _Blocks()
    parser.configure("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline", "reference", "fragments_join", "text_join"])
    add_maths(parser)
    return parser
