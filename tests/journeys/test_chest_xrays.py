"""Chest X-rays: a rare finding is flagged however good the average, and no patient is in two parts."""

import pandas as pd
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def xrays(tmp_path_factory):
    """A project in which the X-rays were audited, up to where a person has to sign."""
    from .conftest import place

    made = place(tmp_path_factory.mktemp("xrays") / "project")
    made.dag("chest_xrays")
    made.dag("made_xrays")
    assert "nobody has signed" in made.headwater("run", "chest_xrays", code=1).stderr
    return made


def rows(project, part):
    """The rows of a part of the data, as they are kept."""
    told = project.json("show", f"dataset/chest_xrays.split.{part}")
    return pd.read_parquet(project.folder / ".headwater" / "artifacts" / told["place"])


def audit(project):
    """The audit of the newest run."""
    return project.json("summary")["audit"]


def test_no_patient_is_in_two_parts(xrays):
    """A patient's images are all for training, all for choosing, or all for the audit."""
    patients = [set(rows(xrays, part)["patient"]) for part in ("train", "dev", "test")]
    assert all(patients) and not any(a & b for a, b in zip(patients, [*patients[1:], patients[0]], strict=True))


def test_hernia_is_flagged_however_good_the_average(xrays):
    """Its recall is the worst of all classes, its gate is not passed, and the average hides it."""
    found = audit(xrays)
    classes = {one["label"]: one["metrics"]["recall"] for one in found["groups"] if one["slice"] == "each class"}
    overall = next(one["metrics"] for one in found["groups"] if not one["slice"])
    assert min(classes, key=classes.get) == "hernia" and classes["hernia"] < 0.5 < overall["recall"]
    [gate] = [one for one in found["gates"] if one["slice"] == "each class"]
    assert gate["about"]["hernia"] != "pass"


def test_the_scanner_at_fault_is_found_by_itself(xrays):
    """Nobody tagged a model of scanner for it: the search names B1 and what it is worth."""
    [told] = xrays.json("worklist")
    assert "scanner = B1" in [item["name"] for item in told["items"]]


def test_a_signature_releases_it(xrays):
    """Signed, the same run goes on with everything it made, and the release says who signed."""
    xrays.headwater("sign", audit(xrays)["reference"], "--by", "Dr. Ray", "--note", "beside the radiologists only")
    xrays.headwater("run", "chest_xrays")
    told = xrays.json("summary")
    assert told["release"]["facts"]["signed"]["by"] == "Dr. Ray"
    assert {step["step"] for step in told["steps"] if not step["reused"]} == {"ingest", "deploy"}
