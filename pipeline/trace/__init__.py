"""Served predictions back to the source rows they stand on, and models to the rows they were trained on."""

from pipeline.trace.prediction import trace
from pipeline.trace.rows import source_rows

__all__ = ["source_rows", "trace"]
