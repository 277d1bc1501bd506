"""Which rows a step has to see again so that all that rests on touched rows comes out anew, and nothing else does.

Every rule says how: a row-wise step sees the touched rows, and those that look up a touched key; a
keyed one whole groups; one that makes several rows of one sees the parents. What the step then
makes of these rows is what it makes of them among all rows: that is what its rules promise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from lineage.difference import Difference
from lineage.idsets import NO_IDS, Ids, ids_of, joined, places_among, rows_among
from pipeline.keys import key_words
from pipeline.step import Depends, Effect, Rule

DATA, PAIRS = "data", "pairs"
Frames = Mapping[str, Any]
Made = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Scope:
    """What has to run again: `chosen` are its row ids, or its keys as words, whichever the rules go by.

    `reading` gives the inputs, by role, that have what is chosen and nothing else; `holding` where the
    output `data`, of the old version or the new, has it; `naming` what is chosen with rows of the main input.
    """

    chosen: Ids
    reading: Callable[[Ids], Frames]
    holding: Callable[[Made, Ids], np.ndarray]
    naming: Callable[[Ids], Ids]

    @property
    def inputs(self) -> Frames:
        """The inputs to run again, by role."""
        return self.reading(self.chosen)

    def within(self, made: Made) -> np.ndarray:
        """Say where in the output `data` the rows are that belong to it: places from 0, ascending."""
        return self.holding(made, self.chosen)

    def along(self, rows: Ids) -> Scope:
        """Take in rows of the main input too."""
        return replace(self, chosen=joined(self.chosen, self.naming(rows)))


def scope(depends: Sequence[Depends], *, old: Frames, new: Frames, touched: Mapping[str, Difference]) -> Scope | None:
    """Find what has to run again when the inputs in `touched` have changed from `old` to `new`.

    A role's value is a frame, a list of frames, or anything that did not change. None where the rules
    allow no less than all rows.
    """
    rules = [d for d in depends if d.output in ("*", DATA) and d.effect is Effect.DIRECT]
    by_rule = {rule: [d for d in rules if d.rule is rule] for rule in Rule}
    if not rules or by_rule[Rule.EVERY_ROW] or any("cluster" in d.detail for d in rules):
        return None
    paired = by_rule[Rule.PAIRS]
    if paired and all("on" in d.detail for d in paired):
        return _by_key(paired, old=old, new=new, touched=touched)
    if paired:
        return _by_parent(paired, new=new, touched=touched) if rules == paired else None
    if by_rule[Rule.SAME_ROW]:
        return _by_row(by_rule[Rule.SAME_ROW], by_rule[Rule.SAME_KEY], old=old, new=new, touched=touched)
    return _by_key(by_rule[Rule.SAME_KEY], old=old, new=new, touched=touched)


def main_role(depends: Sequence[Depends]) -> str:
    """The input whose rows the output's rows follow: that of the first direct rule on `data`, same row first."""
    rules = [d for d in depends if d.output in ("*", DATA) and d.effect is Effect.DIRECT]
    return min(rules, key=lambda d: list(Rule).index(d.rule)).input


