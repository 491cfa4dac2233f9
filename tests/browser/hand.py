"""A reviewer's hand at the keyboard: everything is done by key presses, nothing by a mouse."""

import re

from playwright.sync_api import Page, expect

from simulators.desk_program import PASSWORD

GRACE_MS = 10_000
"""How long the desk holds an answer back, so that it can be undone."""

UNREAD_MS = 400
"""For how long Enter does nothing after something has come into view."""

MOST_TABS = 200

_FOCUSED = "() => (document.activeElement?.textContent ?? '').trim()"

_LABEL = "() => [...document.activeElement?.labels ?? []].map((each) => each.textContent).join()"

_NAME = "() => document.activeElement?.ariaLabel ?? ''"


class Hand:
    """One person at one page."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        """The page."""
        self.origin = origin
        """Where the desk is."""

    def sign_in(self, name: str) -> None:
        """Sign in on the real page."""
        self.page.goto(f"{self.origin}/sign-in")
        expect(self.page.locator("#name")).to_be_focused()
        self.type(name)
        self.press("Tab")
        self.type(PASSWORD)
        self.press("Enter")
        expect(self.page).to_have_url(f"{self.origin}/")

    def home(self) -> None:
        """Go home."""
        self.page.goto(f"{self.origin}/")

    def tab_to(self, text: str) -> None:
        """Press Tab until the focus is on a control that says this."""
        wanted = re.compile(text)
        for _ in range(MOST_TABS):
            self.press("Tab")
            if wanted.search(self.page.evaluate(_FOCUSED)):
                return
        raise AssertionError(f"no control says {text!r}")

    def open_queue(self, title: str) -> None:
        """From home, take work from the queue of this title, and wait until it is in view."""
        self.home()
        self.tab_to(f"^{title}")
        self.press("Enter")
        self.at_work()

    def open_gate(self, title: str) -> None:
        """From home, take severe work, and wait for what is told before it."""
        self.home()
        self.tab_to(f"^{title}")
        self.press("Enter")
        expect(self.page.locator(".gate")).to_be_visible()

    def at_work(self) -> None:
        """Wait until an assignment is in view."""
        expect(self.page.locator("#workbench.at-work")).to_be_visible()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into the field that has the focus."""
        self.page.keyboard.type(text)

    def fill(self, key: str, text: str) -> None:
        """Go to a field by its key, type, and leave it."""
        self.press(key)
        self.type(text)
        self.press("Escape")

    def tab_to_field(self, label: str) -> None:
        """Press Tab until the focus is in the field of this label."""
        for _ in range(MOST_TABS):
            self.press("Tab")
            if self.is_at_field(label):
                return
        raise AssertionError(f"no field is called {label!r}")

    def is_at_field(self, label: str) -> bool:
        """Whether the focus is in the field of this label."""
        return label in self.page.evaluate(_LABEL)

    def tab_to_name(self, name: str) -> None:
        """Press Tab until the focus is on the control that is called so for those who listen."""
        for _ in range(MOST_TABS):
            self.press("Tab")
            if name in self.page.evaluate(_NAME):
                return
        raise AssertionError(f"no control is called {name!r}")

    def read(self) -> None:
        """Look at what has come into view for as long as it takes no Enter."""
        self.page.clock.fast_forward(UNREAD_MS)

    def enter(self) -> None:
        """Press Enter at what has come into view and was read."""
        self.read()
        self.press("Enter")

    def submit(self, key: str = "Enter") -> None:
        """Submit what is in view, and let the grace time pass, until the server has it."""
        self.read()
        self.press(key)
        self.state("held for undo")
        self.page.clock.fast_forward(GRACE_MS)
        self.state("all saved")

    def state(self, text: str) -> None:
        """Wait until the state line says this."""
        expect(self.page.locator("[data-state]")).to_contain_text(text)

    def text_of(self, place: int) -> str:
        """The text of the response that is shown at a place."""
        return self.page.locator(f'.candidate[data-place="{place}"] .text').first.inner_text()

    def row(self) -> str:
        """The words of the row at which digits act."""
        return self.page.locator(".score-row.current, .ruling-row.current").inner_text()
