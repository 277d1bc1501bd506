"""A released model answers rows as training treated them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ArtifactCorrupt, ArtifactMissing, RequestRejected
from pipeline.serving.predictor import Predictor

ROW = {"income": 10, "loan": 100.0, "town": "Bonn"}


@pytest.fixture
def predictor(loans) -> Predictor:
    """Load the live model."""
    return Predictor.load(loans.model, store=loans.store, storage=loans.storage)


def test_serving_gives_what_training_gave(loans, predictor) -> None:
    """Every test row, served from its source values, gets the estimator's answer on its stored features."""
    features = loans.runner.value(loans.ready["features"]["test"])
    names = list(predictor.manifest.features)
    estimator = loans.runner.value(predictor.manifest.estimator)
    expected = estimator.predict_proba(features[names].astype("float64"))[:, 1]
    rows = loans.runner.value(loans.source).loc[features.index]
    served = predictor.predict(rows.set_axis(pd.RangeIndex(len(rows), name="row")))
    np.testing.assert_allclose([answer.probability["1"] for answer in served], expected, rtol=1e-9)
    assert [answer.prediction for answer in served] == estimator.predict(features[names].astype("float64")).tolist()


def test_a_row_alone_gets_the_answer_it_gets_among_others(predictor) -> None:
    """No answer depends on which rows share the request."""
    rows = [ROW, {"income": 3, "loan": 290.0, "town": "Celle"}, {"income": 99, "loan": 1, "town": "Aachen"}]
    together = predictor.answer(rows)
    for row, among in zip(rows, together, strict=True):
        alone = predictor.answer([row])[0]
        assert alone.probability == pytest.approx(among.probability, rel=1e-12)


def test_the_order_of_rows_is_kept(predictor) -> None:
    """The first answer is the first row's: half a loan per income is approved, ninety is not."""
    sure = {"income": 100, "loan": 50.0, "town": "Bonn"}
    hopeless = {"income": 3, "loan": 270.0, "town": "Bonn"}
    assert [answer.prediction for answer in predictor.answer([hopeless, sure, hopeless])] == [0, 1, 0]


def test_probabilities_are_by_class_and_sum_to_one(predictor) -> None:
    """Each class of the target has its probability, under its name as text."""
    [answer] = predictor.answer([ROW])
    assert sorted(answer.probability) == ["0", "1"]
    assert sum(answer.probability.values()) == pytest.approx(1.0)


def test_a_category_never_seen_is_answered(predictor) -> None:
    """A town that training never saw is unknown to the encoder, not an error."""
    [answer] = predictor.answer([{**ROW, "town": "Trier"}])
    assert answer.prediction in (0, 1)


def test_a_row_that_a_step_leaves_out_is_refused(predictor) -> None:
    """The step and the row are named; the others get no answer either."""
    with pytest.raises(RequestRejected, match="step ratios leaves rows out: .*: row 1"):
        predictor.answer([ROW, {**ROW, "income": -1}])


def test_a_null_the_estimator_cannot_take_is_refused(predictor) -> None:
    """A null income makes a null ratio, which a logistic regression has no answer for."""
    with pytest.raises(RequestRejected, match="the model cannot answer these rows; found ValueError.*NaN"):
        predictor.answer([{**ROW, "income": None}])


def test_the_functions_are_those_of_training(loans) -> None:
    """The project's file may be gone or edited: what was kept with the model answers."""
    before = Predictor.load(loans.model, store=loans.store, storage=loans.storage).answer([ROW])
    Path(loans.settings.home, "loans.py").write_text("raise RuntimeError('edited')")
    after = Predictor.load(loans.model, store=loans.store, storage=loans.storage).answer([ROW])
    assert after == before


def test_a_part_that_is_gone_is_named(loans, predictor) -> None:
    """A model whose estimator's file was deleted is not half loaded."""
    estimator = loans.store.artifact(predictor.manifest.estimator)
    Path(loans.storage.root, estimator.place).unlink()
    with pytest.raises(ArtifactMissing, match=estimator.digest):
        Predictor.load(loans.model, store=loans.store, storage=loans.storage)


def test_a_flipped_byte_is_not_served(loans, predictor) -> None:
    """A changed transform is found by its checksum."""
    transform = loans.store.artifact(predictor.manifest.transforms[0])
    file = Path(loans.storage.root, transform.place)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ArtifactCorrupt, match=transform.digest):
        Predictor.load(loans.model, store=loans.store, storage=loans.storage)


def test_the_schema_says_what_a_row_looks_like(predictor) -> None:
    """Columns with types, those required, the keys and the classes."""
    schema = predictor.schema()
    assert schema["columns"]["loan"] == "number"
    assert (schema["required"], schema["keys"]) == (["income", "loan", "town"], ["case"])
    assert (schema["target"], schema["classes"]) == ("approved", [0, 1])
