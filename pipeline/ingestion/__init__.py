"""From a declared source to a dataset whose rows have ids: read, typed, keyed, pinned to its DAG run."""

from __future__ import annotations
