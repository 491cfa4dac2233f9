"""The next contract: the file as people wrote it, with its version, total and quotas changed."""

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from assay.planning.plan import DataPlan


def next_version(version: str) -> str:
    """The next minor version of a semantic one."""
    major, minor, *_ = version.partition("-")[0].split(".")
    return f"{major}.{int(minor) + 1}.0"


def rewrite(source: str, plan: DataPlan) -> str:
    """The contract's text under the plan; comments and the order of keys stay.

    A quota of the plan takes the place of the contract's quota for the same slice; the others
    stay as they are.

    Args:
        source: contract.yaml as it is.
        plan: a plan that asks for data.
    """
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 100
    document = yaml.load(source)
    document["version"] = next_version(str(document["version"]))
    sampling = document["sampling"]
    sampling["total"] = plan.total
    planned = [{"slice": dict(each.slice), "minimum": each.minimum} for each in plan.quotas]
    quotas = sampling.setdefault("quotas", [])
    wanted = [each["slice"] for each in planned if each["slice"]]
    kept = [each for each in quotas if _plain(each["slice"]) not in wanted]
    quotas[:] = [*kept, *(_flow(each) for each in planned if each["slice"])]
    text = StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def _plain(given: Mapping[Any, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in given.items()}


def _flow(value: Mapping[str, Any]) -> Any:
    """A mapping that is written on one line, as quotas are."""
    yaml = YAML(typ="rt")
    empty = yaml.load("{}")
    for key, each in value.items():
        empty[key] = _flow(each) if isinstance(each, Mapping) else each
    return empty
