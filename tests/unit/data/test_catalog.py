"""Names find members, joins find paths, and what a principal may not see is absent."""

import time

import pytest

from verity.contracts.dataset import PhysicalColumn, PhysicalSchema, PhysicalTable
from verity.contracts.identity import OWNER, Principal
from verity.data.catalog import build_catalog
from verity.data.dictionary import make_dictionary
from verity.data.model import JoinEntry, TableEntry
from verity.exceptions import AmbiguousMember, UnknownMember, VerityError

ORDERS = """
    table: orders
    primary_key: order_id
    time_column: ordered_on
    columns:
      order_id: Id
      ordered_on: {description: Day, type: date}
      status: State
      amount: {description: Money, type: "decimal(12,2)"}
      cost: {description: What it cost, type: "decimal(12,2)"}
      margin: {sql: amount - cost}
      margin_share: {sql: margin / amount}
      note: {description: Inner note, hidden: true}
    joins:
      customer: {table: customers, on: customer_id}
      payer: {table: customers, on: {payer_id: customer_id}}
    metrics:
      revenue: {sql: SUM(amount)}
      total_margin: {sql: SUM(margin)}
      margin_rate: {type: ratio, numerator: total_margin, denominator: revenue}
      doubled: {type: derived, sql: "{margin_rate} * 2 + {customers.count}"}
      with_notes: {sql: COUNT(note)}
      text_only: {sql: "COUNT(*) FILTER (WHERE status = 'cost')"}
    segments:
      cheap: {sql: cost < 10}
      open: {sql: status = 'open'}
    access:
      manager: {rows: all}
      viewer: {rows: [{column: status, values: [open, paid]}], columns_hidden: [cost]}
      branch: {rows: [{column: branch, attribute: branch}], columns_hidden: [cost, amount]}
    """
CUSTOMERS = """
    table: customers
    primary_key: customer_id
    columns: {customer_id: Id, region: Where, status: State, birthday: {type: date}}
    joins: {referrer: {table: customers, on: {referrer_id: customer_id}}}
    metrics: {count: {sql: COUNT(*)}, revenue: {sql: SUM(1)}}
    segments: {open: {sql: "region = 'EU'"}}
    access: {manager: {rows: all}, viewer: {rows: all}}
    """
SECRETS = "table: secrets\ncolumns: {salary: Pay, region: Where}\nmetrics: {payroll: {sql: SUM(salary)}}\n"


@pytest.fixture
def catalog(catalog_of):
    return catalog_of(orders=ORDERS, customers=CUSTOMERS, secrets=SECRETS)


def viewer(*roles, **attributes):
    return Principal(id="v", roles=roles or ("viewer",), attributes=attributes)


def choices(call, *args, **kwargs):
    with pytest.raises(AmbiguousMember) as caught:
        call(*args, **kwargs)
    return caught.value.choices


def test_a_metric_is_found_by_its_full_name_and_by_a_short_one_that_is_its_own(catalog):
    assert catalog.metric("orders.revenue").member == "orders.revenue"
    assert catalog.metric("total_margin").member == "orders.total_margin"
    assert choices(catalog.metric, "revenue") == ("customers.revenue", "orders.revenue")
    assert choices(catalog.segment, "open") == ("customers.open", "orders.open")
    assert catalog.segment("cheap").member == "orders.cheap"


def test_an_unknown_name_suggests_the_nearest(catalog):
    with pytest.raises(UnknownMember, match="Did you mean 'revenue'"):
        catalog.metric("revenu")
    with pytest.raises(UnknownMember, match=r"Did you mean .*'orders\.status'"):
        catalog.dimension("orders.statu")


@pytest.mark.parametrize(
    ("name", "of", "member"),
    [
        ("orders.status", (), "orders.status"),
        ("amount", (), "orders.amount"),
        ("orders.customer.region", (), "orders.customer.region"),
        ("orders.customer.referrer.referrer.region", (), "orders.customer.referrer.referrer.region"),
        ("customer.region", ("orders.revenue",), "orders.customer.region"),
        ("payer.region", (), "orders.payer.region"),
        ("status", ("orders.revenue",), "orders.status"),
        ("status", ("customers",), "customers.status"),
        ("region", ("orders.total_margin",), "customers.region"),
        ("customers.region", ("orders.revenue",), "customers.region"),
        ("referrer.region", ("customers.count",), "customers.referrer.region"),
    ],
)
def test_a_dimension_is_found_by_every_form_of_its_name(catalog, name, of, member):
    found = catalog.dimension(name, of=of)
    assert found.member == member
    assert found.member == ".".join((found.root, *found.joins, found.column.name))


def test_an_ambiguous_short_name_lists_its_choices(catalog):
    assert choices(catalog.dimension, "status") == ("customers.status", "orders.status")
    both = ("orders.revenue", "customers.count")
    assert choices(catalog.dimension, "status", of=both) == ("customers.status", "orders.status")
    assert choices(catalog.dimension, "region") == ("customers.region", "secrets.region")


