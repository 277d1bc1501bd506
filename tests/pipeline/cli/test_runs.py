"""`headwater runs`."""


def test_lists_the_newest_first(headwater, town):
    """Every run with its step, its outcome and its run of the DAG."""
    told = headwater(town, "runs", "--json").json
    assert [(run["step"], run["outcome"], run["dag_run"]) for run in told] == [
        ("adults", "succeeded", "first"), ("ingest", "succeeded", "first"), ("body", "succeeded", "first")]
    assert "adults" in headwater(town, "runs").out.splitlines()[2]


def test_can_be_narrowed(headwater, town):
    """By DAG, by run of a DAG, by outcome, by number."""
    assert len(headwater(town, "runs", "--last", "1", "--json").json) == 1
    assert headwater(town, "runs", "--dag", "other", "--json").json == []
    assert headwater(town, "runs", "--dag-run", "other", "--json").json == []
    assert headwater(town, "runs", "--outcome", "failed").out == "No such run is recorded.\n"


def test_says_that_there_may_be_more(headwater, town):
    """A list cut at --last says so."""
    assert "The last 1; --last shows more." in headwater(town, "runs", "--last", "1").out


def test_an_unknown_outcome_is_misuse(headwater, town):
    """Exit code 2, with the outcomes there are."""
    answer = headwater(town, "runs", "--outcome", "lost")
    assert answer.code == 2 and "interrupted" in answer.err
