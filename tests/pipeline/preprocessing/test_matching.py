"""What cannot be matched is refused, never left out in silence."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import Misuse, StepRefused
from pipeline.preprocessing.matching import clusters

ROOT = Path(__file__).parents[3]
SAME = [{"column": "name", "m": [0.9, 0.1], "u": [0.1, 0.9]}]


def test_a_crowd_in_one_block_is_refused():
    """10,001 records with one value make 10,001 * 10,000 / 2 pairs; the letter names the value and what to do."""
    frame = pd.DataFrame({"name": ["unknown"] * 10_001 + ["Ann"]})
    with pytest.raises(StepRefused, match=r"50,005,000: 'unknown' in 10,001 records") as refused:
        clusters(frame, block_on=[["name"]], compare=SAME, prior=0.5, threshold=0.5)
    assert "stands for nothing null" in refused.value.next_step


def test_nulls_make_no_crowd():
    """20,000 records without a name are compared with nothing."""
    frame = pd.DataFrame({"name": pd.Series([None] * 20_000, dtype="str")})
    assert (clusters(frame, block_on=[["name"]], compare=SAME, prior=0.5, threshold=0.5) == np.arange(20_000)).all()


def test_letters_of_numbers_are_not_compared():
    """Likeness of letters is asked of text; the letter names the column and its type."""
    frame = pd.DataFrame({"name": [12, 13]})
    similar = [{"column": "name", "m": [0.8, 0.1, 0.1], "u": [0.1, 0.1, 0.8], "similar": [0.9]}]
    with pytest.raises(Misuse, match="name: int64"):
        clusters(frame, block_on=[["name"]], compare=similar, prior=0.5, threshold=0.5)


def test_without_the_library_the_extra_is_named():
    """A Python that has no Splink says which extra brings it."""
    code = (
        "import sys; sys.modules['splink'] = None\n"
        "import pandas as pd\n"
        "from pipeline.preprocessing.matching import clusters\n"
        "clusters(pd.DataFrame({'a': [1, 1]}), block_on=[['a']], compare=[], prior=0.5, threshold=0.5)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith('Try: pip install "headwater[linkage]"')
