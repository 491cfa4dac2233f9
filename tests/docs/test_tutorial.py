import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_the_tutorial_runs_as_it_stands(tmp_path: Path) -> None:
    """Every block of the tutorial runs in order in one shell, and does what the text says."""
    text = (ROOT / "docs" / "tutorial.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) > 8
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    for said in (
        "read 6 = stored 5 + already there 0 + set aside 1",
        "read 1 = stored 1 + already there 0 + set aside 0",
        "read 6 = stored 0 + already there 6 + set aside 0",
        "refused, as it should be",
        "verified: 1.0.0",
        "0 findings",
        "release 1.1.0: 207 records, 622 judgments",
    ):
        assert said in result.stdout, f"{said!r} is not in {result.stdout}"
    assert "gate quotas" in result.stderr
