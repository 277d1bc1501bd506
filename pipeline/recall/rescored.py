"""Logged predictions scored again: by the model that served them and the one in its place, on old and corrected data.

Old model on old data must give what was logged, else nothing is said of a prediction. New model on
corrected data gives what would be answered now; the two mixed ones tell by which of the two causes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lineage.errors import Letter
from lineage.records import Prediction
from pipeline.artifacts.model import Model
from pipeline.errors import HeadwaterError
from pipeline.recall.fate import Cause, Fate, Rescored
from pipeline.recall.replaced import Counterpart, Replaced
from pipeline.recall.restated import Restated, asked_rows, restated
from pipeline.recall.scorer import NoAnswer, Outcome, Scorer, answers, differ, is_logged
from pipeline.serving.way import looked_up
from pipeline.storage.tables import StoredTables

GONE = "its row is no longer there"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Predictions that one model served with the same versions of tables: `asked` those, `right` as corrected.

    `new_asked` and `new_right` are the same for the model in its place. `entry` is the table of the
    rows that requests are about.
    """

    model: str
    new: str
    asked: tuple[str, ...]
    right: tuple[str, ...]
    new_asked: tuple[str, ...]
    new_right: tuple[str, ...]
    entry: Counterpart
    earlier: bool


class Rescoring:
    """Scores predictions again after a rebuild; `touched` are the artifacts that the recall reaches, by reference."""

    def __init__(
        self, scorer: Scorer, tables: StoredTables, *, replaced: Replaced, touched: Collection[str], tolerance: float
    ) -> None:
        self._scorer, self._tables = scorer, tables
        self._replaced, self._touched, self._tolerance = replaced, touched, tolerance

    def rescored(self, predictions: Iterable[Prediction]) -> Iterator[Rescored]:
        """Score predictions again; what hinders that is told of each, never raised."""
        groups: defaultdict[tuple[str, tuple[str, ...]], list[Prediction]] = defaultdict(list)
        for one in predictions:
            if one.input:
                groups[one.model, tuple(told["reference"] for told in one.looked_up)].append(one)
            else:
                yield Rescored(prediction=one, fate=Fate.NOT_RESCORABLE, why="its input was not kept")
        for (model, asked), served in groups.items():
            try:
                yield from self._scored(self._group(model, asked), served)
            except Letter as trouble:
                unscored = Rescored(prediction=served[0], fate=Fate.NOT_RESCORABLE, why=str(trouble))
                yield from (replace(unscored, prediction=one) for one in served)

    def _group(self, model: str, asked: tuple[str, ...]) -> _Group:
        manifest, new = self._scorer.manifest(model), self._counterpart(model)
        asked = asked or tuple(looked_up(manifest.path))
        right = [self._counterpart(one) for one in asked]
        entry = self._counterpart(manifest.source)
        pinned = looked_up(self._scorer.manifest(new.after).path)
        return _Group(
            model=model,
            new=new.after,
            asked=asked,
            right=tuple(one.after for one in right),
            new_asked=_of_names(pinned, asked),
            new_right=_of_names(pinned, [one.after for one in right]),
            entry=entry,
            earlier=any(one.earlier for one in (new, entry, *right)),
        )

    def _counterpart(self, reference: str) -> Counterpart:
        found = self._replaced.counterpart(reference, self._touched)
        if found is None:
            raise HeadwaterError(f"the rebuild made nothing in the place of {reference}")
        return found

    def _scored(self, group: _Group, served: Sequence[Prediction]) -> Iterator[Rescored]:
        """Score what one model served: whatever cannot differ is not scored twice."""
        manifest = self._scorer.manifest(group.model)
        old = self._scorer.predictor(group.model, group.asked)
        again = answers(old, [one.input for one in served])
        logged = [is_logged(now, one.output, problem=manifest.problem) for one, now in zip(served, again, strict=True)]
        yield from (_unlike(one, now) for one, now, right in zip(served, again, logged, strict=True) if not right)
        kept = [place for place, right in enumerate(logged) if right]
        if kept:
            yield from self._compared(group, [served[place] for place in kept], [again[place] for place in kept])

    def _compared(self, group: _Group, served: Sequence[Prediction], old: list[Outcome]) -> Iterator[Rescored]:
        manifest, inputs = self._scorer.manifest(group.model), [one.input for one in served]
        rows = [own_row(one, manifest) for one in served]
        data = self._restated(group, inputs, rows)
        same_model = (group.new, group.new_asked) == (group.model, group.asked)
        own = self._on(group.model, group.right, inputs, data, known=old if group.right == group.asked else None)
        new = old if same_model else answers(self._scorer.predictor(group.new, group.new_asked), inputs)
        if same_model and group.new_right == group.right:
            after = own
        else:
            known = new if group.new_right == group.new_asked else None
            after = self._on(group.new, group.new_right, inputs, data, known=known)
        for place, one in enumerate(served):
            outcomes = old[place], own[place], new[place], after[place]
            yield self._told(group, one, outcomes, problem=manifest.problem, row=rows[place])

    def _restated(self, group: _Group, inputs: Sequence[Mapping[str, Any]], rows: Sequence[int | None]) -> Restated:
        asked = asked_rows(rows)
        if group.entry.before == group.entry.after or not len(asked):
            return Restated({}, frozenset())
        typed = self._scorer.predictor(group.model, group.asked).typed(inputs)
        before, after = (self._tables.rows(one, asked) for one in (group.entry.before, group.entry.after))
        return restated(inputs, typed, rows, before=before, after=after)

    def _on(
        self,
        model: str,
        versions: Sequence[str],
        inputs: Sequence[Mapping[str, Any]],
        data: Restated,
        *,
        known: list[Outcome] | None,
    ) -> list[Outcome]:
        """What a model answers on corrected data; `known` is its answer where the input is as it was."""
        places = [place for place in range(len(inputs)) if place not in data.gone]
        asked = places if known is None else [place for place in places if place in data.inputs]
        found: list[Outcome] = [NoAnswer(GONE)] * len(inputs) if known is None else list(known)
        for place in data.gone:
            found[place] = NoAnswer(GONE)
        given = [data.inputs.get(place, inputs[place]) for place in asked]
        scored = answers(self._scorer.predictor(model, versions), given) if given else []
        for place, outcome in zip(asked, scored, strict=True):
            found[place] = outcome
        return found

    def _told(
        self, group: _Group, one: Prediction, outcomes: Sequence[Outcome], *, problem: str, row: int | None
    ) -> Rescored:
        old, own, new, after = outcomes
        others = [differ(old, each, problem=problem, tolerance=self._tolerance) for each in (own, new, after)]
        about = Rescored(
            prediction=one, fate=Fate.SAME, problem=problem, model=group.new, earlier=group.earlier, after=after
        )
        if not others[2]:
            return about
        cause = Cause.of(own=others[0], model=others[1])
        stood = () if cause is Cause.MODEL else tuple(_stood(group, row, old, own))
        if isinstance(after, NoAnswer):
            return replace(about, fate=Fate.GONE, why=after.reason, cause=cause, stood=stood)
        return replace(about, fate=Fate.FLIPPED, cause=cause, stood=stood)


