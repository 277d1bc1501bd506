"""`headwater summary`."""


def test_the_newest_run_is_told_for_people(headwater, lending):
    """Rows, model, audit, release, candidates, groups, gates and time."""
    shown = headwater(lending, "summary").out
    for part in ("lending, run first: succeeded in", "source loans", "200 rows", "pass: 2 of 2 gates kept",
                 "number 1 of endpoint lending, live", "chosen", "race: a", "accuracy at least", "training"):
        assert part in shown


def test_a_run_is_found_by_its_id_alone(headwater, town):
    """The DAG need not be named where only one has a run of that name; JSON is what the library gives."""
    told = headwater(town, "summary", "first", "--json").json
    assert (told["dag"], told["model"], told["release"]) == ("town", None, None)
    assert "town.adults" in headwater(town, "summary", "first").out


def test_two_dags_with_a_run_of_one_name_are_told_apart(headwater, new_town):
    """Ambiguous without --dag."""
    path = new_town.folder / "dags" / "town.py"
    path.with_name("city.py").write_text(path.read_text().replace("def town", "def city"))
    assert [new_town.process("run", dag, "--dag-run", "r").code for dag in ("town", "city")] == [0, 0]
    answer = headwater(new_town, "summary", "r")
    assert answer.code == 1 and "city, town" in answer.err and "--dag" in answer.err
    assert headwater(new_town, "summary", "r", "--dag", "city", "--json").json["dag"] == "city"


def test_an_unknown_run_is_refused(headwater, town):
    """Exit code 1."""
    assert headwater(town, "summary", "nothing").code == 1