def _by_row(
    same: Sequence[Depends], keyed: Sequence[Depends], *, old: Frames, new: Frames, touched: Mapping[str, Difference]
) -> Scope | None:
    if len(roles := {d.input for d in same}) != 1:
        return None
    role = roles.pop()

    def reading(ids: Ids) -> Frames:
        inputs = {**new, role: _each(new[role], lambda frame: rows_among(frame, ids))}
        others = [d for d in keyed if d.input != role]
        return {**inputs, **{d.input: _with_words(new[d.input], d, wanted(d, inputs[role])) for d in others}}

    def wanted(d: Depends, frame: pd.DataFrame) -> Ids:
        """The keys that rows ask for, and those touched: they may have become double, which is for the step to see."""
        own = _words(frame, d.detail["on"]["output"])
        return joined(own, _touched_words(d, old=old, new=new, touched=touched)) if d.input in touched else own

    def asking(d: Depends, words: Ids) -> Ids:
        columns = d.detail["on"]["output"]
        return ids_of(new[role].index.take(_with(new[role], columns, words)))

    def naming(rows: Ids) -> Ids:
        """Rows come with all others of their keys, where those decide whether they stay."""
        own = [d for d in keyed if d.input == role]
        keys = [_words(rows_among(new[role], rows), d.detail["on"]["input"]) for d in own]
        return joined(rows, *map(asking, own, keys))

    asked = [asking(d, _touched_words(d, old=old, new=new, touched=touched)) for d in keyed if d.input in touched]
    ids = joined(touched[role].touched if role in touched else NO_IDS, *asked)
    return Scope(naming(ids), reading, lambda made, chosen: places_among(made[DATA].index, chosen), naming)


def _by_key(keyed: Sequence[Depends], *, old: Frames, new: Frames, touched: Mapping[str, Difference]) -> Scope:
    asked = [_touched_words(d, old=old, new=new, touched=touched) for d in keyed if d.input in touched]
    main, columns = keyed[0], keyed[0].detail["on"]["output"]
    return Scope(
        chosen=joined(*asked),
        reading=lambda words: {**new, **{d.input: _with_words(new[d.input], d, words) for d in keyed}},
        holding=lambda made, words: _with(made[DATA], columns, words),
        naming=lambda rows: _words(rows_among(new[main.input], rows), main.detail["on"]["input"]),
    )


def _by_parent(paired: Sequence[Depends], *, new: Frames, touched: Mapping[str, Difference]) -> Scope | None:
    if len(paired) != 1 or paired[0].input not in touched:
        return None
    role, side = paired[0].input, paired[0].detail["side"]
    return Scope(
        chosen=touched[role].touched,
        reading=lambda ids: {**new, role: rows_among(new[role], ids)},
        holding=lambda made, ids: _places(made[PAIRS][side].to_numpy("int64"), ids),
        naming=lambda rows: rows,
    )


def _each(value: Any, choose: Callable[[pd.DataFrame], pd.DataFrame]) -> Any:
    return [choose(frame) for frame in value] if isinstance(value, list) else choose(value)


def _touched_words(d: Depends, *, old: Frames, new: Frames, touched: Mapping[str, Difference]) -> Ids:
    """The keys, as words, of the touched rows of an input, as they were and as they are."""
    columns, ids = d.detail["on"]["input"], _relevant(touched[d.input], d)
    return joined(*(_words(rows_among(given[d.input], ids), columns) for given in (old, new)))


def _relevant(difference: Difference, d: Depends) -> np.ndarray:
    """The touched rows that matter to a rule: those that came, went, or changed in a column it reads."""
    if "reads" not in d.detail:
        return difference.touched
    columns = {*d.detail["reads"], *d.detail.get("decides", ()), *d.detail["on"]["input"]}
    changed = [ids for column, ids in difference.changed.items() if column in columns or d.detail.get("passes")]
    return joined(difference.added, difference.removed, *changed)


def _words(frame: pd.DataFrame, columns: Sequence[str]) -> Ids:
    words, null = key_words(frame, columns)
    return ids_of(words[~null].view(np.int64))


def _with_words(frame: pd.DataFrame, d: Depends, words: Ids) -> pd.DataFrame:
    return frame.take(_with(frame, d.detail["on"]["input"], words))


def _with(frame: pd.DataFrame, columns: Sequence[str], words: Ids) -> np.ndarray:
    """Where the rows are whose key is one of the words."""
    found, null = key_words(frame, columns)
    places = _places(found.view(np.int64), words)
    return places[~null[places]]


def _places(values: np.ndarray, wanted: Ids) -> np.ndarray:
    """Where values, in any order, are among those wanted; hashed, as a search in random order waits for memory."""
    return np.flatnonzero(pd.Index(values).isin(wanted))
