"""Rights: licence, uses, retention, territory, access and deletion of every source class."""

import re
from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.program import ProgramSettings
from assay.contracts.sources import SourceClass, Sources
from assay.governance.licences import licence_fault, nearest_licence
from assay.governance.rights import covers

_ASKS_FOR_ATTRIBUTION = re.compile(r"\bCC-BY(?:-|\b)", re.IGNORECASE)


@check("sources")
def no_sources(sources: Sources) -> Iterator[Fault]:
    """There is a source class."""
    if not sources.classes:
        yield Fault(
            "sources", ("classes",), "no-sources",
            "there is no source class, so no record can have rights",
            "add a class for each kind of origin",
        )  # fmt: skip


_RIGHTS = (
    ("licence", "source-without-licence", "has no licence",
     "add an SPDX expression, or LicenseRef- and a name of your own for an agreement"),
    ("permitted_uses", "source-without-permitted-uses", "permits no use",
     "say what is permitted: train, evaluate, publish"),
    ("territory", "source-without-territory", "does not say where it may be kept and read",
     "add country codes, EU or worldwide"),
    ("reviewer_access", "source-without-access", "does not say which roles may read it",
     "add the roles"),
    ("deletion_contact", "source-without-deletion", "does not say who is asked for deletion",
     "add a contact"),
)  # fmt: skip


@check("sources")
def rights(sources: Sources) -> Iterator[Fault]:
    """Every source class has its rights."""
    for place, source in enumerate(sources.classes):
        for key, code, says, hint in _RIGHTS:
            if not getattr(source, key):
                yield Fault("sources", ("classes", place, key), code, f"{source.id!r} {says}", hint)


@check("sources")
def retention(sources: Sources) -> Iterator[Fault]:
    """Every source class says how long it may be kept."""
    for place, source in enumerate(sources.classes):
        if source.retention_until is None and source.retention_days is None:
            yield Fault(
                "sources", ("classes", place, "retention_until"), "source-without-retention",
                f"{source.id!r} does not say how long it may be kept",
                "add 'retention_until' with a date or 'unlimited', or 'retention_days'",
            )  # fmt: skip
        if source.retention_days is not None and source.collected_on is None:
            yield Fault(
                "sources", ("classes", place, "collected_on"), "retention-without-start",
                f"the retention of {source.id!r} counts days from a day that is not given",
                "add 'collected_on'",
            )  # fmt: skip


@check("sources")
def licences(sources: Sources) -> Iterator[Fault]:
    """Licences are SPDX expressions."""
    for place, source in enumerate(sources.classes):
        fault = licence_fault(source.licence) if source.licence else None
        if fault is not None:
            right = nearest_licence(source.licence or "")
            yield Fault(
                "sources", ("classes", place, "licence"), "bad-licence", fault,
                f"did you mean {right!r}?" if right else "for an agreement of your own: LicenseRef-name",
            )  # fmt: skip


@check("sources")
def attribution(sources: Sources) -> Iterator[Fault]:
    """A licence that asks for attribution comes with the words."""
    for place, source in enumerate(sources.classes):
        if _ASKS_FOR_ATTRIBUTION.search(source.licence or "") and source.attribution is None:
            yield Fault(
                "sources", ("classes", place, "attribution"), "attribution-missing",
                f"{source.licence} asks for attribution, and {source.id!r} does not say whom to name",
                "add 'attribution'", "warning",
            )  # fmt: skip


@check("sources", "program")
def inside_the_territory(sources: Sources, program: ProgramSettings) -> Iterator[Fault]:
    """The program works where its sources may be used."""
    for place, source in enumerate(sources.classes):
        where = program.territory
        if source.territory and where and not covers(source.territory, where):
            yield Fault(
                "sources", ("classes", place, "territory"), "source-outside-territory",
                f"{source.id!r} may not be used in {where}, where the program works",
                "use another source, or change 'territory' in assay.toml", "warning",
            )  # fmt: skip


@check("program", "sources")
def program_territory(program: ProgramSettings, sources: Sources) -> Iterator[Fault]:
    """A program whose sources are bound to a territory says where it works."""
    bound = [source.id for source in sources.classes if _is_bound(source)]
    if program.territory is None and bound:
        yield Fault(
            "program", ("territory",), "program-without-territory",
            f"{bound[0]!r} is bound to a territory, and the program does not say where it works",
            "add 'territory' to assay.toml, such as \"EU\"", "warning",
        )  # fmt: skip


@check("program")
def shared_pseudonyms(program: ProgramSettings) -> Iterator[Fault]:
    """A store that several machines share gives a person one pseudonym on all of them."""
    named = program.pseudonym_key or program.master_key
    if program.store.startswith("postgresql") and named is None:
        yield Fault(
            "program", ("pseudonym_key",), "shared-store-without-pseudonym-key",
            "several machines may share the store, and each would make up a key of its own, so "
            "that one person had several pseudonyms",
            'name one key for all: pseudonym_key = "env:ASSAY_PSEUDONYM_KEY"', "warning",
        )  # fmt: skip


def _is_bound(source: SourceClass) -> bool:
    return bool(source.territory) and "worldwide" not in source.territory


CHECKS: tuple[DocumentCheck, ...] = (
    no_sources, rights, retention, licences, attribution, inside_the_territory, program_territory,
    shared_pseudonyms,
)  # fmt: skip
