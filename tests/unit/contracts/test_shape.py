"""Faults of shape are all found at once, each with the nearest right name."""

from assay.contracts.policy import PolicyRules
from assay.contracts.reading import Reading, read_content
from assay.contracts.shape import shape
from assay.contracts.tree import read_yaml

HEADER = """\
apiVersion: assay/v1
kind: rubric
id: small
version: 1.0.0
status: draft
title: Small
"""


def rubric(body: str, header: str = HEADER) -> Reading:
    """A rubric as it is read."""
    return read_content("rubric", "rubric.yaml", (header + body).encode())


def faults(reading: Reading) -> list[tuple[int, str, str]]:
    """Line, path and code of every fault, by line."""
    return sorted((issue.line, issue.path, issue.code) for issue in reading.issues)


def test_every_fault_is_reported_at_once() -> None:
    """Misspelt keys, wrong types, wrong values and missing fields come in one answer."""
    reading = rubric(
        """\
titel: x
dimensions:
  - id: a
    qestion: what
    scale: 5
    judged_by: expert
    exclusions: no
  - id: b
    question: what
    scale: 1..5
    judged_by: robot
  - id: c
    question: what
    scale: 5..1
    judged_by: expert
  - id: d
    scale: 1..5
    judged_by: expert
    foo: 1
priority:
  - veto: a
  - compare: d
    by: 0
"""
    )
    assert faults(reading) == [
        (7, "titel", "unknown-key"),
        (10, "dimensions[0].qestion", "unknown-key"),
        (11, "dimensions[0].scale", "wrong-type"),
        (13, "dimensions[0].exclusions", "wrong-type"),
        (17, "dimensions[1].judged_by", "wrong-value"),
        (18, "dimensions[2]", "wrong-value"),
        (22, "dimensions[3].question", "missing-field"),
        (25, "dimensions[3].foo", "unknown-key"),
        (27, "priority[0]", "wrong-value"),
        (29, "priority[1].by", "wrong-value"),
    ]


def test_a_misspelt_key_is_read_as_the_right_one() -> None:
    """The nearest right key is named, and its absence is not reported a second time."""
    reading = rubric("dimensons:\n  - {id: a, question: what, scale: binary, judged_by: expert}\n")
    assert [issue.hint for issue in reading.issues] == ["did you mean 'dimensions'?"]
    assert reading.shaped.document.dimensions[0].id == "a"


def test_a_key_without_a_near_one_lists_the_known_keys() -> None:
    """Where nothing is near, the hint names what is known."""
    (issue,) = rubric("zzz: 1\n").issues
    assert issue.hint.startswith("known keys: apiVersion, id, version")


def test_two_misspellings_of_one_key_are_two_faults() -> None:
    """Only the first can stand for the right key; both are reported."""
    reading = rubric("verdict: [tie]\nverdictz: [tie]\n")
    assert [issue.code for issue in reading.issues] == ["unknown-key", "unknown-key"]


def test_header_faults_do_not_hide_the_rest() -> None:
    """With a broken header the dimensions are still read."""
    reading = rubric(
        "dimensions:\n  - {id: a, question: what, scale: binary, judged_by: expert}\n",
        "kind: rubric\nversion: 1.0\nstatus: activ\nid: Small\n",
    )
    assert faults(reading) == [
        (1, "apiVersion", "missing-field"),
        (1, "title", "missing-field"),
        (2, "version", "wrong-type"),
        (3, "status", "wrong-value"),
        (4, "id", "wrong-value"),
    ]
    assert reading.shaped.document.dimensions[0].id == "a"


def test_an_unquoted_version_is_told_to_be_quoted() -> None:
    """`version: 1.0` is a number; the hint says to put it in quotes."""
    reading = rubric("", HEADER.replace("1.0.0", "1.0"))
    assert reading.issues[0].message == "'version' must be text"
    assert reading.issues[0].hint.startswith("put it in quotes")


def test_paths_lead_back_over_items_left_out() -> None:
    """A node after a faulty item keeps the place that it has in the file."""
    reading = rubric(
        """\
dimensions:
  - {id: a, question: what, scale: 7, judged_by: expert}
  - {id: b, question: what, scale: binary, judged_by: expert}
"""
    )
    assert [each.id for each in reading.shaped.document.dimensions] == ["b"]
    assert reading.shaped.original(("dimensions", 0, "field")) == ("dimensions", 1, "field")
    assert reading.names("dimensions") == {"a", "b"}


def test_a_document_of_another_kind_is_refused() -> None:
    """A policy in the place of a rubric says that the kind is wrong."""
    reading = rubric("", HEADER.replace("kind: rubric", "kind: policy"))
    assert [(issue.path, issue.code) for issue in reading.issues] == [("kind", "wrong-value")]


