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


@pytest.fixture
def project_of_files(tmp_path, monkeypatch):
    """A file that imports a package while it runs, and its bundle."""
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
    yield late, bundle(late.step, reach(late.step))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("late", "parts")]:
        sys.modules.pop(name)


def test_what_is_imported_while_running_is_kept_too(project_of_files, tmp_path):
    """A module imported inside the function comes from the bundle when the function is called, not from the project."""
    _, kept = project_of_files
    (tmp_path / "parts" / "deep.py").write_text("AMOUNT = 100\n")
    for name in [name for name in sys.modules if name.partition(".")[0] in ("late", "parts")]:
        sys.modules.pop(name)
    assert sorted(kept["files"]) == ["late.py", "parts/__init__.py", "parts/deep.py", "parts/inner.py"]
    assert load(kept)(1) == 3


def test_kept_code_reaches_what_its_original_reached(project_of_files):
    """Code loaded from its text has the digest of the code on disk, however it imports; so earlier results stand."""
    late, kept = project_of_files
    other = {**kept, "files": {**kept["files"], "parts/inner.py": kept["files"]["parts/inner.py"] + "def clean(x): 0"}}
    assert reach(load(kept)).digest == reach(late.step).digest != reach(load(other)).digest


def test_kept_code_is_kept_again_as_it_was(project_of_files, tmp_path):
    """A bundle made of a loaded bundle is the same bundle, when the project's files are gone."""
    late, kept = project_of_files
    again = load(kept)
    for path in tmp_path.rglob("*.py"):
        path.unlink()
    assert bundle(again, reach(again)) == kept


def test_of_a_large_bundle_a_function_keeps_only_what_it_reaches(steps):
    """A function taken from a bundle that holds more is kept as if it had been bundled from disk."""
    whole = bundle(steps.step, reach(steps.step))
    more = {**whole, "files": {**whole["files"], "unrelated.py": "X = 1\n"}}
    plain = load({**more, "function": "plain"})
    assert bundle(plain, reach(plain)) == bundle(steps.plain, reach(steps.plain))
