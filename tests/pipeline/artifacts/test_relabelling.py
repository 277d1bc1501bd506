"""A relabelling is a value."""

import json

from pipeline.artifacts.relabelling import Change, Relabelling


def test_a_relabelling_survives_json():
    """Classes keep their kinds, null among them."""
    told = Relabelling(
        label="label", by="ann", reason="a rule", n_rows=6, changed=1,
        changes=(Change(rule="a scratch over 0.3 mm is a defect", before=1, after=None, rows=1),), idle=("other",),
        classes=((1, 3), (0, 3)), classes_after=((0, 4), (1, 2)),
    )
    assert Relabelling.from_json(json.loads(json.dumps(told.to_json()))) == told
