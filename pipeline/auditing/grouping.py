"""Groups of an audit: all test rows, the groups of every slice, and each class against the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.audit import ALL_ROWS, EACH_CLASS, Group
from pipeline.artifacts.counting import RATIOS
from pipeline.auditing.figures import measured_by
from pipeline.auditing.measures import Measures
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slicing import MOST_GROUPS, Parts, Unsliceable, parted

OF_A_CLASS = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """The test rows that an audit measures group by group: their answers, and the columns of its slices."""

    test: Measures
    rows: pd.DataFrame
    metrics: Sequence[str]
    policy: AuditPolicy

    def overall(self) -> Group:
        """Measure all test rows as one group."""
        return self._groups("", Parts.whole(len(self.rows), ALL_ROWS))[0]

    def parts(
        self, functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> tuple[dict[str, Parts], dict[str, str]]:
        """Part the rows by every slice of the policy, by its name; those that cannot be made with the reason.

        `functions` are those of slices made by one, by the slice's name.
        """
        found: dict[str, Parts] = {}
        unsliced: dict[str, str] = {}
        for each in self.policy.slices:
            try:
                found[each.name] = parted(each, self.rows, functions=functions)
            except Unsliceable as reason:
                unsliced[each.name] = str(reason)
        return found, unsliced

    def measured(self, parts: Mapping[str, Parts]) -> tuple[list[Group], dict[str, str]]:
        """Measure the groups of all slices, and each class; say why classes cannot be listed, where they cannot."""
        classes, unlisted = self.classes()
        return [*(group for name, each in parts.items() for group in self._groups(name, each)), *classes], unlisted

    def classes(self) -> tuple[list[Group], dict[str, str]]:
        """Measure each class that occurs against all others, where no class counts as positive.

        An average over classes can hide a rare one; these figures cannot.
        """
        rows = self.test.rows
        if rows.positive is not None or not rows.classes:
            return [], {}
        if len(rows.classes) > MOST_GROUPS:
            return [], {EACH_CLASS: f"the target has {len(rows.classes)} classes (at most {MOST_GROUPS} are listed)"}
        return [self._class(place) for place in range(len(rows.classes))], {}

    def _class(self, place: int) -> Group:
        rows = self.test.rows
        label = rows.classes[place]
        probability = None if rows.probability is None else rows.probability[:, place]
        of_one = replace(rows, positive=label, probability=probability)
        asked = [name for name in self.metrics if name in RATIOS or (name == "auc" and probability is not None)]
        names = tuple(dict.fromkeys([*OF_A_CLASS, *asked]))
        [figures] = measured_by(Measures(of_one), Parts.whole(len(rows)), names, policy=self.policy)
        count = int(np.sum(rows.truth == label))
        return Group(slice=EACH_CLASS, label=str(label), rows=count, share=count / len(rows), figures=figures)

    def _groups(self, name: str, parts: Parts) -> list[Group]:
        figures = measured_by(self.test, parts, self.metrics, policy=self.policy)
        counts = parts.counts()
        return [
            Group(
                slice=name,
                label=label,
                rows=int(counts[place]),
                share=int(counts[place]) / len(self.rows),
                figures=figures[place],
            )
            for place, label in enumerate(parts.labels)
        ]
