"""An occasion is legal once made."""

import pytest

from pipeline.artifacts.occasion import Occasion
from pipeline.errors import Misuse


def test_phases_and_code_are_named():
    """A phase or a code that there is none of is misuse; production is one of the phases."""
    assert Occasion(dag="d", dag_run="r", phase="production").production
    assert Occasion(dag="d", dag_run="r", recall="r1", code="today").code == "today"
    with pytest.raises(Misuse, match="expected one of poc, production"):
        Occasion(dag="d", dag_run="r", phase="trial")
    with pytest.raises(Misuse, match="expected one of recorded, today"):
        Occasion(dag="d", dag_run="r", code="tomorrow")