def own_row(one: Prediction, manifest: Model) -> int | None:
    """The row that the request named, of the dataset where the model's way begins; None if it named none."""
    by_key = sum(told["row"] is not None for told in one.looked_up)
    named = dict(one.rows[: len(one.rows) - by_key])
    return named.get(manifest.source_name)


def _unlike(one: Prediction, now: Outcome) -> Rescored:
    if isinstance(now, NoAnswer):
        why = f"the model that served it gives no answer now: {now.reason}"
    else:
        why = f"the model that served it answers {now.prediction!r} now, {now.probability}"
    return Rescored(prediction=one, fate=Fate.NOT_REPRODUCED, why=why)


def _stood(group: _Group, row: int | None, *outcomes: Outcome) -> Iterator[tuple[str, int]]:
    """The rows that the own data of a prediction comes from, by the version that has them."""
    if row is not None:
        yield from dict.fromkeys([(group.entry.before, row), (group.entry.after, row)])
    for outcome in outcomes:
        for seen in () if isinstance(outcome, NoAnswer) else outcome.looked_up:
            if seen.row is not None:
                yield seen.reference, seen.row


def _of_names(pinned: Sequence[str], versions: Sequence[str]) -> tuple[str, ...]:
    """For every table that a way looks up in, the version of its name among `versions`; else the pinned one."""
    by_name = {reference.rpartition("@")[0]: reference for reference in versions}
    return tuple(by_name.get(one.rpartition("@")[0], one) for one in pinned)
