"""A dictionary of 1,000 tables and 10,000 metrics as people write them: 40 subject areas of 25 tables, in YAML."""

from __future__ import annotations

import random
from pathlib import Path

from verity.contracts.dataset import PhysicalColumn, PhysicalSchema, PhysicalTable

TABLES, METRICS = 1_000, 10
AREA = 25
"""Tables of one subject area; the first ten of each are entities, the rest facts that join them."""
ENTITIES = 10
_NOUNS = ("order", "payment", "shipment", "refund", "visit", "ticket", "invoice", "lead", "delivery", "claim")
_STATES = ("new", "open", "held", "delivered", "cancelled", "returned")


def write_dictionary(directory: Path, tables: int = TABLES) -> None:
    """Write one YAML file a table; the same bytes every time."""
    directory.mkdir(parents=True, exist_ok=True)
    for n in range(tables):
        (directory / f"{name_of(n)}.yml").write_text(table_text(n))


def name_of(n: int) -> str:
    """The name of the nth table."""
    area, place = divmod(n, AREA)
    return f"area{area}_entity_{place}" if place < ENTITIES else f"area{area}_{_NOUNS[place % 10]}_{place}"


def physical_schema(tables: int = TABLES) -> PhysicalSchema:
    """The physical tables that the dictionary describes."""
    return PhysicalSchema(tables=tuple(_physical(n) for n in range(tables)))


def table_text(n: int, *, change: str = "") -> str:
    """The YAML of the nth table; `change` is written into its description and one metric's filter."""
    place = n % AREA
    return _head(n, change) + _columns(n) + _joins(n) + _metrics(n, change) + _rest(n, entity=place < ENTITIES)


def _head(n: int, change: str) -> str:
    name = name_of(n)
    noun = name.rsplit("_", 1)[0].split("_", 1)[1]
    return f"""# {name}: kept by the data team of area {n // AREA}
table: {name}
version: "2.{n % 7}"
description: Every {noun} of area {n // AREA}, one row each, as the source system holds it.{change}
grain: "1 row = 1 {noun}"
entity: {{en: {noun} {n}, es: {noun} {n} (es)}}
relation: silver.{name}
primary_key: id
time_column: created_at
aliases: [{noun} {n}, {noun}s {n}]
"""


def _columns(n: int) -> str:
    states = "".join(
        f"      - {{value: {state}, label: {state.title()}, aliases: {{en: [{state} ones], es: [{state} es]}}}}\n"
        for state in _STATES
    )
    keys = "".join(f"  {join}_id: {{kind: id, description: The {join} it belongs to.}}\n" for join, _ in _targets(n))
    return f"""columns:
  id: {{type: bigint, kind: id, description: Its number.}}
{keys}  created_at: {{type: timestamp, kind: time, description: "When it was made, UTC."}}
  closed_on: {{type: date, kind: time, description: The day it was closed.}}
  status:
    description: Where it stands.
    kind: dimension
    aliases: {{en: [state {n}, status {n}], es: [estado {n}]}}
    values:
{states}  region: {{description: Sales region., kind: dimension, aliases: [zone {n}]}}
  channel: How it came in.
  city: {{description: City of the buyer., kind: dimension, pii: false}}
  quantity: {{type: bigint, kind: measure, unit: pieces}}
  unit_price: {{type: "decimal(12,2)", kind: measure, unit: PHP}}
  discount: {{type: "decimal(12,2)", kind: measure, unit: PHP}}
  weight: {{type: double, kind: measure, unit: kg, scale: 3}}
  amount: {{sql: quantity * unit_price - discount, type: "decimal(18,2)", unit: PHP, description: What was paid.}}
  is_large: {{sql: amount > 1000, type: boolean}}
"""


def _joins(n: int) -> str:
    form = "  {0}: {{table: {1}, type: many_to_one, on: {{{0}_id: id}}}}\n"
    lines = [form.format(join, target) for join, target in _targets(n)]
    return "joins:\n" + "".join(lines) if lines else ""


def _targets(n: int) -> list[tuple[str, str]]:
    """Facts join three entities of their area, an entity the one before it."""
    area, place = divmod(n, AREA)
    if place == 0:
        return []
    if place < ENTITIES:
        return [("parent", name_of(area * AREA + place - 1))]
    chosen = random.Random(n).sample(range(ENTITIES), 3)  # noqa: S311 - a generator, not a secret
    return [(f"entity{k}", name_of(area * AREA + k)) for k in chosen]


def _metrics(n: int, change: str) -> str:
    through = _targets(n)
    across = f"{through[0][0]}.region" if through else "region"
    kept = f"status <> 'cancelled'{' AND quantity > 1' if change else ''}"
    return f"""metrics:
  count_{n}: {{sql: COUNT(*), description: How many there are., aliases: {{en: [number of {n}], es: [cantidad {n}]}}}}
  revenue_{n}:
    sql: SUM(amount)
    filter: {kept}
    description: What was earned, cancelled ones left out.
    unit: PHP
    good: up
    aliases: {{en: [sales {n}, turnover {n}], es: [ventas {n}, ingresos {n}]}}
    negative_aliases: [forecast {n}]
    implied_terms: {{en: [earned], es: [ganado]}}
  gross_{n}: {{sql: SUM(quantity * unit_price), unit: PHP, aliases: [gross sales {n}]}}
  discounts_{n}: {{sql: SUM(discount) FILTER (WHERE discount > 0), unit: PHP}}
  buyers_{n}: {{sql: COUNT(DISTINCT city), description: Cities that bought., aliases: [cities {n}]}}
  large_{n}: {{sql: COUNT(*), filter: is_large, description: Those above 1000.}}
  mean_weight_{n}: {{sql: AVG(weight), unit: kg}}
  local_{n}: {{sql: "SUM(CASE WHEN {across} = 'NCR' THEN amount ELSE 0 END)", unit: PHP}}
  average_{n}: {{type: ratio, numerator: revenue_{n}, denominator: count_{n}, unit: PHP, aliases: [mean sale {n}]}}
  net_{n}: {{type: derived, sql: "{{revenue_{n}}} - {{discounts_{n}}}", unit: PHP}}
"""


def _rest(n: int, *, entity: bool) -> str:
    rule = "all" if entity else "[{column: region, attribute: region}]"
    return f"""segments:
  delivered_{n}: {{sql: "status = 'delivered' AND closed_on IS NOT NULL", aliases: [done {n}]}}
access:
  analyst: {{rows: all}}
  seller: {{rows: {rule}, columns_hidden: [discount]}}
business_notes:
  - Amounts before 2020 hold the old tax.
changelog:
  - {{version: "2.{n % 7}", date: 2026-01-15, change: Cancelled ones left out.}}
"""


def _physical(n: int) -> PhysicalTable:
    keys = [PhysicalColumn(name=f"{join}_id", type="bigint") for join, _ in _targets(n)]
    types = {
        "id": "bigint", "created_at": "timestamp", "closed_on": "date", "status": "text", "region": "text",
        "channel": "text", "city": "text", "quantity": "bigint", "unit_price": "decimal(12,2)",
        "discount": "decimal(12,2)", "weight": "double", "loaded_at": "timestamp",
    }  # fmt: skip
    columns = (*(PhysicalColumn(name=name, type=of) for name, of in types.items()), *keys)
    return PhysicalTable(schema_name="silver", name=name_of(n), columns=columns)
