"""`headwater verify`."""

import pytest


@pytest.fixture
def ran_town(new_town):
    """A project of one's own, run once, whose files may be damaged."""
    assert new_town.process("run", "town").code == 0
    return new_town


def test_all_is_well_after_a_run(headwater, town):
    """Every artifact is read again and found equal."""
    told = headwater(town, "verify", "--json").json
    assert told["bad"] == [] and told["equal"] == told["checked"] == len(list(_files(town)))


def test_a_flipped_byte_is_found_and_named_in_every_file(headwater, ran_town):
    """Whichever file it is in: exit code 1, and the artifact named."""
    for path in _files(ran_town):
        whole = path.read_bytes()
        path.write_bytes(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
        answer = headwater(ran_town, "verify", "--json")
        (bad,) = answer.json["bad"]
        assert answer.code == 1 and bad["place"] == str(path.relative_to(ran_town.folder / ".headwater" / "artifacts"))
        assert bad["reference"] in answer.err
        path.write_bytes(whole)


def test_a_file_that_is_gone_is_found(headwater, ran_town):
    """A missing file is named among the bad, for people too."""
    reference = headwater(ran_town, "show", "town.adults", "--json").json["place"]
    (ran_town.folder / ".headwater" / "artifacts" / reference).unlink()
    answer = headwater(ran_town, "verify")
    assert answer.code == 1 and "is gone" in answer.out and "town.adults" in answer.err


def test_one_artifact_alone(headwater, town):
    """Only what is asked for is read."""
    assert headwater(town, "verify", "people").out == "1 of 1 artifacts are what was recorded.\n"


def _files(project):
    return sorted(path for path in (project.folder / ".headwater" / "artifacts").rglob("*") if path.is_file())
