"""What other parts of an audit advise, as items of the worklist: groups that were found, more data or none."""

from __future__ import annotations

from pipeline.artifacts.curve import Curve, MoreData
from pipeline.artifacts.search import Found, Rate, Search
from pipeline.artifacts.worklist import WorkItem

GROUP_ITEM, DATA_ITEM = "group", "data"
_OF_ALL = "errors"


def groups(search: Search) -> list[WorkItem]:
    """Make an item of every group that a search found to err more than the rest, each once.

    A classification's gain is the share of all rows that would no longer be errors if the group were like the rest.
    """
    once = {str(each): each for each in reversed(search.found)}
    return [_group(name, found, of=search.n_rows) for name, found in reversed(once.items())]


def _group(name: str, found: Found, *, of: int) -> WorkItem:
    counted = found.outcome == _OF_ALL
    inside, outside = (_rate(rate, counted=counted) for rate in (found.inside, found.outside))
    return WorkItem(
        name=name,
        kind=GROUP_ITEM,
        advice=f"Find out what is different where {name}",
        evidence=f"{found.outcome} there: {inside}, on the rest {outside}; {found.rows:,} test rows, q {found.q:.2g}",
        gain=found.excess / of if counted else None,
        ceiling=found.inside.value * found.cases / of if counted else None,
    )


def _rate(rate: Rate, *, counted: bool) -> str:
    if counted:
        return f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%} of {rate.n:,})"
    return f"{rate.value:.4g} ({rate.low:.4g} to {rate.high:.4g} of {rate.n:,})"


def data(curve: Curve) -> list[WorkItem]:
    """Make an item of the advice on more data, where the curve knows; its gain counts where it is one in accuracy."""
    if curve.more_data is MoreData.NOT_KNOWN:
        return []
    wanted = curve.more_data is MoreData.RECOMMENDED
    gain = curve.gain.value if wanted and curve.gain and curve.metric == "accuracy" else None
    return [
        WorkItem(
            name="more data",
            kind=DATA_ITEM,
            advice="Collect more data of the same kind" if wanted else "Do not collect more data of the same kind",
            evidence=curve.why.removesuffix("."),
            gain=gain if wanted else 0.0,
        )
    ]
