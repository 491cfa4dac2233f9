"""The registry: every reader, exporter, review format, verifier and cue by group and name."""

import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import distributions
from typing import Any, Literal

import msgspec

from assay.core.choices import nearest_few, proposal
from assay.core.errors import MachineError, UsageError
from assay.plugins.built_in import BUILT_IN

Group = Literal["readers", "exporters", "review-formats", "verifiers", "cues"]
"""What a plug-in is. A package names its own under the entry-point group `assay.<group>`."""


class Plugin(msgspec.Struct, frozen=True, kw_only=True):
    """One plug-in, not yet imported."""

    group: Group
    """The kind of plug-in."""
    name: str
    """The name by which commands and documents refer to it."""
    target: str
    """`module:attribute` of the object."""
    package: str
    """The distribution that brings it."""


def plugins(group: Group) -> list[Plugin]:
    """Every plug-in of a group, ours first, then by name.

    Raises:
        MachineError: if two packages claim one name.
    """
    ours = [
        Plugin(group=group, name=name, target=target, package="assay")
        for name, target in BUILT_IN[group].items()
    ]
    theirs = _of_packages(group, tuple(sys.path))
    _refuse_double_names([*ours, *theirs])
    return [*ours, *theirs]


# Reading the metadata of every installed package takes a tenth of a second, and a run asks some hundred
# times. What is installed changes with the path alone, in one process.
@cache
def _of_packages(group: Group, path: tuple[str, ...]) -> tuple[Plugin, ...]:
    """The plug-ins that installed packages name, none of them imported: a broken one stops no command.

    Args:
        group: the kind of plug-in.
        path: `sys.path`, where the packages are sought.
    """
    # Of two copies of one package the first on the path is the one that is imported.
    packages = {dist.name: dist for dist in reversed([*distributions(path=list(path))])}
    points = (point for dist in packages.values() for point in dist.entry_points)
    return tuple(
        Plugin(group=group, name=point.name, target=point.value, package=_package_of(point))
        # Packages come in the order of the file system; sorted, lists are the same everywhere.
        for point in sorted(points, key=lambda point: point.name)
        if point.group == f"assay.{group}"
    )


def names(group: Group) -> list[str]:
    """The names of a group's plug-ins."""
    return [plugin.name for plugin in plugins(group)]


def load(group: Group, name: str) -> Any:
    """The plug-in object of this name.

    Raises:
        UsageError: if there is none; the hint names the nearest.
        MachineError: if the package that brings it cannot be imported.
    """
    by_name = {plugin.name: plugin for plugin in plugins(group)}
    if name not in by_name:
        raise UsageError(
            code=f"unknown-{group[:-1]}",
            message=f"there is no {_noun(group)} named {name!r}",
            hint=_advice(name, group, list(by_name)),
        )
    module, _, attribute = by_name[name].target.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise MachineError(
            code="broken-plugin",
            message=f"the {_noun(group)} {name!r} of {by_name[name].package} does not load: {error}",
            hint="reinstall or remove that package",
        ) from error


_USES: Mapping[Group, str] = {
    "readers": "`assay record import --format`",
    "exporters": "`assay release export --format`",
    "review-formats": "`assay review export --format`",
    "verifiers": "a dimension's `verifier` in rubric.yaml",
    "cues": "the audit of surface cues",
}
"""What takes the names of a group."""


_LISTS: Mapping[Group, str] = {
    "readers": "`assay record formats` lists all {count}",
    "exporters": "`assay release formats` lists all {count}",
    "verifiers": "`assay verify list` lists all {count}",
}
"""What lists the names of a group; those of the others are few, and stand in the hint itself."""

_PROPOSED = 3
"""Most names that are proposed in place of one that there is not."""


def _advice(name: str, group: Group, group_names: list[str]) -> str:
    """What a name that the group does not have was probably meant to be, and what lists all names."""
    listed = _LISTS.get(group, "there are: {names}")
    every = listed.format(count=len(group_names), names=", ".join(group_names))
    if meant := proposal(_probable_names(name, group_names)):
        return f"{meant} {every}"
    elsewhere: list[Group] = [other for other in _USES if name in names(other)]
    if elsewhere:
        uses = " and ".join(f"{_with_article(other)}, for {_USES[other]}" for other in elsewhere)
        return f"{name!r} is {uses}; {every}"
    near = proposal(nearest_few(name, group_names, _PROPOSED))
    return f"{near} {every}".lstrip()


def _probable_names(name: str, group_names: list[str]) -> list[str]:
    """The names of the same words, or else of the same tool, that are nearest: at most three."""
    same_words = [own for own in group_names if _words(own) == _words(name)]
    # A tool's name stands before the colon: `trl` reads what `trl:preference` writes, and the reverse.
    tool = name.partition(":")[0]
    of_tool = [own for own in group_names if re.match(rf"{re.escape(tool)}(?![^:-])", own)]
    meant = same_words or of_tool
    if len(meant) <= _PROPOSED:
        return meant
    near = nearest_few(name, meant, _PROPOSED)
    return [*near, *(own for own in meant if own not in near)][:_PROPOSED]


def _words(name: str) -> list[str]:
    return re.split(r"[:_-]", name.lower())


def _noun(group: Group) -> str:
    return group[:-1].replace("-", " ")


def _with_article(group: Group) -> str:
    noun = _noun(group)
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _package_of(point: Any) -> str:
    return point.dist.name if point.dist else "unknown"


def _refuse_double_names(candidates: list[Plugin]) -> None:
    claimed: dict[str, Plugin] = {}
    for plugin in candidates:
        if plugin.name in claimed:
            raise MachineError(
                code="double-plugin",
                message=f"{claimed[plugin.name].package} and {plugin.package} both bring "
                f"a plug-in named {plugin.name!r}",
                hint="remove one of the two packages",
            )
        claimed[plugin.name] = plugin
