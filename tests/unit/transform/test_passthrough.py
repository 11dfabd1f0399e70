"""The pass-through project of `init --from`, as text; that it builds is proven in tests/integration."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from verity.contracts.dataset import ColumnProfile, PhysicalColumn, PhysicalTable, TableProfile
from verity.exceptions import ModelsExist
from verity.transform.passthrough import model_names, model_sql, write_models


def column(name: str, type_: str) -> ColumnProfile:
    return ColumnProfile(name=name, type=type_, rows=1, nulls=0, distinct=1)


ORDERS = TableProfile(name="orders", rows=1, columns=(column("id", "bigint"), column("amount", "double")))


def test_every_column_is_cast_to_its_type_under_its_own_name():
    assert model_sql(ORDERS, "orders", {"amount": "decimal(18,2)"}) == (
        "{{ config(schema='silver') }}\n\nselect\n"
        '    cast("id" as bigint) as "id",\n    cast("amount" as decimal(18,2)) as "amount"\n'
        "from {{ source('bronze', 'orders') }}\n"
    )


def test_types_that_engines_spell_otherwise_are_spelt_for_both_and_unknown_ones_pass_as_they_are():
    types = ("double", "binary", "other(point)")
    table = PhysicalTable(schema_name="b", name="t", columns=tuple(PhysicalColumn(name=t[0], type=t) for t in types))
    sql = model_sql(table, "t", {})
    assert 'cast("d" as double precision) as "d"' in sql
    assert 'cast("b" as bytea) as "b"' in sql
    assert '\n    "o"\n' in sql


def test_quotes_and_braces_in_a_name_are_neither_sql_nor_jinja():
    table = PhysicalTable(schema_name="b", name="t", columns=(PhysicalColumn(name='a"b {{x}}', type="text"),))
    assert "\"a\"\"b {{ '{' }}{{ '{' }}x}}\"" in model_sql(table, "t", {})


def test_each_table_has_a_model_of_a_plain_name_of_its_own():
    names = model_names(["a b", "a_b", "A-B", "1st", "ñandú", "!!", "x" * 300])
    assert (names["a_b"], names["1st"], names["ñandú"]) == ("a_b", "_1st", "ñandú")
    assert len({name.casefold() for name in names.values()}) == 7
    assert all(name.isidentifier() and len(name.encode()) <= 160 for name in names.values())


def test_the_project_is_whole_and_each_model_is_tested_to_keep_every_row(tmp_path: Path):
    write_models(tmp_path, [ORDERS])
    root = tmp_path / "models"
    assert {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()} == {
        "dbt_project.yml",
        "macros/generate_schema_name.sql",
        "macros/keeps_every_row.sql",
        "silver/orders.sql",
        "silver/schema.yml",
        "silver/sources.yml",
    }
    schema = yaml.safe_load((root / "silver/schema.yml").read_text(encoding="utf-8"))
    assert list(schema["models"][0]["data_tests"][0]) == ["keeps_every_row"]


def test_models_that_stand_already_are_never_written_over(tmp_path: Path):
    write_models(tmp_path, [ORDERS])
    with pytest.raises(ModelsExist):
        write_models(tmp_path, [ORDERS])
