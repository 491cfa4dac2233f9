"""What is installed is pinned to the file: each version has its hash, for those who ask for it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKED = re.compile(r"([A-Za-z0-9._-]+)==([^ ]+) --hash=sha256:([0-9a-f]{64})")


def _lines(name: str) -> list[str]:
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def test_every_pinned_version_has_a_hash() -> None:
    """The lock names the versions of the constraints, all of them and no other, each with a hash."""
    pinned = {tuple(line.split("==")) for line in _lines("constraints.txt")}
    locked = [LOCKED.fullmatch(line) for line in _lines("requirements.lock")]
    assert all(locked)
    assert {(_plain(each[1]), each[2]) for each in locked if each} == {
        (_plain(name), version) for name, version in pinned
    }


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is for whoever installs them to say."""
    for name in ("constraints.txt", "requirements.lock", "Makefile", "pyproject.toml"):
        text = (ROOT / name).read_text()
        assert not re.search(r"--(extra-)?index-url|--find-links|file://", text), name
