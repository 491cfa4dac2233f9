"""The command line starts light."""

import subprocess
import sys

HEAVY = {
    "numpy", "pyarrow", "pandas", "scipy", "sqlalchemy", "alembic", "pydantic", "msgspec",
    "cryptography", "jinja2", "httpx", "ruamel", "datasets", "assay.program",
}  # fmt: skip


def test_help_loads_no_heavy_library() -> None:
    """`assay --help` imports no numerical, database, web or document library."""
    program = (
        "import sys; sys.argv = ['assay', '--help']\n"
        "from assay.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('LOADED', *sorted(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.rsplit("LOADED", 1)[1].split())
    assert HEAVY & loaded == set()
    assert "assay.cli.main" in loaded
