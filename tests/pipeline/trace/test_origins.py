"""Which rows of which sources the rows of a dataset stand on."""

from __future__ import annotations

import pandas as pd

from lineage.records import Rule
from pipeline.preprocessing.preprocess import preprocess
from pipeline.step import rowwise
from pipeline.storage.tables import StoredTables
from pipeline.trace import origins


def found(seekers, name: str) -> dict[str, tuple[Rule, list[int]]]:
    """Give the rule and the rows by source."""
    tables = StoredTables(seekers.store, seekers.storage)
    return {each.source: (each.rule, each.ids.tolist()) for each in origins(seekers.store, tables, seekers.made[name])}


def test_a_source_stands_on_itself(seekers) -> None:
    """Row by row."""
    assert found(seekers, "towns") == {"towns": (Rule.SAME_ROW, seekers.frame("towns").index.tolist())}


def test_every_rule_on_the_way_counts(seekers) -> None:
    """Below an aggregate and two lookups: all visits by key, and of the tables the rows whose key some user has."""
    users, listed, towns = (seekers.frame(name) for name in ("users", "bad_addresses", "towns"))
    met = listed.index[listed["address"].isin(users["address"].dropna())]
    assert found(seekers, "shaped") == {
        "visits": (Rule.SAME_KEY, seekers.frame("visits").index.tolist()),
        "bad_addresses": (Rule.SAME_KEY, met.tolist()),
        "towns": (Rule.SAME_KEY, towns.index.tolist()),
    }
    assert 0 < len(met) < len(listed)


def test_a_part_stands_on_less(seekers) -> None:
    """The users of the training part alone lead to their own visits."""
    seekers.made["train"] = seekers.ready["parts"]["train"]
    visits, train = seekers.frame("visits"), seekers.frame("train")
    rule, rows = found(seekers, "train")["visits"]
    assert (rule, rows) == (Rule.SAME_KEY, visits.index[visits["user"].isin(train["user"])].tolist())
    assert len(rows) == 5 * len(train) < len(visits)


def test_a_table_in_which_nothing_was_found_is_stood_on_by_no_row(seekers) -> None:
    """Users without a listed address rest on the list, but on no row of it."""
    seekers.made["clean"] = preprocess(seekers.on("clean"), data=seekers.made["listed"], steps=[not_listed])
    assert found(seekers, "clean")["bad_addresses"] == (Rule.SAME_KEY, [])


@rowwise
def not_listed(users: pd.DataFrame) -> pd.DataFrame:
    """Keep users whose address is not listed."""
    return users[~users["listed"].astype("bool")]