@pytest.mark.parametrize(
    "name", ["time", "orders.time", "orders", "", ".", "orders.", "orders.nowhere.region", "a.b.c"]
)
def test_what_is_no_column_is_unknown(catalog, name):
    with pytest.raises(UnknownMember):
        catalog.dimension(name)


def test_a_join_named_as_another_table_is_ambiguous_unless_it_leads_there(catalog_of):
    catalog = catalog_of(
        a="table: a\njoins: {b: {table: b, on: x}, c: {table: b, on: y}}",
        b="table: b\ncolumns: {k: K}",
        c="table: c\ncolumns: {k: K}",
    )
    assert catalog.dimension("b.k", of=("a",)).member == "a.b.k"
    assert choices(catalog.dimension, "c.k", of=("a",)) == ("a.c.k", "c.k")


def test_paths_follow_joins_to_one_row_and_list_every_choice(catalog):
    assert catalog.paths("orders", "customers") == (("customer",), ("payer",))
    assert catalog.paths("orders", "orders") == ((),)
    assert catalog.paths("customers", "orders") == ()
    assert catalog.reachable("orders") == {"orders", "customers"}


def test_paths_to_many_rows_are_given_only_when_asked_for(catalog_of):
    catalog = catalog_of(
        a="table: a\njoins: {lines: {table: b, type: one_to_many, on: id}}", b="table: b\ncolumns: {id: x}"
    )
    assert catalog.paths("a", "b") == ()
    assert catalog.paths("a", "b", fan_out=True) == (("lines",),)


def test_cyclic_joins_end(catalog_of):
    catalog = catalog_of(
        a="table: a\njoins: {b: {table: b, on: x}}",
        b="table: b\njoins: {c: {table: c, on: x}, a: {table: a, on: x}}",
        c="table: c\njoins: {a: {table: a, on: x}}",
    )
    assert catalog.paths("a", "c") == (("b", "c"),)
    assert catalog.paths("c", "b") == (("a", "b"),)


def test_a_thousand_tables_that_all_join_each_other_are_searched_in_a_moment():
    names = [f"t{index}" for index in range(1_000)]
    tables = {
        name: TableEntry(
            table=name,
            joins={f"j{step}": JoinEntry(table=names[(index + step) % 1_000], on="k") for step in (1, 2, 3, 5, 8)},
        )
        for index, name in enumerate(names)
    }
    catalog = build_catalog(make_dictionary(tables))
    start = time.perf_counter()
    assert len(catalog.paths("t0", "t30")) == 10
    catalog.paths("t0", "t999")
    assert time.perf_counter() - start < 2


def physical(**columns):
    return PhysicalTable(
        schema_name="gold", name="orders", columns=tuple(PhysicalColumn(name=n, type=t) for n, t in columns.items())
    )


def test_the_dictionary_s_type_wins_and_undeclared_columns_are_members_too(load):
    schema = PhysicalSchema(tables=(
        physical(order_id="bigint", status="text", amount="double", ordered_on="timestamp", branch="text",
                 _verity_load_id="text"),
        PhysicalTable(schema_name="bronze", name="orders", columns=(PhysicalColumn(name="raw", type="text"),)),
    ))  # fmt: skip
    columns = build_catalog(load(orders=ORDERS), schema).tables["orders"].columns
    assert (columns["amount"].type, columns["status"].type) == ("decimal(12,2)", "text")
    assert (columns["branch"].declared, columns["branch"].physical, columns["branch"].kind) == (
        False,
        True,
        "dimension",
    )
    assert (columns["margin"].derived, columns["margin"].physical) == (True, False)
    assert "_verity_load_id" not in columns
    assert "raw" not in columns
    kinds = {name: columns[name].kind for name in ("order_id", "amount", "ordered_on", "status")}
    assert kinds == {"order_id": "id", "amount": "measure", "ordered_on": "time", "status": "dimension"}


def test_a_physical_table_is_found_in_gold_before_bronze_and_by_its_schema(load):
    tables = tuple(
        PhysicalTable(schema_name=layer, name="x", columns=(PhysicalColumn(name=layer, type="text"),))
        for layer in ("bronze", "silver", "gold", "other")
    )

    def columns(relation):
        dictionary = load(a=f"table: a\nrelation: {relation}")
        return list(build_catalog(dictionary, PhysicalSchema(tables=tables)).tables["a"].columns)

    assert columns("x") == ["gold"]
    assert columns("bronze.x") == ["bronze"]
    assert columns("SELECT 1 AS x") == []
    assert build_catalog(load(a="table: a\nrelation: SELECT * FROM x")).tables["a"].is_query


def test_a_denied_table_is_absent_from_lists_errors_and_suggestions(catalog):
    narrowed = catalog.narrowed(viewer())
    assert list(narrowed.tables) == ["customers", "orders"]
    assert narrowed.dimension("region").member == "customers.region"
    for ask in (narrowed.metric, narrowed.dimension, narrowed.segment):
        for name in ("payrol", "secrets.payroll", "salary", "secrets.salari"):
            with pytest.raises(UnknownMember) as caught:
                ask(name)
            assert "Did you mean" not in str(caught.value)


