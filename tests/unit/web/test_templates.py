"""Every template is rendered with exactly the names that it uses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from litestar.plugins.jinja import JinjaTemplateEngine

from assay.web.app import HERE
from assay.web.page_context import PageContext, PageFrame
from assay.web.template_words import add_words


def _environment(folder: Path) -> Environment:
    engine = JinjaTemplateEngine(folder)
    add_words(engine)
    return engine.engine


ENVIRONMENT = _environment(HERE / "templates")


def _pages(kind: type[PageContext] = PageContext) -> Iterator[type[PageContext]]:
    for child in kind.__subclasses__():
        yield from _pages(child)
        if "template" in vars(child):
            yield child


PAGES = sorted(_pages(), key=lambda page: page.template)


def _names_used(environment: Environment, name: str) -> set[str]:
    """The names that a template and all that it extends or imports take from the context."""
    trees = list(_trees(environment, name))
    used = set[str]().union(*map(find_undeclared_variables, trees))
    return used - set(environment.globals) - set[str]().union(*map(_names_made, trees))


def _trees(environment: Environment, name: str) -> Iterator[nodes.Template]:
    assert environment.loader is not None
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    yield tree
    for other in find_referenced_templates(tree):
        assert other is not None, f"{name} names a template by a variable"
        yield from _trees(environment, other)


def _names_made(tree: nodes.Template) -> set[str]:
    """The names that a template imports or sets: they are used in its blocks, and no field gives them."""
    imported = {
        name if isinstance(name, str) else name[1]
        for each in tree.find_all(nodes.FromImport)
        for name in each.names
    }
    assigned = {
        each.target.name
        for each in tree.find_all(nodes.Assign)
        if isinstance(each.target, nodes.Name)
    }
    return imported | assigned


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_a_template_uses_the_fields_of_its_context_and_no_other_name(
    page: type[PageContext],
) -> None:
    """A name that no field gives would be rendered as nothing, and a field without use is dead."""
    fields = set(page.__struct_fields__)
    used = _names_used(ENVIRONMENT, page.template)
    assert used - fields - set(PageFrame.__struct_fields__) == set()
    assert fields - used == set()


def test_the_frame_holds_what_templates_use_of_it() -> None:
    """Each field of the frame is used by the template of all pages."""
    assert set(PageFrame.__struct_fields__) == _names_used(ENVIRONMENT, "base.html")


def test_no_field_of_a_page_hides_one_of_the_frame() -> None:
    """A name means one thing in a template."""
    assert [
        x.template for x in PAGES if set(x.__struct_fields__) & set(PageFrame.__struct_fields__)
    ] == []


def test_every_template_is_one_page_s() -> None:
    """A template belongs to one context, or other templates extend or import it."""
    own = [page.template for page in PAGES]
    shared = {
        other
        for name in ENVIRONMENT.list_templates()
        for other in find_referenced_templates(next(_trees(ENVIRONMENT, name)))
    }
    assert sorted({*own, *shared}, key=str) == ENVIRONMENT.list_templates()
    assert len(own) == len(set(own))


def test_the_guard_on_names_finds_a_planted_one(tmp_path: Path) -> None:
    """A name is found in a template, in a block of it, and in a macro that it imports."""
    (tmp_path / "base.html").write_text("{{ planted_base }}{% block main %}{% endblock %}")
    (tmp_path / "macro.html").write_text(
        "{% macro one(x) %}{{ x }}{{ planted_macro }}{% endmacro %}"
    )
    (tmp_path / "page.html").write_text(
        '{% extends "base.html" %}{% from "macro.html" import one %}'
        "{% block main %}{{ one(planted_block) }}{{ asset }}{% endblock %}"
    )
    used = _names_used(_environment(tmp_path), "page.html")
    assert used == {"planted_base", "planted_block", "planted_macro"}
