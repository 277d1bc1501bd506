"""Calibration within groups: of the rows that were given a probability, how many were true, band by band."""

from __future__ import annotations

import numpy as np

from pipeline.artifacts.fairness import Band
from pipeline.auditing.answered import Answered
from pipeline.auditing.fairness.gaps import bounded
from pipeline.auditing.slicing import Parts
from pipeline.auditing.intervals import rounded, wilson

BANDS = 5


def bands(test: Answered, parting: Parts, *, confidence: float) -> tuple[Band, ...]:
    """Part each group's rows into five equal bands of probability; empty bands are left out.

    A band holds its lower end, the last one both. The interval is Wilson's, over the rows of the band.
    """
    place = np.minimum((test.probability * BANDS).astype("int64"), BANDS - 1)
    cells = parting.codes * BANDS + place
    size = len(parting.labels) * BANDS
    counts = np.bincount(cells, minlength=size)
    true = np.bincount(cells, weights=test.truth == test.positive, minlength=size)
    said = np.bincount(cells, weights=test.probability, minlength=size)
    found = []
    for cell in np.flatnonzero(counts).tolist():
        n, share = int(counts[cell]), float(true[cell] / counts[cell])
        found.append(
            Band(
                group=parting.labels[cell // BANDS],
                start=cell % BANDS / BANDS,
                end=(cell % BANDS + 1) / BANDS,
                n=n,
                said=rounded(said[cell] / n),
                true=bounded(share, wilson(share, n, confidence=confidence)),
            )
        )
    return tuple(found)
