"""`headwater collect`."""


def test_the_first_of_the_worklist_is_collected(headwater, new_farms):
    """Of 600 loans 120 are of farms: those and nothing else."""
    told = headwater(new_farms, "collect", "loans", "--json")
    assert told.code == 0, told.err
    assert (told.json["tag"], told.json["query"]) == ("farm", "kind in ['farm']")
    assert (told.json["rows"], told.json["of"]) == (120, 600)
    rows = headwater(new_farms, "show", told.json["dataset"], "--head", "1000", "--json").json
    assert {row["kind"] for row in rows} == {"farm"} and len(rows) == 120


def test_a_tag_by_function_is_looked_for_with_the_function_of_the_file(headwater, new_farms):
    """Incomes below 20: 20 of every 41."""
    answer = headwater(new_farms, "collect", "loans", "--tag", "poor")
    income = [n % 41 for n in range(600)]
    assert f"{sum(each < 20 for each in income)} of 600 rows have poor (poor(rows)): dataset/farms.c" in answer.out


def test_what_cannot_be_collected(headwater, new_farms):
    """A tag that people give, one that nobody declares, and what is no dataset."""
    assert "people give the tag 'bad harvest'" in headwater(new_farms, "collect", "loans", "--tag", "bad harvest").err
    assert "expected one of poor, farm, bad harvest" in headwater(new_farms, "collect", "loans", "--tag", "x").err
    assert "is no dataset" in headwater(new_farms, "collect", "model/farms").err
