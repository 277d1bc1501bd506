"""The section of a slice search: which groups the model errs more on, how sure that is, and what each is worth."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.search import Found, Rate, Search
from pipeline.artifacts.wording import amount, gap
from pipeline.auditing.report.bar import bar
from pipeline.auditing.report.span import per_cent, span

MOST_SHOWN = 5
_TITLES = {
    "errors": ("Wrong answers", "of the group’s rows answered wrongly"),
    "absolute error": ("Size of the errors", "mean absolute error"),
    "false positives": ("Wrongly answered yes", "of the truly negative rows answered positive"),
    "false negatives": ("Overlooked", "of the truly positive rows answered negative"),
}


def search(found: Search) -> dict[str, Any]:
    """Give what the fragment `search.html` shows: the verdict, the groups by what goes wrong, and what was searched."""
    return {
        "look": "fail" if found.found else ("pass" if found.columns else "unsure"),
        "verdict": _verdict(found),
        "kinds": [_kind(found, outcome, groups) for outcome, groups in _by_outcome(found).items()],
        "tested": f"{found.tested:,}",
        "columns": ", ".join(found.columns),
        "searched": f"{found.searched:,}",
        "confirmed": f"{found.confirmed:,}",
        "alpha": f"{100 * found.alpha:.3g} %",
        "most": found.asked.get("most_conditions", 1),
        "min_rows": found.asked.get("min_rows", 0),
        "left_out": [{"column": name, "why": reason} for name, reason in found.left_out.items()],
    }


def _verdict(found: Search) -> str:
    if not found.columns:
        return "There is no metadata to search: no column of the test rows can describe a group."
    if not found.found:
        return (
            f"No group stands out: {_many(found.tested, 'candidate')} of {_many(len(found.columns), 'column')} "
            f"did not hold on the {found.confirmed:,} rows kept for the test."
        )
    names = list(dict.fromkeys(map(str, found.found)))
    first = found.found[0]
    many = "One group" if len(names) == 1 else f"{len(names)} groups"
    return f"{many} the model errs more on than elsewhere. First: {first} – {_against(first)}."


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _against(group: Found) -> str:
    say = _metric(group.outcome)
    return f"{amount(say, group.inside.value)} {group.outcome} against {amount(say, group.outside.value)} on the rest"


def _metric(outcome: str) -> str:
    """Name a metric that is written as this outcome's rate is."""
    return "mae" if outcome == "absolute error" else "accuracy"


def _by_outcome(found: Search) -> dict[str, list[Found]]:
    """Give the groups to show in full by what goes wrong, each under the first outcome it was found for."""
    shown: dict[str, list[Found]] = {}
    seen: set[str] = set()
    for outcome in _TITLES:
        groups = [each for each in found.found if each.outcome == outcome and str(each) not in seen]
        seen |= {str(each) for each in groups}
        shown |= {outcome: groups} if groups else {}
    return shown


def _kind(found: Search, outcome: str, groups: list[Found]) -> dict[str, Any]:
    top = max(end for each in groups for end in (each.inside.high, each.outside.high)) or 1.0
    title, what = _TITLES[outcome]
    overall = found.overall[outcome]
    told = [{**_group(each, top), "also": _also(each, found)} for each in groups]
    return {
        "title": title,
        "what": what,
        "overall": f"{amount(_metric(outcome), overall.value)} of {overall.n:,}" if overall.defined else "undefined",
        "groups": told[:MOST_SHOWN],
        "more": told[MOST_SHOWN:],
    }


def _also(group: Found, found: Search) -> list[str]:
    """Say which other outcomes the same group was found for."""
    return [_against(each) for each in found.found if str(each) == str(group) and each.outcome != group.outcome]


def _group(group: Found, top: float) -> dict[str, Any]:
    say = _metric(group.outcome)
    return {
        "name": str(group),
        "rows": f"{group.rows:,}",
        "share": per_cent(group.share, places=1),
        "inside": _rate(group.inside, say),
        "outside": _rate(group.outside, say),
        "bar": bar(
            group.inside.value, group.inside.low, group.inside.high, scale=(0.0, top), line=group.outside.value
        ),
        "difference": gap(say, group.difference),
        "span": span(gap(say, group.low), gap(say, group.high)),
        "worth": f"{group.excess:,.0f}" if say == "accuracy" else amount(say, group.excess),
        "worth_of": "errors fewer" if say == "accuracy" else "of absolute error less, summed",
        "cases": f"{group.cases:,}",
        "q": "under 0.0001" if group.q < 0.0001 else f"{group.q:.4f}",
    }


def _rate(rate: Rate, say: str) -> dict[str, str]:
    return {
        "value": amount(say, rate.value) if rate.defined else "undefined",
        "span": span(amount(say, rate.low), amount(say, rate.high)),
        "n": f"{rate.n:,}",
    }
