"""What axe-core finds on a page, by the rules of WCAG 2.2 A and AA and its best practices."""

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"], elementRef: false});
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")} (${node.failureSummary.split("\\n").slice(1, 3).join("; ").trim()})`));
}"""


@cache
def _source() -> str:
    return (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """What is wrong with the page as it stands, a line for each element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_source())
    found: list[str] = page.evaluate(_RUN)
    return found
