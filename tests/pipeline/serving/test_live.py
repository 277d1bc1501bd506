"""Which release answers, as the ledger changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ArtifactMissing, ServiceUnavailable
from pipeline.serving.live import LiveModel


def live_model(loans, *, every_s: float = 0.0, endpoint: str = "loans") -> LiveModel:
    """Watch an endpoint."""
    return LiveModel(endpoint=endpoint, store=loans.store, storage=loans.storage, check_every_s=every_s)


def test_the_live_release_answers(loans) -> None:
    """The latest entry of the ledger is loaded with its model."""
    live = live_model(loans).current()
    assert (live.release.number, live.release.model) == (1, loans.model)
    assert live.predictor.manifest.name == "loans"


def test_a_new_release_answers_without_a_restart(loans) -> None:
    """An entry made while serving is taken up at the next look, release and model together."""
    model = live_model(loans)
    first = model.current()
    loans.release(second := loans.train(0.1))
    then = model.current()
    assert (then.release.number, then.release.model) == (2, second)
    assert then.predictor is not first.predictor
    assert first.release.number == 1


def test_a_rollback_is_taken_up(loans) -> None:
    """After a rollback the former model answers, under the number of the entry that says so."""
    model = live_model(loans)
    loans.release(loans.train(0.1))
    model.current()
    loans.store.rollback("loans", by="ana", reason="unfair")
    assert (model.current().release.number, model.current().release.model) == (3, loans.model)


def test_the_same_model_released_again_is_not_loaded_again(loans) -> None:
    """A new entry for the model that answers changes the number only."""
    model = live_model(loans)
    predictor = model.current().predictor
    loans.release()
    assert model.current().release.number == 2
    assert model.current().predictor is predictor


def test_the_ledger_is_not_asked_at_every_request(loans) -> None:
    """Within the interval what is loaded answers."""
    model = live_model(loans, every_s=60.0)
    model.current()
    loans.release(loans.train(0.1))
    assert model.current().release.number == 1


def test_an_endpoint_without_a_release_has_no_answer(loans) -> None:
    """The endpoint and the way to a release are named."""
    with pytest.raises(ServiceUnavailable, match="no release is live at endpoint houses. Release a model"):
        live_model(loans, endpoint="houses").current()


def test_a_release_that_cannot_be_loaded_leaves_the_one_before(loans) -> None:
    """The former model goes on answering, and the trouble is told."""
    model = live_model(loans)
    model.current()
    second = loans.train(0.1)
    Path(loans.storage.root, loans.store.artifact(second).place).unlink()
    loans.release(second)
    assert model.current().release.number == 1
    assert isinstance(model.trouble, ArtifactMissing)


def test_a_first_release_that_cannot_be_loaded_is_told(loans) -> None:
    """With nothing to fall back on, the reason is raised."""
    Path(loans.storage.root, loans.store.artifact(loans.model).place).unlink()
    with pytest.raises(ArtifactMissing):
        live_model(loans).current()
