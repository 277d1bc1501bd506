"""`headwater labels`, and a DAG file with all stages of labelling."""

import pytest

from tests.pipeline.cli.conftest import Project

CROWD = '''
from pipeline import CSV, Borderline, LabelRule, Merge, Source
from pipeline.airflow import agreement, consensus, correct, dag, human_level, ingest, relabel

marks = Source(name="marks", reader=CSV("marks.csv"), supplier="a crowd", licence="open", keys=("image", "worker"),
               schema={"image": "text", "worker": "text", "label": "text"})
sheet = Source(name="sheet", reader=CSV("sheet.csv"), supplier="ann", licence="open", keys=("image", "by"),
               schema={"image": "text", "label": "text", "by": "text", "at": "datetime"})
WHO = {"item": "image", "label": "label", "by": "worker"}
RULES = [Merge(("scratch", "dent"), "damage"), Borderline(between=("damage", "ok"), where="agreement < 0.7")]


@dag
def crowd():
    """Labels of a crowd, made fit to learn from."""
    labels = ingest(marks)
    agreement(labels, **WHO)
    heavier = consensus(labels, **WHO, how="weighted", name="weighted")
    one = consensus(labels, **WHO)
    ruled = relabel(one, label="label", rules=RULES, by="ann", reason="scratches and dents cannot be told apart")
    right = correct(ruled, ingest(sheet, name="ingest_sheet"), on="image", label="label", when="at")
    human_level(right, truth="label", answer="outcome", slices=["votes"])
'''
MARKS = """image,worker,label
p1,A,scratch
p1,B,scratch
p1,C,dent
p2,A,ok
p2,B,ok
p2,C,ok
p3,A,dent
p3,B,dent
p3,C,dent
p4,A,ok
p4,B,scratch
"""


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """The project `crowd` after one run. Tests only read it."""
    folder = tmp_path_factory.mktemp("crowd")
    (folder / "dags").mkdir()
    (folder / "marks.csv").write_text(MARKS)
    (folder / "sheet.csv").write_text("image,label,by,at\np4,ok,bob,2026-03-01T09:00:00Z\n")
    (folder / "dags" / "crowd.py").write_text(CROWD)
    project = Project(folder)
    ran = project.process("run", "crowd", "--dag-run", "first")
    assert ran.code == 0, ran.err
    return project


def rows(headwater, project, name):
    """The rows of a dataset."""
    return headwater(project, "show", name, "--content", "--json").json


ASKED = ("--item", "image", "--label", "label", "--by", "worker")


def test_a_dag_file_chains_the_stages(headwater, crowd):
    """By majority p1 is a scratch and p4 a tie; merged, drawn a border around, and corrected by bob."""
    one = {row["image"]: (row["label"], row["outcome"]) for row in rows(headwater, crowd, "crowd.consensus")}
    assert one == {
        "p1": ("scratch", "most"), "p2": ("ok", "all agree"), "p3": ("dent", "all agree"), "p4": (None, "tie"),
    }
    right = {row["image"]: row["label"] for row in rows(headwater, crowd, "crowd.correct")}
    assert right == {"p1": "borderline", "p2": "ok", "p3": "damage", "p4": "ok"}
    changes = rows(headwater, crowd, "crowd.relabel.changes")
    assert {row["by"] for row in changes} == {"ann"} and len(changes) == 2
    [bobs] = rows(headwater, crowd, "crowd.correct.changes")
    assert (bobs["before"], bobs["after"], bobs["by"], bobs["rule"]) == (None, "ok", "bob", "correction")


def test_a_label_is_followed_to_what_stands_on_it(headwater, crowd):
    """One mark of p3 reaches one row of each table on the way, and the corrections of p4 are untouched."""
    told = headwater(crowd, "impact", "marks", "--rows", "image=p3,worker=A", "--json").json
    reached = {line["name"]: line["rows"] for line in told["impact"]["lines"] if line["kind"] == "dataset"}
    assert {reached[name] for name in ("crowd.consensus", "crowd.relabel", "crowd.correct")} == {1}


def test_agreement_is_shown_to_people(headwater, crowd):
    """The figures with intervals and counts, who differs, what to discuss, what to do."""
    answer = headwater(crowd, "labels", "marks", *ASKED)
    assert answer.code == 0, answer.err
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert "labels 11 by 3 people, of 4 items" in lines
    assert any(line.startswith("raw agreement 0.700 ") and line.endswith(" 4") for line in lines)
    assert "Fleiss' kappa not defined 4" in lines
    parts = [
        answer.out.index(part)
        for part in ("by class", "by labeller", "pairs that agree least", "worth discussing", "what to do")
    ]
    assert parts == sorted(parts)
    assert any(line.startswith("p4 1 ok, 1 scratch 0.00") for line in lines)
    assert "Read every" in answer.out


def test_json_has_all_of_it(headwater, crowd):
    """What the stage keeps, and of which version."""
    told = headwater(crowd, "labels", "marks", *ASKED, "--json").json
    assert told["dataset"].startswith("dataset/marks@") and told["n_items"] == 4
    assert {one["metric"] for one in told["figures"]} == {"raw_agreement", "fleiss_kappa", "krippendorff_alpha"}
    assert [one["item"] for one in told["doubts"]] == ["p4", "p1"]


def test_an_answer_of_not_enough_information_is_named(headwater, crowd):
    """Taken as one, `ok` is no class any more; one that nobody gives is misuse."""
    told = headwater(crowd, "labels", "marks", *ASKED, "--unclear", "ok", "--json").json
    assert (told["unclear"], [one["name"] for one in told["classes"]]) == (4, ["dent", "scratch"])
    answer = headwater(crowd, "labels", "marks", *ASKED, "--unclear", "dark")
    assert answer.code == 2 and "nobody answers 'dark'" in answer.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("marks", "--item", "image", "--label", "label"), 2, "--by"),
        (("marks", "--item", "imgae", *ASKED[2:]), 2, "Did you mean image"),
        (("nothing", *ASKED), 1, "nothing is recorded"),
        (("crowd.agreement", *ASKED), 2, "holds no labels"),
        (("crowd.consensus", "--item", "label", "--label", "outcome", "--by", "image"), 1, "of no item"),
    ],
)
def test_what_cannot_be_compared_is_told(headwater, crowd, arguments, code, said):
    """A column that is not there, a dataset that is not, one that is no table of labels."""
    answer = headwater(crowd, "labels", *arguments)
    assert answer.code == code and said in answer.err
