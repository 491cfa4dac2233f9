"""The two checks of a release, as its receivers run them: Assay's and the shell lines."""

import os
import re
import subprocess
from pathlib import Path

from assay.releases.card import VERIFY_SCRIPT
from assay.releases.keys import public_pem
from assay.releases.verify import VerifiedRelease, verify
from simulators.ferries import KEY

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "verify-a-release.md"
"""The page that shows the shell lines."""

PATIENCE_SECONDS = 20
"""After this long a check hangs: a reader that waits for a pipe never ends."""


def run_shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run shell lines in a release's folder, with the trusted key outside it."""
    key = folder.parent / "public.pem"
    key.write_bytes(public_pem(KEY.public_key()))
    environment = {"PATH": os.environ["PATH"], "PUBLIC_KEY": str(key)}
    return subprocess.run(
        ["sh", "-c", script], cwd=folder, env=environment, capture_output=True, check=False,
        encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


def shell_lines() -> list[str]:
    """The blocks of shell lines of the page: the check, then the digest of one record."""
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)


def accepted_by_shell(folder: Path) -> bool:
    """Whether the shell lines accept a release, on their own and before a `&&`."""
    lines = VERIFY_SCRIPT.read_text()
    alone = run_shell(lines, folder).returncode == 0
    listed = run_shell(f"{lines.rstrip()} && echo accepted", folder).returncode == 0
    return alone or listed


def checked_by_assay(folder: Path) -> VerifiedRelease:
    """What `assay release verify` finds."""
    return verify(folder, KEY.public_key())
