"""How a DAG file says by which columns rows are matched."""

import pytest

from pipeline.errors import Misuse
from pipeline.preprocessing.on import by_column


@pytest.mark.parametrize(
    ("on", "read"), [("ip", {"ip": "ip"}), (["a", "b"], {"a": "a", "b": "b"}), ({"ip": "address"}, {"ip": "address"})]
)
def test_a_column_several_or_pairs_of_them(on, read):
    """One name stands for itself on both sides."""
    assert by_column(on) == read


@pytest.mark.parametrize("on", [[], {}, ["a", "a"], {"a": "x", "b": "x"}, [1], {"a": 1}])
def test_anything_else_is_misuse(on):
    """No columns, one twice, and what is no name are refused."""
    with pytest.raises(Misuse, match="on="):
        by_column(on)
