"""The two base types of everything that is stored: values and facts.

Frozen, keyword-only, closed to unknown fields, and encoded without their defaults, so that a
field added later leaves the digest of older facts as it was. A default may therefore only be
one of the empty values (None, (), {}, "", 0, False); a structure test holds this.
"""

from typing import Any, ClassVar, Self, dataclass_transform

import msgspec

from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.core.identity import make_id


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class ValueMeta(msgspec.StructMeta):
    """Gives every value the same four promises without repeating them at each class."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any
    ) -> type:
        """Make a Struct class: frozen, keyword-only, closed, encoded without defaults.

        Nothing in a value can point back at it, so the cyclic collector need not look at it: a
        bulk import spends a tenth less.
        """
        promises = {
            "frozen": True,
            "kw_only": True,
            "forbid_unknown_fields": True,
            "omit_defaults": True,
            "gc": False,
        }
        return super().__new__(mcs, name, bases, namespace, **(promises | config))


class Value(msgspec.Struct, metaclass=ValueMeta):
    """An immutable piece of a fact."""


class Fact(Value):
    """An immutable, content-addressed statement; its identity is the digest of its content."""

    prefix: ClassVar[str]
    """The short word that starts the ids of this family, such as `rec`."""

    def canonical(self) -> bytes:
        """The canonical bytes that are hashed and stored."""
        return encode_fact(self)

    def digest(self) -> bytes:
        """SHA-256 over the canonical bytes: 32 bytes."""
        return sha256(self.canonical())

    @property
    def id(self) -> str:
        """The id: the family's prefix, an underscore and the digest in base32."""
        return make_id(self.prefix, self.digest())

    def encode(self) -> "EncodedFact":
        """The fact with its canonical bytes, their digest and its id: each is computed once.

        Raises:
            InputError: if it has no canonical form.
        """
        body = encode_fact(self)
        digest = sha256(body)
        return EncodedFact(self, body, digest, make_id(self.prefix, digest))

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed: a new fact with a new id."""
        return msgspec.structs.replace(self, **changes)


class EncodedFact(msgspec.Struct, frozen=True, gc=False):
    """A fact as it is hashed and stored: what carries it from a row to the store.

    Made by `Fact.encode` alone, so that the four always belong together.
    """

    fact: Fact
    """The fact."""
    body: bytes
    """Its canonical bytes."""
    digest: bytes
    """SHA-256 over them: 32 bytes."""
    id: str
    """The id that the digest makes."""
