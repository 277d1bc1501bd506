"""How metrics and their figures are written for people."""

from __future__ import annotations

from pipeline.artifacts.metric import REGRESSION, metric

_NAMES = {
    "auc": "AUC", "f1": "F1", "mae": "MAE", "rmse": "RMSE", "r2": "R²", "mape": "MAPE", "ndcg": "nDCG", "mrr": "MRR",
    "first_right": "first result right",
}
_BESIDE = {"base_rate": True, "calibration_gap": True, "mean_error": False}  # no metrics of a model; in per cent or not


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
    if name not in _BESIDE and (metric(name).problem != REGRESSION or name == "r2"):
        return f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def gap(name: str, value: float | None) -> str:
    """Write a difference between two values of a metric: shares differ by percentage points."""
    return f"{100 * value:.1f} points" if value is not None and _in_per_cent(name) else amount(name, value)


def quantity(value: float, unit: str) -> str:
    """Write an amount of a unit: counts (`wrong`, `features`) whole, all else to three digits."""
    return f"{value:,.0f} {unit}" if float(value).is_integer() else f"{value:,.3g} {unit}"


def ruled(name: str, value: float | None, *, is_difference: bool = False, unit: str = "") -> str:
    """Write what a ruling holds against its limit: a metric's value, a gap or gain in it, or an amount of a unit."""
    if unit:
        return "–" if value is None else quantity(value, unit)
    return (gap if is_difference else amount)(name, value)


def limit(name: str, value: float, *, of_gap: bool = False) -> str:
    """Write a limit as it was declared, without trailing zeros: 0.4 of recall is "40 %", of a gap in it "40 points"."""
    if _in_per_cent(name):
        return f"{100 * value:.6g} " + ("points" if of_gap else "%")
    return f"{value:,.6g}"


def _in_per_cent(name: str) -> bool:
    if name in _BESIDE:
        return _BESIDE[name]
    return metric(name).share or name in ("mape", "balanced_accuracy") or name.startswith("precision@")
