"""Values that fit a JSON Schema as our OpenAPI document uses it, and values that do not."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]

PLAIN = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=6,
)
"""Any JSON."""


def fitting(schema: Schema, document: Schema) -> st.SearchStrategy[Any]:
    """Values that fit a schema.

    Args:
        schema: the schema.
        document: the document that its references point into.

    Raises:
        KeyError: for a type that is not drawn here, so that nothing is left out in silence.
    """
    if "$ref" in schema:
        return st.deferred(lambda: fitting(_target(schema["$ref"], document), document))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "oneOf" in schema:
        # What stands beside the choice holds for each of its members.
        rest = {key: value for key, value in schema.items() if key != "oneOf"}
        return st.one_of([fitting({**rest, **each}, document) for each in schema["oneOf"]])
    if not schema or "type" not in schema:
        return ANY
    return _TYPES[schema["type"]](schema, document)


def _target(reference: str, document: Schema) -> Schema:
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def _object(schema: Schema, document: Schema) -> st.SearchStrategy[Any]:
    known = schema.get("properties", {})
    needed = schema.get("required", [])
    if not known:
        inner = fitting(schema.get("additionalProperties") or {}, document)
        return st.dictionaries(PLAIN, inner, max_size=4)
    drawn = {name: fitting(each, document) for name, each in known.items()}
    return st.fixed_dictionaries(
        {name: drawn[name] for name in needed},
        optional={name: each for name, each in drawn.items() if name not in needed},
    )


def _array(schema: Schema, document: Schema) -> st.SearchStrategy[Any]:
    least, most = schema.get("minItems", 0), min(schema.get("maxItems", 3), 4)
    return st.lists(fitting(schema.get("items", {}), document), min_size=least, max_size=most)


def _string(schema: Schema, _: Schema) -> st.SearchStrategy[Any]:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace("$", r"\Z"))
    most = min(schema.get("maxLength", 20), 20)
    return st.text(
        st.characters(exclude_categories=("Cs",)),
        min_size=schema.get("minLength", 0),
        max_size=most,
    )


def _integer(schema: Schema, _: Schema) -> st.SearchStrategy[Any]:
    least, most = schema.get("minimum"), schema.get("maximum")
    near = st.integers(int(least or 0), min(int(most or 9), 9))
    far = st.integers(None if least is None else int(least), None if most is None else int(most))
    return near | far


_TYPES: dict[str, Any] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
}


@st.composite
def bent(draw: st.DrawFn, value: Any) -> Any:
    """The same value with one thing in it changed, added or taken away, at any depth."""
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(value)))
        deed = draw(st.sampled_from(["inside", "inside", "drop", "unknown"]))
        if deed == "drop":
            return {key: each for key, each in value.items() if key != name}
        if deed == "unknown":
            return value | {draw(PLAIN): draw(ANY)}
        return value | {name: draw(bent(value[name]))}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(bent(value[place])), *value[place + 1 :]]
    return draw(ANY)
