"""One text per field: the string under a field is its description everywhere.

Python drops these literals at run time; this module reads them from the source, so that JSON
Schema, the reference pages and the help beside an input all say the same sentence.
"""

import ast
import inspect
import textwrap
from functools import cache


@cache
def field_descriptions(owner: type) -> dict[str, str]:
    """The literal under each field of a class and its bases: field name -> text."""
    described: dict[str, str] = {}
    for base in reversed(owner.__mro__):
        if base.__module__.startswith("assay."):
            described |= _own_descriptions(base)
    return described


def _own_descriptions(owner: type) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    body = tree.body[0]
    if not isinstance(body, ast.ClassDef):
        return {}
    described = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            described[field.target.id] = inspect.cleandoc(text.value.value)
    return described
