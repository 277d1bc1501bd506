"""Cells: counts of every group, and the metrics made of them, against rows counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pipeline.auditing.answered import Answered
from pipeline.auditing.cells import COUNTED, Cells
from pipeline.auditing.slicing import Parts

ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abcd"), st.integers(0, 2)), min_size=1, max_size=30
)


@settings(max_examples=80, deadline=None)
@given(ROWS, st.sampled_from(["a", None]))
def test_every_group(rows: list[tuple[str, str, int]], positive: str | None) -> None:
    """Each metric of each group is that of its rows alone, also with an answer the model's classes do not name."""
    truth, answer, codes = (np.array(column) for column in zip(*rows, strict=True))
    given_ = Answered(
        problem="classification", truth=truth.astype(object), answer=answer.astype(object), positive=positive,
        classes=("a", "b", "c"),
    )
    present, codes = np.unique(codes, return_inverse=True)
    cells = Cells.of(given_)
    table = cells.table(Parts(tuple(map(str, present)), codes))
    for name in COUNTED:
        if positive is None and name == "selection_rate":
            continue
        values, n = cells.values(name, table)
        for group, value in enumerate(values):
            expected = given_.take(codes == group).score(name)
            assert np.isnan(value) == (not expected.defined), name
            if expected.defined:
                assert (value, n[group]) == (pytest.approx(expected.value), expected.n), name


@pytest.mark.parametrize(("truth", "classes"), [([True, False, True], (0, 1)), ([1, 0, 1], (False, True))])
def test_yes_is_one(truth: list, classes: tuple) -> None:
    """Truth values and the numbers 0 and 1 are the same classes, as everywhere in Python."""
    rows = Answered(
        problem="classification", truth=np.array(truth), answer=np.array([1, 1, 0]), positive=1, classes=classes
    )
    cells = Cells.of(rows)
    value, n = cells.values("recall", cells.table(Parts.whole(3)))
    assert (value[0], n[0]) == (0.5, 2)


def test_a_mean_over_classes_rests_on_the_rarest() -> None:
    """100 a and 3 b all right: the mean recall is 1, and rests on 3 rows."""
    truth = np.array(["a"] * 100 + ["b"] * 3, dtype=object)
    cells = Cells.of(Answered(problem="classification", truth=truth, answer=truth, classes=("a", "b")))
    value, n = cells.values("recall", cells.table(Parts.whole(103)))
    assert (value[0], n[0]) == (1.0, 3)
