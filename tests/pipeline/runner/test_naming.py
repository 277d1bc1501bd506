"""The rows of a keyed output are named by a secret of its own, for good."""

import pandas as pd
import pytest

from pipeline.errors import StepRefused
from pipeline.preprocessing.preprocess import preprocess
from pipeline.rows import row_ids
from pipeline.runner.reproduce import reproduce
from pipeline.step import Made, Step, aggregate


def visits(*, kind="Int64", public=False, users=(1, 1, 2)):
    """Visits of users."""
    frame = pd.DataFrame({"user": pd.Series(users, dtype=kind), "n": pd.array([1, 2, 3], "Int64")})
    obtained = {"provenance": {"obtained": "public" if public else "owned"}}
    return {"data": Made("dataset", frame.set_axis(pd.Index([1, 2, 3], name="row")), facts=obtained)}


@aggregate(by="user")
def per_user(frame):
    """Sum by user."""
    return frame.groupby("user")[["n"]].sum()


def made(runner, **given):
    """The reference of the sums by user."""
    step = Step(name="visits", stage="ingestion", function=visits, parameters=given)
    return preprocess(runner, data=runner.run(step).outputs["data"], steps=[per_user])


def test_ids_follow_from_the_secret_kept_for_the_dataset(runner):
    """Whoever has the record finds the row of a key, there or not."""
    frame, record = runner.value(made(runner)), runner.store.source("trial.per_user")
    assert (record.key, record.schema) == (("user",), {"user": "integer"})
    given = {"source": record.name, "secret": record.secret, "key": record.key, "types": record.schema}
    assert frame.index.tolist() == row_ids(frame, **given).tolist()


def test_what_comes_from_public_sources_is_named_alike_everywhere(opened, settings, tmp_path):
    """A public source has no key worth hiding; any other dataset has a secret."""
    from dataclasses import replace

    from pipeline.runner import Occasion, Runner

    (tmp_path / "other").mkdir()
    elsewhere = replace(
        settings, home=tmp_path, store_url=f"sqlite:///{tmp_path}/other/lineage.db", storage=str(tmp_path / "a")
    )
    for public in (True, False):
        runners = [opened(dag=f"p{public}"), Runner.open(elsewhere, Occasion(dag=f"p{public}", dag_run="r"))]
        ids = [runner.value(made(runner, public=public)).index.tolist() for runner in runners]
        assert (ids[0] == ids[1]) is public


def test_a_key_of_another_kind_is_refused(runner):
    """1 and "1" are two keys, and no version may mix them; the letter says what there was."""
    made(runner)
    with pytest.raises(StepRefused, match=r"user \(integer\).*user \(text\)"):
        made(runner, kind="str", users=("1", "1", "2"))


def test_a_keyed_dataset_is_reproduced(runner):
    """Made again from its record, its rows have their ids."""
    assert reproduce(runner, made(runner)).equal


def test_times_of_any_sort_name_rows(runner):
    """Times with and without a zone do."""
    frame = runner.value(made(runner, kind="datetime64[us]", users=("2026-01-01", "2026-01-01", "2026-01-02")))
    assert len(frame) == 2 and runner.store.source("trial.per_user").schema == {"user": "datetime"}
