"""Which rows are wrong, as options say it."""

import pytest

from pipeline.cli.stated import named_rows
from pipeline.errors import Misuse


def test_rows_are_given_by_id_by_key_or_in_a_file(tmp_path):
    """Ids may stand between commas; a key may hold one; a file has one row a line."""
    (tmp_path / "rows.txt").write_text("1,2\n\n  ip=a,b \n-3\n")
    assert named_rows(["-1, 2,+3", "origin=EWR,hour=7"]) == ["-1", "2", "+3", "origin=EWR,hour=7"]
    assert named_rows([f"@{tmp_path / 'rows.txt'}", "9"]) == ["1", "2", "ip=a,b", "-3", "9"]
    (tmp_path / "bytes").write_bytes(b"\xff")
    with pytest.raises(Misuse, match="cannot be read"):
        named_rows([f"@{tmp_path / 'bytes'}"])
