"""What people said of errors: one row per error, tag and person; and what follows for each tag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.artifacts.errortable import Agreement
from pipeline.artifacts.share import Share
from pipeline.auditing.intervals import wilson

TYPES = {
    "error_row": "integer", "tag": "text", "tagged_by": "text", "carries": "boolean", "note": "text",
    "tagged_at": "datetime",
}
"""The columns of judgements, with their types as a source: of which error row, which tag, who says so, yes or no."""

KEYS = ("error_row", "tag", "tagged_by")
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What people say of one tag, of the errors asked about: each id is in one of the three, ascending."""

    yes: np.ndarray
    no: np.ndarray
    undecided: np.ndarray
    agreement: Agreement | None = None


def share(count: int, of: int, *, confidence: float) -> Share:
    """Make a share with its Wilson interval."""
    low, high = wilson(count / of if of else 0.0, of, confidence=confidence)
    return Share(count=int(count), of=int(of), low=round(low, 10), high=round(high, 10))


def said(judgements: pd.DataFrame, tag: str, *, ids: np.ndarray, confidence: float) -> Said:
    """Fold what people say of a tag on the errors `ids` `(n,)`: more than half decide, a tie is undecided.

    Agreement is None where no error was judged by two.
    """
    these = judgements[(judgements["tag"] == tag) & judgements["error_row"].isin(ids)]
    votes = these["carries"].astype(bool).groupby(these["error_row"].to_numpy("int64")).agg(["sum", "count"])
    twice = 2 * votes["sum"].to_numpy() - votes["count"].to_numpy()
    names = votes.index.to_numpy("int64")
    agreement = _agreement(votes, names, confidence=confidence)
    return Said(names[twice > 0], names[twice < 0], names[twice == 0], agreement)


def merged(earlier: pd.DataFrame | None, new: pd.DataFrame) -> pd.DataFrame:
    """Put new judgements over earlier ones of the same error, tag and person; one that is repeated keeps its time."""
    if earlier is None or not len(earlier):
        return new.reset_index(drop=True)
    keys, says = list(KEYS), ["carries", "note"]
    old = earlier[list(TYPES)].reset_index(drop=True)
    both = new.reset_index(drop=True).merge(old, on=keys, how="left", suffixes=("", "_before"), indicator=True)
    same = (both["_merge"] == "both").to_numpy()
    for name in says:
        now, before = both[name], both[f"{name}_before"]
        same = same & ((now.isna() & before.isna()) | (now == before).fillna(False)).to_numpy(bool)
    fresh = both[list(TYPES)].copy()
    fresh["tagged_at"] = both["tagged_at"].where(~same, both["tagged_at_before"])
    replaced = pd.MultiIndex.from_frame(old[keys]).isin(pd.MultiIndex.from_frame(fresh[keys]))
    return pd.concat([old[~replaced], fresh], ignore_index=True) if (~replaced).any() else fresh


def _agreement(votes: pd.DataFrame, names: np.ndarray, *, confidence: float) -> Agreement | None:
    several = votes["count"].to_numpy() > 1
    if not several.any():
        return None
    split = several & (votes["sum"].to_numpy() > 0) & (votes["sum"].to_numpy() < votes["count"].to_numpy())
    same = share(int(several.sum() - split.sum()), int(several.sum()), confidence=confidence)
    return Agreement(same=same, n_split=int(split.sum()), split=tuple(str(row) for row in names[split][:MOST_NAMED]))
