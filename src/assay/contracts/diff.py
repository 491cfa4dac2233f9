"""Differences between two versions of the documents, and what they mean for judgments.

A change alters the meaning of labels where the same output could now rightly get another label:
what a dimension asks, its scale and anchors, what counts as evidence, which dimension outranks
which, what the policy says. Judgments that rest on it need a re-review. All other changes
(who reviews, how much is sampled, contacts, rights) leave existing labels as they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from assay.contracts.document import AnyDocument, DocumentKind, content_digest, meaning

_ALTERING: Mapping[tuple[DocumentKind, str], frozenset[str]] = {
    ("contract", "behaviours"): frozenset({
        "statement", "conditions", "positive", "prohibited", "boundaries",
        "evidence", "acceptable_when", "dimensions",
    }),
    ("contract", "failure_classes"): frozenset({"description", "severity"}),
    ("rubric", "dimensions"): frozenset({
        "question", "scale", "better", "anchors", "interpolation", "examples", "exclusions",
        "abstention", "field", "evidence",
    }),
    ("rubric", "priority"): frozenset(),
    ("rubric", "verdicts"): frozenset(),
    ("policy", "sections"): frozenset({"text", "severity", "expected", "benign_counterpart"}),
}  # fmt: skip
"""What alters meaning: of an item these keys (none: any change), or the item coming or going."""

VERDICT = "verdict"
"""The label that a change of priority rules or permitted answers affects."""

_ABSENT = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference."""

    document: DocumentKind
    """The document that changed."""
    path: str
    """Where, such as `dimensions.safety.anchors.1`; items of a list are named by their id."""
    old: Any
    """The old value, as plain JSON; None: nothing."""
    new: Any
    """The new value, as plain JSON; None: nothing."""
    alters_meaning: bool
    """Whether the same output could now rightly get another label."""
    touches: tuple[str, ...] = ()
    """Dimensions, `failure:` and `policy:` names, or `verdict`, whose labels are affected."""


# The JSON form keeps the key of earlier releases.
class DocumentDifferences(
    msgspec.Struct, frozen=True, kw_only=True, rename={"re_review": "second_look"}
):
    """All differences between two programs."""

    changes: tuple[Change, ...]
    """Every change, in the order of the documents."""
    re_review: tuple[str, ...]
    """Labels whose judgments need a re-review: dimensions, `failure:`, `policy:`, `verdict`."""
    versions_not_raised: tuple[DocumentKind, ...]
    """Documents that say something else under the same version."""

    def to_json(self) -> dict[str, Any]:
        """The difference as plain JSON."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return plain


def compare(
    old: Mapping[DocumentKind, AnyDocument], new: Mapping[DocumentKind, AnyDocument]
) -> DocumentDifferences:
    """Every difference between two sets of documents."""
    changes = tuple(
        change for kind, before in old.items() for change in _changes(kind, before, new[kind])
    )
    touched = {name for change in changes if change.alters_meaning for name in change.touches}
    unraised = tuple(
        kind
        for kind, before in old.items()
        if before.version == new[kind].version
        and content_digest(before) != content_digest(new[kind])
    )
    return DocumentDifferences(
        changes=changes, re_review=tuple(sorted(touched)), versions_not_raised=unraised
    )


def _changes(kind: DocumentKind, old: AnyDocument, new: AnyDocument) -> Iterator[Change]:
    before, after = meaning(old), meaning(new)
    for path, was, now in _leaves(before, after, ()):
        altering = _alters(kind, path) and not _same_words(was, now)
        yield Change(
            document=kind,
            path=".".join(path),
            old=was,
            new=now,
            alters_meaning=altering,
            touches=_touched_labels(kind, path, before, after) if altering else (),
        )


def _leaves(
    old: Any, new: Any, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """The smallest nodes that differ, with their old and new content."""
    if old == new:
        return
    before, after = _children_by_name(old), _children_by_name(new)
    if before is None or after is None or not (before and after):
        yield path, old, new
        return
    for key in dict.fromkeys([*before, *after]):
        yield from _leaves(before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, key))
    shared = [key for key in before if key in after]
    # The order of named items is reported as well, although it alters no label.
    if isinstance(old, list) and shared != [key for key in after if key in before]:
        yield (*path, "order"), list(before), list(after)


def _children_by_name(node: Any) -> dict[str, Any] | None:
    """The children of a node by name; None for a node that is compared whole."""
    if isinstance(node, dict):
        return node
    if isinstance(node, list) and all(isinstance(item, dict) for item in node):
        names = [item.get("id") or item.get("role") for item in node]
        if all(names) and len(set(names)) == len(names):
            return dict(zip(names, node, strict=True))
    return None


def _alters(kind: DocumentKind, path: tuple[str, ...]) -> bool:
    keys = _ALTERING.get((kind, path[0])) if path else None
    # Order decides among priority rules alone; in other lists it is layout.
    if keys is None or path[1:] == ("order",):
        return kind == "rubric" and path[0] == "priority"
    return not keys or len(path) <= 2 or path[2] in keys  # noqa: PLR2004 - list, item, key


def _same_words(old: Any, new: Any) -> bool:
    """Whether two texts differ in nothing but line breaks and spaces."""
    return isinstance(old, str) and isinstance(new, str) and old.split() == new.split()


def _touched_labels(
    kind: DocumentKind, path: tuple[str, ...], before: Any, after: Any
) -> tuple[str, ...]:
    if path[0] in {"priority", "verdicts"}:
        return (VERDICT,)
    names = path[1:2] or tuple(
        dict.fromkeys(item["id"] for side in (before, after) for item in side.get(path[0], ()))
    )
    if path[0] == "behaviours":
        return tuple(sorted(_beneath(names, before, after)))
    prefix = {"failure_classes": "failure:", "sections": "policy:"}.get(path[0], "")
    own = tuple(f"{prefix}{name}" for name in names)
    whole_dimension = kind == "rubric" and len(path) <= 2  # noqa: PLR2004 - it came or went
    return (*own, VERDICT) if whole_dimension else own


def _beneath(names: Iterable[str], *sides: Any) -> set[str]:
    """The dimensions beneath behaviours, as either side has them."""
    behaviour_ids = set(names)
    return {
        dimension
        for side in sides
        for behaviour in side.get("behaviours", ())
        if behaviour["id"] in behaviour_ids
        for dimension in behaviour.get("dimensions", ())
    }
