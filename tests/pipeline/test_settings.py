"""Settings are read once from the environment, and show no password."""

from pathlib import Path

import pytest

from pipeline.errors import Misuse
from pipeline.settings import Settings, masked


def test_everything_lies_under_the_home_by_default(tmp_path, monkeypatch):
    """Without settings all is in .headwater of the working directory, and DAG files are in dags."""
    monkeypatch.chdir(tmp_path)
    read = Settings.from_environment({})
    assert (read.home, read.dags) == (tmp_path / ".headwater", tmp_path / "dags")
    assert read.store_url == f"sqlite:///{tmp_path}/.headwater/lineage.db"


def test_each_place_can_be_elsewhere():
    """Every setting has a variable of its own."""
    given = {"HEADWATER_STORE": "postgresql://h/d", "HEADWATER_STORAGE": "s3://bucket/a", "HEADWATER_DAGS": "/srv/dags"}
    read = Settings.from_environment(given)
    assert (read.store_url, read.storage, read.dags) == ("postgresql://h/d", "s3://bucket/a", Path("/srv/dags"))


@pytest.mark.parametrize(("text", "share"), [("0", 0.0), ("0.25", 0.25), ("1", 1.0), ("all", 1.0)])
def test_the_sample_of_claims_can_be_raised(text, share):
    """A project tests a share of all rows, or all of them."""
    assert Settings.from_environment({"HEADWATER_CLAIM_SAMPLE": text}).claim_sample == share


@pytest.mark.parametrize("text", ["most", "-1", "2", "nan"])
def test_a_sample_that_is_none_is_misuse(text):
    """What is neither a share nor all is refused by the variable's name."""
    with pytest.raises(Misuse, match="HEADWATER_CLAIM_SAMPLE"):
        Settings.from_environment({"HEADWATER_CLAIM_SAMPLE": text})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:s3cret@host/db", "postgresql://me:***@host/db"),
        ("at postgresql://me:s3c@r3t@host/db now", "at postgresql://me:***@host/db now"),
        ("redis://:s3cret@host:6379/0", "redis://:***@host:6379/0"),
        ("http://host:8080/path", "http://host:8080/path"),
    ],
)
def test_passwords_are_masked(text, shown):
    """Whatever stands between the user's name and the last @ of a URL is hidden; a port is not."""
    assert masked(text) == shown


def test_the_repr_has_no_password():
    """Settings can be printed; the webhook of recalls is a secret too."""
    given = {"HEADWATER_STORE": "postgresql://me:s3cret@host/db", "HEADWATER_RECALL_WEBHOOK": "https://hooks/s3cret"}
    read = Settings.from_environment(given)
    assert read.recall_webhook == "https://hooks/s3cret" and "s3cret" not in repr(read)
