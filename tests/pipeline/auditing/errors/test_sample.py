"""The sample of errors: how many, which, and how steady."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.sample import sample_errors, sampled
from pipeline.auditing.errors.tag import Tag
from pipeline.errors import AuditRefused
from tests.pipeline.auditing.errors.made import MODEL, REGRESSION, answered, spread_ids


def errors_of(answers, asked, *, rows=None, model=MODEL):
    """Both tables of the step."""
    rows = pd.DataFrame(index=answers.index) if rows is None else rows
    made = sample_errors(
        model=model, answers=answers, rows=rows, asked=asked.to_json(), functions=asked.functions
    )
    return made["sample"].value, made["tagged"].value


@pytest.mark.parametrize(("errors", "of", "read"), [(100, 500, 100), (1000, 5000, 100), (7, 20, 7), (0, 20, 0)])
def test_how_many_are_read(errors, of, read):
    """100 errors in 500 are all read; of 1,000 in 5,000 a hundred; of none, none."""
    sample, tagged = errors_of(answered([place < errors for place in range(of)]), ErrorAnalysis())
    assert (len(sample), len(tagged), int(tagged["wrong"].sum())) == (read, of, errors)
    assert set(sample.index) <= set(tagged.index[tagged["wrong"]])


@settings(max_examples=50)
@given(st.integers(0, 299), st.integers(1, 120), st.integers(0, 5))
def test_one_row_more_or_less_moves_at_most_one_other(gone, size, seed):
    """A corrected row leaves the sample, and one other takes its place."""
    ids = spread_ids(300).to_numpy()
    before = set(ids[sampled(ids, size=size, seed=seed)])
    left = np.delete(ids, gone)
    after = set(left[sampled(left, size=size, seed=seed)])
    assert len(before) == size and len(before - after) <= 1 and len(after - before) <= 1


def test_the_sample_is_the_same_for_a_seed_and_spread_over_all():
    """Another order of the rows changes nothing, another seed does; no quarter of the ids is left out."""
    ids = spread_ids(1000).to_numpy()
    chosen = np.flatnonzero(sampled(ids, size=100, seed=0))
    turned = np.flatnonzero(sampled(ids[::-1], size=100, seed=0))
    assert chosen.tolist() == (999 - turned)[::-1].tolist()
    assert chosen.tolist() != np.flatnonzero(sampled(ids, size=100, seed=1)).tolist()
    assert np.histogram(chosen, bins=4, range=(0, 1000))[0].min() >= 12


def test_the_sample_has_answers_metadata_and_tags():
    """A column that both have is told apart; people's tags are in no table."""
    answers = answered([True, False, True]).assign(**{"probability of 1": [0.4, 0.9, 0.1]})
    rows = pd.DataFrame({"truth": list("xyz"), "device": ["a", "b", "b"]}, index=answers.index)
    tags = [Tag("b", column="device", values=("b",)), Tag("odd"), Tag("far", column="gone", values=(1,))]
    asked = ErrorAnalysis(tags=tags)
    sample, tagged = errors_of(answers, asked, rows=rows)
    assert list(sample) == ["truth", "answer", "probability of 1", "truth of the row", "device", "tag: b"]
    assert sample["tag: b"].tolist() == [False, True] and sample["truth of the row"].tolist() == ["x", "z"]
    assert list(tagged) == ["wrong", "tag: b"] and tagged["tag: b"].tolist() == [False, True, True]


def test_numbers_beyond_a_tolerance_are_sampled():
    """Three of five are more than 1 away."""
    answers = pd.DataFrame({"truth": [1.0, 2, 3, 4, 5], "answer": [1.0, 4, 3.5, 1, 9]}, index=spread_ids(5))
    sample, _ = errors_of(answers, ErrorAnalysis(tolerance=1), model=REGRESSION)
    assert sample["truth"].tolist() == [2, 4, 5]


def test_rows_that_are_not_known_are_refused():
    """An answer to a row that the test part lacks has no metadata."""
    answers = answered([True, False])
    with pytest.raises(AuditRefused, match="not in the test part"):
        errors_of(answers, ErrorAnalysis(), rows=pd.DataFrame(index=answers.index[:1]))
