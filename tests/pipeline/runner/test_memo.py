"""The memo key changes with everything that decides what a step makes, and with nothing else."""

from dataclasses import replace

import pytest

from pipeline.artifacts.occasion import Occasion
from pipeline.code import reach
from pipeline.runner.memo import dotted_paths, memo_key, plain
from pipeline.step import Step


def work(data, by=1):
    """A step."""
    return data


def other(data, by=1):
    """Another step."""
    return data + 1


STEP = Step(name="work", stage="preprocessing", function=work, parameters={"by": 1}, context={"who": ("a",)})


def key(step=STEP, data="dataset/x@1", phase="poc", dag="trial"):
    """The key of a step on an input."""
    return memo_key(step, reach(step.function), {"data": [data]}, Occasion(dag=dag, dag_run="r1", phase=phase))


def test_the_same_has_the_same_key():
    """Equal work, equal key."""
    assert key() == key() != ""


@pytest.mark.parametrize(
    "found",
    [
        lambda: key(replace(STEP, function=other)),
        lambda: key(replace(STEP, parameters={"by": 2})),
        lambda: key(replace(STEP, context={"who": ("b",)})),
        lambda: key(replace(STEP, name="renamed")),
        lambda: key(data="dataset/x@2"),
        lambda: key(phase="production"),
    ],
    ids=["code", "parameter", "context", "name", "input", "phase"],
)
def test_anything_that_decides_changes_the_key(found):
    """Code, parameters, context, name, inputs and phase each count."""
    assert found() != key()


def test_rows_named_by_a_key_are_another_dags_own():
    """The DAG counts where ids follow from keys under its own secret, and nowhere else."""
    keyed = replace(STEP, key=("a",))
    assert key(dag="other") == key()
    assert key(keyed, dag="other") != key(keyed) != key()


def test_secrets_do_not_count():
    """A secret is no part of what a step makes of its inputs."""
    assert key(replace(STEP, secrets={"token": b"1"})) == key(replace(STEP, secrets={"token": b"2"}))


def test_an_act_has_no_key():
    """What is not reusable is never found again."""
    assert key(replace(STEP, reusable=False)) == ""


def test_libraries_named_by_path_are_found():
    """Estimators named in parameters count with the version of what provides them."""
    assert dotted_paths({"a": ["sklearn.svm.SVC", "plain", {"b": "x.y"}]}) == {"sklearn.svm.SVC", "x.y"}


def test_what_json_cannot_carry_is_refused():
    """A parameter that cannot be recorded is named."""
    with pytest.raises(TypeError, match="object"):
        plain({"a": object()})
