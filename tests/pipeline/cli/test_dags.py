"""`headwater dags`."""


def test_lists_what_can_be_run(headwater, town):
    """Name, phase and purpose of every DAG, and its file."""
    (told,) = headwater(town, "dags", "--json").json
    assert (told["name"], told["phase"], told["about"]) == ("town", "poc", "People of age.")
    assert "People of age." in headwater(town, "dags").out


def test_a_broken_file_is_told_and_the_others_listed(headwater, new_town):
    """Exit code 1, the broken file on stderr, the rest on stdout."""
    (new_town.folder / "dags" / "bad.py").write_text("import pipeline, nothing_like_it\n")
    answer = headwater(new_town, "dags")
    assert answer.code == 1 and "town" in answer.out and "bad.py:1" in answer.err
