"""`headwater graph`."""


def test_up_tells_what_it_rests_on_and_how_that_is_known(headwater, town):
    """The tree of versions, the rule of each edge, and that the answer is complete."""
    shown = headwater(town, "graph", "town.adults").out.splitlines()
    assert shown[0].startswith("dataset/town.adults@") and shown[0].endswith("3 rows")
    assert shown[1].startswith("└── dataset/people@") and shown[1].endswith("5 rows  [same row, direct, sampled]")
    assert shown[2] == "Complete; the weakest dependency is known as sampled."


def test_json_holds_nodes_and_edges(headwater, town):
    """Down from the source: one node beyond it, one edge, references in full."""
    told = headwater(town, "graph", "people", "--down", "--json").json
    assert (told["direction"], told["complete"], told["missing"]) == ("down", True, [])
    assert [node["name"] for node in told["nodes"]] == ["people", "town.adults"]
    (edge,) = told["edges"]
    assert (edge["output"], edge["input"]) == (told["nodes"][1]["reference"], told["nodes"][0]["reference"])


def test_an_end_says_that_it_is_one(headwater, town):
    """Nothing rests on the last dataset, and it says so."""
    assert "Nothing rests on it." in headwater(town, "graph", "town.adults", "--down").out
    assert "It rests on nothing." in headwater(town, "graph", "people").out


def test_depth_stops_the_walk(headwater, lending):
    """One step up from a model holds its direct inputs alone; all the way up the source is among them."""
    near = headwater(lending, "graph", "model/lending", "--depth", "1", "--json").json
    far = headwater(lending, "graph", "model/lending", "--json").json
    assert {edge["output"] for edge in near["edges"]} == {near["artifact"]}
    assert "loans" in {node["name"] for node in far["nodes"]} - {node["name"] for node in near["nodes"]}
    ends = {edge[end] for edge in far["edges"] for end in ("input", "output")}
    assert ends == {node["reference"] for node in far["nodes"]}
