"""Turns this machine into a place to work: Airflow, MLflow and inference servers as processes that never outlive us."""
