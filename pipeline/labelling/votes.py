"""Votes: a table of labels, one row for what one labeller said of one item, read and checked."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.cell import to_json
from pipeline.errors import Misuse, StepRefused
from pipeline.keys import key_kind, plain


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Votes:
    """Who said what of which item.

    `item`, `labeller` and `label` are codes from 0, shape (n_votes,), into `items`, `labellers` and
    `classes`, each ascending. `unclear` counts, for every item, answers that x does not hold enough
    information, `missing` empty ones, shape (n_items,); these are no votes. `unclear_by` counts the
    former by labeller. `places` are where in the table the votes are, `first` where each item is first.
    """

    items: pd.Index
    labellers: pd.Index
    classes: pd.Index
    item: np.ndarray
    labeller: np.ndarray
    label: np.ndarray
    unclear: np.ndarray
    missing: np.ndarray
    unclear_by: np.ndarray
    places: np.ndarray
    first: np.ndarray

    def counts(self) -> np.ndarray:
        """Count the votes of every item by class, shape (n_items, n_classes)."""
        cells = self.item * len(self.classes) + self.label
        size = len(self.items) * len(self.classes)
        return np.bincount(cells, minlength=size).reshape(len(self.items), len(self.classes))

    def of(self, labeller: int) -> tuple[np.ndarray, np.ndarray]:
        """Give the codes of the items that a labeller labelled, ascending, and of the labels."""
        mine = np.flatnonzero(self.labeller == labeller)
        mine = mine[np.argsort(self.item[mine], kind="stable")]
        return self.item[mine], self.label[mine]


def votes(labels: pd.DataFrame, *, item: str, label: str, by: str, unclear: Any = None) -> Votes:
    """Read the columns `item`, `label` and `by` (the labeller) of a table of labels.

    `unclear` is the answer that says x does not hold enough information; a null label is none at all.

    Raises:
        Misuse: a column is not there, or holds what can be no label.
        StepRefused: a label is of no item or by nobody, or a labeller labels an item twice; rows are named.
    """
    _check_columns(labels, {"item": item, "label": label, "by": by})
    _refuse_nameless(labels, item=item, by=by)
    _refuse_twice(labels, item=item, by=by)
    (item_codes, items), (by_codes, labellers) = (_coded(labels[name]) for name in (item, by))
    said = plain(labels[label])
    missing = said.isna().to_numpy()
    vague = np.zeros(len(said), bool) if unclear is None else (said == unclear).fillna(False).to_numpy(bool)
    cast = ~missing & ~vague
    label_codes, classes = _coded(said[cast])
    return Votes(
        items=items,
        labellers=labellers,
        classes=classes,
        item=item_codes[cast],
        labeller=by_codes[cast],
        label=label_codes,
        unclear=np.bincount(item_codes[vague], minlength=len(items)),
        missing=np.bincount(item_codes[missing], minlength=len(items)),
        unclear_by=np.bincount(by_codes[vague], minlength=len(labellers)),
        places=np.flatnonzero(cast),
        first=np.unique(item_codes, return_index=True)[1],
    )


def named(values: pd.Index) -> list[Any]:
    """Give items, labellers or classes as JSON values."""
    return [to_json(value) for value in values]


def _coded(values: pd.Series) -> tuple[np.ndarray, pd.Index]:
    codes, known = pd.factorize(plain(values), sort=True)
    return codes, pd.Index(known)


def _check_columns(labels: pd.DataFrame, named_by: dict[str, str]) -> None:
    for role, name in named_by.items():
        if name not in labels.columns:
            near = difflib.get_close_matches(str(name), [str(each) for each in labels.columns], n=2)
            raise Misuse(
                f"{role}={name!r} is no column of the labels",
                expected="one of " + ", ".join(map(str, labels.columns)),
                next_step=f"Did you mean {' or '.join(near)}?" if near else "",
            )
        if not key_kind(labels[name].dtype):
            raise Misuse(f"{role}={name!r} ({labels[name].dtype})", expected="text, numbers, booleans or times")
    if len(set(named_by.values())) < len(named_by):
        raise Misuse("item, label and by are three columns", found=", ".join(named_by.values()))


def _refuse_nameless(labels: pd.DataFrame, *, item: str, by: str) -> None:
    for name, what in ((item, "of no item"), (by, "by nobody")):
        if (null := labels[name].isna().to_numpy()).any():
            raise StepRefused(
                f"labels are {what}: {name} is empty",
                examples=[f"row {row}" for row in labels.index[null][:5]],
                count=int(null.sum()),
                next_step="Quarantine them in validation, or fill the column.",
            )


def _refuse_twice(labels: pd.DataFrame, *, item: str, by: str) -> None:
    twice = labels.duplicated([item, by], keep=False).to_numpy()
    if not twice.any():
        return
    shown = labels[twice].sort_values([item, by], kind="stable").head(5)
    raise StepRefused(
        "a labeller labels an item twice, so that one opinion would count for two",
        expected=f"one row for each {item} and {by}",
        examples=[
            f"row {row}: {one!s:.60} by {who!s:.60}"
            for row, one, who in zip(shown.index, shown[item], shown[by], strict=True)
        ],
        count=int(twice.sum()),
        next_step=f'Keep the last: preprocess(labels, [dedupe(by=({item!r}, {by!r}), order="…", keep="last")]).',
    )
