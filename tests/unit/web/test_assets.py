"""Files of the pages are kept for good, and a page asks for all of its modules at once."""

import gzip
import re
from pathlib import Path

import pytest

from assay.web.app import HERE
from assay.web.assets import CACHE_CONTROL, Assets, own_assets
from unit.web.conftest import Client, SignIn

STATIC = HERE / "static"
_ADDRESS = re.compile(r'(?:src|href)="(/static/[^"]+)"')
_PRELOADED = re.compile(r'<link rel="modulepreload" href="([^"]+)">')
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
_SPECIFIER = re.compile(r'from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"', re.MULTILINE)


def _graph(client: Client, addresses: list[str]) -> set[str]:
    """What a browser would ask for, by reading each module as it comes."""
    reached = set(addresses)
    waiting = list(addresses)
    while waiting:
        answer = client.get(waiting.pop())
        assert answer.status_code == 200
        for first, second in _SPECIFIER.findall(_COMMENT.sub("", answer.text)):
            target = str(answer.request.url.join(first or second).raw_path, "ascii")
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


@pytest.mark.parametrize(
    ("who", "path"), [("ana", "/review"), ("lea", "/overview"), (None, "/sign-in")]
)
def test_a_page_names_the_whole_graph_of_its_modules(
    who: str | None, path: str, client: Client, sign_in: SignIn
) -> None:
    """No module is found out about only when another one has come."""
    browser = sign_in(who) if who else client
    page = browser.get(path).text
    entries = re.findall(r'<script type="module" src="([^"]+)"', page)
    preloaded = _PRELOADED.findall(page)
    assert set(preloaded) == _graph(browser, entries)
    assert len(preloaded) == len(set(preloaded))


@pytest.mark.parametrize("path", ["/review", "/"])
def test_every_file_of_a_page_is_kept_for_good(path: str, sign_in: SignIn) -> None:
    """A second load asks for none of them: each address has the digest, each answer is immutable."""
    browser = sign_in("ana")
    addresses = _ADDRESS.findall(browser.get(path).text)
    assert len(addresses) > 4
    for address in addresses:
        answer = browser.get(address)
        assert answer.headers["cache-control"] == CACHE_CONTROL
        assert address.startswith(f"/static/{own_assets().digest}/")


def test_a_file_is_served_as_it_is_and_compressed_where_asked_for(client: Client) -> None:
    """Both forms are the file's own bytes, and a cache tells them apart."""
    address = own_assets().address("workbench/desk.js")
    content = (STATIC / "workbench/desk.js").read_bytes()
    plain = client.get(address, headers={"accept-encoding": "identity"})
    packed = client.get(address, headers={"accept-encoding": "gzip"})
    assert plain.content == packed.content == content
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(content) / 2
    assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"


def test_another_digest_finds_nothing(client: Client) -> None:
    """What belongs to another version is never kept under this one's address."""
    name = "workbench/desk.js"
    for address in (f"/static/{name}", f"/static/{'0' * 16}/{name}", "/static/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.headers["cache-control"] == "no-store"


def test_any_changed_byte_changes_every_address(tmp_path: Path) -> None:
    """The digest is of names and contents, so that a browser mixes no two versions."""
    (tmp_path / "a.js").write_text('import "./b.js";\n')
    (tmp_path / "b.js").write_text("1;\n")
    before = Assets(tmp_path).address("a.js")
    (tmp_path / "b.js").write_text("2;\n")
    changed = Assets(tmp_path).address("a.js")
    (tmp_path / "b.js").rename(tmp_path / "c.js")
    assert len({before, changed, Assets(tmp_path).address("a.js")}) == 3


def test_modules_in_a_circle_are_named_once(tmp_path: Path) -> None:
    """Each module of a graph is named, whatever the form of its import."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.js").write_text(
        'import {\n  b,\n} from "./deep/b.js";\nimport * as c from "./c.js";\n'
    )
    (tmp_path / "deep/b.js").write_text('export { c } from "../c.js";\nimport "../a.js";\n')
    (tmp_path / "c.js").write_text('/** @type {import("./types.js").T} */\nexport const c = 1;\n')
    assert Assets(tmp_path).modules("a.js") == ("a.js", "deep/b.js", "c.js")


def test_a_file_that_is_missing_has_no_address() -> None:
    """A template that names one fails where it is rendered, and not in the reader's browser."""
    with pytest.raises(KeyError):
        own_assets().address("nowhere.js")


def test_the_compressed_form_is_the_same_in_every_process() -> None:
    """No time of day is in it."""
    file = own_assets().file(own_assets().digest, "page.js")
    assert file is not None
    assert file.compressed == gzip.compress(file.content, mtime=0)
