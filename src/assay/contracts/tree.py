"""Files as plain trees that remember the line of every node.

YAML 1.2 is composed to nodes and turned into plain values here, so that `no` stays a word, a
date stays text, a key that appears twice is seen, and no tag, alias or merge can add
content that the reader of the file does not see. TOML keeps no positions; `assay.toml` is short and nearly flat, so its keys are found
by their line.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from assay.core.canonical import MAX_SAFE_INTEGER
from assay.core.issues import Issue

MAX_BYTES = 2_000_000
"""Largest document that is read; people write far shorter ones."""

MAX_DEPTH = 32
"""Most levels of a document; the formats here have six."""

_MOST_DIGITS = 40
"""Longer numbers are beyond 53 bits, or more exact than any reader keeps."""

_HEADER_HINT = "begin with the header: apiVersion, kind, id, version, status, title"
"""What a document begins with."""

Path = tuple[str | int, ...]
"""The steps to a node: keys and positions counted from 0."""

_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(
    _TAG + name
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value", "merge")
)


class Tree(msgspec.Struct):
    """A file's content as plain values, with the line of every node."""

    file: str
    """Name of the file, relative to the program's folder."""
    plain: Any
    """The content: dict, list, str, int, float, bool or None."""
    lines: dict[Path, int]
    """Line of each node, counted from 1."""
    faulty: set[Path] = msgspec.field(default_factory=set)
    """Nodes that were reported already and whose value means nothing."""

    def line(self, path: Path) -> int:
        """Line of a node, or of the nearest node around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def issue(self, path: Path, code: str, message: str, hint: str) -> Issue:
        """An error at a node."""
        return Issue(
            file=self.file,
            line=self.line(path),
            path=spell(path),
            code=code,
            severity="error",
            message=message,
            hint=hint,
        )

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Every text in the file with its place; keys are not texts."""
        for path, node in _nodes(self.plain, ()):
            if isinstance(node, str):
                yield path, node


