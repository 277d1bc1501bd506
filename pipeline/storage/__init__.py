"""Bytes of artifacts on any filesystem: values in, places out; places in, verified values out.

    dataset                  Parquet
    estimator, transform     skops
    page                     HTML
    anything else            JSON

An artifact is addressed by its content, written whole or not at all, and checked when read. A long
dataset that differs little from an earlier one is a Parquet file of what differs.
"""

from __future__ import annotations

from pipeline.storage.storage import Saved, Storage

__all__ = ["Saved", "Storage"]
