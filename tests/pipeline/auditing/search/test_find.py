"""The whole search on simulated plants: it finds what was planted, and nothing where there is nothing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.search import Search
from pipeline.auditing.search.find import find
from pipeline.auditing.search.slicesearch import SliceSearch
from pipeline.errors import AuditRefused

DIGEST = "0" * 32


def manifest(**changes: Any) -> dict:
    """A model's manifest: are scratches seen on this phone?"""
    return {
        "name": "inspection", "candidate": "c", "problem": "classification", "target": "scratched",
        "features": ["x"], "estimator": f"estimator/e@{DIGEST}", "transforms": [], "classes": [0, 1], "positive": 1,
        "source": f"dataset/s@{DIGEST}", "source_name": "s", "types": {}, "required": [], "path": [], "apply": {},
        "selection": "", "trained_on": f"dataset/x@{DIGEST}", "trained_rows": 4, "metric": "f1", "metrics": {},
        **changes,
    }  # fmt: skip


def plant(n: int, seed: int) -> tuple[pd.DataFrame, np.random.Generator]:
    """Metadata of `n` phones: factory, line, shift, inspector, camera, detector version, temperature, serial number."""
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "factory": random.integers(1, 4, n),
            "line": random.integers(1, 21, n),
            "shift": random.choice(["day", "night"], n),
            "inspector": random.choice(list("abcdef"), n),
            "camera": random.choice(["north", "south", None], n, p=[0.5, 0.4, 0.1]),
            "detector": random.choice(["1.0", "1.1", "2.0"], n, p=[0.6, 0.3, 0.1]),
            "temperature": random.normal(20, 5, n),
            "serial": np.arange(n) + 10_000,
        },
        index=pd.Index(random.permutation(n) + 1, name="row"),
    )
    return rows, random


def searched(rows: pd.DataFrame, wrong: np.ndarray, random: np.random.Generator, **asked: Any) -> Search:
    """Search with truths drawn at 30 %, and answers that are wrong with the chances given."""
    truth = (random.random(len(rows)) < 0.3).astype("int64")
    answer = np.where(random.random(len(rows)) < wrong, 1 - truth, truth)
    return of(rows, truth, answer, **asked)


def of(rows: pd.DataFrame, truth: Any, answer: Any, *, model: dict | None = None, **asked: Any) -> Search:
    """Search these truths and answers."""
    answers = pd.DataFrame({"truth": truth, "answer": answer}, index=rows.index)
    rows = rows.assign(scratched=truth)
    made = find(model=model or manifest(), answers=answers, rows=rows, asked=SliceSearch(**asked).to_json())
    assert made["search"].kind == "search"
    return Search.from_json(json.loads(json.dumps(made["search"].value)))


def named(search: Search, outcome: str = "errors") -> list[str]:
    """The groups found, in words."""
    return [str(each) for each in search.found if each.outcome == outcome]


@pytest.mark.parametrize("seed", range(3))
def test_line_17_of_factory_2(seed: int) -> None:
    """One line of one factory errs six times as often: it is found by itself, and nothing else is."""
    rows, random = plant(12_000, seed)
    bad = ((rows["line"] == 17) & (rows["factory"] == 2)).to_numpy()
    search = searched(rows, np.where(bad, 0.3, 0.05), random, most_conditions=3)
    assert named(search) == ["factory = 2 and line = 17"]
    [found] = [each for each in search.found if each.outcome == "errors"]
    assert (found.rows, found.cases) == (bad.sum(), bad.sum()) and found.share == pytest.approx(bad.mean())
    assert found.inside.low < 0.3 < found.inside.high and found.outside.low < 0.05 < found.outside.high
    assert found.low < 0.25 < found.high and found.p <= found.q <= 0.05


def test_bad_version_of_an_upstream_model() -> None:
    """A new version of the detector before the model cuts what it should not: that version is named."""
    rows, random = plant(6000, 0)
    search = searched(rows, np.where(rows["detector"] == "2.0", 0.25, 0.1), random)
    assert named(search) == ["detector = 2.0"]


def test_missing_values_and_ranges() -> None:
    """Where the camera is not noted, and when it is hot, more goes wrong: both are named, and not each other's."""
    rows, random = plant(20_000, 1)
    wrong = np.select([rows["camera"].isna(), rows["temperature"] > rows["temperature"].quantile(0.9)], [0.3, 0.2], 0.1)
    found = named(searched(rows, wrong, random))
    assert len(found) == 2 and found[0] == "camera is missing" and found[1].startswith("temperature from 26")


def test_a_kind_of_error() -> None:
    """A line that overlooks scratches and raises no false alarms is named under false negatives alone."""
    rows, random = plant(8000, 2)
    truth = (random.random(8000) < 0.3).astype("int64")
    missed = (rows["line"] == 3).to_numpy() & (random.random(8000) < 0.6)
    noise = random.random(8000) < np.where(rows["line"] == 3, 0.0, 0.1)
    search = of(rows, truth, np.where((truth == 1) & missed, 0, np.where(noise, 1 - truth, truth)))
    assert named(search, "false negatives") == ["line = 3"] and named(search, "false positives") == []
    found = next(each for each in search.found if each.outcome == "false negatives")
    assert found.cases == ((rows["line"] == 3).to_numpy() & (truth == 1)).sum() < found.rows


