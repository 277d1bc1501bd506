"""The step that counts: errors, tags and what people said of them in, the table of an error analysis out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.errortable import BY_PEOPLE, ErrorTable, TagLine
from pipeline.artifacts.model import Model
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.judgements import TYPES, said, share
from pipeline.auditing.errors.priority import prioritised
from pipeline.auditing.errors.sample import TAG, WRONG
from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.intervals import rounded
from pipeline.step import Made

ONLY_ERRORS = "Only errors were read, so how often its rows go wrong is not known"


def tabulate(
    *,
    model: Mapping[str, Any],
    sample: pd.DataFrame,
    tagged: pd.DataFrame,
    judgements: pd.DataFrame | None = None,
    asked: Mapping[str, Any],
    references: Mapping[str, str],
    untagged: Mapping[str, str],
    criterion: str,
) -> dict[str, Made]:
    """Count errors by tag, in the role `errors`.

    `sample` and `tagged` are as `sample_errors` gives them, `judgements` what people said of errors.
    `references` names `model`, `sample`, `tagged` and `judgements`; `untagged` says why tags could not be given.
    """
    analysis, manifest = ErrorAnalysis.from_json(asked), Model.from_json(model)
    given = pd.DataFrame(columns=list(TYPES)) if judgements is None else judgements
    ids = sample.index.to_numpy("int64")
    about = given[given["error_row"].isin(ids)]
    lines = [
        _by_people(tag, about, ids=ids, tagged=tagged, confidence=analysis.confidence)
        if tag.made_by == BY_PEOPLE
        else _by_rule(tag, tagged, why_not=untagged.get(tag.name, ""), confidence=analysis.confidence)
        for tag in (*analysis.tags, *_added(analysis, about["tag"]))
    ]
    errors = share(int(tagged[WRONG].sum()), len(tagged), confidence=analysis.confidence)
    table = ErrorTable(
        name=manifest.name, criterion=criterion, errors=errors, sampled=len(ids), tags=tuple(lines),
        people=tuple(sorted(set(about["tagged_by"].astype(str)))), confidence=analysis.confidence, **references,
    )
    facts = {"model": table.model, "errors": errors.count, "of": errors.of, "read_by": list(table.people)}
    return {"errors": Made("errors", table.to_json(), facts=facts)}


def _added(analysis: ErrorAnalysis, named: Sequence[str]) -> list[Tag]:
    """Tags that people brought up themselves, by name."""
    return [Tag(name) for name in sorted({str(name) for name in named}) if analysis.tag(name) is None]


def _by_rule(tag: Tag, tagged: pd.DataFrame, *, why_not: str, confidence: float) -> TagLine:
    if why_not:
        return TagLine(**_declared(tag), why_not=why_not)
    wrong, has = tagged[WRONG].to_numpy(bool), tagged[TAG + tag.name].to_numpy(bool)
    both, of = int((wrong & has).sum()), len(tagged)
    line = TagLine(
        **_declared(tag),
        of_errors=share(both, int(wrong.sum()), confidence=confidence),
        wrong=share(both, int(has.sum()), confidence=confidence),
        of_data=share(int(has.sum()), of, confidence=confidence),
        ceiling=rounded(both / of),
    )
    return prioritised(line)


def _by_people(
    tag: Tag, judgements: pd.DataFrame, *, ids: np.ndarray, tagged: pd.DataFrame, confidence: float
) -> TagLine:
    told = said(judgements, tag.name, ids=ids, confidence=confidence)
    decided = len(told.yes) + len(told.no)
    return TagLine(
        **_declared(tag),
        of_errors=share(len(told.yes), decided, confidence=confidence),
        ceiling=rounded(len(told.yes) / decided * float(tagged[WRONG].mean())) if decided else None,
        unread=len(ids) - decided - len(told.undecided),
        undecided=len(told.undecided),
        agreement=told.agreement,
        why_not=ONLY_ERRORS if decided else "",
    )


def _declared(tag: Tag) -> dict[str, Any]:
    names = ("made_by", "meaning", "human_level", "ease", "importance", "query")
    return {"tag": tag.name, **{name: getattr(tag, name) for name in names}}
