"""The direction of imports, and who speaks to whom, are contracts."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOMES = {
    "airflow": {"pipeline/airflow/"},
    "mlflow": {"pipeline/tracking"},
    "great_expectations": {"pipeline/validation"},
    "sqlalchemy": {"lineage", "pipeline/ingestion", "pipeline/tracking"},
    "splink": {"pipeline/preprocessing/matching.py"},
    "duckdb": {"pipeline/preprocessing/matching.py"},
    "cleanlab": {"pipeline/labelling"},
}


def test_imports_run_downhill():
    """import-linter finds no import that climbs, and no stage that imports another."""
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("library", HOMES)
def test_foreign_names_stay_in_their_room(library):
    """One place of the house speaks Airflow, one MLflow, one Great Expectations, one SQL, one Splink."""
    strangers = [
        str(path.relative_to(ROOT))
        for folder in ("pipeline", "lineage")
        for path in (ROOT / folder).rglob("*.py")
        if library in _imported(path)
        and not any(str(path.relative_to(ROOT)).startswith(home) for home in HOMES[library])
    ]
    assert strangers == []


@pytest.mark.parametrize("dag", sorted((ROOT / "dags").glob("*.py")), ids=lambda path: path.stem)
def test_a_dag_file_is_read_without_heavy_libraries(dag):
    """Reading a DAG file loads neither Airflow nor MLflow, Great Expectations, scikit-learn, Splink or the store."""
    code = (
        "import runpy, sys; sys.path.append('dags'); runpy.run_path(sys.argv[1]);"
        "heavy = {'airflow', 'mlflow', 'great_expectations', 'sklearn', 'sqlalchemy', 'splink', 'duckdb'};"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(dag)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    assert done.stdout.strip() == "set()"


def _imported(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
