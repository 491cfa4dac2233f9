"""The cache of pictures: each is drawn once for a theme, when it is first asked for.

A picture's digest names everything that its drawing shows, so a drawing never goes stale: what changed
has another digest. Nothing is drawn when a picture is added.
"""

from collections import OrderedDict
from collections.abc import Callable
from importlib.util import find_spec
from threading import Lock
from typing import Literal

from assay.core.errors import MachineError, missing_extra
from assay.quality.figures.picture import Picture, digest_of

ThemeName = Literal["light", "dark"]
"""Names of the themes."""

Draw = Callable[[Picture, ThemeName], str]
"""Draws a picture as SVG."""

MOST_PICTURES = 2000
"""Pictures that a cache holds as data, some kilobytes each."""

MOST_DRAWINGS = 1000
"""Drawings that a cache holds, some ten kilobytes each."""


DRAWING_EXTRA = ("report", "the pictures of the quality report and the overview")
"""The extra that draws pictures, and what it is needed for."""


def missing_drawing() -> MachineError | None:
    """The error of drawing a picture where its libraries are not installed; None where they are."""
    # Importing the libraries takes a second, so that it is only looked whether they are there.
    if all(find_spec(name) for name in ("altair", "vl_convert")):
        return None
    return missing_extra(*DRAWING_EXTRA)


class PictureCache:
    """Pictures by digest, and their drawings; the least recently asked for goes first."""

    def __init__(
        self,
        draw: Draw,
        *,
        most_pictures: int = MOST_PICTURES,
        most_drawings: int = MOST_DRAWINGS,
    ) -> None:
        """An empty cache.

        Args:
            draw: draws a picture; it is called with one picture at a time.
            most_pictures: pictures that it holds as data.
            most_drawings: drawings that it holds.
        """
        self._draw = draw
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._drawings: OrderedDict[tuple[str, ThemeName], str] = OrderedDict()
        self._most_pictures, self._most_drawings = most_pictures, most_drawings
        self._pictures_lock, self._draw_lock = Lock(), Lock()

    def add(self, picture: Picture) -> str:
        """Hold a picture, so that it can be drawn; its digest."""
        digest = digest_of(picture)
        with self._pictures_lock:
            self._pictures[digest] = picture
            self._pictures.move_to_end(digest)
            if len(self._pictures) > self._most_pictures:
                self._pictures.popitem(last=False)
        return digest

    def drawing(self, digest: str, theme: ThemeName) -> str | None:
        """The drawing of a picture that was added; None where it was not, or is held no longer.

        It may wait for another drawing to end.
        """
        key = (digest, theme)
        # One at a time: who asks for the same picture waits for its drawing instead of making it again,
        # and many pictures of one page take one core of the desk, not all of them. Adding goes on.
        with self._draw_lock:
            drawing = self._drawings.get(key)
            if drawing is None:
                with self._pictures_lock:
                    picture = self._pictures.get(digest)
                if picture is None:
                    return None
                drawing = self._draw(picture, theme)
                self._drawings[key] = drawing
            self._drawings.move_to_end(key)
            if len(self._drawings) > self._most_drawings:
                self._drawings.popitem(last=False)
            return drawing