def test_a_denied_column_takes_with_it_all_that_is_made_of_it(catalog):
    narrowed = catalog.narrowed(viewer())
    orders = narrowed.tables["orders"]
    assert {"cost", "margin", "margin_share"}.isdisjoint(orders.usable)
    assert set(orders.metrics) == {"revenue", "with_notes", "text_only"}
    assert set(orders.segments) == {"open"}
    assert set(catalog.tables["orders"].metrics) == {
        "revenue", "total_margin", "margin_rate", "doubled", "with_notes", "text_only"}  # fmt: skip


def test_a_hidden_column_is_not_offered_but_definitions_may_read_it(catalog):
    assert catalog.dimension("orders.note").column.hidden
    assert "orders.note" not in [d.member for d in catalog.dimensions()]
    orders = catalog.narrowed(viewer()).tables["orders"]
    assert "note" not in orders.columns
    assert "note" in orders.usable
    with pytest.raises(UnknownMember):
        catalog.narrowed(viewer()).dimension("orders.note")


def test_joins_to_denied_tables_and_what_uses_them_are_absent(catalog_of):
    catalog = catalog_of(
        a="""
          table: a
          time_column: b.day
          joins: {b: {table: b, on: x}}
          columns: {x: X, y: {sql: b.name}}
          metrics: {m: {sql: SUM(b.price)}, n: {sql: COUNT(*)}, o: {sql: COUNT(*), time_column: b.day}}
          access: {viewer: {}}
          """,
        b="table: b\ncolumns: {x: X, day: D, name: N, price: P}",
    )
    table = catalog.narrowed(viewer()).tables["a"]
    assert (dict(table.joins), list(table.columns), list(table.metrics), table.time_column) == ({}, ["x"], ["n"], None)


@pytest.mark.parametrize(
    "sql", ["SUM(cost)", "SUM(COST)", 'SUM("cost")', "SUM(a.cost)", "SUM(this.cost)", "SUM(up.cost)", "SUM(up.up.cost)"]
)
def test_however_a_definition_writes_a_denied_column_it_is_absent(catalog_of, sql):
    bare = sql.removeprefix("SUM")
    catalog = catalog_of(
        a=f"""
        table: a
        columns: {{cost: C, k: K, "double": {{sql: '{bare}'}}}}
        joins: {{up: {{table: a, on: k}}}}
        metrics: {{m: {{sql: '{sql}'}}, n: {{sql: COUNT(*), filter: '{bare} > 1'}}, fine: {{sql: SUM(k)}}}}
        segments: {{s: {{sql: '{bare} > 1'}}}}
        access: {{viewer: {{columns_hidden: cost}}}}
        """
    )
    table = catalog.narrowed(viewer()).tables["a"]
    assert (list(table.usable), list(table.metrics), list(table.segments)) == (["k"], ["fine"], [])


def test_a_metric_behind_a_denied_one_is_absent_even_across_tables(catalog):
    branch = catalog.narrowed(viewer("branch", branch="north"))
    assert list(branch.tables) == ["orders"]
    assert set(branch.tables["orders"].metrics) == {"with_notes", "text_only"}


def test_a_hidden_table_is_not_offered_but_joins_go_through_it(catalog_of):
    catalog = catalog_of(
        a="table: a\njoins: {b: {table: b, on: x}}\naccess: {viewer: {}}",
        b="table: b\nhidden: true\njoins: {c: {table: c, on: x}}\naccess: {viewer: {}}\ncolumns: {secret: S}",
        c="table: c\ncolumns: {k: K}\naccess: {viewer: {}}",
    )
    narrowed = catalog.narrowed(viewer())
    assert list(narrowed.tables) == ["a", "c"]
    assert narrowed.paths("a", "c") == (("b", "c"),)
    assert narrowed.dimension("a.b.c.k").member == "a.b.c.k"
    with pytest.raises(UnknownMember):
        narrowed.dimension("a.b.secret")


def test_a_part_of_a_ratio_may_be_a_hidden_metric(catalog_of):
    catalog = catalog_of(
        a="""
        table: a
        metrics: {n: {sql: COUNT(*), hidden: true}, r: {type: ratio, numerator: n, denominator: n}}
        access: {viewer: {}}
        """
    )
    narrowed = catalog.narrowed(viewer())
    assert [m.member for m in narrowed.metrics()] == ["a.r"]
    assert narrowed.metric_part("n", table="a").member == "a.n"
    with pytest.raises(UnknownMember):
        narrowed.metric("n")


def test_the_owner_s_catalog_is_the_whole(catalog):
    assert catalog.narrowed(OWNER) is catalog


@pytest.mark.parametrize("name", ["x" * 300, "größe", "顧客", "Order Total", "a.b", "😀"])
def test_any_column_name_can_be_asked_for(load, name):
    dictionary = load(a=f"table: a\ncolumns: {{'{name}': X}}\n")
    assert build_catalog(dictionary).dimension(f"a.{name}").column.name == name


def test_every_failed_lookup_is_an_error_of_verity(catalog):
    for ask in (catalog.metric, catalog.dimension, catalog.segment):
        for name in ("", "..", "a" * 10_000, "orders." * 50, "'; DROP TABLE x"):
            with pytest.raises(VerityError):
                ask(name)
