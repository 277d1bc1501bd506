"""Tracking shows in MLflow what was recorded: verdicts, candidates, audits, and the model registry.

The only package that imports MLflow, and only once there is something new to show. The store
stays the truth: an MLflow run names the Headwater run it shows, and is made once for each.
"""

from __future__ import annotations

from pipeline.tracking.candidate import log_candidate
from pipeline.tracking.documents import log_audit, log_verdict
from pipeline.tracking.links import ui_link
from pipeline.tracking.registry import promote, register

__all__ = ["log_audit", "log_candidate", "log_verdict", "promote", "register", "ui_link"]
