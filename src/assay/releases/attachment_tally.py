"""The attachment tally: images and other files that released records show, by type and by origin."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from assay.core.media_type import UNKNOWN
from assay.records.attachment import Attachment
from assay.releases.manifest import AttachmentEntry


class MediaTypeFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one media type, each counted once."""

    media_type: str
    """What the bytes are, found from the bytes."""
    files: int
    """Files of the type."""
    bytes: int
    """Size of these files together, in bytes."""


class AttachmentFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the data card says of the files that records show."""

    media_types: tuple[MediaTypeFigures, ...]
    """Files whose bytes the release holds, by type."""
    origins: tuple[tuple[str, int], ...]
    """Source class and how many records that draw on it show a file, held or not."""
    not_held: int
    """Attachments of which only an address is known, each place counted."""
    records: int
    """Records that show a file, held or not."""


class AttachmentTally:
    """Counts the files that records show."""

    def __init__(self) -> None:
        """Count nothing yet."""
        self._held: Counter[tuple[str, str, int]] = Counter()
        self._origins: Counter[str] = Counter()
        self._not_held = 0
        self._records = 0

    def add(self, attachments: Sequence[Attachment], source_classes: Sequence[str]) -> None:
        """Count a record.

        Args:
            attachments: the files that it shows.
            source_classes: the source classes whose rights bind it, each once.
        """
        if not attachments:
            return
        self._records += 1
        self._origins.update(source_classes)
        self._not_held += sum(shown.digest is None for shown in attachments)
        # A record that shows one file twice shows it once.
        self._held.update(
            {
                (shown.digest, shown.media_type or UNKNOWN, shown.bytes)
                for shown in attachments
                if shown.digest is not None
            }
        )

    def entries(self) -> tuple[AttachmentEntry, ...]:
        """The files whose bytes are held, by digest."""
        return tuple(
            AttachmentEntry(digest=digest, media_type=name, bytes=size, records=count)
            for (digest, name, size), count in sorted(self._held.items())
        )

    def figures(self) -> AttachmentFigures | None:
        """The figures of the data card; None where no record shows a file."""
        if not self._records:
            return None
        files: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        for _, name, size in self._held:
            files[name] += 1
            sizes[name] += size
        return AttachmentFigures(
            media_types=tuple(
                MediaTypeFigures(media_type=name, files=count, bytes=sizes[name])
                for name, count in sorted(files.items())
            ),
            origins=tuple(sorted(self._origins.items())),
            not_held=self._not_held,
            records=self._records,
        )
