"""Public data as it is: taken in, cleaned, merged and cut into parts. Skipped where it is not beside the project."""

import itertools
import os
from pathlib import Path

import pandas as pd
import pytest

from pipeline import CSV, Compare, Source, link, rowwise
from pipeline.ingestion.ingest import ingest
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.preprocess import preprocess
from pipeline.preprocessing.split import split
from pipeline.preprocessing.stack import stack
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


def taken(runner, name, file, columns=None, **declared):
    """Ingest one of the files, or skip; `columns` names those of a file that has no heading."""
    if not (DATA / file).exists():
        pytest.skip(f"{file} is not beside the project")
    reader = CSV(str(DATA / file), columns=columns)
    return ingest(runner, source=Source(name=name, reader=reader, obtained="public", **declared))


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


LISTS = ("2020-05-01", "2021-05-11", "2021-11-26", "2022-04-09", "2023-04-07", "2025-08-23", "2025-11-05")
ADDRESS = {"columns": ("ip",), "keys": ("ip",), "schema": {"ip": "text"}}
TAKEN_OFF, PUT_ON = "24.144.189.90", "120.48.41.97"  # by the stated corrections


@rowwise(reads=("is_listed",))
def no_spam(accounts):
    """Leave out the accounts that come from a listed address."""
    return accounts[~accounts["is_listed"]]


def cleaned(runner, addresses, *, file):
    """The addresses that are left of `addresses`, cleaned with one of the lists of bad ones."""
    table = pd.DataFrame({"user": range(len(addresses)), "ip": addresses})
    table.to_csv(runner.settings.home / "accounts.csv", index=False)
    reader = CSV(str(runner.settings.home / "accounts.csv"))
    accounts = ingest(runner, source=Source(name="accounts", reader=reader, keys=("user",)))
    bad = taken(runner, "bad_addresses", f"ipsum/{file}.txt", **ADDRESS)
    made = preprocess(
        runner, data=lookup(runner, data=accounts, reference=bad, on="ip", found="is_listed"), steps=[no_spam]
    )
    return set(runner.value(made)["ip"])


@pytest.fixture
def lists():
    """The addresses on each of the seven lists of 2020 to 2025, by date."""
    if not (DATA / "ipsum").exists():
        pytest.skip("ipsum is not beside the project")
    return {date: (DATA / "ipsum" / "levels-3" / f"{date}.txt").read_text().split() for date in LISTS}


def test_each_list_cleans_by_what_was_on_it_then(runner, lists):
    """Of 50 addresses from every one of the seven lists, each list leaves those that are not on it."""
    addresses = list(dict.fromkeys(each for listed in lists.values() for each in listed[::97][:50]))
    for date, listed in lists.items():
        day = runner.at(Occasion(dag="trial", dag_run=date))
        assert cleaned(day, addresses, file=f"levels-3/{date}") == set(addresses) - set(listed)


def test_an_address_keeps_its_id_over_the_years(runner, lists):
    """What two lists share has the same row ids in both; the difference in ids is that in addresses."""
    first, last = (
        runner.value(
            taken(runner.at(Occasion(dag="trial", dag_run=date)), "bad", f"ipsum/levels-3/{date}.txt", **ADDRESS)
        )
        for date in (LISTS[0], LISTS[-1])
    )
    common = first.index.intersection(last.index)
    assert set(first.loc[common, "ip"]) == set(last.loc[common, "ip"]) == set(lists[LISTS[0]]) & set(lists[LISTS[-1]])


def test_stated_corrections_bring_back_one_user_and_drop_another(runner, lists):
    """Who was listed in 2021 and taken off in 2022 comes back; who was put on later passed all seven lists."""
    users = [TAKEN_OFF, PUT_ON]
    before, after = (
        cleaned(runner.at(Occasion(dag="trial", dag_run=date)), users, file=f"levels-1/{date}")
        for date in ("2021-11-26", "2022-04-09")
    )
    assert (before, after) == ({PUT_ON}, {PUT_ON, TAKEN_OFF})
    assert not any(PUT_ON in listed for listed in lists.values())


PLACES = link(
    "place",
    block_on=["phone", "name", ["number", "city"]],
    compare=[
        Compare("name", similar=[0.92, 0.8], m=[0.75, 0.15, 0.08, 0.02], u=[0.0005, 0.001, 0.0185, 0.98]),
        Compare("number", m=[0.75, 0.25], u=[0.05, 0.95]),
        Compare("street", similar=[0.85], m=[0.45, 0.35, 0.2], u=[0.05, 0.1, 0.85]),
        Compare("phone", edits=[1], m=[0.85, 0.05, 0.1], u=[0.001, 0.001, 0.998]),
    ],
    prior=1 / 3000,
    threshold=0.5,
)


@rowwise
def as_written(restaurants):
    """Bring telephone numbers, addresses and names to one way of writing them."""
    return restaurants.assign(
        phone=restaurants["phone"].str.replace(r"\D", "", regex=True).str[:10],
        number=restaurants["addr"].str.extract(r"^(\d+)")[0],
        street=restaurants["addr"].str.extract(r"^\d*\s*(?:[nsew]\. )?(.*)")[0],
        name=restaurants["name"].str.replace(r"\(.*?\)| the$| cafe| restaurant", "", regex=True).str.strip(),
    )


def test_restaurants_of_two_guides_are_merged(runner):
    """Of 112 restaurants in Fodor's and in Zagat's, 103 are found and none is wrong: precision 1, recall 0.92."""
    fodors, zagats = (taken(runner, name, f"entity-matching/{name}.csv", keys=("id",)) for name in ("fodors", "zagats"))
    gold = pd.read_csv(DATA / "entity-matching" / "matches_fodors_zagats.csv")
    made = runner.value(preprocess(runner, data=stack(runner, tables=[fodors, zagats]), steps=[as_written, PLACES]))
    in_fodors = made["id"].isin(runner.value(fodors)["id"])
    found = {
        pair
        for _, place in made.groupby("place")
        for pair in itertools.product(place["id"][in_fodors], place["id"][~in_fodors])
    }
    right = found & set(gold.itertuples(index=False, name=None))
    precision, recall = len(right) / len(found), len(right) / len(gold)
    assert 2 * precision * recall / (precision + recall) >= 0.95
