"""`headwater worklist` and `work-on`: from an audit to a choice, and from the next audit to whether it helped."""

CHOOSING = ("--by", "cid", "--reason", "tell farms from shops")


def test_what_to_do_next(headwater, farms):
    """Farms first: 95 % of people against 0 %, in 17.5 % of the data; then what has no level, then reading."""
    [told] = headwater(farms, "worklist", "--json").json
    assert [item["name"] for item in told["items"]] == ["farm", "poor", "read errors"]
    assert told["items"][0]["gain"] == 0.16625 and told["items"][1]["gain"] is None  # 0.95 × 21 / 120
    assert (told["dag"], told["choices"]) == ("farms", [])
    shown = headwater(farms, "worklist", "farms").out
    assert "farms: what to do next about model/farms@" in shown and "Nothing yet: headwater work-on" in shown


def test_a_choice_is_held_to_the_next_audit(headwater, new_farms):
    """Not known until another model is audited; then 21 of 21 farms against the next model's, on the same rows."""
    chosen = headwater(new_farms, "work-on", "farm", *CHOOSING, "--json")
    assert chosen.code == 0 and (chosen.json["name"], chosen.json["by"]) == ("farm", "cid")
    [told] = headwater(new_farms, "worklist", "farms", "--json").json
    [choice] = told["choices"]
    assert choice["progress"]["verdict"] == "not known yet" and choice["reason"] == "tell farms from shops"
    assert "No other model was audited since" in headwater(new_farms, "worklist").out

    file = new_farms.folder / "dags" / "farms.py"
    file.write_text(file.read_text().replace('features=["income"]', 'features=["turned"]'))
    assert headwater(new_farms, "run", "farms").code == 0
    [told] = headwater(new_farms, "worklist", "farms", "--json").json
    found = told["choices"][0]["progress"]
    lines = headwater(new_farms, "errors", "farms", "--json").json["tags"]
    farm = next(line for line in lines if line["tag"] == "farm")
    assert (found["verdict"], found["method"]) == ("helped", "paired")
    assert (found["before"]["value"], found["before"]["n"]) == (1.0, 21)
    assert round(found["after"]["value"], 9) == round(farm["wrong"]["count"] / 21, 9) and found["high"] < 0
    assert found["model"] == told["model"] != told["choices"][0]["model"]
    assert headwater(new_farms, "summary", "--json").json["dag"] == "farms"


def test_what_is_not_on_the_list_is_refused(headwater, farms):
    """With what is near."""
    answer = headwater(farms, "work-on", "frm", *CHOOSING)
    assert answer.code == 2 and "Did you mean 'farm'?" in answer.err
    assert headwater(farms, "work-on", "farm", "--by", " ", "--reason", "x").code == 2


def test_dags_without_a_worklist(headwater, farms, lending):
    """A name that is near is told; where no audit analyses errors, how to."""
    assert "Did you mean farms?" in headwater(farms, "worklist", "farm").err
    answer = headwater(lending, "worklist")
    assert answer.code == 1 and "errors=ErrorAnalysis" in answer.err
