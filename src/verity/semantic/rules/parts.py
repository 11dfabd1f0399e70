"""Details and totals of one scan: grouped once by every dimension, then summed up for each level.

Only where every aggregate can be made of parts; what cannot is read from its rows for each level (`totals.py`).
"""

from __future__ import annotations

from sqlglot import exp

from verity.exceptions import InternalError
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of
from verity.semantic.frames.atoms import Atom, atoms_of, rebuilt
from verity.semantic.frames.branches import alias
from verity.semantic.frames.formulas import Use, Values, conditions, has_rank
from verity.semantic.types import cast
from verity.semantic.variants import PLAIN
from verity.semantic.work import Scan, Work

PARTS = "parts"
"""What the groups are called that details and totals are made of."""


def split_parts(work: Work) -> bool:
    """Write the scan with a column for each aggregate, and the details from it. False where it cannot be done."""
    query = work.query
    if (
        not (query.totals or query.subtotals)
        or not work.dimensions
        or len(work.scans) != 1
        or work.frames
        or query.fill
    ):
        return False
    scan = work.scans[0]
    if scan.fan_out or scan.instant is not None or scan.source is not None or not scan.metrics:
        return False
    select, count = _written(scan), len(work.dimensions)
    nodes = list(select.expressions)
    found = [atoms_of(node) for node in nodes[count:]]
    if not all(found) or select.args.get("having") or any(has_rank(work, metric) for metric in work.metrics):
        return False
    parts = [atom.node.copy() for atoms in found for atom in atoms or ()]
    names = [*(f"d{i}" for i in range(count)), *(f"a{j}" for j in range(len(parts)))]
    select.set("expressions", [alias(node, name) for node, name in zip([*nodes[:count], *parts], names, strict=True)])
    work.parts = tuple(nodes[count:])
    work.statement = level_of(work, count)
    return True


def level_of(work: Work, kept: int) -> exp.Select:
    """The rows of one level, under the result's labels. Only details (every dimension kept) meet the conditions."""
    count = len(work.dimensions)
    dimensions: list[exp.Expr] = [quoted(f"d{i}", PARTS) for i in range(kept)]
    columns: dict[Use, exp.Expr] = {}
    number = 0
    for metric, value in zip(work.scans[0].metrics, work.parts, strict=True):
        made = value.copy()
        atoms = atoms_of(made) or []
        taken = [_taken(atom, quoted(f"a{number + j}", PARTS), kept, count) for j, atom in enumerate(atoms)]
        number += len(atoms)
        columns[metric.member, PLAIN] = rebuilt(made, atoms, taken)
    values = Values(work, columns, dimensions)
    shown = [values.output(output) for output in work.outputs]
    labels = [*work.labels[:kept], *work.labels[count:]]
    select = exp.Select(
        expressions=[alias(node, label) for node, label in zip([*dimensions, *shown], labels, strict=True)],
        from_=exp.From(this=exp.Table(this=exp.Identifier(this=PARTS, quoted=True))),
    )
    if kept == count and work.having:
        select.set("where", exp.Where(this=all_of(conditions(work, dimensions, values.output))))
    elif 0 < kept < count:
        select.set("group", exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(kept)]))
    return select


def parts_table(work: Work) -> exp.CTE:
    """The groups by their name."""
    return exp.CTE(this=_written(work.scans[0]), alias=exp.TableAlias(this=exp.Identifier(this=PARTS, quoted=True)))


def _taken(atom: Atom, column: exp.Expr, kept: int, count: int) -> exp.Expr:
    if kept == count:
        return column
    made = atom.again(column, lambda node: node)
    if kept or not isinstance(atom.call, exp.Count):
        return made
    return exp.Coalesce(this=made, expressions=[cast(exp.Literal.number(0), "bigint")])  # nothing counted is 0


def _written(scan: Scan) -> exp.Select:
    if scan.select is None:
        raise InternalError("a scan was not written")
    return scan.select
