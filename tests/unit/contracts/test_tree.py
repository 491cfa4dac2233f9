"""Files become plain trees with lines, and nothing in them is read as something else."""

import pytest

from assay.contracts.tree import MAX_BYTES, read_toml, read_yaml


def test_words_stay_words() -> None:
    """`no`, a date and a time stay text; numbers are numbers; only true and false are booleans."""
    tree, issues = read_yaml("a.yaml", b"a: [no, on, 2026-01-01, 1:30, 012, 0x1f, 1.5, true, ~]\n")
    assert tree is not None
    assert tree.plain == {"a": ["no", "on", "2026-01-01", "1:30", 12, 31, 1.5, True, None]}
    assert not issues


def test_keys_are_text() -> None:
    """A key that looks like a number or a truth value is the text as it stands."""
    tree, _ = read_yaml("a.yaml", b"1: a\nno: b\ntrue: c\n<<: {d: 1}\n")
    assert tree is not None
    assert list(tree.plain) == ["1", "no", "true", "<<"]


def test_folded_text_is_one_line() -> None:
    """Text that is folded over lines holds spaces where it was folded, and nothing else."""
    tree, _ = read_yaml("a.yaml", b"a: >\n  one\n  two\n\n  three\nb: |\n  one\n   two\n")
    assert tree is not None
    assert tree.plain == {"a": "one two\nthree\n", "b": "one\n two\n"}


def test_every_node_has_its_line() -> None:
    """A path leads to its line, and an unknown path to the nearest node around it."""
    tree, _ = read_yaml("a.yaml", b"# comment\na:\n  - b: 1\n    c: 2\n  - d\n")
    assert tree is not None
    assert tree.line(("a", 0, "c")) == 4
    assert tree.line(("a", 1)) == 5
    assert tree.line(("a", 0, "missing", 3)) == 3
    assert tree.line(("missing",)) == 1


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"a: [1\nb: 2", "broken-yaml", 2),
        (b"a: 1\n\tb: 2", "broken-yaml", 2),
        (b"a: 1\nb: \x01", "broken-yaml", 2),
        (b"a: 1\n---\nb: 2\n", "several-documents", 2),
        (b"%YAML 1.1\n---\na: no\n", "yaml-directive", 1),
        (b"# nothing\n", "empty-document", 1),
        (b"- a\n", "wrong-type", 1),
        (b"a: 1\nb: \xff", "wrong-encoding", 2),
        (b"[" * 700, "too-deep", 1),
        (b"a: " + b"[" * 100 + b"]" * 100, "too-deep", 1),
        (b"#" * (MAX_BYTES + 1), "too-large", 1),
    ],
)
def test_an_unreadable_file_says_why_and_where(content: bytes, code: str, line: int) -> None:
    """A file that cannot be read gives one issue with its line, and no tree."""
    tree, issues = read_yaml("a.yaml", content)
    assert tree is None
    assert [(issue.code, issue.line) for issue in issues] == [(code, line)]


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        (b"a: 1\nb: 2\na: 3\n", "duplicate-key", "a"),
        (b"a: &x [1]\nb: *x\n", "yaml-alias", "b"),
        (b"a: !!python/object:os.system x\n", "yaml-tag", "a"),
        (b"a: .inf\n", "not-a-number", "a"),
        (b"a: .nan\n", "not-a-number", "a"),
        (b"a: 9007199254740993\n", "not-a-number", "a"),
        (b"a: 1" + b"0" * 5_000, "not-a-number", "a"),
        (b'a: "\\ud800"\n', "lone-surrogate", "a"),
        (b"a: !!set [b, c]\n", "yaml-tag", "a"),
        (b"? [a, b]\n: c\n", "wrong-type", "?"),
    ],
)
def test_a_faulty_node_is_reported_and_the_rest_is_read(
    content: bytes, code: str, path: str
) -> None:
    """A node that is not plain gives an issue at its path, and the tree is there."""
    tree, issues = read_yaml("a.yaml", content)
    assert tree is not None
    assert [(issue.code, issue.path) for issue in issues] == [(code, path)]


def test_aliases_cannot_multiply() -> None:
    """A document of nested aliases is refused without being expanded."""
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    _, issues = read_yaml("a.yaml", "\n".join(lines).encode())
    assert {issue.code for issue in issues} == {"yaml-alias"}


def test_all_duplicate_keys_are_named_with_their_own_line() -> None:
    """Each repeated key is an issue on the line of the repetition."""
    _, issues = read_yaml("a.yaml", b"a: 1\na: 2\nb: {c: 1,\n  c: 2}\n")
    assert [(issue.path, issue.line) for issue in issues] == [("a", 2), ("b.c", 4)]


def test_windows_files_read_the_same() -> None:
    """A byte order mark and carriage returns change nothing."""
    tree, issues = read_yaml("a.yaml", b"\xef\xbb\xbfa: |\r\n  x\r\n  y\r\n")
    assert tree is not None
    assert not issues
    assert tree.plain == {"a": "x\ny\n"}


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"a = 1\nb = \n", 2), (b"a = 1\nb = 2\na = 3", 3), (b'a = "x\n', 1)],
)
def test_broken_toml_says_where(content: bytes, line: int) -> None:
    """Broken TOML gives its line, a repeated key included."""
    tree, issues = read_toml("assay.toml", content)
    assert tree is None
    assert [(issue.code, issue.line) for issue in issues] == [("broken-toml", line)]


def test_toml_keys_have_lines() -> None:
    """The keys of a flat TOML file lead to their lines."""
    tree, issues = read_toml("assay.toml", b'# x\nid = "a"\n\nname = "b"\n')
    assert tree is not None
    assert not issues
    assert tree.line(("name",)) == 4


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a = " + b"[" * 100 + b"]" * 100, "too-deep"),
        (b"a = " + b"[" * 9_000 + b"]" * 9_000, "too-deep"),
        (b'a = "\xff"', "wrong-encoding"),
    ],
)
def test_toml_is_as_strict_as_yaml(content: bytes, code: str) -> None:
    """Depth and encoding are refused alike in both languages."""
    tree, issues = read_toml("assay.toml", content)
    assert tree is None
    assert [issue.code for issue in issues] == [code]
