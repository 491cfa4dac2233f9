"""Measure the source: sizes, names, documentation, tests and reachable pages (`make measures`).

Run without arguments from the repository for the table; with a folder, such as `src/assay/review`,
for the places that the table's rows on names and texts count. Each figure is a count over the
syntax tree of the files, so the same tree gives the same figures everywhere.
"""

import ast
import io
import re
import statistics
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "assay"
LONG = 60
"""Lines above which a function is long."""
BRANCHY = 10
"""Cyclomatic complexity (McCabe 1976, counted simply) above which a function is complex."""
VAGUE = frozenset({
    "each", "found", "given", "wanted", "known", "asked", "said", "told", "kept", "heard",
})  # fmt: skip
"""Names that do not say what a value is."""
PARTICIPLE = re.compile(
    r"_?(?:[a-z]+ed|said|told|kept|heard|shown|known|given|taken|held|made|sent|read|lent|left|met|"
    r"found|built|bound|drawn|written|chosen)"
)
"""A function's name that says what was done and neither what it does nor what it gives."""
FEW_WORDS = 3
"""Words up to which a docstring says no more than a name."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
BRANCHES = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.Assert,
    ast.comprehension, ast.match_case,
)  # fmt: skip


class Module(NamedTuple):
    """One file of the source."""

    path: Path
    """Where it is."""
    text: str
    """Its text."""
    tree: ast.Module
    """Its syntax tree."""


def modules(source: Path = SOURCE) -> list[Module]:
    """Every Python file below a folder, in order."""
    found = []
    for path in sorted(source.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Module(path, text, ast.parse(text)))
    return found


def functions(source: Iterable[Module]) -> Iterator[Function]:
    """Every function and method."""
    for module in source:
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield node


def complexity(function: Function) -> int:
    """The number of independent paths through a function."""
    branches = sum(isinstance(node, BRANCHES) for node in ast.walk(function))
    operands = sum(
        len(node.values) - 1 for node in ast.walk(function) if isinstance(node, ast.BoolOp)
    )
    return 1 + branches + operands


def repeated_classes(source: Iterable[Module]) -> dict[str, list[str]]:
    """Class names that are defined in more than one module, with the modules."""
    places: dict[str, list[str]] = {}
    for module in source:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(module.path.stem)
    return {name: where for name, where in sorted(places.items()) if len(where) > 1}


def bound_names(source: Iterable[Module]) -> Counter[str]:
    """How often each name is assigned, looped over or taken as a parameter."""
    names: Counter[str] = Counter()
    for module in source:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names[node.id] += 1
            elif isinstance(node, ast.arg):
                names[node.arg] += 1
    return names


def places(source: Iterable[Module]) -> Iterator[str]:
    """Where a vague name is bound, a function is named by a participle, or a text says too little."""
    for module in source:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                name = node.id
            elif isinstance(node, ast.arg):
                name = node.arg
            elif isinstance(node, Function) and PARTICIPLE.fullmatch(node.name):
                yield f"{module.path}:{node.lineno}: function {node.name}"
                continue
            else:
                continue
            if name in VAGUE:
                yield f"{module.path}:{node.lineno}: name {name}"
        for text in field_texts([module]):
            if len(text.split()) <= FEW_WORDS:
                yield f"{module.path}: text {text!r}"


def participles(source: Iterable[Module]) -> list[str]:
    """Functions whose name is a bare participle."""
    return sorted(node.name for node in functions(source) if PARTICIPLE.fullmatch(node.name))


def comments(source: Iterable[Module]) -> int:
    """Lines that hold a comment and nothing else."""
    return sum(
        token.type == tokenize.COMMENT and token.line.lstrip().startswith("#")
        for module in source
        for token in tokenize.generate_tokens(io.StringIO(module.text).readline)
    )


def field_texts(source: Iterable[Module]) -> Iterator[str]:
    """The literals that describe fields and constants."""
    for module in source:
        for node in ast.walk(module.tree):
            for before, after in (
                zip(
                    getattr(node, "body", ()) or (),
                    (getattr(node, "body", ()) or ())[1:],
                    strict=False,
                )
                if isinstance(node, ast.ClassDef | ast.Module)
                else ()
            ):
                if (
                    isinstance(before, ast.AnnAssign | ast.Assign)
                    and isinstance(after, ast.Expr)
                    and isinstance(after.value, ast.Constant)
                    and isinstance(after.value.value, str)
                ):
                    yield after.value.value


def pages_reached(start: Path, most_links: int) -> set[Path]:
    """The Markdown pages that a reader reaches from a page by following so many links."""
    reached = {start.resolve()}
    edge = set(reached)
    for _ in range(most_links):
        edge = {
            target
            for page in edge
            for target in _links(page)
            if target.suffix == ".md" and target.exists()
        } - reached
        reached |= edge
    return reached


def orphans() -> list[str]:
    """Pages of the documentation that are further than two links from README."""
    pages = {path.resolve() for path in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]}
    reached = pages_reached(ROOT / "README.md", 2)
    return sorted(page.relative_to(ROOT).as_posix() for page in pages - reached)


def _links(page: Path) -> Iterator[Path]:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            yield (page.parent / target).resolve()


def tested_modules(source: Iterable[Module]) -> tuple[int, int]:
    """Modules with a test file of the same name, and all modules."""
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests").rglob("test_*.py")}
    names = [module.path.stem for module in source if module.path.stem != "__init__"]
    return sum(name in tests for name in names), len(names)


def lines_in(folder: Path) -> int:
    """Lines of all Python files below a folder."""
    return sum(
        path.read_text(encoding="utf-8").count("\n") for path in sorted(folder.rglob("*.py"))
    )


def measure() -> Mapping[str, str]:
    """Every figure by its name."""
    source = modules()
    sizes = [module.text.count("\n") for module in source]
    every = list(functions(source))
    long = [node for node in every if (node.end_lineno or 0) - node.lineno + 1 > LONG]
    names = bound_names(source)
    vague = sum(names[name] for name in VAGUE)
    public = [node for node in every if not node.name.startswith("_")]
    documented = sum(ast.get_docstring(node) is not None for node in public)
    texts = list(field_texts(source))
    with_test, all_modules = tested_modules(source)
    return {
        "lines": f"{sum(sizes):,} in {len(sizes)} files",
        "lines of a file, median and most": f"{statistics.median(sizes):.0f} and {max(sizes)}",
        f"functions above {LONG} lines": f"{len(long)} of {len(every):,}",
        f"functions with complexity above {BRANCHY}": str(
            sum(complexity(node) > BRANCHY for node in every)
        ),
        "public functions with a docstring": f"{documented / len(public):.1%}",
        "lines that are comments": f"{comments(source)} ({comments(source) / sum(sizes):.2%})",
        f"field texts of {FEW_WORDS} words or fewer": str(
            sum(len(text.split()) <= FEW_WORDS for text in texts)
        ),
        "class names defined twice": str(len(repeated_classes(source))),
        "names that do not say what a value is": f"{vague} of {sum(names.values()):,} ({vague / sum(names.values()):.1%})",
        "functions named by a bare participle": str(len(participles(source))),
        "modules with a test file of their name": f"{with_test / all_modules:.0%}",
        "lines of tests for a line of source": f"{lines_in(ROOT / 'tests') / sum(sizes):.2f}",
        "pages further than two links from README": str(len(orphans())),
    }


def main() -> None:
    """Print the figures as a Markdown table, or the places in one folder."""
    if folders := sys.argv[1:]:
        for folder in folders:
            print("\n".join(places(modules(Path(folder)))))
        return
    print("| measure | figure |\n|---|--:|")
    for name, figure in measure().items():
        print(f"| {name} | {figure} |")


if __name__ == "__main__":
    main()
