"""Of a source and of a pin, what was recorded first stands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from lineage.store import Store


def test_the_first_registration_of_a_source_stands(store: Store) -> None:
    """A later registration, whatever it says, gets the schema, key and secret of the first."""
    first = store.register_source("loans", schema={"b": "integer", "a": "text"}, key=["b"])
    again = store.register_source("loans", schema={"c": "number"}, key=[])
    assert first == again == store.source("loans")
    assert (list(first.schema), first.key, len(first.secret)) == (["b", "a"], ("b",), 16)


def test_every_source_has_a_secret_of_its_own(store: Store) -> None:
    """Sources are listed by name; equal keys in two sources never make equal ids."""
    made = [store.register_source(name, schema={}) for name in ("b", "a")]
    assert made[0].secret != made[1].secret
    assert [one.name for one in store.sources()] == ["a", "b"]


def test_an_unknown_source_is_none(store: Store) -> None:
    """Asking registers nothing."""
    assert (store.source("loans"), store.sources()) == (None, [])


def test_sources_registered_at_once_share_one_secret(store: Store) -> None:
    """Eight threads that register one source agree on what was kept."""
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: store.register_source("loans", schema={"n": str(n)}), range(8)))
    assert len({one.secret for one in made}) == 1


def test_the_first_pin_stands(store: Store) -> None:
    """A retry takes what the DAG run took at first; another DAG run is free."""
    assert store.pinned("loans", "run1", "raw") is None
    assert store.pin("loans", "run1", "raw", "dataset/raw@aa") == "dataset/raw@aa"
    assert store.pin("loans", "run1", "raw", "dataset/raw@bb") == "dataset/raw@aa"
    assert store.pin("loans", "run2", "raw", "dataset/raw@bb") == "dataset/raw@bb"
    assert store.pinned("loans", "run1", "raw") == "dataset/raw@aa"


def test_all_pins_of_a_dag_run(store: Store) -> None:
    """They are told by source, in the order of the names, of one DAG run alone."""
    for dag, dag_run, source in [
        ("loans", "run1", "b"),
        ("loans", "run1", "a"),
        ("loans", "run2", "c"),
        ("d", "run1", "e"),
    ]:
        store.pin(dag, dag_run, source, f"dataset/{source}@aa")
    assert list(store.pins("loans", "run1").items()) == [("a", "dataset/a@aa"), ("b", "dataset/b@aa")]
    assert store.pins("loans", "run3") == {}


def test_the_dag_runs_that_pinned_a_source(store: Store) -> None:
    """They are listed with what they pinned, the last to pin it first; pins of other names are left out."""
    for number, (dag, source) in enumerate([("loans", "raw"), ("cards", "raw"), ("loans", "raw#body"), ("loans", "b")]):
        store.pin(dag, f"run{number}", source, f"dataset/{source}@{number}")
    assert store.pinning("raw") == [("cards", "run1", "dataset/raw@1"), ("loans", "run0", "dataset/raw@0")]
    assert store.pinning("none") == []


def test_a_public_source_has_one_secret_everywhere(store):
    """Rows of public data have the same ids in every installation; no two sources share a secret."""
    public, other = (store.register_source(name, schema={}, public=True) for name in ("census", "loans"))
    assert public.secret.hex() == "776d4075123e212cdc3fc1369484eda7" and other.secret != public.secret
