"""The split stage: a dataset in; train, dev and test out, with a record of who went where."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.split import Policy, Split, Stratum
from pipeline.errors import Misuse, TrainingRefused
from pipeline.step import Depends, Effect, Made, Rule, Step

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SIZES = {"train": 0.6, "dev": 0.2, "test": 0.2}


def split(
    runner: Any,
    *,
    data: str,
    target: str | None = None,
    balance: Sequence[str] = (),
    group: str | None = None,
    time: str | None = None,
    sizes: Mapping[str, float] = SIZES,
    boundaries: Sequence[Any] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """Cut the dataset `data` into parts; give their references by name, and the split's.

    Raises:
        Misuse: sizes, boundaries or columns that cannot be used.
        TrainingRefused: the target is null in some rows.
        StepRefused: a time is null, or a part would have no rows.
    """
    policy = Policy(target=target, balance=tuple(balance), group=group, time=time, sizes=sizes,
                    boundaries=tuple(boundaries), seed=seed)
    outputs = runner.run(_step(runner.occasion.task or "split", policy), {"data": data}).outputs
    return {"parts": {part: outputs[part] for part in policy.sizes}, "split": outputs["split"]}


def _step(name: str, policy: Policy) -> Step:
    """Each part's rows are the dataset's own; which rows they are was decided by all of them."""
    passed = {"reads": [], "decides": [], "passes": "*", "gives": []}
    own = [Depends("data", Rule.SAME_ROW, output=part, detail=passed) for part in policy.sizes]
    read = {"reads": list(policy.columns)}
    roles = (*policy.sizes, "split")
    decided = [Depends("data", Rule.EVERY_ROW, Effect.DECISION, output=role, detail=read) for role in roles]
    return Step(
        name=name,
        stage="preprocessing",
        function=split_rows,
        parameters={"policy": policy.to_json()},
        depends=(*own, *decided),
    )


def split_rows(data: pd.DataFrame, *, policy: Mapping[str, Any]) -> dict[str, Made]:
    """Cut a frame by a policy; give each part's rows, and the split document under `split`.

    Raises:
        Misuse: a column of the policy is not there, or a boundary cannot be compared.
        TrainingRefused: the target is null in some rows.
        StepRefused: a time is null, or a part would have no rows.
    """
    from pipeline.preprocessing.parting import parts_of

    rule = Policy(**policy)
    _check_columns(data, rule)
    _check_target(data, rule)
    part = parts_of(data, rule)
    made = {
        name: Made("dataset", data[part == number], facts={"part": name}) for number, name in enumerate(rule.sizes)
    }
    document = _document(data, rule, part=part).to_json()
    return {**made, "split": Made("split", document, facts={**document["policy"], "rows": document["rows"]})}


def _document(data: pd.DataFrame, policy: Policy, *, part: np.ndarray) -> Split:
    import numpy as np

    from pipeline.preprocessing.parting import strata_of
    from pipeline.preprocessing.places import labels

    codes, named = labels(data, strata_of(data, policy))
    kinds = len(policy.sizes)
    table = np.bincount(codes * kinds + part, minlength=len(named) * kinds).reshape(len(named), kinds)
    strata = tuple(
        Stratum(values=values, rows=dict(zip(policy.sizes, counts.tolist(), strict=True)))
        for values, counts in zip(named, table, strict=True)
    )
    return Split(policy=policy, rows=dict(zip(policy.sizes, table.sum(axis=0).tolist(), strict=True)), strata=strata)


def _check_columns(data: pd.DataFrame, policy: Policy) -> None:
    for column in policy.columns:
        if column not in data.columns:
            near = difflib.get_close_matches(column, [str(each) for each in data.columns], n=2)
            raise Misuse(
                f"split by {column!r}, which is no column of the data",
                next_step=f"Did you mean {' or '.join(near)}?" if near else "",
            )


def _check_target(data: pd.DataFrame, policy: Policy) -> None:
    if policy.target is None or not (null := data[policy.target].isna()).any():
        return
    raise TrainingRefused(
        f"the target {policy.target!r} is null, so nothing can be learnt from these rows",
        examples=[f"row {row}" for row in data.index[null.to_numpy()][:5]],
        count=int(null.sum()),
        next_step='Quarantine them with expect_column_values_to_not_be_null, severity="quarantine".',
    )
