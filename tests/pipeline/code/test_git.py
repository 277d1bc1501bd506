"""The commit of a project, and whether its files differ from it."""

import subprocess

import pytest

from pipeline.code.git import asked, commit


@pytest.fixture
def repository(tmp_path):
    """A repository with one commit."""

    def git(*words):
        subprocess.run(["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e", *words], check=True)

    git("init", "-q")
    (tmp_path / "steps.py").write_text("A = 1\n")
    git("add", "steps.py")
    git("commit", "-qm", "first")
    asked.cache_clear()
    yield tmp_path
    asked.cache_clear()


def test_a_clean_tree_has_its_commit(repository):
    """All forty digits, and nothing differs."""
    found = commit(repository)
    assert (len(found.id), found.dirty) == (40, False)


@pytest.mark.parametrize("name", ["steps.py", "new.py"])
def test_an_edit_and_a_new_python_file_are_dirty(repository, name):
    """A changed file differs, and so does Python code that was never committed."""
    (repository / name).write_text("A = 2\n")
    assert commit(repository).dirty


def test_other_new_files_do_not_count(repository):
    """Data that lies about is no code."""
    (repository / "notes.txt").write_text("x")
    assert not commit(repository).dirty


def test_outside_a_repository_there_is_no_commit(tmp_path):
    """An empty id says so."""
    assert commit(tmp_path).id == ""


def test_an_installation_can_be_told_its_commit(tmp_path, monkeypatch):
    """Where the code was installed without its repository, the environment answers."""
    monkeypatch.setenv("HEADWATER_GIT_COMMIT", "c0ffee")
    assert commit(tmp_path).id == "c0ffee"
