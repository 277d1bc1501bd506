"""The cascade: users of two sites, cleaned by a bought list, merged into people, to a model of who looks for a job."""

import subprocess
import sys
from importlib import import_module

import pandas as pd
import pytest

from pipeline.cli.dag_files import all_dags
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings

from .conftest import ROOT, place


@pytest.fixture(scope="module")
def users(tmp_path_factory):
    """A project in which the DAG of the job seekers has run once."""
    made = place(tmp_path_factory.mktemp("users") / "project")
    for name in ("job_seekers", "made_users", "made_addresses"):
        made.dag(name)
    made.headwater("run", "job_seekers")
    return made


@pytest.fixture
def makers(monkeypatch):
    """The modules that make users and addresses up."""
    monkeypatch.syspath_prepend(ROOT / "dags")
    return import_module("made_users"), import_module("made_addresses")


def table(users, name):
    """One of the datasets of the run, by the name of its step."""
    settings = Settings.from_environment({"HEADWATER_HOME": str(users.folder / ".headwater")})
    runner = Runner.open(settings, Occasion(dag="job_seekers", dag_run="look"))
    return runner.value(runner.store.latest("dataset", f"job_seekers.{name}").reference)


def pairs(names):
    """How many pairs of rows have one name."""
    sizes = pd.Series(names).value_counts()
    return int((sizes * (sizes - 1) // 2).sum())


def test_the_model_knows_more_than_chance(users):
    """Both gates hold: AUC of 0.8 and more, accuracy 5 points over the commonest answer; so it is released."""
    told = users.json("summary")
    assert [gate["judgement"] for gate in told["audit"]["gates"]] == ["pass", "pass"]
    assert told["audit"]["groups"][0]["metrics"]["auc"] > 0.84 and told["release"]["live"] is True


def test_exactly_the_accounts_at_listed_addresses_are_left_out(users, makers):
    """Honest people behind a wrongly listed address among them; spammers at one that the list lacks stay."""
    people, addresses = makers
    kept, listed = table(users, "no_spam"), set(addresses.bought_list()["ip"])
    both = pd.concat([people.jobboard_users(), people.network_users()])
    assert set(kept["user_id"]) == set(both.loc[~both["ip"].isin(listed), "user_id"])
    right = set(addresses.corrected_list()["ip"])
    assert (both["ip"].isin(listed - right).sum(), both["ip"].isin(right - listed).sum()) == (232, 300)


def test_accounts_of_one_person_are_found(users, makers):
    """Of all pairs of accounts that are one person's, and of all that are said to be, 97 in 100 are both."""
    made = table(users, "link")
    who = makers[0].who_is_who().loc[made["user_id"]].to_numpy()
    both = pairs(made["person"].astype("str").to_numpy() + who.astype(str))
    assert both / pairs(who) > 0.97 and both / pairs(made["person"].to_numpy()) > 0.97


def test_people_are_their_accounts_summed_up(users):
    """There is one row a person, whose visits are those of all the accounts, and who looks if any applied."""
    accounts, people = table(users, "link"), table(users, "people")
    assert people["person"].is_unique and set(people["person"]) == set(accounts["person"])
    assert people["visits"].sum() == accounts["visits"].sum()
    assert set(people.loc[people["looking"] == 1, "person"]) == set(accounts.loc[accounts["applied"] == 1, "person"])


def test_the_model_can_be_made_again(users):
    """From kept code alone, files beside the DAG's included, with the DAG files gone."""
    for file in (users.folder / "dags").glob("*.py"):
        file.rename(file.with_suffix(".gone"))
    told = users.json("reproduce", "model/job_seekers")
    for file in (users.folder / "dags").glob("*.gone"):
        file.rename(file.with_suffix(".py"))
    assert told["equal"] is True


def test_the_corrected_list_is_written_on_demand(users, makers):
    """`python dags/made_addresses.py FILE` writes it: without the 8 wrong ones, with the 30 that were missing."""
    file = users.folder / "corrected" / "addresses.csv"
    subprocess.run([sys.executable, users.folder / "dags" / "made_addresses.py", file], check=True)
    bought, corrected = set(makers[1].bought_list()["ip"]), set(pd.read_csv(file)["ip"])
    assert (len(bought - corrected), len(corrected - bought), len(bought & corrected)) == (8, 30, 2770)


def test_made_up_users_are_the_same_everywhere(makers):
    """Another process makes the same accounts: the seed decides, no clock and no order of a set."""
    code = (
        "import pandas as pd, made_users as m;"
        "print([int(pd.util.hash_pandas_object(t).sum()) for t in (m.jobboard_users(), m.network_users())])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "dags", capture_output=True, text=True, check=True)
    here = [
        int(pd.util.hash_pandas_object(made()).sum()) for made in (makers[0].jobboard_users, makers[0].network_users)
    ]
    assert done.stdout.strip() == str(here)


def test_nobody_made_up_is_real(makers):
    """Addresses, telephone numbers and domains are of the ranges kept for tests, fiction and examples."""
    both = pd.concat([makers[0].jobboard_users(), makers[0].network_users()])
    assert both["ip"].str.match(r"198\.1[89]\.").all() and makers[1].bought_list()["ip"].str.startswith("198.19.").all()
    assert both["phone"].dropna().str.contains(r"\) 555-01\d\d$").all()
    assert set(both["email"].dropna().str.partition("@")[2]) == {"example.com", "mail.example"}


def test_files_beside_a_dag_are_no_dags():
    """What makes data up is read as a DAG file neither by Headwater nor by Airflow, which go by words."""
    assert not any("made_" in found.file.name for found in all_dags(ROOT / "dags"))
    texts = [file.read_text().lower() for file in (ROOT / "dags").glob("made_*.py")]
    assert len(texts) == 3 and not any("airflow" in text for text in texts)
