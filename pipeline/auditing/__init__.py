"""Auditing turns a model and its test part into an audit: figures per slice, baselines, and the gates' verdict."""

from pipeline.auditing.gate import Gate
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slice import Slice

__all__ = ["AuditPolicy", "Gate", "Slice"]
