"""Groups of an audit: all test rows, the groups of every slice, and each class against the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.audit import ALL_ROWS, EACH_CLASS, Difference, Figure, Group
from pipeline.artifacts.counting import RATIOS
from pipeline.artifacts.metric import metric
from pipeline.auditing.answered import Answered
from pipeline.auditing.compared import compared
from pipeline.auditing.figures import measured_by
from pipeline.auditing.measures import Measures
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slicing import MOST_GROUPS, Parts, Unsliceable, parted

OF_A_CLASS = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Earlier:
    """What the release before answered: `answers` to the test rows at `positions`, those it was not trained on."""

    answers: Answered
    positions: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """The test rows that an audit measures group by group: their answers, and the columns of its slices."""

    test: Measures
    rows: pd.DataFrame
    metrics: Sequence[str]
    policy: AuditPolicy
    earlier: Earlier | None = None

    def overall(self) -> Group:
        """Measure all test rows as one group."""
        return self._groups("", Parts.whole(len(self.rows), ALL_ROWS))[0]

    def slices(
        self, functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> tuple[list[Group], dict[str, str]]:
        """Measure the groups of every slice of the policy; give those that cannot be made with the reason.

        `functions` are those of slices made by one, by the slice's name.
        """
        groups, unsliced = [], {}
        for each in self.policy.slices:
            try:
                parts = parted(each, self.rows, functions=functions)
            except Unsliceable as reason:
                unsliced[each.name] = str(reason)
                continue
            groups += self._groups(each.name, parts)
        return groups, unsliced

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
        before = self._before(parts)
        counts = parts.counts()
        return [
            Group(
                slice=name,
                label=label,
                rows=int(counts[place]),
                share=int(counts[place]) / len(self.rows),
                figures=tuple(_with(figure, before.get(label, {})) for figure in figures[place]),
            )
            for place, label in enumerate(parts.labels)
        ]

    def _before(self, parts: Parts) -> dict[str, dict[str, Difference]]:
        """Compare each group with the release before, on the rows both answered for."""
        if self.earlier is None or not len(self.earlier.positions):
            return {}
        theirs, codes = self.earlier.answers, parts.codes[self.earlier.positions]
        present, inside = np.unique(codes, return_inverse=True)
        labels = tuple(parts.labels[place] for place in present)
        ours = self.test.rows.take(self.earlier.positions)
        askable = [name for name in self.metrics if theirs.probability is not None or not metric(name).uses_probability]
        found = compared(ours, theirs, Parts(labels, inside), askable, policy=self.policy)
        return dict(zip(labels, found, strict=True))


def _with(figure: Figure, before: Mapping[str, Difference]) -> Figure:
    return replace(figure, before=before[figure.metric]) if figure.metric in before else figure
