"""Verdicts: what follows from the checks."""

from __future__ import annotations

import json

from pipeline.artifacts.verdict import Check, Verdict

MET = Check(kind="expect_a", severity="fail", passed=True, rows=10)
ASIDE = Check(kind="expect_b", severity="quarantine", passed=False, rows=10, failing=(4, 2**62))
ASIDE_TOO = Check(kind="expect_c", severity="quarantine", passed=False, rows=10, failing=(-3, 4))
WARNED = Check(kind="expect_d", severity="warn", passed=False, rows=10, failing=(1,))


def test_rows_set_aside_are_those_of_all_quarantines_once():
    """Rows that only warn stay; a row named twice is set aside once."""
    verdict = Verdict(rows=10, checks=(MET, ASIDE, ASIDE_TOO, WARNED))
    assert verdict.quarantined == (-3, 4, 2**62)
    assert verdict.passed and verdict.warnings == (WARNED,)


def test_a_failed_check_refuses():
    """One unmet check of severity fail refuses the dataset, and is the one named."""
    unmet = Check(kind="expect_e", severity="fail", passed=False)
    verdict = Verdict(rows=10, checks=(MET, unmet, ASIDE))
    assert not verdict.passed and verdict.refusing == (unmet,)


def test_too_many_rows_set_aside_refuse():
    """Two of ten rows may be set aside at a share of 0.2, not at 0.19."""
    def at(share: float) -> Verdict:
        return Verdict(rows=10, checks=(Check(kind="b", severity="quarantine", passed=False, failing=(1, 2), rows=10,
                                              at_most=share),))

    assert at(0.2).passed and not at(0.19).passed


def test_what_could_not_be_evaluated_refuses_unless_it_only_warns():
    """A quarantine that cannot tell which rows fail lets none of them pass."""
    def broken(severity: str) -> Verdict:
        return Verdict(rows=10, checks=(Check(kind="b", severity=severity, passed=False, error="no column"),))

    assert [broken(each).passed for each in ("fail", "quarantine", "warn")] == [False, False, True]


def test_a_dataset_without_rows_left_does_not_pass():
    """Setting every row aside refuses the dataset; an empty one with nothing against it passes."""
    every = Check(kind="b", severity="quarantine", passed=False, failing=(1, 2), rows=2)
    assert not Verdict(rows=2, checks=(every,)).passed
    assert Verdict(rows=0).passed


def test_it_survives_json():
    """A verdict read back from JSON text is the same, row ids beyond 53 bits included."""
    verdict = Verdict(rows=10, checks=(MET, ASIDE, WARNED))
    told = json.loads(json.dumps(verdict.to_json()))
    assert Verdict.from_json(told) == verdict
    assert told["checks"][1]["failing"] == ["4", str(2**62)]
