"""Libraries loaded when first used. Each promise is kept in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli.deferred import compiled

ROOT = Path(__file__).resolve().parents[3]
BEGIN = "import sys; from pipeline.cli.deferred import defer; defer(); "


def run(code, cwd=ROOT):
    """Run code in a new process that can import the project."""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", BEGIN + code], cwd=cwd, capture_output=True, text=True,
                         env={"PYTHONPATH": str(ROOT)})
    assert ran.returncode == 0, ran.stderr


def test_nothing_is_loaded_before_it_is_used():
    """Importing costs nothing; the first attribute loads."""
    run("import pandas as pd, numpy; assert 'pandas.core' not in sys.modules; "
        "assert pd.DataFrame({'a': [1]}).shape == (1, 1) and 'pandas.core' in sys.modules")


@pytest.mark.parametrize("first", [
    "import numpy.random", "import numpy._core._multiarray_umath", "import pandas.core.frame as frame",
    "from numpy import array", "import pyarrow.parquet", "import scipy.stats", "import sklearn.linear_model",
    "from pandas import DataFrame", "import numpy; dir(numpy)",
])
def test_whatever_is_asked_first_every_module_is_loaded_once(first):
    """Loading a package by way of one of its modules gives the modules that a plain import gives."""
    run(f"{first}\nimport numpy as np, numpy.testing, pandas as pd\n"
        "assert np._core is sys.modules['numpy._core'] and np.random is sys.modules['numpy.random']\n"
        "assert type(np._core.__spec__.loader).__name__ == 'SourceFileLoader'\n"
        "np.testing.assert_array_equal(pd.DataFrame({'a': [1]}).to_numpy(), np.array([[1]]))")


def test_what_is_loaded_stays_as_it_is():
    """A library in use is not replaced."""
    run("import numpy; numpy.array; del sys.modules['pandas']; import pandas; pandas.DataFrame; before = pandas\n"
        "defer(); import pandas; assert pandas is before and type(pandas).__name__ == 'module'")


def test_a_function_has_the_digest_it_has_under_airflow(tmp_path):
    """Deferring changes neither a function's code nor what it reaches, so its results are reused either way."""
    (tmp_path / "steps.py").write_text(
        "import numpy as np\nimport pandas as pd\n\ndef step(frame: pd.DataFrame, by: np.int64 = 2) -> pd.DataFrame:\n"
        "    def inner(x: pd.Series) -> pd.Series:\n        return np.log(x)\n"
        "    return frame.assign(a=inner(frame['a']), b=pd.NA)\n"
    )
    run("from pathlib import Path; from pipeline.cli.dag_files import _module; from pipeline.code import reach\n"
        "late = reach(_module(Path('steps.py')).step)\n"
        "assert 'pandas.core' not in sys.modules and 'numpy._core' not in sys.modules\n"
        "import pandas as pd, numpy as np; pd.DataFrame, np.array; sys.path.insert(0, '.')\n"
        "import steps; plain = reach(steps.step)\n"
        "assert late.digest == plain.digest and late.libraries == plain.libraries, (late, plain)", cwd=tmp_path)


def test_annotations_of_functions_stay_text_and_inner_ones_do_not(tmp_path):
    """Only what the file's own functions and classes annotate is not evaluated."""
    path = tmp_path / "one.py"
    path.write_text("def one(a: nowhere.A, *b: B, c: C = 1, **d: D) -> E:\n    def two(x: int): pass\n    return two\n"
                    "class Three:\n    def four(self, x: F): pass\n")
    space = {}
    exec(compiled(path), space)
    assert space["one"].__annotations__ == {"a": "nowhere.A", "b": "B", "c": "C", "d": "D", "return": "E"}
    assert space["one"](0).__annotations__ == {"x": int}
    assert space["Three"].four.__annotations__ == {"x": "F"}
