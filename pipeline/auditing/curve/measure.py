"""The step of a learning curve: a fitted estimator and its training rows in, the curve and what it says out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.curve import Curve, CurvePoint, Diagnosis, Gain, MoreData
from pipeline.artifacts.metric import CLASSIFICATION, metric as metric_named
from pipeline.artifacts.model import Model
from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.answers import answers
from pipeline.auditing.curve.diagnose import diagnose
from pipeline.auditing.curve.extrapolate import expected_loss
from pipeline.auditing.curve.learningcurve import FEWEST_POINTS, LearningCurve
from pipeline.auditing.curve.levels import Drawn, blurred, drawn, interval, level, luck_per_row, together
from pipeline.auditing.curve.refit import Unfit, refitted, seeds, subset
from pipeline.auditing.intervals import rounded
from pipeline.errors import AuditRefused, Misuse, Refused
from pipeline.step import Made

MOST_ROWS = 20_000
"""More rows than this are not measured on: the intervals are narrow by then."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """What was measured with a fraction of the training rows: over all repeats, and in each on the rows kept back."""

    fraction: float
    rows: int
    train: Drawn
    dev: Drawn
    repeats: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Setting:
    """What stays the same for every point."""

    model: Mapping[str, Any]
    manifest: Model
    estimator: Any
    train: pd.DataFrame
    dev: pd.DataFrame
    asked: LearningCurve
    metric: str
    positive: Any

    def strata(self, frame: pd.DataFrame) -> np.ndarray | None:
        """The classes of a classification, by which rows are drawn."""
        return frame[self.manifest.target].to_numpy() if self.manifest.problem == CLASSIFICATION else None

    def part(self, frame: pd.DataFrame, *, fraction: float, seed: int) -> pd.DataFrame:
        """A seeded part of rows."""
        chosen = subset(frame.index.to_numpy(), self.strata(frame), fraction=fraction, seed=seed)
        return frame.iloc[chosen]

    def few(self, frame: pd.DataFrame) -> pd.DataFrame:
        """As many rows as are measured on."""
        return self.part(frame, fraction=min(1.0, MOST_ROWS / max(1, len(frame))), seed=self.asked.seed)


def measure(
    *, model: Mapping[str, Any], estimator: Any, train: pd.DataFrame, dev: pd.DataFrame, asked: Mapping[str, Any],
    positive: Any = None,
) -> dict[str, Made]:
    """Trace the learning curve of a model, in the role `curve`.

    `train` are the features, with the target, that `estimator` was fitted to; `dev` those of rows kept from it
    (the dev part, or the test part). `asked` is a `LearningCurve` as JSON. `positive` is the class that counts as yes,
    where it is not the model's own. Of more than 20,000 rows a seeded part is measured on.

    Raises:
        AuditRefused: there are no rows to measure on, or a truth or an answer is missing.
        Misuse: the metric is for another problem, or needs probabilities the model does not give.
    """
    manifest, curve = Model.from_json(model), LearningCurve.from_json(asked)
    name = curve.metric or manifest.metric
    if metric_named(name).problem != manifest.problem:
        raise Misuse(f"the learning curve measures {name}", expected=f"a metric of a {manifest.problem}")
    if not len(train) or not len(dev):
        raise AuditRefused(
            f"model {manifest.name} has no learning curve",
            expected="training rows, and rows kept from them",
            found=f"{len(train)} and {len(dev)}",
        )
    setting = _Setting(
        model=model, manifest=manifest, estimator=estimator, train=train, dev=dev, asked=curve, metric=name,
        positive=manifest.positive if positive is None else positive,
    )  # fmt: skip
    made = _curve(*_points(setting), setting)
    facts = {"diagnosis": str(made.diagnosis), "more_data": str(made.more_data), "metric": name}
    return {"curve": Made("curve", made.to_json(), facts=facts)}


def _points(setting: _Setting) -> tuple[list[Point], dict[str, str]]:
    """Measure every fraction; give the points, and the reason for each that could not be measured."""
    points: list[Point] = []
    left_out: dict[str, str] = {}
    for fraction in setting.asked.fractions:
        try:
            points.append(_point(fraction, setting))
        except Unfit as reason:
            left_out[f"{fraction:g}"] = str(reason)
    luck = luck_per_row([(each.fraction, each.rows, each.repeats) for each in points])
    return [_with_luck(each, luck, setting.asked.seed + place) for place, each in enumerate(points)], left_out


def _point(fraction: float, setting: _Setting) -> Point:
    """Measure one fraction over its repeats; all rows give the same each time where the estimator has no seed."""
    once = fraction == 1 and not seeds(setting.estimator)
    found: list[tuple[Drawn, Drawn]] = []
    for repeat in range(1 if once else setting.asked.repeats):
        part = setting.part(setting.train, fraction=fraction, seed=setting.asked.seed + repeat)
        found.append(_measured(part, repeat, setting))
    train, dev = (together([pair[side] for pair in found]) for side in (0, 1))
    return Point(fraction, len(part), train, dev, tuple(pair[1] for pair in found))


def _with_luck(point: Point, luck: float, seed: int) -> Point:
    """Let the resamples vary with the training rows, too: of all rows there is one draw only, however often fitted."""
    draws = len(point.repeats) if point.fraction < 1 else 1
    return replace(point, dev=blurred(point.dev, variance=luck / (point.rows * draws), seed=seed))


def _measured(part: pd.DataFrame, repeat: int, setting: _Setting) -> tuple[Drawn, Drawn]:
    """Fit to a part; give the metric on (some of) it, and on the rows kept back."""
    manifest = setting.manifest
    fresh = refitted(
        setting.estimator, part, features=manifest.features, target=manifest.target, problem=manifest.problem,
        repeat=repeat,
    )
    found = []
    for number, frame in enumerate((part, setting.dev)):
        given = _answers(fresh, setting.few(frame), setting)
        value = drawn(setting.metric, given, seed=setting.asked.seed + number)
        if value is None:
            raise Unfit(f"{setting.metric} is undefined with so few rows")
        found.append(value)
    return found[0], found[1]


def _answers(fresh: Any, frame: pd.DataFrame, setting: _Setting) -> Answered:
    manifest = setting.manifest
    try:
        table = answers(model=setting.model, estimator=fresh, features=frame)
    except Refused:
        raise
    except ValueError as error:
        raise Unfit.of(error) from error
    given = answered(table, problem=manifest.problem, classes=manifest.classes, positive=setting.positive)
    if given.probability is None and metric_named(setting.metric).uses_probability:
        raise Misuse(f"the learning curve measures {setting.metric}, which needs probabilities, and there are none")
    return given


def _curve(points: list[Point], left_out: Mapping[str, str], setting: _Setting) -> Curve:
    asked, rising = setting.asked, metric_named(setting.metric).greater_is_better
    full = points[-1] if points and points[-1].fraction == 1 else None
    gain = _gain(points, rising=rising, confidence=asked.confidence) if full and len(points) >= FEWEST_POINTS else None
    said: dict[str, Any] = {
        "bias": None, "variance": None, "diagnosis": Diagnosis.NOT_ENOUGH_EVIDENCE, "more_data": MoreData.NOT_KNOWN,
        "why": "The estimator could not be fitted again to all its training rows.", "advice": (),
    }  # fmt: skip
    if full:
        target = None if asked.target is None else float(_loss(asked.target, rising))
        verdict = diagnose(
            setting.metric, train=_as_loss(full.train, rising), dev=_as_loss(full.dev, rising), target=target,
            gain=gain, confidence=asked.confidence,
        )  # fmt: skip
        said = {name: getattr(verdict, name) for name in said}
    return Curve(
        model=setting.manifest.name, metric=setting.metric, lower_is_better=not rising,
        points=tuple(_shown(point, asked.confidence) for point in points), target=asked.target,
        target_is=asked.target_is, gain=gain, confidence=asked.confidence, left_out=left_out,
        asked=asked.to_json(), **said,
    )  # fmt: skip


def _shown(point: Point, confidence: float) -> CurvePoint:
    levels = {name: level(getattr(point, name), confidence=confidence) for name in ("train", "dev")}
    return CurvePoint(fraction=point.fraction, rows=point.rows, repeats=len(point.repeats), **levels)


def _loss(value: Any, rising: bool) -> Any:
    return 1.0 - value if rising else value


def _as_loss(measured: Drawn, rising: bool) -> Drawn:
    return Drawn(_loss(measured.value, rising), _loss(measured.draws, rising), measured.n)


def _gain(points: list[Point], *, rising: bool, confidence: float) -> Gain:
    """Fit the curve to what was measured, and to each resample of it, and carry it on to twice the rows."""
    rows = np.array([float(point.rows) for point in points])
    losses = np.column_stack(
        [np.append(_loss(point.dev.value, rising), _loss(point.dev.draws, rising)) for point in points]
    )
    now, then = expected_loss(rows, losses, at=2 * rows[-1])
    gains = now - then
    low, high = interval(gains[1:], confidence=confidence)
    value, measured = rounded(gains[0]), points[-1].dev.value
    sign = 1 if rising else -1
    ends = sorted(rounded(measured + sign * end) for end in (low, high))
    return Gain(
        rows=int(2 * rows[-1]), value=value, low=low, high=high, expected=rounded(measured + sign * value),
        expected_low=ends[0], expected_high=ends[1],
    )  # fmt: skip
