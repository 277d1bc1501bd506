"""Fitted objects survive saving without running anybody's code when read."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from pipeline.errors import ArtifactCorrupt, StepRefused
from pipeline.storage import Storage

GENERATOR = np.random.default_rng(0)
X = GENERATOR.random((60, 4))
Y = (X[:, 0] > 0.5).astype(int)
MODELS = [
    make_pipeline(StandardScaler(), LogisticRegression()),
    RandomForestRegressor(5, random_state=0),
    KNeighborsClassifier(),
    HistGradientBoostingClassifier(max_iter=5, random_state=0),
    MLPClassifier((3,), max_iter=500, tol=1, random_state=0),
    ColumnTransformer([("one", OneHotEncoder(max_categories=3), [0]), ("scale", StandardScaler(), [1, 2])]),
]


class Homemade(BaseEstimator):
    """An estimator of no trusted package."""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_an_estimator_comes_back_with_its_digest(storage, record, model):
    """What is loaded answers as what was saved and has the same digest, though the bytes differ at every save."""
    artifact = record("estimator", storage.save("estimator", model.fit(X, Y)))
    storage.verify(artifact)
    loaded = storage.load(artifact)
    answer = "predict" if hasattr(model, "predict") else "transform"
    np.testing.assert_array_equal(getattr(loaded, answer)(X), getattr(model, answer)(X))


def test_texts_and_nulls_among_categories_survive(storage, record):
    """An encoder of text with nulls is kept as a transform."""
    cells = np.array([["a"], [None], ["b"], [np.nan]], dtype=object)
    encoder = OneHotEncoder(handle_unknown="ignore").fit(cells)
    loaded = storage.load(record("transform", storage.save("transform", encoder)))
    np.testing.assert_array_equal(loaded.transform(cells).toarray(), encoder.transform(cells).toarray())


def test_a_type_of_no_trusted_package_is_refused(tmp_path):
    """A user's own class would run code when read; it is named, and nothing is left behind."""
    with pytest.raises(StepRefused, match="Homemade"):
        Storage(str(tmp_path)).save("estimator", Homemade())
    assert list(tmp_path.iterdir()) == []


def test_bytes_that_are_no_estimator_are_corrupt(tmp_path, record):
    """A file that skops cannot read is named."""
    storage = Storage(str(tmp_path))
    saved = storage.save("estimator", LogisticRegression())
    (tmp_path / saved.place).write_bytes(b"PK nothing")
    with pytest.raises(ArtifactCorrupt, match="cannot be read"):
        storage.load(record("estimator", saved, checksum=""))
