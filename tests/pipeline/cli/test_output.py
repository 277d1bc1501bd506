"""How commands print."""

import json
from datetime import UTC, datetime

import pytest

from pipeline.cli.output import (
    near, number, print_facts, print_json, print_paragraph, print_table, print_tree, printable, short,
)


def test_json_is_sorted_and_holds_what_json_can(capsys):
    """Keys are sorted, NaN and infinities are null, times are ISO text, other scripts are escaped."""
    print_json({"b": float("nan"), "a": [float("inf"), datetime(2024, 1, 2, tzinfo=UTC), "é"]})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"a": [None, "2024-01-02T00:00:00+00:00", "é"], "b": None}
    assert printed.index('"a"') < printed.index('"b"') and printed.isascii()


def test_a_piped_table_is_one_line_a_row_however_long(capsys, monkeypatch):
    """Where nobody watches, nothing is cut or wrapped, and no line ends in blanks."""
    monkeypatch.delenv("COLUMNS", raising=False)
    print_table(("name", "text"), [("a", "x" * 500), ("b", "short")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and lines[2].split() == ["a", "x" * 500] and lines[3] == lines[3].rstrip()


@pytest.mark.parametrize("width", ["40", "20", "1"])
def test_a_narrow_terminal_loses_nothing(capsys, monkeypatch, width):
    """A table that does not fit is told row by row; every character is still there."""
    monkeypatch.setenv("COLUMNS", width)
    print_table(("first", "second"), [("a" * 30, "b" * 30)])
    printed = "".join(capsys.readouterr().out.split())
    assert printed.count("a") == 30 and printed.count("b") == 30


def test_an_empty_table_says_so(capsys):
    """No rows: the sentence instead of an empty frame."""
    print_table(("a",), [], empty="There is none.")
    assert capsys.readouterr().out == "There is none.\n"


def test_brackets_and_control_characters_are_text(capsys):
    """Data cannot style or steer the terminal."""
    print_table(("[bold]",), [("[red]x[/red]\x1b[31m\x07",)])
    assert r"[red]x[/red]\x1b[31m\x07" in capsys.readouterr().out
    assert printable("a\tb\nc\x00") == "a\tb\nc\\x00"


def test_facts_leave_out_what_is_empty(capsys):
    """Zero is a value; nothing is not."""
    print_facts({"rows": 0, "owner": "", "note": None, "list": [1, "a"]})
    assert capsys.readouterr().out.splitlines() == ["rows  0", 'list  [1, "a"]']


def test_a_tree_tells_a_shared_node_once(capsys):
    """The second time a node is met it is named, without what is beyond it."""
    beyond = {"a": "bc", "b": "d", "c": "d", "d": "e", "e": ""}
    print_tree("a", lambda node: [(one, one) for one in beyond[node]])
    assert capsys.readouterr().out.splitlines() == [
        "├── b", "│   └── d", "│       └── e", "└── c", "    └── d  (see above)",
    ]


def test_a_tree_may_be_deeper_than_python_recurses(capsys):
    """A chain of 3,000 is printed whole."""
    print_tree("0", lambda node: [(str(int(node) + 1), f"n{node}")] if int(node) < 3000 else [])
    assert capsys.readouterr().out.count("└── n") == 3000


def test_a_paragraph_keeps_to_a_hundred_characters(capsys, monkeypatch):
    """Running text is broken between words."""
    monkeypatch.setenv("COLUMNS", "300")
    print_paragraph("word " * 100)
    assert max(map(len, capsys.readouterr().out.splitlines())) == 99


@pytest.mark.parametrize(
    ("given", "told"),
    [(1187, "1,187"), (0.98765, "0.9877"), (1.0, "1"), (12345.6, "12,346"), (None, ""), (True, "True"), ("yes", "yes")],
)
def test_numbers_as_people_read_them(given, told):
    """Thousands apart, four significant digits."""
    assert number(given) == told


def test_a_short_reference_keeps_twelve_digits():
    """Enough to find it again."""
    assert short("model/m@0123456789abcdef0123") == "model/m@0123456789ab" and short("name") == "name"


def test_near_is_told_from_where_one_stands(monkeypatch, tmp_path):
    """A path below the working directory without what leads there; any other path or an address as it is."""
    monkeypatch.chdir(tmp_path)
    assert near(tmp_path / "a" / "b.html") == near(str(tmp_path / "a" / "b.html")) == "a/b.html"
    assert near("/elsewhere/b.html") == "/elsewhere/b.html" and near("s3://bucket/b.html") == "s3://bucket/b.html"
