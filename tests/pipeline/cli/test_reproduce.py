"""`headwater reproduce`."""

from lineage.store import Store
from pipeline.settings import Settings


def test_a_model_comes_out_equal(lending):
    """Every step from the source to the model is made again with the recorded digest."""
    told = lending.process("reproduce", "model/lending", "--json")
    assert told.code == 0, told.err
    assert told.json["equal"] is True and all(step["equal"] for step in told.json["steps"])
    assert {"split", "train_strict", "train_loose", "select", "model"} <= {step["step"] for step in told.json["steps"]}


def test_the_files_of_today_do_not_matter(headwater, new_town):
    """A step is made again with its recorded code, though its file was rewritten since; nothing is recorded."""
    assert new_town.process("run", "town").code == 0
    path = new_town.folder / "dags" / "town.py"
    path.write_text(path.read_text().replace(">= 18", ">= 40"))
    answer = headwater(new_town, "reproduce", "town.adults")
    assert answer.code == 0 and "is equal." in answer.out and "DIFFERENT" not in answer.out
    settings = Settings.from_environment({"HEADWATER_HOME": str(new_town.folder / ".headwater")})
    assert [run.step for run in Store.open(settings.store_url).runs()] == ["adults", "ingest", "body"]


def test_a_step_that_is_no_function_of_its_inputs_is_refused(new_town):
    """Exit code 1, the step and its two digests named."""
    path = new_town.folder / "dags" / "town.py"
    path.write_text(path.read_text().replace('return people[people["age"] >= 18]',
                    'import secrets; return people.assign(age=secrets.randbits(40))').replace("@rowwise\n", ""))
    assert new_town.process("run", "town").code == 0
    answer = new_town.process("reproduce", "town.adults")
    assert answer.code == 1 and "DIFFERENT" in answer.out and "was not reproduced" in answer.err
