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
    # Round-trip mode: people's comments and their order of keys must survive a machine's edit.
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 100
    document = yaml.load(source)
    document["version"] = next_version(str(document["version"]))
    sampling = document["sampling"]
    sampling["total"] = plan.total
    planned = [{"slice": dict(quota.slice), "minimum": quota.minimum} for quota in plan.quotas]
    quotas = sampling.setdefault("quotas", [])
    replaced = [quota["slice"] for quota in planned if quota["slice"]]
    remaining = [quota for quota in quotas if _plain(quota["slice"]) not in replaced]
    quotas[:] = [*remaining, *(_flow(quota) for quota in planned if quota["slice"])]
    text = StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def _plain(mapping: Mapping[Any, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in mapping.items()}


def _flow(value: Mapping[str, Any]) -> Any:
    """A mapping that is written on one line, as quotas are."""
    yaml = YAML(typ="rt")
    empty = yaml.load("{}")
    for key, item in value.items():
        empty[key] = _flow(item) if isinstance(item, Mapping) else item
    return empty