def test_text_of_spaces_is_no_text() -> None:
    """A title of spaces is as good as none."""
    reading = rubric("", HEADER.replace("title: Small", "title: '   '"))
    assert [(issue.path, issue.code) for issue in reading.issues] == [("title", "wrong-value")]


def test_a_scale_must_ascend_and_categories_differ() -> None:
    """A descending range and a repeated category are refused."""
    reading = rubric(
        """\
dimensions:
  - {id: a, question: what, scale: 3..3, judged_by: expert}
  - {id: b, question: what, scale: [x, x], judged_by: expert}
"""
    )
    assert [issue.path for issue in reading.issues] == ["dimensions[0]", "dimensions[1]"]


def test_a_list_whose_items_were_left_out_is_not_called_empty() -> None:
    """A fault of the only item is reported alone, not as a list that is too short or missing."""
    reading = read_content(
        "contract",
        "contract.yaml",
        HEADER.replace("rubric", "contract").encode()
        + b"""\
gap: g
deployment: d
sampling: {total: 1, axes: {domain: [a]}}
review:
  layers:
    - {id: all, roles: [reviewer], passes: -1}
""",
    )
    assert faults(reading) == [(12, "review.layers[0].passes", "wrong-value")]


def test_a_node_that_was_refused_is_not_called_wrong_as_well() -> None:
    """An alias is one fault, although nothing can be read where it stands."""
    reading = rubric(
        """\
dimensions:
  - {id: a, question: what, scale: binary, judged_by: expert, exclusions: &x [y]}
  - {id: b, question: what, scale: binary, judged_by: expert, exclusions: *x}
"""
    )
    assert [(issue.code, issue.path) for issue in reading.issues] == [
        ("yaml-alias", "dimensions[1].exclusions")
    ]


def test_a_value_that_fits_no_form_says_what_it_must_be() -> None:
    """Of several forms the one that was meant is explained, in words and without patterns."""
    reading = read_content(
        "sources",
        "sources.yaml",
        HEADER.replace("rubric", "sources").encode()
        + b"""\
classes:
  - {id: a, description: d, retention_until: soon, territory: [Europe]}
""",
    )
    assert [issue.message for issue in reading.issues] == [
        "'retention_until' must be a date such as 2028-12-31 or must be 'unlimited'",
        "'territory[0]' must be a country code such as DE, EU, or worldwide",
    ]


def test_a_rule_is_a_veto_or_a_comparison() -> None:
    """Mixed rules, vetoes without a bound and comparisons with one are refused, each with its reason."""
    reading = rubric(
        """\
priority:
  - {veto: a}
  - {veto: a, below: 1, above: 2}
  - {compare: a, below: 1}
  - {veto: a, compare: b}
  - {veto: a, below: 1, by: 1}
"""
    )
    assert [issue.message.partition(": ")[2] for issue in reading.issues] == [
        "a veto has either `below` or `above`, and nothing else",
        "a veto has either `below` or `above`, and nothing else",
        "a comparison has no `below` or `above`; it may have `by`",
        "a rule is either a veto or a comparison",
        "a veto has either `below` or `above`, and nothing else",
    ]


def test_a_fault_below_a_free_key_has_a_hint() -> None:
    """An anchor that is no text says so and where the format is described."""
    reading = rubric(
        "dimensions:\n"
        "  - {id: a, question: what, scale: binary, judged_by: expert, anchors: {1: [x]}}\n"
    )
    (issue,) = reading.issues
    assert (issue.path, issue.message) == ("dimensions[0].anchors.1", "'1' must be text")
    assert issue.hint == "put it in quotes; see `assay contract schema`"


def test_without_a_stand_in_a_missing_key_leaves_nothing() -> None:
    """A type whose required key is missing gives all faults and no document."""
    tree, _ = read_yaml("policy.yaml", b"kind: policy\nzzz: 1\n")
    assert tree is not None
    shaped = shape(PolicyRules, tree, {})
    assert shaped.document is None
    assert [issue.path for issue in shaped.issues] == [
        "zzz", "apiVersion", "id", "version", "status", "title"
    ]  # fmt: skip


def test_a_key_of_the_whole_file_inside_a_table_is_sent_above_it() -> None:
    """TOML reads a line below a table's header as the table's own; the fault says where to put it."""
    text = 'id = "p"\nname = "P"\n[[data]]\npath = "a"\nsource = "s"\nsigning_key = "env:K"\n'
    (issue,) = read_content("program", "assay.toml", text.encode()).issues
    assert (issue.code, issue.path) == ("unknown-key", "data[0].signing_key")
    assert issue.hint == "put it above the first [table]"
