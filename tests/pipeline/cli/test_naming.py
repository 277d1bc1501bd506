"""What a name means."""


def test_a_near_name_is_suggested(headwater, town):
    """A mistyped artifact is refused with the near ones."""
    assert "Did you mean town.adults" in headwater(town, "show", "town.adult").err
    assert "Did you mean people" in headwater(town, "graph", "poeple").err


def test_an_ambiguous_beginning_lists_what_it_can_mean(headwater, town):
    """Runs that begin alike are listed, not guessed between."""
    first, second, _ = (run["id"] for run in headwater(town, "runs", "--json").json)
    answer = headwater(town, "show", first[:3])
    assert answer.code == 1 and first in answer.err and second in answer.err


def test_a_reference_and_a_short_digest_mean_the_same(headwater, town):
    """kind/name@digest, name@digest, and the beginning of the digest."""
    told = headwater(town, "show", "people", "--json").json
    for name in (told["reference"], f"people@{told['digest'][:10]}", told["digest"][:10], "dataset/people"):
        assert headwater(town, "show", name, "--json").json == told


def test_nothing_is_no_name(headwater, town):
    """An empty name and a wildcard find nothing."""
    assert [headwater(town, "show", name).code for name in ("", "%", "*", "@")] == [1, 1, 1, 1]
