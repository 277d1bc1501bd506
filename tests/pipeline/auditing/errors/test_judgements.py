"""What people said of errors, folded: majority, ties, agreement; and put over what was said before."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from pipeline.auditing.errors.judgements import merged, said
from pipeline.auditing.intervals import wilson
from tests.pipeline.auditing.errors.made import AT, judged


def test_more_than_half_decide_and_a_tie_is_undecided():
    """Three of row 1 say yes, no, yes; two of row 2 differ; one of row 3 says no; row 9 was not asked about."""
    table = judged([
        (1, "glare", "ann", True), (1, "glare", "bob", False), (1, "glare", "cid", True),
        (2, "glare", "ann", True), (2, "glare", "bob", False), (3, "glare", "ann", False),
        (9, "glare", "ann", True), (3, "dark", "ann", True),
    ])
    found = said(table, "glare", ids=np.array([1, 2, 3, 4]), confidence=0.95)
    assert (found.yes.tolist(), found.no.tolist(), found.undecided.tolist()) == ([1], [3], [2])
    assert (found.agreement.same.count, found.agreement.same.of) == (0, 2)
    assert found.agreement.split == ("1", "2") and found.agreement.n_split == 2


def test_agreement_counts_what_two_or_more_judged():
    """Of four errors that two people judged they say the same of three: 75 %, 30 % to 95 % by Wilson."""
    pairs = [(True, True), (False, False), (True, True), (True, False)]
    table = judged([(row, "t", by, yes) for row, pair in enumerate(pairs) for by, yes in zip("ab", pair, strict=True)])
    same = said(table, "t", ids=np.arange(9), confidence=0.95).agreement.same
    assert (same.count, same.of, round(same.low, 2), round(same.high, 2)) == (3, 4, 0.30, 0.95)
    assert said(judged([(1, "t", "a", True)]), "t", ids=np.arange(9), confidence=0.95).agreement is None
    assert wilson(0.75, 4)[0] > 0.3


def test_a_later_sheet_stands_over_an_earlier_one():
    """What is said again in the same way keeps its time; what is said otherwise is replaced; the rest stays."""
    old = judged([(1, "t", "ann", True), (2, "t", "ann", True), (2, "t", "bob", False)])
    new = judged([(1, "t", "ann", True), (2, "t", "ann", False), (3, "t", "ann", True)])
    new["tagged_at"] = AT + timedelta(days=1)
    found = merged(old, new).set_index(["error_row", "tagged_by"]).sort_index()
    assert found["carries"].tolist() == [True, False, False, True]
    assert [(at - pd.Timestamp(AT)).days for at in found["tagged_at"]] == [0, 1, 0, 1]
    assert len(merged(None, new)) == 3
