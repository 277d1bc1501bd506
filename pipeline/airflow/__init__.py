"""Headwater's DAGs in Airflow: the only folder that speaks Airflow.

Importing it imports nothing of Airflow, so a DAG file costs milliseconds to read and can be run
without Airflow. A DAG file takes all its names from here, which also puts the word Airflow's file
discovery looks for into it.
"""

from pipeline.airflow.declaration import Dag, dag
from pipeline.airflow.notifier import recall_notifier
from pipeline.stages import (
    agreement, audit, consensus, correct, deploy, fit, human_level, ingest, join, label_errors, lookup, preprocess,
    relabel, sign_off, split, stack, task, train, validate,
)

__all__ = [
    "Dag", "agreement", "audit", "consensus", "correct", "dag", "deploy", "fit", "human_level", "ingest", "join",
    "label_errors", "lookup", "preprocess", "recall_notifier", "relabel", "sign_off", "split", "stack", "task", "train",
    "validate",
]
