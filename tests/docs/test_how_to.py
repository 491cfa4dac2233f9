import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_plug_in_of_the_how_to_reads_a_row(tmp_path: Path) -> None:
    """The page's reader, laid out as an installed package, gives a record by its name."""
    page = (ROOT / "docs" / "how-to" / "write-a-plug-in.md").read_text()
    code = re.search(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert code is not None
    (tmp_path / "haiku_reader.py").write_text(code[1])
    metadata = tmp_path / "haiku_reader-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: haiku-reader\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[assay.readers]\nhaiku = haiku_reader:READER\n")
    program = (
        "from assay.plugins import load\n"
        "from assay.records.reader import RowContext\n"
        "context = RowContext(kind='demonstration', source_class='own', pseudonym=lambda _: 'rvr_x')\n"
        "row = {'season': 'snow', 'lines': ['a', 'b', 'c'], 'poet': 'me'}\n"
        "record = load('readers', 'haiku').read(row, context)[0].record\n"
        "print(list(record.faults()), record.candidates[0].content.split())"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "[] ['a', 'b', 'c']\n", result.stderr
