"""Publication: a release names what it does not hold by keyed handles.

An id is a digest of its fact's content. A reader who knows nearly all of a record that was held back
could try guesses for the rest until the id fits. So the facts of a release name a record that is not
in it by its handle; and as that changes their bytes, their own ids are those of what is published.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import merge

import msgspec

from assay.core.digest import sha256
from assay.core.identity import make_id
from assay.records.record import Record
from assay.releases.selection import Body, Bundle, ChosenRecords, read_bundle
from assay.releases.spool import Spool

_RECORD = re.compile(rb"rec_[a-z2-7]{52}(?![a-z2-7])")
"""The id of a record, wherever it is: parameters of a transformation are JSON within JSON."""

_FACT = re.compile(rb"[a-z]{3}_[a-z2-7]{52}(?![a-z2-7])")
"""The id of any fact."""

_IN_TEXT = re.compile(r"\brec_[a-z2-7]{8,52}\b")
"""The id of a record, whole or cut, in a text for people."""

_CUT = len("rec_") + 52
"""Characters of a whole id."""


class Publication:
    """The chosen records as they are published, and what their ids were in the store."""

    def __init__(self, chosen: ChosenRecords, renamed: Spool, handle: Callable[[str], str]) -> None:
        """Publish the chosen records that name others, under the ids that they have then.

        Args:
            chosen: the chosen bundles by the records' ids in the store.
            renamed: takes what has another form than in the store; the caller closes it.
            handle: gives the keyed handle of a record.
        """
        self._chosen = chosen
        self._renamed = renamed
        self._handle = handle
        self._names: dict[bytes, bytes] = {}
        self.handles: dict[str, str] = {}
        """Published id of a record -> its handle, where it has another id in the store."""
        self.origins: dict[str, str] = {}
        """Published id of a disposition -> its id in the store, where it is another one."""
        for identity in chosen.naming.ids():
            self._publish(identity)
        for identity, body in chosen.naming.in_order():
            self._rename_bundle(identity, read_bundle(body))

    def in_order(self) -> Iterator[tuple[str, Bundle]]:
        """All bundles as they are published, by the records' published ids."""
        for identity, body in merge(self._chosen.plain.in_order(), self._renamed.in_order()):
            yield identity, read_bundle(body)

    def _rename_bundle(self, identity: str, bundle: Bundle) -> None:
        name = self._published_name(identity)
        if name != identity:
            self.handles[name] = self._handle(identity)
        self._renamed.add(name, msgspec.msgpack.encode(self._bundle(bundle)))

    def text(self, text: str) -> str:
        """A text for people, in which records that are not in the release have their handles."""
        return _IN_TEXT.sub(lambda match: self._published_name(match[0]), text)

    def _published_name(self, identity: str) -> str:
        if identity in self._chosen:
            return self._names.get(identity.encode(), identity.encode()).decode()
        if len(identity) == _CUT:
            return self._handle(identity)
        # A part of an id may be of several records, so it has no handle; left in, it would confirm
        # a guess.
        return "rec_..."

    def _publish(self, start: str) -> None:
        """Find the published id of a record: first those of the chosen records that it names."""
        # A published id depends on the published ids of the records that are named, so those come
        # first. The walk keeps its own stack: a chain of ancestors may be longer than Python's.
        path, entered = [start], set[str]()
        while path:
            identity = path[-1]
            if identity.encode() in self._names:
                path.pop()
                continue
            body = read_bundle(self._chosen.naming.body(identity)).record
            named = {other.decode() for other in _RECORD.findall(body)}
            # A chosen record that names no other keeps its id.
            missing = [
                other
                for other in named
                if other in self._chosen.naming
                and other.encode() not in self._names
                and other not in entered
            ]
            if missing:
                entered.add(identity)
                path += missing
                continue
            path.pop()
            published = self._rename(body, {})
            self._names[identity.encode()] = make_id(Record.prefix, sha256(published)).encode()

    def _rename(self, body: bytes, local: Mapping[bytes, bytes]) -> bytes:
        """A fact's bytes with published names for the records, and the facts, that it names."""

        def name(match: re.Match[bytes]) -> bytes:
            identity = match[0]
            if identity in local:
                return local[identity]
            if not identity.startswith(b"rec_"):
                return identity
            if identity in self._names:
                return self._names[identity]
            text = identity.decode()
            return identity if text in self._chosen.plain else self._handle(text).encode()

        # In the bytes and not in the parsed fact: an id may be in a text that is JSON itself.
        return _FACT.sub(name, body)

    def _bundle(self, bundle: Bundle) -> Bundle:
        local: dict[bytes, bytes] = {}
        record = self._rename(bundle.record, {})
        judgments = self._series(bundle.judgments, local)
        adjudications = self._series(bundle.adjudications, local)
        verifications = self._series(bundle.verifications, local)
        disposition = self._body(bundle.disposition, local)
        if disposition.id != bundle.disposition.id:
            self.origins[disposition.id] = bundle.disposition.id
        return bundle._replace(
            record=record,
            disposition=disposition,
            judgments=judgments,
            adjudications=adjudications,
            verifications=verifications,
        )

    def _series(self, facts: Sequence[Body], local: dict[bytes, bytes]) -> list[Body]:
        """Facts of one family; one that names another comes after it."""
        made: list[Body] = []
        for fact in _in_order_of_reference(facts):
            published = self._body(fact, local)
            if published.id != fact.id:
                local[fact.id.encode()] = published.id.encode()
            made.append(published)
        return sorted(made)

    def _body(self, fact: Body, local: Mapping[bytes, bytes]) -> Body:
        """A fact as it is published."""
        body = self._rename(fact.body, local)
        if body == fact.body:
            return fact
        digest = sha256(body)
        return Body(make_id(fact.id[:3], digest), body, digest)


def _in_order_of_reference(facts: Sequence[Body]) -> Iterator[Body]:
    """Each fact after those of the same series that it names."""
    waiting = {fact.id: fact for fact in facts}
    while waiting:
        ready = [
            fact
            for fact in waiting.values()
            if not ({identity.decode() for identity in _FACT.findall(fact.body)} & waiting.keys())
        ]
        # Ids are digests, so facts cannot name one another in a circle. Damaged ones could, and
        # must not make the build run forever.
        for fact in ready or list(waiting.values()):
            del waiting[fact.id]
            yield fact
