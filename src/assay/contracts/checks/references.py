"""References: every name that is used is declared, and declared once."""

from collections.abc import Iterator, Sequence

from assay.contracts.checks.check import DocumentCheck, Fault, Names, check
from assay.contracts.contract import Contract
from assay.contracts.policy import PolicyRules
from assay.contracts.reading import FileKind
from assay.contracts.rubric import Rubric
from assay.contracts.sources import Sources
from assay.contracts.tree import Path
from assay.core.choices import nearest

_Reference = tuple[Path, str]


@check("contract", "names")
def behaviours_exist(contract: Contract, names: Names) -> Iterator[Fault]:
    """Failure classes, tests and signals name behaviours of the contract."""
    used: list[_Reference] = []
    for place, failure in enumerate(contract.failure_classes):
        used.append((("failure_classes", place, "behaviour"), failure.behaviour or ""))
    for place, test in enumerate(contract.acceptance_tests):
        used.append((("acceptance_tests", place, "behaviour"), test.behaviour or ""))
    for place, signal in enumerate(contract.supervision):
        used += [
            (("supervision", place, "behaviours", at), name)
            for at, name in enumerate(signal.behaviours)
        ]
    yield from _dangling("contract", "behaviour", used, names.behaviours)


@check("contract", "names")
def dimensions_exist(contract: Contract, names: Names) -> Iterator[Fault]:
    """Behaviours, signals and agreement floors name dimensions of the rubric."""
    used: list[_Reference] = []
    for place, behaviour in enumerate(contract.behaviours):
        used += [
            (("behaviours", place, "dimensions", at), name)
            for at, name in enumerate(behaviour.dimensions)
        ]
    for place, signal in enumerate(contract.supervision):
        used += [
            (("supervision", place, "dimensions", at), name)
            for at, name in enumerate(signal.dimensions)
        ]
    for place, floor in enumerate(contract.review.agreement_floors):
        used.append((("review", "agreement_floors", place, "dimension"), floor.dimension))
    yield from _dangling("contract", "dimension", used, names.dimensions)


@check("rubric", "names")
def priority_names_dimensions(rubric: Rubric, names: Names) -> Iterator[Fault]:
    """Priority rules name dimensions of the rubric."""
    used: list[_Reference] = []
    for place, rule in enumerate(rubric.priority):
        key = "veto" if rule.veto is not None else "compare"
        used.append((("priority", place, key), rule.veto or rule.compare or ""))
    yield from _dangling("rubric", "dimension", used, names.dimensions)


@check("contract")
def contract_ids_once(contract: Contract) -> Iterator[Fault]:
    """An id occurs once in each list of the contract."""
    lists: dict[str, Sequence[str]] = {
        "behaviours": [behaviour.id for behaviour in contract.behaviours],
        "failure_classes": [failure.id for failure in contract.failure_classes],
        "acceptance_tests": [test.id for test in contract.acceptance_tests],
    }
    for key, ids in lists.items():
        yield from _twice("contract", (key,), "id", ids)
    yield from _twice(
        "contract", ("review", "layers"), "id", [layer.id for layer in contract.review.layers]
    )
    yield from _twice("contract", ("roles",), "role", [rule.role for rule in contract.roles])


@check("rubric")
def dimension_ids_once(rubric: Rubric) -> Iterator[Fault]:
    """A dimension's id occurs once."""
    yield from _twice(
        "rubric", ("dimensions",), "id", [dimension.id for dimension in rubric.dimensions]
    )


@check("policy")
def section_ids_once(policy: PolicyRules) -> Iterator[Fault]:
    """A section's id occurs once."""
    yield from _twice("policy", ("sections",), "id", [section.id for section in policy.sections])


@check("sources")
def class_ids_once(sources: Sources) -> Iterator[Fault]:
    """A source class's id occurs once."""
    yield from _twice("sources", ("classes",), "id", [source.id for source in sources.classes])


def _dangling(
    kind: FileKind, noun: str, used: Sequence[_Reference], declared: frozenset[str] | None
) -> Iterator[Fault]:
    if declared is None:
        return
    for path, name in used:
        if name and name not in declared:
            right = nearest(name, sorted(declared))
            names = ", ".join(sorted(declared)) or "none"
            yield Fault(
                kind, path, f"unknown-{noun}", f"there is no {noun} {name!r}",
                f"did you mean {right!r}?" if right else f"known: {names}",
            )  # fmt: skip


def _twice(kind: FileKind, path: Path, key: str, ids: Sequence[str]) -> Iterator[Fault]:
    for place, identity in enumerate(ids):
        if identity in ids[:place]:
            yield Fault(
                kind, (*path, place, key), "duplicate-id",
                f"{identity!r} is listed twice", "give one of the two another name",
            )  # fmt: skip


CHECKS: tuple[DocumentCheck, ...] = (
    behaviours_exist, dimensions_exist, priority_names_dimensions,
    contract_ids_once, dimension_ids_once, section_ids_once, class_ids_once,
)  # fmt: skip
