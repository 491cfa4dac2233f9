"""The house rules of CONTRIBUTING.md, held by machine; each guard is shown to bite."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

import assay
from assay.core.describe import field_descriptions
from assay.core.fact import Fact, Value

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "assay"
PACKAGES = sorted(
    path.name for path in SOURCE.iterdir() if path.is_dir() and (path / "__init__.py").exists()
)
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "models", "misc", "base"}


@cache
def _all_values() -> list[type[Value]]:
    for module in pkgutil.walk_packages(assay.__path__, "assay."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [kind for kind in _below(Value) if kind.__module__.startswith("assay.")]


def _below(kind: type[Value]) -> Iterator[type[Value]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _tests() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and node.name.startswith("test_"):
                yield path, node


def _bad_defaults(kind: type[msgspec.Struct]) -> list[str]:
    empty = (None, (), "", 0, False)
    return [
        field.name
        for field in msgspec.structs.fields(kind)
        if field.default is not msgspec.NODEFAULT
        and not any(field.default is value or field.default == value for value in empty)
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_explains_itself(package: str) -> None:
    """A package's docstring says what comes in, what goes out, what holds and what is next."""
    text = (importlib.import_module(f"assay.{package}").__doc__ or "").lower()
    for phrase in ("comes in:", "goes out:", "always holds:"):
        assert phrase in " ".join(text.split()), f"{package}/__init__.py does not say {phrase!r}"


def test_no_file_is_named_for_having_no_place() -> None:
    """No module is called utils, helpers, common or models."""
    names = {path.stem for path in SOURCE.rglob("*.py")} | set(PACKAGES)
    assert not names & BANNED_NAMES


def test_a_fact_has_only_empty_defaults() -> None:
    """Every default of a stored value is an empty one, so that it may be left out of digests."""
    assert {
        kind.__name__: _bad_defaults(kind) for kind in _all_values() if _bad_defaults(kind)
    } == {}


def test_the_guard_on_defaults_bites() -> None:
    """A default that is not empty is found."""

    class Planted(msgspec.Struct):
        strength: int = 3

    assert _bad_defaults(Planted) == ["strength"]


def test_every_stored_field_is_described_once() -> None:
    """Each field of each stored value carries a literal that says what it means."""
    missing = [
        f"{kind.__module__}.{kind.__name__}.{field}"
        for kind in _all_values()
        for field in kind.__struct_fields__
        if field not in field_descriptions(kind)
    ]
    assert missing == []


def test_every_fact_family_has_its_own_prefix() -> None:
    """No two families of facts share the word that starts their ids."""
    families = [kind for kind in _all_values() if issubclass(kind, Fact) and kind is not Fact]
    prefixes = [kind.prefix for kind in families]
    assert len(prefixes) == len(set(prefixes))


def test_facts_hold_no_floats() -> None:
    """No field of a stored value is a float, whose text differs between languages."""
    offenders = [
        f"{kind.__name__}.{field.name}"
        for kind in _all_values()
        for field in msgspec.structs.fields(kind)
        if re.search(r"\bfloat\b", str(field.type))
    ]
    assert offenders == []


def test_every_test_says_in_one_sentence_what_is_true() -> None:
    """Each test has a docstring."""
    silent = [
        f"{path.name}:{node.lineno}" for path, node in _tests() if not ast.get_docstring(node)
    ]
    assert silent == []


def test_files_speak_of_the_project_alone() -> None:
    """No tracked file carries a path of one machine or the host of a package index."""
    # Split, so that this file does not find itself.
    pattern = "|".join(["/wor" + "k/", "/ro" + "ot/", "python" + "hosted", "registry" + r"\.npm"])
    found = subprocess.run(
        ["git", "grep", "-nIE", pattern], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout == ""


@pytest.mark.xdist_group("house")
def test_groups_of_tests_stay_on_one_worker(request: pytest.FixtureRequest) -> None:
    """Where tests are dealt out by group, the group reaches the one who deals."""
    by_group = request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@house") or not by_group


def test_the_pytest_settings_that_matter_are_in_force(pytestconfig: pytest.Config) -> None:
    """Unknown markers, unknown settings and warnings are errors, and xfail is strict."""
    assert pytestconfig.getoption("strict_markers") or pytestconfig.getini("strict_markers")
    assert pytestconfig.getini("xfail_strict")
    assert pytestconfig.getini("filterwarnings")[0] == "error"


def test_in_the_core_only_the_clock_reads_time() -> None:
    """No module but core/clock.py names a function that reads the wall clock."""
    readers = re.compile(r"datetime\.now|utcnow|time\.time\(|date\.today")
    found = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if readers.search(path.read_text())
    ]
    assert found == ["core/clock.py"]


def _prints(code: str) -> list[str]:
    """The calls that print past the functions of `cli/output.py`."""
    called = (
        ast.unparse(each.func) for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Call)
    )
    past = {"typer.echo", "typer.secho", "click.echo", "click.secho", "print", "sys.stdout.write"}
    return [each for each in called if each in past]


def test_commands_print_foreign_text_by_one_module_alone() -> None:
    """No command prints but by `cli/output.py`, where what a terminal would obey is escaped."""
    files = [each for each in (SOURCE / "cli").glob("*.py") if each.name != "output.py"]
    assert {each.name: found for each in files if (found := _prints(each.read_text()))} == {}


def test_the_guard_on_printing_bites() -> None:
    """A print, an echo and a coloured echo are found."""
    planted = "print(x)\ntyper.echo(f'{x}')\nif y:\n    typer.secho(x, fg='red')\nsay(x)"
    assert _prints(planted) == ["print", "typer.echo", "typer.secho"]


def test_every_public_function_is_documented() -> None:
    """Every public function and class of the package has a docstring."""
    silent = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            if named and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}")
    assert silent == []
    assert inspect.getdoc(assay)
