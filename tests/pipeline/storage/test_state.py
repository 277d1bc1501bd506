"""The digest of a fitted object covers what it was given and has learned, and nothing else."""

import pickle

import numpy as np
import pytest
from scipy import sparse
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from pipeline.errors import StepRefused
from pipeline.storage.state import digest_estimator

GENERATOR = np.random.default_rng(0)
X = GENERATOR.random((60, 4))
Y = (X[:, 0] > 0.5).astype(int)
MODELS = [
    LogisticRegression(),
    DecisionTreeClassifier(random_state=0),
    RandomForestClassifier(5, random_state=0),
    GradientBoostingClassifier(n_estimators=5, random_state=0),
    GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_training_again_gives_the_same_digest(model):
    """Two fits on the same data with the same seed are one, apart from times a search measures."""
    first, second = (type(model)(**model.get_params(deep=False)).fit(X, Y) for _ in range(2))
    for search in (first, second):
        if isinstance(search, GridSearchCV):
            search.refit_time_, search.cv_results_ = 0, {}
    assert digest_estimator(first) == digest_estimator(second) == digest_estimator(pickle.loads(pickle.dumps(first)))


def test_every_learned_number_counts():
    """The last bit of a coefficient, a tree's threshold and a class make another digest."""
    linear, tree = LogisticRegression().fit(X, Y), DecisionTreeClassifier(random_state=0).fit(X, Y)
    before = {digest_estimator(linear), digest_estimator(tree)}
    linear.coef_[0, 0] = np.nextafter(linear.coef_[0, 0], 9)
    tree.tree_.threshold[0] += 1e-9
    assert len(before | {digest_estimator(linear), digest_estimator(tree)}) == 4


def test_what_was_given_counts():
    """Another regularisation is another model, even where it has learned nothing."""
    assert digest_estimator(LogisticRegression(C=1.0)) != digest_estimator(LogisticRegression(C=2.0))


def test_layout_in_memory_counts_for_nothing():
    """Order of a dictionary, memory order and byte order of an array, and the bits of NaN are not content."""
    table = np.arange(6.0).reshape(2, 3)
    left = {"a": table, "b": np.array([np.nan])}
    right = {"b": -np.array([np.nan]), "a": np.asfortranarray(table).astype(">f8")}
    assert digest_estimator(left) == digest_estimator(right)


def test_padding_between_fields_counts_for_nothing():
    """Records with other bytes between their fields are equal."""
    kind = np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8], "itemsize": 16})
    records = [np.frombuffer(bytes([1] + [filler] * 7) + np.float64(2).tobytes(), kind) for filler in (0, 255)]
    assert digest_estimator(records[0]) == digest_estimator(records[1])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([1, 2], [2, 1]),
        ([1], (1,)),
        ([1], ["1"]),
        ([1], [1.0]),
        ([True], [1]),
        ({"a": 1}, {"a": 2}),
        ([[1], 2], [[1, 2]]),
        (np.zeros(2), np.zeros((2, 1))),
        (np.zeros(2), np.zeros(2, "f4")),
        ([None], [np.nan]),
        (np.array([0.0]), np.array([-0.0])),
        (np.array(["a", None], object), np.array(["a", "None"], object)),
        (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2])),
        (np.random.RandomState(0), np.random.RandomState(1)),
        (np.random.default_rng(0), np.random.default_rng(1)),
        (sparse.csr_array([[1, 0]]), sparse.csr_array([[0, 1]])),
        (np.float64, np.float32),
        (np.add, np.subtract),
        (len, max),
    ],
)
def test_different_values_differ(left, right):
    """Values that are not equal in kind and content have other digests."""
    assert digest_estimator(left) != digest_estimator(right)


def test_the_same_sparse_matrix_in_another_order_is_one():
    """A sparse matrix is its cells, not the order they were put in."""
    cells = (np.array([1.0, 2.0]), (np.array([0, 0]), np.array([2, 1])))
    assert digest_estimator(sparse.coo_array(cells, (1, 3)).tocsr()) == digest_estimator(
        sparse.csr_array([[0, 2.0, 1.0]])
    )


def test_an_object_that_holds_itself_has_a_digest():
    """A cycle ends."""
    ring = [1]
    ring.append(ring)
    assert digest_estimator(ring) != digest_estimator([1])


@pytest.mark.parametrize("held", [lambda x: x, (n for n in ())])
def test_what_cannot_be_loaded_again_is_refused(held):
    """A lambda has no name to load it by, a generator no state."""
    with pytest.raises(StepRefused):
        digest_estimator(FunctionTransformer(held))
