"""Labels as people give them: by hand, by table, and of real crowds."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(os.environ.get("HEADWATER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


def said(rows, *, first=1, **columns):
    """Make labels of (item, by, label), with ids from `first`; further columns by name."""
    item, by, label = (list(each) for each in zip(*rows, strict=True)) if rows else ([], [], [])
    kind = "Int64" if all(isinstance(each, int) for each in label if each is not None) else "str"
    made = {"image": pd.array(item, "str"), "worker": pd.array(by, "str"), "label": pd.array(label, kind)}
    made |= {name: pd.array(values) for name, values in columns.items()}
    index = pd.RangeIndex(first, first + len(rows), name="row").astype("int64")
    return pd.DataFrame(made, index=index)


def table(rows):
    """Make labels of a table with a line for each labeller: a mark for each item, `.` for none."""
    lines = [line.split() for line in rows.strip().splitlines()]
    return said([
        (f"i{place:02}", who, int(mark)) for who, *marks in lines for place, mark in enumerate(marks) if mark != "."
    ])


def crowd(name: str) -> pd.DataFrame:
    """The labels of a crowd as they are published, with the `truth`, or skip: `bluebirds` or `ducks`."""
    import yaml

    folder = DATA / "cubam-crowd-labels" / "demo" / name
    if not folder.exists():
        pytest.skip("the crowd's labels are not beside the project")
    if name == "bluebirds":
        truth = yaml.safe_load((folder / "gt.yaml").read_text())
        by_worker = yaml.safe_load((folder / "labels.yaml").read_text())
        rows = [(str(i), str(who), int(one)) for who, each in by_worker.items() for i, one in each.items()]
        yes = {str(item): int(value) for item, value in truth.items()}
    else:
        lines = [line.split() for line in (folder / "labels.txt").read_text().splitlines()[1:]]
        rows = [(item, who, int(one)) for item, who, one in lines]
        kinds = yaml.safe_load((folder / "classes.yaml").read_text())
        ducks = {kinds["species"][each] for each in ("Mallard", "American Black Duck")}
        yes = {str(item): int(kind in ducks) for item, kind in kinds["labels"].items()}
    return said(rows, truth=pd.array([yes[item] for item, _, _ in rows], "Int64"))
