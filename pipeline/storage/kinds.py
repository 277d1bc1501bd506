"""Which codec writes which kind of artifact."""

from __future__ import annotations

from functools import lru_cache

from pipeline.storage.codec import Codec


@lru_cache(maxsize=None)
def codec_of(kind: str) -> Codec:
    """Find the codec of an artifact kind; its libraries are loaded by the first use."""
    if kind == "dataset":
        from pipeline.storage.datasets import DATASETS

        return DATASETS
    if kind in ("estimator", "transform"):
        from pipeline.storage.estimators import ESTIMATORS

        return ESTIMATORS
    from pipeline.storage.documents import DOCUMENTS, PAGES

    return PAGES if kind == "page" else DOCUMENTS
