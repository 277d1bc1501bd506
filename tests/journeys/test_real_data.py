"""Public data as it is, taken in and cut into parts. Skipped where the files are not beside the project."""

import os
from pathlib import Path

import pandas as pd
import pytest

from pipeline import CSV, Source
from pipeline.ingestion.ingest import ingest
from pipeline.preprocessing.split import split
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings

DATA = Path(os.environ.get("HEADWATER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
SIZES = {"train": 0.6, "dev": 0.2, "test": 0.2}


@pytest.fixture
def runner(tmp_path):
    """A runner on a store of its own."""
    (tmp_path / "home").mkdir()
    return Runner.open(
        Settings.from_environment({"HEADWATER_HOME": str(tmp_path / "home")}), Occasion(dag="trial", dag_run="r1")
    )


def taken(runner, name, file, **declared):
    """Ingest one of the files, or skip."""
    if not (DATA / file).exists():
        pytest.skip(f"{file} is not beside the project")
    return ingest(runner, source=Source(name=name, reader=CSV(str(DATA / file)), obtained="public", **declared))


def parts_of(runner, cut):
    """The parts of a split, as frames by name."""
    return {name: runner.value(reference) for name, reference in cut["parts"].items()}


def test_people_are_balanced_over_income_and_sex(runner):
    """Of 32,561 people, each part has its share of every income and sex, to within one row a stratum."""
    rows = taken(runner, "adult", "adult/adult.csv")
    columns = list(runner.value(rows).columns)
    target, sex = columns[-1], next(name for name in columns if name.lower() in ("sex", "gender"))
    cut = split(runner, data=rows, target=target, balance=[sex], sizes=SIZES)
    parts = parts_of(runner, cut)
    whole = pd.concat(parts.values())
    assert len(whole) == 32_561 and whole.index.is_unique
    for stratum, of in whole.groupby([target, sex]).size().items():
        for name, part in parts.items():
            found = len(part[(part[target] == stratum[0]) & (part[sex] == stratum[1])])
            assert abs(found - of * SIZES[name]) <= 1, (stratum, name)


def test_patients_never_straddle_parts(runner):
    """Of 112,120 X-rays of 30,805 patients, all of one patient are in one part."""
    rows = taken(runner, "xrays", "nih-chest-xray-labels/Data_Entry_2017_v2020.csv", keys=("Image Index",))
    parts = parts_of(runner, split(runner, data=rows, group="Patient ID", sizes=SIZES))
    patients = [set(part["Patient ID"]) for part in parts.values()]
    assert sum(map(len, parts.values())) == 112_120 and sum(map(len, patients)) == len(set.union(*patients)) == 30_805


def test_houses_are_cut_by_time(runner):
    """Of the sales of King County, none in a later part is earlier than one in a part before it."""
    rows = taken(runner, "king_county", "king-county-house-prices/house_prices.csv")
    time = next(name for name in runner.value(rows).columns if "date" in name.lower())
    parts = parts_of(runner, split(runner, data=rows, time=time, sizes=SIZES))
    assert parts["train"][time].max() < parts["dev"][time].min() <= parts["dev"][time].max() < parts["test"][time].min()
