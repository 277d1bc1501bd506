"""What Headwater adds to a chain of Airflow tasks: the same ten functions as plain tasks and as ours, in turn.

    python tests/benchmarks/bench_airflow.py

A scheduler with the LocalExecutor runs both DAGs three times each, after one run of each that does not
count. A plain task reads Parquet, computes and writes Parquet; ours does that and all the rest: digests,
the claim's test, the record. Each run of ours has another parameter, so that nothing is reused.
"""

from __future__ import annotations

import statistics
import tempfile
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

from pipeline.services.airflow import start_airflow
from pipeline.services.airflow_api import AirflowApi
from pipeline.services.dag_run import begin, follow
from pipeline.services.group import Services
from pipeline.services.ports import LOOPBACK, free_port
from pipeline.settings import Settings

ROUNDS = 3
PLAIN = """
    # airflow
    from pathlib import Path
    from airflow import sdk

    FOLDER = Path({folder!r})

    @sdk.task(retries=1)
    def step(k):
        import numpy as np
        import pandas as pd
        if k == 0:
            n = np.arange(1000)
            made = pd.DataFrame({{"a": n * 1.0, "b": n, "c": n.astype(str)}}, index=pd.Index(n + 1, name="row"))
        else:
            frame = pd.read_parquet(FOLDER / f"{{k - 1}}.parquet")
            made = frame.assign(a=frame["a"] + k)
        made.to_parquet(FOLDER / f"{{k}}.parquet")
        return k + 1

    @sdk.dag(schedule=None, catchup=False)
    def plain():
        reference = 0
        for _ in range(10):
            reference = step(reference)

    plain()
"""
OURS = """
    from pathlib import Path
    import numpy as np
    import pandas as pd
    from pipeline import Source, Table, rowwise
    from pipeline.airflow import dag, ingest, task

    ROUND = Path({folder!r}) / "round"

    def table():
        n = np.arange(1000)
        return pd.DataFrame({{"id": n, "a": n + float(ROUND.read_text()), "b": n, "c": n.astype(str)}})

    source = Source(name="numbers", reader=Table(table), keys=("id",))

    @task
    @rowwise
    def step(data: pd.DataFrame, k: int) -> pd.DataFrame:
        return data.assign(a=data["a"] + k)

    @dag
    def ours():
        reference = ingest(source)
        for k in range(1, 10):
            reference = step(reference, k, name=f"step{{k}}")

    ours()
"""


def run(services: Services, api: AirflowApi, dag: str, since: datetime) -> float:
    """Seconds that one run of a DAG took, by Airflow's own clock."""
    name = begin(services, api, dag=dag, since=since)
    follow(services, api, dag=dag, run=name, tell=lambda task: None, asked=lambda task: None, busy=lambda names: None)
    tasks = api.tasks(dag, name)
    ends = [datetime.fromisoformat(task.ended_at).timestamp() for task in tasks]
    starts = [end - task.seconds for end, task in zip(ends, tasks, strict=True)]
    return max(ends) - min(starts)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "dags").mkdir()
        (folder / "dags" / "plain.py").write_text(textwrap.dedent(PLAIN).format(folder=str(folder)))
        (folder / "dags" / "ours.py").write_text(textwrap.dedent(OURS).format(folder=str(folder)))
        settings = Settings.from_environment(
            {
                "HEADWATER_HOME": str(folder / "home"),
                "HEADWATER_DAGS": str(folder / "dags"),
                "HEADWATER_AIRFLOW_URL": f"http://{LOOPBACK}:{free_port()}",
            }
        )
        since, taken = datetime.now(UTC), {"plain": [], "ours": []}
        with Services(settings) as services:
            api = start_airflow(services)
            for number in range(ROUNDS + 1):
                (folder / "round").write_text(str(number))
                for dag, seconds in taken.items():
                    seconds.append(run(services, api, dag, since))
                    time.sleep(1)
    plain, ours = (statistics.median(seconds[1:]) for seconds in taken.values())
    pairs = [b / a for a, b in zip(*(seconds[1:] for seconds in taken.values()), strict=True)]
    print(f"ten tasks under Airflow   plain {plain:.2f} s   headwater {ours:.2f} s = {ours / plain:.2f} × plain")
    print("run by run: " + ", ".join(f"{ratio:.2f}" for ratio in pairs))


if __name__ == "__main__":
    main()
