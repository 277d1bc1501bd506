"""Advice by how many examples there are."""

from __future__ import annotations

from pipeline.labelling.advice import advice


def test_up_to_ten_thousand_are_read():
    """One bad label in 100 is 1 %."""
    said = advice(100, {"a": 100})
    assert "one wrong label is 1.00%" in said[0] and "Read every label" in said[0] and len(said) == 2
    assert "Read every label" in advice(10_000, {})[0]


def test_more_is_a_matter_of_process_and_a_long_tail_is_small_again():
    """Hernia, 100 of 10,000 and fewer, is to be read; a class with enough is not named."""
    said = advice(10_001, {"effusion": 9_000, "hernia": 99})
    assert "the process matters" in said[0]
    assert "small data again" in said[1] and "hernia (99)" in said[1] and "effusion" not in said[1]


def test_tables_get_other_advice_than_images():
    """Features rather than rows."""
    assert "add features" in advice(5, {}, kind="structured")[-1]
    assert "augmented" in advice(5, {}, kind="unstructured")[-1]
