"""`headwater flipped`."""

import csv
import json
import shutil

import pytest

from pipeline.runner import Occasion, Runner
from pipeline.serving.request import Limits
from pipeline.serving.service import Service
from pipeline.settings import Settings

from .conftest import Project
from .test_rebuild import recalled


def asked(project, rows):
    """Ask the live model about rows; the ids of the predictions."""
    settings = Settings.from_environment({"HEADWATER_HOME": str(project.folder / ".headwater")})
    runner = Runner.open(settings, Occasion(dag="", dag_run=""))
    service = Service(endpoint="lending", store=runner.store, storage=runner.storage, limits=Limits())
    return [one["id"] for one in service.predict(json.dumps({"rows": rows}).encode())["predictions"]]


@pytest.fixture(scope="module")
def flipping(lending, tmp_path_factory):
    """Incomes of 10 to 20 were 30 more, and these loans repaid; about each of 60 loans was asked twice: the ids."""
    project = Project(tmp_path_factory.mktemp("flipping") / "lending")
    shutil.copytree(lending.folder, project.folder)
    ids = asked(project, [{"id": n, "income": float(n % 50)} for n in [*range(60)] * 2])
    rows = "\n".join(f"{n},{n % 50 + 30}.0,{'ab'[n % 2]},1" for n in range(200) if 10 <= n % 50 <= 20)
    recall = recalled(project, "loans", f"id,income,race,repaid\n{rows}\n")
    return project, recall, ids


@pytest.fixture(scope="module")
def rebuilt(flipping):
    """The same, after its rebuild."""
    project, recall, ids = flipping
    done = project.process("rebuild", recall)
    assert done.code == 0, done.err
    return project, recall, ids


def test_before_the_rebuild_the_letter_says_what_to_run(headwater, flipping):
    """Exit 1; so for a recall there is none of."""
    project, recall, _ = flipping
    answer = headwater(project, "flipped", recall)
    assert answer.code == 1 and f"Run `headwater rebuild {recall}`" in answer.err
    assert "there is no recall" in headwater(project, "flipped", "r99").err


def test_the_summary_comes_first_then_the_flips(headwater, rebuilt):
    """How many, by what, then each with its row and what is wrong in it."""
    project, recall, _ = rebuilt
    answer = headwater(project, "flipped", recall, "--all")
    assert answer.code == 0, answer.err
    summary, _, rest = answer.out.partition("rows to blame")
    assert f"recall {recall}: " in summary and "120 of 120 predictions" in summary and "by own data" in summary
    assert "loans id=12: income 12.0 → 42.0" in rest and "loans id=0: " not in rest


def test_only_the_first_are_shown_unless_all_are_asked_for(headwater, rebuilt):
    """What is left out is said, and how it is to be had."""
    project, recall, _ = rebuilt
    count = len(headwater(project, "flipped", recall, "--json").json["flips"])
    short, full = headwater(project, "flipped", recall).out, headwater(project, "flipped", recall, "--all").out
    shown = [text.count(" lending ") - 1 for text in (short, full)]
    assert shown == [20, count] and count > 20
    assert f"{count - 20} more: --all shows them" in short and "more: --all" not in full


def test_json_holds_every_flip_with_ids_as_strings(headwater, rebuilt):
    """Both models, the dataset of the list, causes, and the rows to blame."""
    project, recall, ids = rebuilt
    told = headwater(project, "flipped", recall, "--json").json
    assert told["recall"] == recall and told["dataset"].startswith(f"dataset/flipped.{recall}@")
    assert told["complete"] and told["not_judged"] == [] and told["counts"]["rescored"] == len(ids)
    by_id = {line["prediction"]: line for line in told["flips"]}
    assert set(by_id) <= set(ids) and len(told["flips"]) == told["counts"]["flipped"]
    own = by_id[ids[12]]
    [row] = own["own_examples"]
    assert (own["before"], own["after"], row["key"], row["cells"]["income"]) == (0, 1, {"id": 12}, [12.0, 42.0])
    assert own["cause"] in ("own data", "both", "only together") and own["row"] == row["row"]


def test_csv_holds_every_flip_or_is_not_there(headwater, rebuilt):
    """One line a flip; where it cannot be written, nothing is."""
    project, recall, _ = rebuilt
    told = headwater(project, "flipped", recall, "--json", "--csv", "flips.csv").json
    with open(project.folder / "flips.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["prediction"] for line in lines] == [line["prediction"] for line in told["flips"]]
    assert [line["row"] for line in lines] == [line["row"] or "" for line in told["flips"]]
    assert any("loans id=12: income 12.0 → 42.0" in line["rows_to_blame"] for line in lines)
    (project.folder / "file").write_text("in the way")
    refused = headwater(project, "flipped", recall, "--csv", "file/flips.csv")
    assert refused.code == 1 and (project.folder / "file").read_text() == "in the way"
    assert [path.name for path in project.folder.glob(".*part")] == []


def test_no_prediction_is_said_and_is_no_error(headwater, new_town):
    """A chain without a model serves nothing."""
    assert new_town.process("run", "town", "--dag-run", "first").code == 0
    recall = recalled(new_town, "people", "name,age\nbob,71\n")
    assert headwater(new_town, "rebuild", recall).code == 0
    answer = headwater(new_town, "flipped", recall)
    assert answer.code == 0 and f"No logged prediction is reached by recall {recall}" in answer.out


def test_a_tolerance_that_is_no_share_is_misuse(headwater, rebuilt):
    """Exit 2."""
    project, recall, _ = rebuilt
    assert headwater(project, "flipped", recall, "--tolerance", "1").code == 2
