"""How metrics and their figures are written for people."""

from __future__ import annotations

from pipeline.artifacts.metric import REGRESSION, metric

_NAMES = {
    "auc": "AUC", "f1": "F1", "mae": "MAE", "rmse": "RMSE", "r2": "R²", "mape": "MAPE", "ndcg": "nDCG", "mrr": "MRR",
    "first_right": "first result right",
}


def called(name: str) -> str:
    """Name a metric as people do: `false_positive_rate` is "false positive rate", `ndcg@10` is "nDCG at 10"."""
    what, at, cut = name.partition("@")
    return _NAMES.get(what, what.replace("_", " ")) + (f" at {cut}" if at else "")


def amount(name: str, value: float | None) -> str:
    """Write a value: shares in per cent, other ratios to three places, amounts to four digits; None as a dash."""
    if value is None:
        return "–"
    if _in_per_cent(name):
        return f"{100 * value:.1f} %"
    if metric(name).problem != REGRESSION or name == "r2":
        return f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def gap(name: str, value: float | None) -> str:
    """Write a difference between two values of a metric: shares differ by percentage points."""
    return f"{100 * value:.1f} points" if value is not None and _in_per_cent(name) else amount(name, value)


def limit(name: str, value: float, *, of_gap: bool = False) -> str:
    """Write a limit as it was declared, without trailing zeros: 0.4 of recall is "40 %", of a gap in it "40 points"."""
    if _in_per_cent(name):
        return f"{100 * value:.6g} " + ("points" if of_gap else "%")
    return f"{value:,.6g}"


def _in_per_cent(name: str) -> bool:
    return metric(name).share or name in ("mape", "balanced_accuracy") or name.startswith("precision@")
