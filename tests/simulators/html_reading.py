"""HTML as a reader of the source map sees it: each text with the element that places it."""

from html.parser import HTMLParser

import msgspec

VOID = frozenset({"br", "hr"})


class ReadText(msgspec.Struct, frozen=True, kw_only=True):
    """One text node."""

    text: str
    start: int | None
    """`data-start` of the nearest element that has one; absent where none has."""
    end: int | None
    exact: bool
    """Whether that element says `data-exact`."""
    kinds: tuple[str, ...]
    """Classes of all the elements around it."""


class ReadHtml(HTMLParser):
    """All texts, elements and attributes of a piece of HTML, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[ReadText] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and, unless it is empty by nature, go into it."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element that was entered last, which must be this one."""
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        """Note a text with the element that places it."""
        placed = [given for _, given in self._open if "data-start" in given]
        near = placed[-1] if placed else {}
        self.texts.append(
            ReadText(
                text=data,
                start=int(near["data-start"] or 0) if near else None,
                end=int(near["data-end"] or 0) if near else None,
                exact="data-exact" in near,
                kinds=tuple(given["class"] or "" for _, given in self._open if "class" in given),
            )
        )

    @property
    def text(self) -> str:
        """Every word, as a reader sees it."""
        return "".join(each.text for each in self.texts)

    @property
    def leaves(self) -> list[ReadText]:
        """The texts that have a place, without what the page adds around a picture's words."""
        return [each for each in self.texts if each.start is not None and each.text.strip()]
