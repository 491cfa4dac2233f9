"""Source terms: uses that the licence permits, retention that is not over, readers who may read."""

from collections.abc import Iterator
from itertools import combinations

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.checks.context import CheckContext
from assay.contracts.contract import Contract
from assay.contracts.sources import SourceClass, Sources
from assay.governance.licence_terms import licence_terms, share_alike_family
from assay.governance.rights import keep_until

SHORT_RETENTION_DAYS = 30
"""Material that must go within so many days can hardly be reviewed and released (a convention)."""


@check("sources")
def uses_fit_the_licence(sources: Sources) -> Iterator[Fault]:
    """No use is permitted that the licence does not permit."""
    for place, source in enumerate(sources.classes):
        terms = licence_terms(source.licence or "")
        uses = [use for use in ("train", "publish") if use in source.permitted_uses]
        where = ("classes", place, "permitted_uses")
        if terms.non_commercial and uses:
            yield Fault(
                "sources", where, "licence-against-use",
                f"{terms.non_commercial[0]} permits no commercial use, and {source.id!r} is permitted "
                f"to {' and to '.join(uses)} without this restriction",
                "leave the use out, or name the agreement that permits it: LicenseRef-name", "warning",
            )  # fmt: skip
        if terms.no_derivatives and uses:
            yield Fault(
                "sources", where, "licence-against-use",
                f"{terms.no_derivatives[0]} does not permit distributing derivatives, and a release "
                f"distributes {source.id!r} in modified form",
                "leave the use out, or name the agreement that permits it: LicenseRef-name", "warning",
            )  # fmt: skip


@check("sources")
def share_alike_fits(sources: Sources) -> Iterator[Fault]:
    """No two classes that are published ask for two different licences of what is derived."""
    published = [
        (place, source, licence)
        for place, source in enumerate(sources.classes)
        if "publish" in source.permitted_uses
        for licence in licence_terms(source.licence or "").share_alike
    ]
    for (_, first, one), (place, second, other) in combinations(published, 2):
        if first is not second and share_alike_family(one) != share_alike_family(other):
            yield Fault(
                "sources", ("classes", place, "licence"), "share-alike-conflict",
                f"{second.id!r} asks for {other} and {first.id!r} for {one} on what is derived, so no "
                "release can hold records made from both",
                "keep the two in releases of their own, or leave 'publish' out of one", "warning",
            )  # fmt: skip


@check("sources", "context")
def retention_is_not_over(sources: Sources, context: CheckContext) -> Iterator[Fault]:
    """No source class is past its retention, and one whose retention ends soon is named."""
    if context.today is None:
        return
    for place, source in enumerate(sources.classes):
        end = keep_until(source)
        if end is None or not _states_an_end(source) or source.state == "deleted":
            continue
        key = "retention_until" if source.retention_until is not None else "retention_days"
        left = (end - context.today).days
        if left < 0:
            yield Fault(
                "sources", ("classes", place, key), "retention-over",
                f"{source.id!r} could be kept until {end.isoformat()}, {-left} days ago",
                "delete its records and set 'state: deleted', or state the retention that was agreed",
            )  # fmt: skip
        elif left < SHORT_RETENTION_DAYS:
            yield Fault(
                "sources", ("classes", place, key), "retention-short",
                f"{source.id!r} must be deleted in {left} days, before a release could be used "
                f"({SHORT_RETENTION_DAYS} days)",
                "agree on a longer retention, or leave the source out", "warning",
            )  # fmt: skip


@check("sources", "contract", whole=(("contract", "review"),))
def readers_may_read(sources: Sources, contract: Contract) -> Iterator[Fault]:
    """What is to be trained on may be read by somebody who reviews."""
    layers = contract.review.layers
    judging = {role for layer in layers for role in layer.roles}
    for place, source in enumerate(sources.classes):
        closed = source.reviewer_access and not judging & set(source.reviewer_access)
        if closed and "train" in source.permitted_uses and source.state == "active":
            yield Fault(
                "sources", ("classes", place, "reviewer_access"), "source-closed-to-review",
                f"no role that judges ({', '.join(sorted(judging))}) may read {source.id!r}, so no "
                "record from it can ever be accepted",
                "add a reviewing role, or leave 'train' out of its uses",
            )  # fmt: skip


@check("sources")
def personal_information_has_rules(sources: Sources) -> Iterator[Fault]:
    """Information about persons has an end, a way to be deleted, and is not published."""
    for place, source in enumerate(sources.classes):
        open_ends = list(_open_ends(source)) if source.holds_personal_information else []
        if open_ends:
            yield Fault(
                "sources", ("classes", place, "holds_personal_information"),
                "personal-information-without-rules",
                f"{source.id!r} holds information about persons, and {', and '.join(open_ends)}",
                "state a last day, a deletion procedure, and uses without 'publish'", "warning",
            )  # fmt: skip


def _states_an_end(source: SourceClass) -> bool:
    """Whether the last day is known; where it is not, another check reports it."""
    if source.retention_days is not None:
        return source.collected_on is not None
    return source.retention_until is not None


def _open_ends(source: SourceClass) -> Iterator[str]:
    if source.retention_until == "unlimited":
        yield "it is kept without an end date"
    if source.deletion_procedure is None:
        yield "nothing says how a person's data is deleted"
    if "publish" in source.permitted_uses:
        yield "it may be published"


CHECKS: tuple[DocumentCheck, ...] = (
    uses_fit_the_licence, share_alike_fits, retention_is_not_over, readers_may_read,
    personal_information_has_rules,
)  # fmt: skip
