"""`headwater rows`."""


def test_a_filtered_dataset_stands_on_the_rows_it_kept(headwater, town):
    """Three of the five people, by the ids of the source."""
    (told,) = headwater(town, "rows", "town.adults", "--json").json
    (all_of_it,) = headwater(town, "rows", "people", "--json").json
    assert (told["source"], told["rule"], told["count"]) == ("people", "same row", 3)
    assert set(told["rows"]) < set(all_of_it["rows"]) and len(all_of_it["rows"]) == 5


def test_for_people_it_is_one_id_a_line(headwater, town):
    """Fit for other programs too."""
    lines = headwater(town, "rows", "town.adults").out.splitlines()
    assert lines[1] == "3 rows of people (same row)" and len(lines) == 5


def test_a_model_stands_on_its_training_rows(headwater, lending):
    """120 of 200 loans: the training part, each the very row of the source."""
    (told,) = headwater(lending, "rows", "model/lending", "--json").json
    assert (told["source"], told["rule"], told["count"]) == ("loans", "same row", 120)


def test_an_aggregate_stands_on_every_row(headwater, new_town):
    """A step that is not row-wise makes the answer all rows of the source, and says so."""
    path = new_town.folder / "dags" / "town.py"
    path.write_text(path.read_text().replace("@rowwise\n", "").replace('return people[people["age"] >= 18]',
                    'return people.groupby(people["age"] >= 18, as_index=False)[["age"]].sum()'))
    assert new_town.process("run", "town").code == 0
    (told,) = headwater(new_town, "rows", "town.adults", "--json").json
    assert (told["rule"], told["count"]) == ("every row", 5)


def test_an_aggregate_by_key_stands_on_the_rows_of_its_keys(headwater, new_town):
    """Grouped by age, those of age stand on the three rows that have their ages, and the rule is said."""
    path = new_town.folder / "dags" / "town.py"
    text = path.read_text().replace("Source, rowwise", "Source, aggregate, rowwise").replace(
        "@dag", '@aggregate(by="age")\ndef ages(people: pd.DataFrame) -> pd.DataFrame:\n'
        '    """Count those of one age."""\n    return people.groupby("age").agg(people=("name", "size"))\n\n\n@dag', 1)
    path.write_text(text.replace("[adults]", "[adults, ages]"))
    assert new_town.process("run", "town").code == 0
    (told,) = headwater(new_town, "rows", "town.ages", "--json").json
    (adults,) = headwater(new_town, "rows", "town.adults", "--json").json
    assert (told["source"], told["rule"], told["rows"]) == ("people", "same key", adults["rows"])


def test_another_source_is_refused(headwater, town):
    """A source it does not stand on is no empty answer."""
    answer = headwater(town, "rows", "town.adults", "--source", "loans")
    assert answer.code == 1 and "stands on no row of source loans" in answer.err


def test_what_has_no_rows_is_misuse(headwater, town):
    """Code has no rows."""
    assert headwater(town, "rows", "code/adults").code == 2
