"""The ids of the rows a step returns are those of its input, or the step is refused."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StepRefused
from pipeline.runner.rowids import child_rows, same_rows
from pipeline.step import Step

IDS = st.lists(st.integers(-4, 4) | st.sampled_from([-(2**63), 2**63 - 1]), max_size=8)


def table(ids):
    """A table with these row ids."""
    return pd.DataFrame({"x": [str(row) for row in ids]}, index=pd.Index(ids, dtype="int64", name="row"))


def passing(data):
    """A step's function."""
    return data


STEP = Step(name="passing", stage="preprocessing", function=passing)


@given(IDS, IDS, st.booleans())
def test_rows_are_those_of_the_input_each_once(ids, known, in_order):
    """Ids in any order are kept if they are the input's and none is there twice, and refused else."""
    known = list(dict.fromkeys(known))
    ids, known = (sorted(ids), sorted(known)) if in_order else (ids, known)
    if len(set(ids)) == len(ids) and set(ids) <= set(known):
        assert same_rows(STEP, table(ids), [table(known)]).index.tolist() == ids
    else:
        with pytest.raises(StepRefused, match="more than once" if len(set(ids)) < len(ids) else "not in its input"):
            same_rows(STEP, table(ids), [table(known)])


@given(IDS, IDS, st.booleans())
def test_parents_are_rows_of_the_input(ids, known, in_order):
    """A parent may have several rows, and has to be there."""
    known = list(dict.fromkeys(known))
    ids, known = (sorted(ids), sorted(known)) if in_order else (ids, known)
    made = table(ids).assign(x=[str(place) for place in range(len(ids))])
    if set(ids) <= set(known):
        assert child_rows(STEP, made, table(known), ["x"])[1]["parent"].sort_values().tolist() == sorted(ids)
    else:
        with pytest.raises(StepRefused, match="not in its input"):
            child_rows(STEP, made, table(known), ["x"])
