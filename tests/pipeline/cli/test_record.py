"""Records as JSON values."""

from datetime import UTC, datetime, timedelta

from lineage.records import Artifact, Prediction, Release, Run
from pipeline.cli.record import artifact_to_json, prediction_to_json, release_to_json, run_to_json, seconds_of

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_a_run_is_told_in_full_with_its_seconds():
    """Every field of the record is there; a run that has not ended has no seconds."""
    run = Run(id="1", step="s", stage="t", started_at=NOON, ended_at=NOON + timedelta(seconds=1.5))
    assert run_to_json(run)["seconds"] == 1.5 and set(Run.__dataclass_fields__) <= run_to_json(run).keys()
    assert seconds_of(Run(id="1", step="s", stage="t", started_at=NOON)) is None


def test_ids_of_rows_are_strings():
    """A 64-bit id does not survive in every JSON reader as a number."""
    one = Prediction(
        id="9", at=NOON, endpoint="e", release=1, model="model/m@1", input={}, output={}, rows=(("s", -2**63),)
    )
    assert prediction_to_json(one)["rows"] == [{"source": "s", "row": "-9223372036854775808"}]
    assert prediction_to_json(one)["at"] == "2024-05-01T12:00:00+00:00"


def test_an_artifact_has_its_reference_and_a_release_its_time():
    """What the record computes is told too."""
    assert artifact_to_json(Artifact(kind="a", name="b", digest="c"))["reference"] == "a/b@c"
    assert release_to_json(Release(endpoint="e", model="m", since=NOON))["since"] == "2024-05-01T12:00:00+00:00"
