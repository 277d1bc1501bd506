"""Sifting: of the many descriptions of the same errors the most general one that explains them is left."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.auditing.search.columns import Column, columns_of
from pipeline.auditing.search.sift import MOST_CANDIDATES, Limits, candidates, generalised


def plant(n: int = 6000, seed: int = 0) -> tuple[pd.DataFrame, np.random.Generator]:
    """Rows from three factories with ten lines each, two shifts, five inspectors."""
    random = np.random.default_rng(seed)
    sizes = {"factory": 3, "line": 10, "shift": 2, "inspector": 5}
    return pd.DataFrame({name: random.integers(1, size + 1, n).astype(str) for name, size in sizes.items()}), random


def named(columns: list[Column], losses: np.ndarray, *, most_conditions: int = 3) -> list[set[str]]:
    """The candidates in words."""
    found = candidates(columns, losses, limits=Limits(most_conditions=most_conditions, min_rows=15))
    return [{str(columns[column].conditions[code - 1]) for column, code in places} for places in found]


def test_most_general_description_is_named() -> None:
    """Errors of one line of one factory are named so: not by the line alone, not with the shift added."""
    rows, random = plant()
    wrong = np.where((rows["line"] == "7") & (rows["factory"] == "2"), 0.6, 0.05)
    columns, _ = columns_of(rows, min_rows=30)
    found = named(columns, (random.random(len(rows)) < wrong).astype(float))
    assert found[0] == {"factory = 2", "line = 7"}
    assert not any({"line = 7", "factory = 2"} <= each for each in found[1:])


def test_errors_of_a_whole_factory_are_named_once() -> None:
    """Where a whole factory errs, no line and no shift of it is named beside it."""
    rows, random = plant()
    columns, _ = columns_of(rows, min_rows=30)
    found = named(columns, (random.random(len(rows)) < np.where(rows["factory"] == "3", 0.3, 0.05)).astype(float))
    assert found[0] == {"factory = 3"} and not any("factory = 3" in each for each in found[1:])


def test_a_weak_group_beside_a_strong_one_is_named() -> None:
    """A group whose errors drown in those of a much stronger one is found once the strong one's rows are set aside."""
    rows, random = plant(20_000)
    wrong = np.select([(rows["line"] == "7"), (rows["shift"] == "2") & (rows["inspector"] == "4")], [0.9, 0.12], 0.05)
    columns, _ = columns_of(rows, min_rows=30)
    found = named(columns, (random.random(len(rows)) < wrong).astype(float))
    assert found[:2] == [{"line = 7"}, {"shift = 2", "inspector = 4"}]


def test_two_names_of_the_same_rows_are_one_group() -> None:
    """Where line 7 exists in factory 2 alone, the line says it all."""
    rows, random = plant()
    rows["factory"] = rows["factory"].where(rows["line"] != "7", "2")
    columns, _ = columns_of(rows, min_rows=30)
    found = named(columns, (random.random(len(rows)) < np.where(rows["line"] == "7", 0.5, 0.05)).astype(float))
    assert found[0] == {"line = 7"} and not any("line = 7" in each for each in found[1:])


def test_generalised_by_hand() -> None:
    """Half of a's rows are wrong, with b or without: b is dropped. All wrong with b, none without: b stays."""
    codes = [np.array([1] * 40 + [0] * 60), np.array([1] * 20 + [0] * 80)]
    alike = np.array([1.0, 0.0] * 20 + [0.0] * 60)
    apart = np.array([1.0] * 20 + [0.0] * 80)
    assert generalised(((0, 1), (1, 1)), codes, alike) == ((0, 1),)
    assert generalised(((0, 1), (1, 1)), codes, apart) == ((1, 1),)


def test_candidates_are_few() -> None:
    """However many groups stand out by chance, at most twenty are to be tested; without errors, none."""
    rows, random = plant()
    columns, _ = columns_of(rows.assign(more=random.integers(1, 60, len(rows)).astype(str)), min_rows=30)
    assert len(named(columns, (random.random(len(rows)) < 0.3).astype(float))) <= MOST_CANDIDATES
    assert named(columns, np.zeros(len(rows))) == []