def test_absolute_errors() -> None:
    """Of a regression the absolute error is searched: one line is off by 3 where the others are off by 1."""
    rows, random = plant(4000, 3)
    answer = random.normal(0, np.where(rows["line"] == 5, 3.0, 1.0))
    model = manifest(problem="regression", classes=[], positive=None)
    search = of(rows, np.zeros(4000), answer, model=model)
    assert named(search, "absolute error") == ["line = 5"]
    assert search.found[0].inside.low < 3 * (2 / np.pi) ** 0.5 < search.found[0].inside.high


@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_nothing_on_shuffled_labels(problem: str) -> None:
    """Where errors have nothing to do with metadata, at most alpha of the searches name anything.

    Of 200 searches at alpha 0.1, 20 are expected at most, and 34 or more have a chance of about 0.001 (binomial).
    """
    false_discoveries, tested = 0, 0
    for seed in range(200):
        rows, random = plant(1000, seed)
        if problem == "classification":
            search = searched(rows, np.full(1000, 0.2), random, alpha=0.1)
        else:
            model = manifest(problem="regression", classes=[], positive=None)
            search = of(rows, np.zeros(1000), random.exponential(1.0, 1000), model=model, alpha=0.1)
        tested += search.tested
        false_discoveries += bool(search.found)
    assert tested > 500 and false_discoveries < 34


def test_shares_of_false_discoveries() -> None:
    """Beside a true group few false ones are named: over 60 searches, their mean share is within alpha."""
    shares = []
    for seed in range(60):
        rows, random = plant(2000, seed)
        found = named(searched(rows, np.where(rows["detector"] == "2.0", 0.4, 0.1), random, alpha=0.1))
        shares.append(np.mean(["detector = 2.0" not in each for each in found]) if found else 0.0)
    assert np.mean(shares) < 0.1 + 3.1 * (0.1 * 0.9 / 60) ** 0.5


def test_what_is_no_metadata_is_left_out() -> None:
    """The target, identifiers, excluded columns, and what follows from the answer are named as left out."""
    rows, random = plant(1000, 0)
    truth = (random.random(1000) < 0.3).astype("int64")
    rows = rows.assign(action=np.where(truth == 1, "scrap", "ship"), remark="none")
    search = of(rows, truth, 1 - truth, exclude=("remark", "factory"))
    assert search.left_out == {
        "scratched": "the target",
        "serial": "1,000 whole numbers, no two alike: an identifier",
        "remark": "excluded",
        "factory": "excluded",
        "action": "each of its values stands for one class of the target",
    }
    assert search.columns == ("line", "shift", "inspector", "camera", "detector", "temperature")


def test_metadata_never_stored() -> None:
    """A column that is asked for and was not kept with the data is answered: not stored."""
    rows, random = plant(300, 0)
    search = searched(rows, np.full(300, 0.1), random, columns=("shift", "humidity"))
    assert search.left_out == {"humidity": "not stored"} and search.columns == ("shift",)


def test_equal_inputs_equal_searches() -> None:
    """The order of the test part does not matter; another seed parts the rows otherwise."""
    rows, _ = plant(2000, 0)
    truth, answer = np.zeros(2000, int), (rows["line"] == 17).to_numpy().astype(int)
    first = of(rows, truth, answer)
    turned = of(rows.iloc[::-1], truth, answer[::-1])
    assert turned == first != of(rows, truth, answer, seed=1)
    assert 900 < first.searched < 1100 and first.searched + first.confirmed == 2000


def test_a_perfect_model_and_few_rows() -> None:
    """Without errors, or without enough rows, nothing is found and nothing breaks."""
    rows, _ = plant(40, 0)
    truth = np.array([0, 1] * 20)
    assert of(rows, truth, truth).found == ()
    assert of(rows.iloc[:1], truth[:1], 1 - truth[:1]).found == ()


def test_rows_that_are_not_in_the_test_part() -> None:
    """Answers to rows whose metadata is not known are refused."""
    rows, _ = plant(40, 0)
    answers = pd.DataFrame({"truth": 0, "answer": 0}, index=rows.index)
    with pytest.raises(AuditRefused, match="test rows that were answered are not in the test part"):
        find(model=manifest(), answers=answers, rows=rows.iloc[1:], asked=SliceSearch().to_json())


def test_what_stands_out_beside_something_larger() -> None:
    """Night errs twice as often as day, and line 3 three times: both are named, that of more errors first."""
    rows, random = plant(20_000, 4)
    wrong = np.select([rows["line"] == 3, rows["shift"] == "night"], [0.3, 0.2], 0.1)
    search = searched(rows, wrong, random)
    assert named(search) == ["shift = night", "line = 3"]
    assert all(each.low > 0 for each in search.found)
