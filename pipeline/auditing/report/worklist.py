"""The section of the page that says what would make the model better."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.worklist import WorkItem, Worklist

MOST_SHOWN = 3


def worklist(found: Worklist) -> dict[str, Any]:
    """Give what `worklist.html` shows of a worklist, in its variable `worklist`."""
    verdict = "" if found.items else "Nothing: the model made no errors on the test rows."
    entries = [_entry(item) for item in found.items]
    return {"verdict": verdict, "entries": entries[:MOST_SHOWN], "more": entries[MOST_SHOWN:]}


def _entry(item: WorkItem) -> dict[str, Any]:
    levels = {"ease": item.ease, "importance": item.importance}
    said = ", ".join(f"{name} {level} of 5" for name, level in levels.items() if level)
    return {
        "advice": item.advice,
        "evidence": item.evidence[:1].upper() + item.evidence[1:],
        "gain": _worth(item),
        "look": "pass" if item.gain else "unsure",
        "said": said[:1].upper() + said[1:],
        "query": item.query,
    }


def _worth(item: WorkItem) -> str | None:
    if item.gain is not None:
        return f"gains {_points(item.gain)}" if item.gain > 0 else "nothing to gain"
    return None if item.ceiling is None else f"gain n/a, at most {_points(item.ceiling)}"


def _points(value: float) -> str:
    return f"{100 * value:.2f} points"
