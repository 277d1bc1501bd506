"""`headwater sign`: a chain that waits for a signature, and goes on once it is there."""

import pytest

from .conftest import LENDING, Project

CHARTER = '''charter = Charter(
    problem="Who repays?", owner="ann", risk="high", targets=("few defaults",), harms=(Harm("h", accepted="a"),),
    ethics=Ethics(net_value="y", fair="y", debated="y"))
policy = AuditPolicy(charter=charter, '''


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """The project `lending` with a charter of high risk, run up to where somebody has to sign."""
    folder = tmp_path_factory.mktemp("waiting")
    (folder / "dags").mkdir()
    rows = [f"{n},{n % 50}.0,{'ab'[n % 2]},{int(n % 50 > 20)}" for n in range(200)]
    (folder / "loans.csv").write_text("\n".join(["id,income,race,repaid", *rows]))
    changes = {
        "import CSV, AuditPolicy,": "import CSV, AuditPolicy, Charter, Ethics, Harm,",
        "fit, ingest, split": "fit, ingest, sign_off, split",
        "policy = AuditPolicy(": CHARTER,
        "audit(model, ready, policy), plan": "sign_off(audit(model, ready, policy), policy), plan",
    }
    text = LENDING
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    (folder / "dags" / "lending.py").write_text(text)
    project = Project(folder)
    ran = project.process("run", "lending", "--dag-run", "first")
    assert ran.code == 1 and "nobody has signed audit/lending.audit@" in ran.err, ran.err
    return project


def test_a_run_waits_until_somebody_signs(waiting, headwater):
    """Before: the summary says that nobody signed. After: all is reused, the release names who signed, and why."""
    told = headwater(waiting, "summary", "--json").json
    assert (told["signature"]["by"], told["release"]) == (None, None)
    assert "by nobody yet: headwater sign audit/lending.audit@" in headwater(waiting, "summary").out
    answer = headwater(waiting, "sign", told["audit"]["reference"], "--by", "ann", "--note", "seen")
    assert answer.code == 0 and "ann signed model/lending@" in answer.out
    assert "Next: headwater run lending" in answer.out
    ran = waiting.process("run", "lending", "--dag-run", "second", "--json")
    assert ran.code == 0, ran.err
    told = headwater(waiting, "summary", "second", "--json").json
    assert told["release"]["facts"]["signed"] == {"by": "ann", "note": "seen", "via": "command"}
    assert [step["step"] for step in told["steps"] if not step["reused"]] == ["deploy"]
    assert "by ann, via command: seen" in headwater(waiting, "summary", "second").out


def test_what_is_turned_down_is_not_released(waiting, headwater):
    """A later rejection stops the next run."""
    rejected = headwater(waiting, "sign", "audit/lending.audit", "--by", "bob", "--note", "no", "--reject", "--json")
    assert (rejected.json["approved"], rejected.json["by"]) == (False, "bob")
    ran = waiting.process("run", "lending", "--dag-run", "third")
    assert ran.code == 1 and "bob turned down model/lending@" in ran.err


def test_only_audits_are_signed(waiting, headwater):
    """A model, or nothing at all, is no audit; a blank is no name."""
    assert "expected an audit; found model" in headwater(waiting, "sign", "model/lending", "--by", "ann").err
    assert headwater(waiting, "sign", "audit/none", "--by", "ann").code == 1
    assert "without a name" in headwater(waiting, "sign", "audit/lending.audit", "--by", " ").err
