"""`headwater errors`."""

import csv

import pytest


def sheet(path):
    """The cells of an exported sheet."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", ["farms", "farms.audit", "errors/farms.audit.tags"])
def test_errors_of_a_model_an_audit_or_a_table(headwater, farms, name):
    """Of 120 test rows 21 go wrong, all of them farms, whose every row does."""
    answer = headwater(farms, "errors", name)
    assert answer.code == 0, answer.err
    lines = {line.split("  ")[0]: line for line in answer.out.splitlines()}
    assert "17.5 % (11.7 % to 25.3 %, 21 of 120)" in lines["errors"]
    assert "100.0 % of 21 (84.5 to 100.0)" in lines["farm"] and "16.62 points" in lines["farm"]
    assert lines["bad harvest"].split()[2:4] == ["people", "n/a"] and lines["poor"].split()[-4] == "n/a"
    assert "bad harvest: 21 sampled errors are not read for it yet." in answer.out


def test_json_has_the_whole_table(headwater, farms):
    """By reference, with counts, intervals and what is not known as null."""
    told = headwater(farms, "errors", "farms", "--json").json
    farm, harvest = (next(line for line in told["tags"] if line["tag"] == tag) for tag in ("farm", "bad harvest"))
    assert (farm["wrong"]["count"], farm["wrong"]["of"]) == (21, 21) and harvest["wrong"] is None
    assert told["errors"]["count"] == 21 and told["reference"].startswith("errors/farms.audit.tags@")
    assert told["exported"] is None and told["model"].startswith("model/farms@")


def test_a_sheet_is_exported_once(headwater, new_farms):
    """The sampled errors with all that is known of them; a sheet that is there already is not written over."""
    answer = headwater(new_farms, "errors", "farms", "--export", "sheet.csv", "--tag", "hail")
    assert answer.code == 0 and "21 errors in sheet.csv" in answer.out
    header, *lines = sheet(new_farms.folder / "sheet.csv")
    assert header[0] == "row" and header[-4:] == ["tag: bad harvest", "tag: hail", "tagged_by", "note"]
    assert len(lines) == 21 and {line[header.index("remark")] for line in lines} == {"'=1+1\nhail, they say"}
    again = headwater(new_farms, "errors", "farms", "--export", "sheet.csv")
    assert again.code == 2 and "is there already" in again.err


def test_options_of_a_sheet_without_one(headwater, farms):
    """They are refused by themselves."""
    assert headwater(farms, "errors", "farms", "--tag", "hail").code == 2


def test_a_model_whose_errors_were_not_analysed(headwater, lending):
    """It says how to."""
    answer = headwater(lending, "errors", "lending")
    assert answer.code == 1 and "AuditPolicy(…, errors=ErrorAnalysis(tags=[…]))" in answer.err
