"""`headwater show`."""

from pathlib import Path


def test_an_artifact_by_name_is_its_latest_version(headwater, town):
    """Kind, digest, rows, place, who made it and who read it."""
    told = headwater(town, "show", "people", "--json").json
    assert (told["kind"], told["name"], told["rows"]) == ("dataset", "people", 5)
    made, read = (headwater(town, "runs", "--json").json[i]["id"] for i in (1, 0))
    assert (told["producer"], told["consumers"]) == (made, [read])


def test_for_people_it_names_columns_and_where_the_bytes_are(headwater, town):
    """Columns with types, the full path of the file."""
    shown = headwater(town, "show", "people").out
    place = next(line.split()[-1] for line in shown.splitlines() if line.startswith("place"))
    assert place.startswith(str(town.folder)) and Path(place).read_bytes()[:4] == b"PAR1"
    assert any(line.split() == ["age", "Int64"] for line in shown.splitlines())


def test_the_first_rows_come_with_their_ids(headwater, town):
    """--head prints rows in id order; ids are strings in JSON."""
    rows = headwater(town, "show", "town.adults", "--head", "2", "--json").json
    assert len(rows) == 2 and all(isinstance(row["row"], str) and row["age"] >= 18 for row in rows)
    assert int(rows[0]["row"]) < int(rows[1]["row"])
    assert len(headwater(town, "show", "town.adults", "--head", "2").out.splitlines()) == 4


def test_a_run_is_shown_with_all_it_used_and_made(headwater, town):
    """A run by the beginning of its id: inputs, outputs, what they rest on."""
    run = headwater(town, "runs", "--json").json[0]
    told = headwater(town, "show", run["id"][:-4], "--json").json
    assert told["id"] == run["id"] and [use["role"] for use in told["inputs"]] == ["people"]
    assert {(one["rule"], one["known"]) for one in told["dependencies"]} == {("same row", "sampled")}
    assert "same row" in headwater(town, "show", run["id"]).out


def test_the_content_of_code_can_be_read(headwater, town):
    """--content prints what is kept: here the lines that ran."""
    assert 'people["age"] >= 18' in headwater(town, "show", "code/adults", "--content").json["files"]["town.py"]


def test_head_of_no_dataset_is_misuse(headwater, town):
    """Exit code 2 for rows of what has none."""
    assert headwater(town, "show", "code/adults", "--head", "1").code == 2
    run = headwater(town, "runs", "--json").json[0]["id"]
    assert headwater(town, "show", run, "--head", "1").code == 2
