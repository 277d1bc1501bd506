"""Code is kept as text and loaded again from it alone."""

import importlib
import sys

import pytest

from pipeline.code import bundle, load, reach
from pipeline.errors import Misuse


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """A file of steps that uses another file of the project."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "tidying.py").write_text("def clean(x):\n    return x + 1\n\nOTHER = 5\n")
    (tmp_path / "bundled.py").write_text(
        "import tidying\nfrom tidying import OTHER\n\ndef step(x):\n    return tidying.clean(x) * 2\n\n"
        "def plain(x):\n    return x\n"
    )
    importlib.invalidate_caches()
    yield importlib.import_module("bundled")
    for name in ("bundled", "tidying"):
        sys.modules.pop(name, None)


def test_a_bundle_holds_the_text_of_all_files_reached(steps):
    """Both files are in the bundle, as text and by relative path."""
    kept = bundle(steps.step, reach(steps.step))
    assert (kept["file"], kept["function"], sorted(kept["files"])) == (
        "bundled.py",
        "step",
        ["bundled.py", "tidying.py"],
    )


def test_files_imported_at_the_top_are_kept_too(steps):
    """A function that reaches no other file still loads, since its file's imports are kept."""
    assert sorted(bundle(steps.plain, reach(steps.plain))["files"]) == ["bundled.py", "tidying.py"]


def test_a_bundle_runs_as_it_was_kept(steps, tmp_path):
    """After the project's files have changed and gone, the bundle still runs the old lines."""
    kept = bundle(steps.step, reach(steps.step))
    (tmp_path / "tidying.py").unlink()
    (tmp_path / "bundled.py").unlink()
    for name in ("bundled", "tidying"):
        sys.modules.pop(name)
    assert load(kept)(1) == 4


def test_two_versions_live_side_by_side(steps):
    """Two bundles that differ in a module of the same name do not disturb each other, or the project."""
    kept = bundle(steps.step, reach(steps.step))
    other = {**kept, "files": {**kept["files"], "tidying.py": "def clean(x):\n    return x + 10\n\nOTHER = 1\n"}}
    assert (load(other)(1), load(kept)(1), steps.step(1)) == (22, 4, 4)


def test_a_function_without_a_place_is_refused():
    """A lambda cannot be found again by name."""
    function = lambda x: x  # noqa: E731
    with pytest.raises(Misuse, match="top level"):
        bundle(function, reach(function))


def test_what_is_imported_while_running_is_kept_too(tmp_path, monkeypatch):
    """A module imported inside the function comes from the bundle when the function is called, not from the project."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text("")
    (tmp_path / "parts" / "inner.py").write_text("from . import deep\n\ndef clean(x):\n    return x + deep.AMOUNT\n")
    (tmp_path / "parts" / "deep.py").write_text("AMOUNT = 1\n")
    (tmp_path / "late.py").write_text(
        "def step(x):\n    from parts import inner\n    import parts.deep\n"
        "    return inner.clean(x) + parts.deep.AMOUNT\n"
    )
    importlib.invalidate_caches()
    late = importlib.import_module("late")
    kept = bundle(late.step, reach(late.step))
    (tmp_path / "parts" / "deep.py").write_text("AMOUNT = 100\n")
    for name in [name for name in sys.modules if name.partition(".")[0] in ("late", "parts")]:
        sys.modules.pop(name)
    assert sorted(kept["files"]) == ["late.py", "parts/__init__.py", "parts/deep.py", "parts/inner.py"]
    assert load(kept)(1) == 3