def spell(path: Path) -> str:
    """A path as people read it, such as `dimensions[2].anchors`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read_yaml(
    file: str, content: bytes, *, begin: str = _HEADER_HINT
) -> tuple[Tree | None, list[Issue]]:
    """Read a YAML 1.2 document; None where it cannot be read at all.

    Args:
        file: the name that issues carry.
        content: the bytes of the file, UTF-8.
        begin: what to do about a file that holds nothing: how such a file begins.
    """
    tree = Tree(file, {}, {(): 1})
    try:
        builder = _Builder(tree)
        tree.plain = builder.build(_compose(tree, _decode(tree, content), begin), ())
        _refuse_depth(tree)
    except RecursionError:
        return None, [_UnreadableError(tree, "too-deep", *_TOO_DEEP).issue]
    except _UnreadableError as error:
        return None, [error.issue]
    return tree, builder.issues


def read_toml(file: str, content: bytes) -> tuple[Tree | None, list[Issue]]:
    """Read a TOML file of flat tables; None where it cannot be read at all."""
    tree = Tree(file, {}, {(): 1})
    try:
        text = _decode(tree, content)
        tree.plain = tomllib.loads(text)
        _refuse_depth(tree)
    except RecursionError:
        return None, [_UnreadableError(tree, "too-deep", *_TOO_DEEP).issue]
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        tree.lines[()] = int(place[1]) if place and place[1] else content.count(b"\n") + 1
        problem = _TOML_PLACE.sub("", str(error)).strip()
        message = f"not valid TOML: {problem[:1].lower()}{problem[1:]}"
        return None, [tree.issue((), "broken-toml", message, "put text in double quotes")]
    except _UnreadableError as error:
        return None, [error.issue]
    _place_toml_keys(tree, text)
    return tree, []


def _place_toml_keys(tree: Tree, text: str) -> None:
    """Note the line of every key, also below the tables that repeat (`[[name]]`)."""
    entries: Counter[str] = Counter()
    entry: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        key = re.match(r"""\s*(\[*)\s*["']?([\w-]+)["']?""", line)
        if not key:
            continue
        brackets, name = key[1], key[2]
        tree.lines.setdefault((name,), number)
        if brackets:
            entry = (name, entries[name]) if brackets == "[[" else ()
            entries[name] += brackets == "[["
            tree.lines.setdefault(entry, number)
        elif entry:
            tree.lines.setdefault((*entry, name), number)


_TOML_PLACE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


class _UnreadableError(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, tree: Tree, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.issue = tree.issue((), code, message, hint)


_TOO_DEEP = ("the file is nested too deeply", "documents are a few levels deep")


def _refuse_depth(tree: Tree) -> None:
    if any(len(path) > MAX_DEPTH for path, _ in _nodes(tree.plain, ())):
        raise _UnreadableError(tree, "too-deep", *_TOO_DEEP)


def _nodes(node: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _nodes(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from _nodes(value, (*path, place))


def _decode(tree: Tree, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        message = f"the file has {len(content)} bytes; documents have at most {MAX_BYTES}"
        raise _UnreadableError(tree, "too-large", message, "data belongs into records")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        tree.lines[()] = content.count(b"\n", 0, error.start) + 1
        message = f"not valid UTF-8: {error.reason}"
        raise _UnreadableError(tree, "wrong-encoding", message, "save the file as UTF-8") from error


def _compose(tree: Tree, text: str, begin: str) -> MappingNode:
    # A directive could switch to YAML 1.1, in which `no` is false and 010 is eight.
    if re.search(r"^%", text, re.MULTILINE):
        hint = "remove the line that starts with %; documents are read as YAML 1.2"
        raise _UnreadableError(tree, "yaml-directive", "YAML directives are not read", hint)
    try:
        node = _compose_text(text)
    except (YAMLError, ValueError) as error:
        raise _broken_yaml(tree, text, error) from error
    if node is None:
        raise _UnreadableError(tree, "empty-document", "the file is empty", begin)
    if not isinstance(node, MappingNode):
        message = "the file must hold keys and values"
        raise _UnreadableError(tree, "wrong-type", message, begin)
    return node


@lru_cache(maxsize=16)
def _compose_text(text: str) -> Node | None:
    """The nodes of a text, to be read only: one command reads a program several times."""
    node: Node | None = YAML(typ="safe", pure=True).compose(text)
    return node


def _broken_yaml(tree: Tree, text: str, error: YAMLError | ValueError) -> _UnreadableError:
    problem = str(error).splitlines()[0] if str(error) else "it cannot be read"
    if isinstance(error, ReaderError):
        tree.lines[()] = text.count("\n", 0, error.position) + 1
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        tree.lines[()] = mark.line + 1 if mark else 1
        problem = " ".join(filter(None, (error.context, error.problem)))
        if "expected a single document" in problem:
            hint = "keep one document in a file; remove the line ---"
            return _UnreadableError(
                tree, "several-documents", "the file holds several documents", hint
            )
    hint = "check the indentation, the space after a colon, and quotes around text with : or #"
    return _UnreadableError(tree, "broken-yaml", f"not valid YAML: {problem}", hint)


class _Builder:
    """Turns YAML nodes into plain values and notes lines and faults on the way."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.issues: list[Issue] = []
        self._seen: set[int] = set()

    def build(self, node: Node, path: Path) -> Any:
        """The plain value of a node."""
        self.tree.lines.setdefault(path, node.start_mark.line + 1)
        # An alias is the same node again: a few lines of them can stand for gigabytes.
        if id(node) in self._seen:
            hint = "write the content out where it is meant"
            self._report(path, "yaml-alias", "anchors and aliases are not read", hint)
            return None
        self._seen.add(id(node))
        if str(node.tag) not in _TAGS:
            hint = "remove the tag; plain values are enough"
            self._report(path, "yaml-tag", f"the tag {node.tag} is not read", hint)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, place)) for place, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.tree.lines[(*path, "?")] = key_node.start_mark.line + 1
                hint = "a key is a word"
                self._report((*path, "?"), "wrong-type", "a key must be text", hint)
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in mapping:
                message = f"the key {key!r} appears twice; the first one is on line "
                message += str(self.tree.line(here))
                self.issues.append(
                    msgspec.structs.replace(
                        self.tree.issue(here, "duplicate-key", message, "keep one of the two"),
                        line=key_node.start_mark.line + 1,
                    )
                )
                continue
            self.tree.lines[here] = key_node.start_mark.line + 1
            mapping[key] = self.build(value_node, here)
        return mapping

    def _scalar(self, node: ScalarNode, path: Path) -> str | int | float | bool | None:
        text: str = node.value
        tag = str(node.tag)
        if tag == f"{_TAG}null":
            return None
        if tag == f"{_TAG}bool":
            return text.lower() == "true"
        if tag in {f"{_TAG}int", f"{_TAG}float"}:
            return self._number(text, path, whole=tag.endswith("int"))
        if any("\ud800" <= character <= "\udfff" for character in text):
            hint = "write the character itself"
            self._report(path, "lone-surrogate", "the text holds half a character", hint)
            return text.encode("utf-8", "replace").decode()
        return text

    def _number(self, text: str, path: Path, *, whole: bool) -> int | float | None:
        plain = text.replace("_", "")
        if len(plain) > _MOST_DIGITS:
            number: int | float = math.inf
        elif whole:
            # YAML 1.2 reads 010 as ten, where `int(text, 0)` would refuse the zero.
            digits = re.sub(r"^([+-]?)0+(?=\d)", r"\1", plain)
            number = int(digits, 0)
        else:
            number = float(re.sub(r"\.(inf|nan)$", r"\1", plain.lower()))
        if not math.isfinite(number) or abs(number) > MAX_SAFE_INTEGER:
            message = f"{text[:_MOST_DIGITS]} is not a number that every reader keeps exactly"
            self._report(path, "not-a-number", message, "write a smaller number")
            return None
        return number

    def _report(self, path: Path, code: str, message: str, hint: str) -> None:
        self.issues.append(self.tree.issue(path, code, message, hint))
        self.tree.faulty.add(path)
