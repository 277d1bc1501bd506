"""`headwater labels`: how far the people who labelled the items of a dataset agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.naming import named_artifact
from pipeline.cli.output import (
    json_option, number, print_facts, print_heading, print_json, print_paragraph, print_table, short,
)
from pipeline.errors import Misuse

if TYPE_CHECKING:
    from pipeline.artifacts.agreement import Agreement, Doubt
    from pipeline.artifacts.audit import Figure

_SHOWN = 20
_NAMES = {
    "raw_agreement": "raw agreement",
    "fleiss_kappa": "Fleiss' kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
}


@click.command(short_help="Say how far the people who labelled the items of a dataset agree.")
@click.argument("dataset")
@click.option("--item", required=True, metavar="COLUMN", help="Which item a row is about.")
@click.option("--label", required=True, metavar="COLUMN", help="What was said of it.")
@click.option("--by", required=True, metavar="COLUMN", help="Who said so.")
@click.option("--unclear", metavar="LABEL", help="The answer that the item does not hold enough information.")
@click.option("--rounds", default="", metavar="COLUMN", help="In which round of labelling; the last counts.")
@click.option(
    "--level",
    type=click.Choice(("nominal", "ordinal", "interval")),
    default="nominal",
    help="Whether classes are names, have an order, or are numbers. By default names.",
)
@json_option
def labels(dataset: str, as_json: bool, **asked: Any) -> None:
    """Say how far the people who labelled the items of DATASET agree.

    DATASET holds one row for each label. Shown are agreement over all items with its intervals, every
    class and labeller, the pairs of labellers that agree least, and the items worth discussing. Nothing is recorded:
    the stage `agreement` of a DAG keeps the same as an artifact.
    """
    from pipeline.cli.opened import opened_storage, opened_store

    store = opened_store()
    artifact = named_artifact(store, dataset)
    if artifact.kind != "dataset":
        raise Misuse(f"{artifact.reference} holds no labels", expected="a dataset", found=f"kind {artifact.kind}")
    found = _measured(opened_storage(store).load(artifact), **asked)
    if as_json:
        print_json({"dataset": artifact.reference, **found.to_json()})
    else:
        _print(found, of=artifact.reference)


def _measured(frame: Any, *, unclear: str | None, **asked: Any) -> Agreement:
    from pipeline.artifacts.agreement import Agreement
    from pipeline.labelling.agree import agree

    made = agree(frame, **asked, unclear=_as_label(frame, asked["label"], unclear))
    return Agreement.from_json(made["agreement"].value)


def _as_label(frame: Any, column: str, unclear: str | None) -> Any:
    """The answer as it stands in the column, which may hold numbers."""
    if unclear is None or column not in frame.columns:
        return unclear
    known = {str(each): each for each in frame[column].dropna().unique()}
    if unclear not in known:
        raise Misuse(f"nobody answers {unclear!r}", expected="one of " + ", ".join(sorted(known)[:_SHOWN]))
    return known[unclear]


def _print(found: Agreement, *, of: str) -> None:
    print_facts({
        "labels": f"{number(found.labels)} by {number(found.n_labellers)} people, of {number(found.n_items)} items",
        "of": short(of),
        "labelled twice": f"{number(found.several)} items",
        "not enough information": number(found.unclear) if found.unclear else "",
        "without a label": number(found.missing) if found.missing else "",
        "level": found.level,
    })
    print_heading("agreement")
    rows = [(_NAMES[each.metric], *_cells(each)) for each in found.figures]
    print_table(("figure", "value", f"{found.confidence:.0%} interval", "items"), rows)
    if found.human.commonest is not None:
        habit = "always writing what most others write agrees"
        click.echo(f"Two people agree {found.human.figure.value:.1%}; {habit} {found.human.commonest.value:.1%}.")
    _print_people(found)
    _print_doubts(found)
    print_heading("what to do")
    for said in found.says:
        print_paragraph(said)


def _print_people(found: Agreement) -> None:
    print_heading("by class")
    print_table(
        ("class", "labels", "items", "another says so too", "alpha against the rest"),
        [(one.name, one.labels, one.items, _short(one.specific), _short(one.alpha)) for one in found.classes],
    )
    print_heading(f"by labeller, the least agreeing first{_of(found.n_labellers)}")
    print_table(
        ("labeller", "labels", "agrees with the others", "interval", "items"),
        [(one.name, one.labels, *_cells(one.figure)) for one in found.labellers[:_SHOWN]],
    )
    print_heading(f"pairs that agree least{_of(found.n_pairs)}")
    print_table(
        ("labellers", "items", "alike", "Cohen's kappa"),
        [(" and ".join(map(str, one.labellers)), one.n, _short(one.raw), _short(one.kappa))
         for one in found.pairs[:_SHOWN]],
        empty="no two people labelled the same item",
    )


def _print_doubts(found: Agreement) -> None:
    print_heading(f"items worth discussing{_of(found.n_doubts)}")
    print_table(
        ("item", "votes", "agreement"),
        [(one.item, _votes(one), "" if one.agreement is None else f"{one.agreement:.2f}")
         for one in found.doubts[:_SHOWN]],
        empty="none: nobody differs",
    )


def _of(count: int) -> str:
    return f" ({_SHOWN} of {number(count)})" if count > _SHOWN else ""


def _votes(one: Doubt) -> str:
    said = [f"{count} {label}" for label, count in one.votes]
    return ", ".join([*said, *([f"{one.unclear} not enough information"] if one.unclear else [])])


def _cells(figure: Figure) -> tuple[str, str, str]:
    between = "" if figure.low is None else f"{figure.low:.3f} to {figure.high:.3f}"
    return (_value(figure), between, number(figure.n))


def _short(figure: Figure) -> str:
    return _value(figure) + ("" if figure.low is None else f" ({figure.low:.3f} to {figure.high:.3f})")


def _value(figure: Figure) -> str:
    return f"{figure.value:.3f}" if figure.defined else "not defined"
