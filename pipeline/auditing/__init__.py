"""Auditing turns a model and its test part into an audit: figures per slice, baselines, and the gates' verdict."""

from pipeline.auditing.policy import AuditPolicy, Gate, Slice

__all__ = ["AuditPolicy", "Gate", "Slice"]
