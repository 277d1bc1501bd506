"""Which part each row goes to."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts.split import Policy
from pipeline.errors import Misuse, StepRefused
from pipeline.preprocessing.parting import parts_of, strata_of

TWO = {"train": 0.5, "test": 0.5}


def table(n: int = 100, **columns: object) -> pd.DataFrame:
    """Make rows with scattered ids."""
    ids = np.sort(np.random.default_rng(5).choice(2**62, n, replace=False)) - 2**61
    return pd.DataFrame(columns, index=pd.Index(ids, name="row"))


def counts(frame: pd.DataFrame, **policy: object) -> list[dict]:
    """Count the rows of each part by target, given a policy."""
    rule = Policy(**policy)
    found = parts_of(frame, rule)
    return [dict(Counter(frame[rule.target][found == part])) for part in range(len(rule.sizes))]


def test_a_hundred_rows_thirty_positive_are_split_exactly():
    """The course's figure: 60/20/20 of 100 with 30 positive is 18/6/6 positive, whatever the seed."""
    frame = table(y=np.arange(100) < 30)
    for seed in range(20):
        assert counts(frame, target="y", seed=seed) == [
            {True: 18, False: 42}, {True: 6, False: 14}, {True: 6, False: 14}]


def test_each_stratum_of_balance_is_split_exactly():
    """Two groups of 50 with 10 and 20 positive are each split 60/20/20, the rare cells too."""
    frame = table(y=np.r_[np.arange(50) < 10, np.arange(50) < 20], race=["a"] * 50 + ["b"] * 50)
    found = parts_of(frame, Policy(target="y", balance=("race",)))
    cells = Counter(zip(frame["race"], frame["y"], found.tolist(), strict=True))
    assert [cells["a", True, part] for part in range(3)] == [6, 2, 2]
    assert [cells["b", True, part] for part in range(3)] == [12, 4, 4]
    assert [cells["a", False, part] for part in range(3)] == [24, 8, 8]


def test_a_null_is_a_stratum_of_its_own():
    """Rows whose balance is not known are spread like any others."""
    frame = table(c=pd.array(["a"] * 50 + [None] * 50, dtype="str"))
    found = parts_of(frame, Policy(balance=("c",)))
    assert np.bincount(found[50:]).tolist() == [30, 10, 10]


@settings(deadline=None, max_examples=60)
@given(st.integers(5, 80), st.integers(0, 2**32), st.integers(0, 50), st.data())
def test_correcting_one_label_moves_at_most_one_other_row_of_any_part(n, draw, seed, data):
    """The law of the split, with balance: one row at most leaves a part, and one at most enters it."""
    random = np.random.default_rng(draw)
    frame = table(n, y=random.integers(0, 2, n), race=random.integers(0, 3, n))
    row = data.draw(st.integers(0, n - 1))
    corrected = frame.assign(y=np.where(np.arange(n) == row, 1 - frame["y"], frame["y"]))
    policy = Policy(target="y", balance=("race",), sizes={"train": 0.6, "dev": 0.2, "test": 0.2}, seed=seed)
    before, after = parts_of(frame, policy), parts_of(corrected, policy)
    other = (before != after) & (np.arange(n) != row)
    assert max(np.bincount(before[other], minlength=3)) <= 1 and max(np.bincount(after[other], minlength=3)) <= 1


def test_new_rows_leave_nearly_all_others_where_they_are():
    """One row more in a thousand moves a few at most; a shuffle would move hundreds."""
    frame = table(1001, y=np.random.default_rng(0).integers(0, 2, 1001))
    before, after = parts_of(frame.iloc[1:], Policy(target="y")), parts_of(frame, Policy(target="y"))[1:]
    assert (before != after).sum() <= 6


def test_the_order_of_rows_and_the_kind_of_label_do_not_matter():
    """A split rests on ids and values: booleans, integers and text give the same parts."""
    frame = table(y=np.arange(100) < 30)
    found = parts_of(frame, Policy(target="y"))
    shuffled = frame.sample(frac=1, random_state=1)
    assert parts_of(shuffled, Policy(target="y")).tolist() == found[frame.index.get_indexer(shuffled.index)].tolist()
    for kind in ("Int64", "float64", "str", "category"):
        assert parts_of(frame.astype({"y": "int64"}).astype({"y": kind}), Policy(target="y")).tolist() == found.tolist()


def test_another_seed_makes_another_split():
    """Seeds change who is in which part, not how many."""
    frame = table(y=np.arange(100) < 30)
    one, other = (parts_of(frame, Policy(target="y", seed=seed)) for seed in (0, 1))
    assert 30 < (one != other).sum() < 80


def test_a_quantity_makes_no_strata():
    """A target with more than twenty values is a quantity: parts keep their sizes."""
    frame = table(y=np.arange(100) * 1.5, few=np.arange(100) % 20)
    assert strata_of(frame, Policy(target="y")) == [] and strata_of(frame, Policy(target="few")) == ["few"]
    assert np.bincount(parts_of(frame, Policy(target="y"))).tolist() == [60, 20, 20]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 12), min_size=30, max_size=90), st.integers(0, 9))
