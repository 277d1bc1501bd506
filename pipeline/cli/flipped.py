"""`headwater flipped`: the served decisions that would now be others, and the rows to blame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.flips import culprit, flipped_to_json, write_csv
from pipeline.cli.output import ago, json_option, number, print_facts, print_heading, print_json, print_table, short

if TYPE_CHECKING:
    from pipeline.recall.flipped import Flipped

_SHOWN = 20
_COLUMNS = ("prediction", "at (UTC)", "endpoint", "row", "before", "now", "flipped by", "rows to blame")


@click.command(short_help="List the served decisions that a recall flips, with the rows to blame.")
@click.argument("recall")
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1, max_open=True),
    default=1e-6,
    show_default=True,
    metavar="SHARE",
    help="By what share of itself a number must be another to be a flip.",
)
@click.option("--all", "every", is_flag=True, help=f"Show all flips, not only the first {_SHOWN}.")
@click.option(
    "--csv", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write all of them there."
)
@json_option
def flipped(recall: str, tolerance: float, every: bool, file: Path | None, as_json: bool) -> None:
    """Score the predictions that RECALL reaches again, with corrected rows and the rebuilt model.

    Listed is each whose answer would now be another: before, now, and which of two causes flips it, its
    own data or the model. A prediction that the model that served it does not answer as it did is not
    judged, but counted and listed. The list is kept as a dataset, `flipped.RECALL`.
    """
    from pipeline.cli.opened import opened_runner
    from pipeline.recall.flipped import flipped as listed

    answer = listed(opened_runner(recall), recall, tolerance=tolerance)
    found = flipped_to_json(answer)
    if file is not None:
        write_csv(file, [*found["flips"], *found["not_judged"]])
    if as_json:
        print_json(found)
        return
    _print(answer, found, every=every)
    if file is not None:
        click.echo(f"Written to {file}: {number(len(found['flips']) + len(found['not_judged']))} rows.")


def _print(answer: Flipped, found: Mapping[str, Any], *, every: bool) -> None:
    if not found["counts"]["predictions"]:
        click.echo(f"No logged prediction is reached by recall {answer.recall}: there is nothing to flip.")
        _print_completeness(found)
        return
    flips = found["flips"]
    counts = found["counts"]
    print_heading(
        f"recall {answer.recall}: {number(len(flips))} of {number(counts['rescored'])} answers would now be others"
    )
    print_facts(_summary(answer, found))
    if flips:
        click.echo()
        print_table(_COLUMNS, [_cells(line) for line in (flips if every else flips[:_SHOWN])])
        if len(flips) > _SHOWN and not every:
            click.echo(f"{number(len(flips) - _SHOWN)} more: --all shows them, --csv FILE writes them.")
    _print_unscored(found["not_judged"])
    _print_completeness(found)


def _summary(answer: Flipped, found: Mapping[str, Any]) -> dict[str, str]:
    counts = found["counts"]
    beside = [cause for cause in answer.causes if cause != "data"]
    training = [
        f"{short(model)}: {number(one.wrong)} of {number(one.of)} rows stood on wrong ones"
        + (f", {number(one.missing)} were missing" if one.missing else "")
        for model, one in answer.models.items()
        if one.wrong or one.missing
    ]
    return {
        "rescored": f"{number(counts['rescored'])} of {number(counts['predictions'])} predictions",
        "flipped": number(counts["flipped"]),
        "gone": f"{number(counts['gone'])} (no longer answered)" if counts["gone"] else "0",
        **{f"  {_by(cause)}": number(count) for cause, count in counts["by_cause"].items()},
        "not reproduced": number(counts["not_reproduced"]),
        "not rescorable": number(counts["not_rescorable"]),
        "training rows": "; ".join(training),
        "rebuilt as": ", ".join(answer.dag_runs),
        "applied as well": f"recalls {', '.join(answer.also)}" if answer.also else "",
        "not data alone": f"the {', '.join(beside)} is another too" if beside else "",
        "by earlier models": _earlier(counts["by_earlier_models"]),
        "tolerance": f"{answer.tolerance:g} of a number; {found['parity']:g} for the same answer as logged",
        "list": short(answer.reference) + (", made before" if answer.reused else ""),
    }


def _by(cause: str) -> str:
    return {"both": "by both, each alone", "only together": "by both, only together"}.get(cause, f"by {cause}")


def _earlier(count: int) -> str:
    if not count:
        return ""
    return f"{number(count)} flips stand on an earlier run than the one rebuilt: what else changed since counts too"


def _cells(line: Mapping[str, Any]) -> tuple[Any, ...]:
    now = f"none: {line['why']}" if line["outcome"] == "gone" else _answer(line, "after")
    row = "" if line["row"] is None else f"{line['table']} {line['row']}"
    at = ago(_moment(line["at"]))
    return line["prediction"], at, line["endpoint"], row, _answer(line, "before"), now, line["cause"], _blamed(line)


def _answer(line: Mapping[str, Any], when: str) -> str:
    probability = line[f"{when}_probability"]
    change = f" ({line['change']:+.4g})" if when == "after" and line["change"] is not None else ""
    return number(line[when]) + (f" ({probability:.3f})" if probability is not None else change)


def _blamed(line: Mapping[str, Any]) -> str:
    examples, count = line["own_examples"], line["own_rows"] or 0
    parts = [culprit(one) for one in examples]
    if count > len(examples):
        parts.append(f"{number(count - len(examples))} more")
    if line["training_rows"] is not None:
        parts.append(f"{number(line['training_rows'])} rows of training")
    return "; ".join(parts)


def _moment(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


def _print_unscored(lines: Iterable[Mapping[str, Any]]) -> None:
    """Print why predictions could not be judged, each reason once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        reasons.setdefault((line["outcome"], line["why"]), []).append(line["prediction"])
    if reasons:
        print_heading("not judged")
        rows = [(*reason, number(len(ids)), ", ".join(ids[:3])) for reason, ids in reasons.items()]
        print_table(("outcome", "why", "predictions", "such as"), rows)


def _print_completeness(found: Mapping[str, Any]) -> None:
    if not found["complete"]:
        click.echo("The answer is not complete:")
        for sentence in found["missing"]:
            click.echo(f"  {sentence}")
