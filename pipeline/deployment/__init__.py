"""Deployment turns a model and its audit into a release: an entry in the ledger that says what answers where."""

from pipeline.deployment.plan import ReleasePlan

__all__ = ["ReleasePlan"]