def test_groups_never_straddle_parts(groups, seed):
    """All rows of a group are in one part, and parts are as near to their sizes as the groups allow."""
    groups = groups + list(range(13))
    frame = table(len(groups), g=groups, y=np.arange(len(groups)) % 2)
    found = parts_of(frame, Policy(target="y", group="g", sizes=TWO, seed=seed))
    assert (frame.assign(part=found).groupby("g")["part"].nunique() == 1).all()
    largest = max(Counter(groups).values())
    assert abs((found == 0).sum() - len(groups) / 2) <= largest / 2 + 0.5


def test_groups_are_drawn_by_their_own_hash():
    """Each seed draws another half of forty groups, and one group more moves few of the others."""
    frame = table(400, g=[f"p{n % 40}" for n in range(400)])
    halves = [parts_of(frame, Policy(group="g", sizes=TWO, seed=seed)) for seed in range(8)]
    assert len({half.tobytes() for half in halves}) == 8
    fewer = frame[frame["g"] != "p7"]
    moved = parts_of(fewer, Policy(group="g", sizes=TWO)) != halves[0][(frame["g"] != "p7").to_numpy()]
    assert fewer["g"][moved].nunique() <= 1


def test_rows_without_a_group_stay_together():
    """Rows whose group is not known may belong together, so they are kept together."""
    frame = table(12, g=pd.array(["a", "b", "c", "d", "e", "f", None, None, None, "g", "h", "i"], dtype="str"))
    assert len(set(parts_of(frame, Policy(group="g", sizes=TWO))[6:9])) == 1


def test_later_rows_are_in_later_parts_and_equal_times_together():
    """By time, ties never straddle a cut: 5, 4 and 3 rows of three days are the parts."""
    days = pd.to_datetime(["2024-01-01"] * 5 + ["2024-01-02"] * 4 + ["2024-01-03"] * 3).as_unit("us")
    frame = table(12, t=days.tz_localize("UTC")).sample(frac=1, random_state=0)
    found = parts_of(frame, Policy(time="t", sizes={"train": 0.4, "dev": 0.3, "test": 0.3}))
    assert pd.Series(found, index=frame["t"].dt.day).sort_index().tolist() == [0] * 5 + [1] * 4 + [2] * 3


def test_boundaries_say_where_parts_begin():
    """A boundary is the first time of its part."""
    frame = table(10, year=np.arange(2000, 2010))
    found = parts_of(frame, Policy(time="year", boundaries=(2004, 2008)))
    assert found.tolist() == [0] * 4 + [1] * 4 + [2] * 2


def test_parts_before_the_first_boundary_share_its_rows_by_rank():
    """Sales of 1978 are train and dev by 3 to 1, with each class spread; those of 1981 are test."""
    frame = table(100, year=[1978] * 80 + [1981] * 20, y=np.arange(100) % 4 == 0)
    policy = Policy(target="y", time="year", boundaries=(1981,), sizes={"train": 0.6, "dev": 0.2, "test": 0.2})
    found = parts_of(frame, policy)
    assert (found[80:] == 2).all() and np.bincount(found[:80]).tolist() == [60, 20]
    assert [int(frame["y"][found == part].sum()) for part in range(3)] == [15, 5, 5]


def test_a_boundary_of_a_time_column_is_iso_text():
    """Text is read as a time in the column's own time zone."""
    frame = table(4, t=pd.date_range("2024-01-01", periods=4, tz="UTC").as_unit("us"))
    assert parts_of(frame, Policy(time="t", boundaries=("2024-01-03",), sizes=TWO)).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("columns", "policy", "error", "words"),
    [
        ({"t": [1, 2, 3, 4]}, {"time": "t", "boundaries": ("soon",)}, Misuse, "cannot be compared with t"),
        ({"t": [1, 2, 3, 4]}, {"time": "t", "boundaries": (3, 2)}, Misuse, "not in order"),
        ({"t": [1, 2, 3, 4]}, {"time": "t", "boundaries": (2, 9)}, StepRefused, "no rows for test"),
        ({"t": [1, 1, 1, 2]}, {"time": "t"}, StepRefused, "2 values of t"),
        ({"t": [1.0, None, 3.0, None]}, {"time": "t"}, StepRefused, "'t' is null.*row "),
        ({"g": ["a", "a", "a", "a"]}, {"group": "g"}, StepRefused, "1 values of g"),
        ({"y": [1, 2, 3, 4]}, {"sizes": {"train": 0.9, "test": 0.1}}, StepRefused, "no rows for test"),
    ],
)
def test_a_split_that_cannot_be_is_refused(columns, policy, error, words):
    """Nulls in time, boundaries out of order, and parts without rows are refused, naming them."""
    with pytest.raises(error, match=words):
        parts_of(table(4, **columns), Policy(**policy))
