"""The sources: where material comes from, and what may be done with it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from assay.contracts.header import Header, Part
from assay.contracts.terms import Name, Role, Text

TERRITORY = r"^(worldwide|[A-Z]{2})$"
"""The pattern of a territory."""


class SourceClass(Part):
    """A kind of origin with its rights."""

    id: Name
    """Name of the source class; records refer to it."""
    description: Text
    """What comes from here, and how it was obtained."""
    licence: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """SPDX licence expression, such as `CC-BY-4.0` or `LicenseRef-client-agreement`."""
    permitted_uses: tuple[Literal["train", "evaluate", "publish"], ...] = ()
    """What may be done with it; everything else is denied."""
    retention_until: date | Literal["unlimited"] | None = None
    """Last day on which it may be kept, such as `2028-12-31`, or `unlimited`."""
    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """Days from `collected_on` for which it may be kept."""
    collected_on: date | None = None
    """Day on which it was collected; `retention_days` counts from it."""
    territory: tuple[Annotated[str, Field(pattern=TERRITORY)], ...] = ()
    """Where it may be kept and read: ISO 3166 country codes, `EU`, or `worldwide`."""
    reviewer_access: tuple[Role, ...] = ()
    """Roles that may read it."""
    deletion_contact: Text | None = None
    """Who is asked for deletion."""
    deletion_procedure: Text | None = None
    """What is done when deletion is asked for."""
    holds_personal_information: bool = False
    """Whether it may hold information about persons."""
    attribution: Text | None = None
    """Who must be named, and how."""
    state: Literal["active", "withdrawn", "deleted"] = "active"
    """`withdrawn`: no use any more; `deleted`: it is gone and must not come back."""


class Sources(Header):
    """The source classes of a program."""

    kind: Literal["sources"]
    """`sources`, by which a reader recognises the document."""
    classes: tuple[SourceClass, ...] = ()
    """The source classes, each with its licence and permitted uses."""
