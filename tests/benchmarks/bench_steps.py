"""What the framework costs a step: ten steps over a 1,000-row frame, against the same functions called bare.

    python tests/benchmarks/bench_steps.py

Three figures: all ten steps run; the same chain again with nothing changed, warm; and the same as
a whole process. The *bare* chain reads Parquet, computes and writes Parquet at every step; the
*floor* does the same with a digest of all content and one SQLite commit a step, which is the least
that could keep the promise. Ratios are of medians measured in turn within this run.
"""

from __future__ import annotations

import hashlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Depends, Rule, Step, rowwise

STEPS, ROUNDS = 10, 9


def table() -> pd.DataFrame:
    """A frame of 1,000 rows."""
    n = np.arange(1000)
    return pd.DataFrame({"a": n * 1.0, "b": n, "c": n.astype(str), "d": n % 7}, index=pd.Index(n + 1, name="row"))


@rowwise
def add(data: pd.DataFrame, k: int) -> pd.DataFrame:
    """The user's function: one column changed."""
    return data.assign(a=data["a"] + k)


def bare(folder: Path) -> None:
    """Read, compute, write, ten times."""
    table().to_parquet(folder / "0.parquet")
    for k in range(STEPS):
        add(pd.read_parquet(folder / f"{k}.parquet"), k).to_parquet(folder / f"{k + 1}.parquet")


def floor(folder: Path) -> None:
    """The same with a digest of the content and one commit a step."""
    store = sqlite3.connect(folder / "floor.db")
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=NORMAL")
    store.execute("CREATE TABLE IF NOT EXISTS step (k INTEGER, digest TEXT)")
    table().to_parquet(folder / "0.parquet")
    for k in range(STEPS):
        made = add(pd.read_parquet(folder / f"{k}.parquet"), k)
        made.to_parquet(folder / f"{k + 1}.parquet")
        digest = hashlib.sha256(pd.util.hash_pandas_object(made).to_numpy().tobytes()).hexdigest()
        with store:
            store.execute("INSERT INTO step VALUES (?, ?)", (k, digest))
    store.close()


def chain(runner: Runner) -> None:
    """The same ten steps through the runner, claims tested."""
    reference = runner.run(Step(name="table", stage="ingestion", function=table)).outputs["data"]
    for k in range(STEPS):
        step = Step(
            name=f"add{k}",
            stage="preprocessing",
            function=add,
            parameters={"k": k},
            depends=(Depends("data", Rule.SAME_ROW),),
            claim=True,
        )
        reference = runner.run(step, {"data": reference}).outputs["data"]


def opened(home: Path) -> Runner:
    """A runner under a home of its own."""
    return Runner.open(Settings.from_environment({"HEADWATER_HOME": str(home)}), Occasion(dag="bench", dag_run="1"))


def timed(call, *arguments) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - started


WHOLE = """
    import sys
    sys.path[:0] = [{root!r}, {here!r}]
    from pipeline.airflow import dag
    from pipeline.runner import Occasion, Runner
    from pipeline.settings import Settings
    import bench_chain
    settings = Settings.from_environment({{"HEADWATER_HOME": {home!r}}})
    bench_chain.chain(Runner.open(settings, Occasion(dag="b", dag_run="1")))
"""
FLOOR = """
import sqlite3
store = sqlite3.connect({database!r})
[store.execute("SELECT * FROM step WHERE k = ?", (k,)).fetchone() for k in range(10)]
"""
CHAIN = """
from pipeline.step import rowwise

def table():
    import numpy as np
    import pandas as pd
    n = np.arange(1000)
    return pd.DataFrame({"a": n * 1.0, "b": n, "c": n.astype(str), "d": n % 7}, index=pd.Index(n + 1, name="row"))

@rowwise
def add(data, k):
    return data.assign(a=data["a"] + k)

def chain(runner):
    from pipeline.step import Depends, Rule, Step
    reference = runner.run(Step(name="table", stage="ingestion", function=table)).outputs["data"]
    for k in range(10):
        step = Step(name=f"add{k}", stage="preprocessing", function=add, parameters={"k": k},
                    depends=(Depends("data", Rule.SAME_ROW),), claim=True)
        reference = runner.run(step, {"data": reference}).outputs["data"]
"""


def executed(folder: Path) -> dict[str, float]:
    """Medians of all ten steps executed, in seconds."""
    taken: dict[str, list[float]] = {"bare": [], "floor": [], "headwater": []}
    for number in range(ROUNDS):
        place = folder / str(number)
        place.mkdir()
        taken["bare"].append(timed(bare, place))
        taken["floor"].append(timed(floor, place))
        runner = opened(place / "home")
        taken["headwater"].append(timed(chain, runner))
    return {name: statistics.median(values[1:]) for name, values in taken.items()}


def unchanged(folder: Path) -> dict[str, float]:
    """Medians of the chain again with nothing changed, warm, in seconds."""
    runner = opened(folder / "warm")
    chain(runner)
    floor(folder)
    store = sqlite3.connect(folder / "floor.db")

    def look() -> None:
        for k in range(STEPS):
            hashlib.sha256(add.__code__.co_code).hexdigest()
            store.execute("SELECT digest FROM step WHERE k = ?", (k,)).fetchone()

    rounds = [(timed(look), timed(chain, runner)) for _ in range(ROUNDS)]
    return {"floor": statistics.median(a for a, _ in rounds), "headwater": statistics.median(b for _, b in rounds)}


def whole(folder: Path) -> dict[str, float]:
    """Medians of the unchanged chain as a whole process, in seconds."""
    (folder / "bench_chain.py").write_text(CHAIN)
    code = textwrap.dedent(WHOLE).format(
        root=str(Path(__file__).parents[2]), here=str(folder), home=str(folder / "whole")
    )
    commands = {
        "floor": [sys.executable, "-c", FLOOR.format(database=str(folder / "floor.db"))],
        "pandas": [sys.executable, "-c", "import pandas"],
        "headwater": [sys.executable, "-c", code],
    }
    subprocess.run(commands["headwater"], check=True)
    rounds = [
        {name: timed(lambda c=c: subprocess.run(c, check=True)) for name, c in commands.items()} for _ in range(ROUNDS)
    ]
    return {name: statistics.median(each[name] for each in rounds) for name in commands}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run, warm, process = executed(folder), unchanged(folder), whole(folder)
    cost, least = (run["headwater"] - run["bare"]) / STEPS, (run["floor"] - run["bare"]) / STEPS
    print(
        f"ten steps executed   bare {run['bare'] * 1e3:6.1f} ms   floor {run['floor'] * 1e3:6.1f} ms   "
        f"headwater {run['headwater'] * 1e3:6.1f} ms = {run['headwater'] / run['floor']:.2f} × floor"
    )
    print(f"  on top of bare, a step: floor {least * 1e3:.2f} ms, headwater {cost * 1e3:.2f} ms = {cost / least:.1f} ×")
    print(
        f"nothing changed, warm floor {warm['floor'] * 1e3:5.2f} ms   headwater {warm['headwater'] * 1e3:5.1f} ms "
        f"({warm['headwater'] / run['bare']:.2f} × the bare chain executed)"
    )
    print(
        f"  as a whole process  floor {process['floor'] * 1e3:5.0f} ms "
        f"  headwater {process['headwater'] * 1e3:5.0f} ms "
        f"= {process['headwater'] / process['pandas']:.2f} × `import pandas`"
    )


if __name__ == "__main__":
    main()
