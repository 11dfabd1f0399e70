"""Rollups as algebra, without an engine: what a declaration holds, what is rewritten, missed and proposed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.rollup_shop import SCHEMAS, described
from tests.small_orders import dictionary_of, schema_of

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import GroupBy, MetricQuery
from verity.contracts.rollup import BuiltRollup
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.exceptions import QueryError, RollupInvalid, StatementRefused
from verity.query.guardrails import check_statement
from verity.query.log import LoggedQuery
from verity.query.rollup_proposals import Counted, propose
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import Model, load_model
from verity.semantic.rollups.alignment import is_aligned
from verity.semantic.rollups.check import check_rollups
from verity.semantic.rollups.definition import Definition, define_rollup
from verity.semantic.rollups.filling import tail
from verity.semantic.rollups.routing import Candidate, Routed, check_answers_itself, route
from verity.semantic.rollups.sketches import FUNCTIONS
from verity.warehouse.volatile import is_volatile, volatile_among

TYPES = {"int64": "bigint", "string": "text", "bool": "boolean", "date32[day]": "date", "timestamp[us]": "timestamp"}
TYPES["timestamp[us, tz=UTC]"] = "timestamptz"


def columns() -> dict[str, dict[str, str]]:
    return {
        name: {field.name: TYPES.get(str(field.type), "decimal(12,2)") for field in schema}
        for name, schema in SCHEMAS.items()
    }


def model_of(**rollups: dict[str, Any]) -> Model:
    tables = described()
    if rollups:
        tables["orders"]["rollups"] = rollups
    return load_model(build_catalog(dictionary_of(tables), schema_of(columns())))


def compiled(model: Model, asked: MetricQuery, principal: Principal = OWNER, dialect: str = "duckdb") -> Compiled:
    accesses = access_for(model.catalog.dictionary, principal)
    narrow = model if principal.is_owner else load_model(model.catalog.narrowed_to(accesses))
    return compile_query(narrow, asked, accesses=accesses, dialect=dialect)


def built(definition: Definition, rows: int = 10) -> BuiltRollup:
    return BuiltRollup(
        rollup=definition.member,
        definition=definition.hash,
        data_version="v1",
        relation=("r", "main", definition.name),
        rows=rows,
        source_rows=1_000,
        types={},
        built_at=datetime(2026, 1, 1, tzinfo=UTC),
        seconds=0.0,
    )


def routed(model: Model, asked: MetricQuery, principal: Principal = OWNER, **rows: int) -> Routed:
    made = compiled(model, asked, principal)
    names = rows or dict.fromkeys(model.catalog.usable_tables["orders"].entry.rollups, 10)
    definitions = [(define_rollup(model, "orders", name, dialect="duckdb"), count) for name, count in names.items()]
    candidates = {"orders": [Candidate(d, built(d, count)) for d, count in definitions]}
    before = made.statement.sql()
    found = route(made.statement, made.parameters, candidates, "duckdb")
    assert made.statement.sql() == before, "the raw statement is what is recorded"
    return found


def query(*metrics: str, by: tuple[str, ...] = (), **more: object) -> MetricQuery:
    groups = tuple(GroupBy.model_validate(dict(zip(("dimension", "grain"), b.split(":"), strict=False))) for b in by)
    return MetricQuery.model_validate({"metrics": metrics, "by": groups, **more})


def test_a_rewritten_statement_reads_the_rollup_and_nothing_else() -> None:
    found = routed(model_of(), query("revenue", "mean", by=("orders.at:quarter",)), by_month=10)
    assert found.used == ("orders.by_month",)
    assert found.sql is not None
    assert '"orders"' not in found.sql
    assert '"r"."main"."by_month" AS "rollup"' in found.sql


def test_a_count_of_nothing_is_zero_and_a_sum_of_nothing_is_null() -> None:
    found = routed(model_of(), query("orders", "revenue"), by_month=10)
    assert found.sql is not None
    assert "COALESCE(SUM" in found.sql
    assert found.sql.count("COALESCE") == 1


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"metrics": [], "dimensions": ["status"]}, "it names no metric"),
        ({"metrics": ["nothing"], "dimensions": ["status"]}, "unknown metric 'orders.nothing'"),
        ({"metrics": ["revenue"], "dimensions": ["nowhere"]}, "nowhere"),
        ({"metrics": ["buyers"], "dimensions": ["status"]}, "cannot be put together again"),
        ({"metrics": ["delivered", "buyers"], "dimensions": ["status"]}, "COUNT(DISTINCT"),
        ({"metrics": ["revenue"], "dimensions": ["at:month"], "partition": "at:day"}, "none of its dimensions"),
        ({"metrics": ["revenue"], "dimensions": ["at:month"], "append_only": "status"}, "column 'status' is text"),
        ({"metrics": ["revenue"], "dimensions": ["at:month"], "refresh": "nowhere"}, "nowhere"),
    ],
    ids=["none", "metric", "dimension", "distinct", "both", "partition", "append", "refresh"],
)  # fmt: skip
def test_a_declaration_that_cannot_be_is_refused_with_a_remedy(entry: dict[str, Any], says: str) -> None:
    model = model_of(wrong=entry)
    with pytest.raises(RollupInvalid) as caught:
        define_rollup(model, "orders", "wrong", dialect="duckdb")
    assert says in caught.value.message
    assert caught.value.remedy
    (finding,) = check_rollups(model)
    assert (finding.code, finding.member) == ("VRT-250", "orders.wrong")
    assert "orders.rollups.wrong" in finding.place


ABOUT = {"sql": "APPROX_COUNT_DISTINCT(customer_id)", "approximate": True}
ABOUT_NEW = ABOUT | {"filter": "status = 'new'"}


def model_with(metrics: dict[str, Any], **rollups: dict[str, Any]) -> Model:
    tables = described()
    tables["orders"]["metrics"] |= metrics
    tables["orders"]["rollups"] = rollups
    return load_model(build_catalog(dictionary_of(tables), schema_of(columns())))


@pytest.mark.parametrize(
    ("entry", "says", "remedy"),
    [
        ({"sketch": ["buyers"]}, "'buyers' is no approximate count", "Keep the key"),
        ({"sketch": ["revenue"]}, "'revenue' is no approximate count", "APPROX_COUNT_DISTINCT"),
        ({"sketch": ["middle"]}, "not one plain aggregation|no approximate count", ""),
        ({"metrics": ["about"]}, "APPROX_COUNT_DISTINCT.* cannot be put together", "under `sketch`"),
        ({"sketch": ["about"], "keep": ["customer_id"]}, "keeps what 'about' counts", "Take the key out"),
        ({"metrics": ["buyers"], "sketch": ["about"]}, "COUNT.DISTINCT .* cannot be put together", "under `keep`"),
    ],
    ids=["exact", "sum", "percentile", "unsketched", "kept", "exact beside it"],
)
@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_only_an_approximate_count_is_sketched(dialect: str, entry: dict[str, Any], says: str, remedy: str) -> None:
    model = model_with({"about": ABOUT}, wrong={"dimensions": ["status"]} | entry)
    with pytest.raises(RollupInvalid, match=says) as caught:
        define_rollup(model, "orders", "wrong", dialect=dialect)
    assert remedy in (caught.value.remedy or "")
    (finding,) = check_rollups(model, dialect=dialect)
    assert (finding.code, finding.member) == ("VRT-250", "orders.wrong")


def test_an_approximate_count_must_be_declared_by_the_metric_itself() -> None:
    """A column that is `approximate: true` is summed in floating point, which says nothing about counting it."""
    tables = described()
    tables["orders"]["columns"]["total"] = {"approximate": True}
    tables["orders"]["metrics"]["about"] = {"sql": "APPROX_COUNT_DISTINCT(total)"}
    model = load_model(build_catalog(dictionary_of(tables), schema_of(columns())))
    with pytest.raises(QueryError, match="about how many"):
        model.metric("orders.about")


def test_a_filter_of_an_approximate_count_is_kept_in_its_sketch_or_read_from_what_is_kept() -> None:
    own = model_with({"about": ABOUT, "new": ABOUT_NEW}, r={"sketch": ["new"], "dimensions": ["area"]})
    assert routed(own, query("new"), r=5).used == ("orders.r",)
    assert routed(own, query("about"), r=5).used == ()
    kept = model_with({"about": ABOUT, "new": ABOUT_NEW}, r={"sketch": ["about"], "dimensions": ["status"]})
    found = routed(kept, query("new"), r=5)
    assert found.used == ("orders.r",)
    assert found.sketched == {"orders"}
    assert found.sql is not None
    assert 'BIT_OR("rollup"."p0") FILTER(WHERE "rollup"."d0" = ' in found.sql


def test_engines_that_keep_no_sketch_say_so() -> None:
    model = model_with({"about": ABOUT}, r={"sketch": ["about"], "dimensions": ["area"]})
    with pytest.raises(RollupInvalid, match="no sketch is kept on clickhouse"):
        define_rollup(model, "orders", "r", dialect="clickhouse")


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_a_statement_over_sketches_calls_nothing_but_what_they_are_made_of(dialect: str) -> None:
    """The last look at a statement knows their functions, and no other that only an engine knows."""
    model = model_with({"about": ABOUT}, r={"sketch": ["about"], "dimensions": ["area"], "append_only": "batch"})
    definition = define_rollup(model, "orders", "r", dialect=dialect)
    made = compiled(model, query("about", by=("orders.area",)), dialect=dialect)
    beside = Candidate(definition, built(definition), tail=tail(definition, "7"))
    found = route(made.statement, made.parameters, {"orders": [beside]}, dialect)
    check_statement(found.statement, len(made.parameters), FUNCTIONS)
    with pytest.raises(StatementRefused, match="ANONYMOUS"):
        check_statement(found.statement, len(made.parameters), FUNCTIONS - {"BIT_COUNT"})


def test_a_proposal_sketches_approximate_counts() -> None:
    for dialect in ("duckdb", "postgres"):
        model = model_with({"about": ABOUT}, unused={"metrics": ["orders"], "dimensions": ["status"]})
        log = [LoggedQuery(query("about", "revenue", by=("orders.area",)), 2.0)]

        def count(definition: Definition) -> Counted:
            return Counted(len(definition.kept), 1_000)

        def compile_(asked: MetricQuery, dialect: str = dialect, model: Model = model) -> Compiled:
            return compiled(model, asked, dialect=dialect)

        (one,) = propose(log, model, compile_, count, dialect=dialect, most=5)
        assert one.entry == {"metrics": ["revenue"], "dimensions": ["area"], "sketch": ["about"]}


def test_a_rollup_that_lacks_what_its_metric_is_filtered_by_is_refused() -> None:
    tables = described()
    tables["orders"]["metrics"]["new_buyers"] = {"sql": "COUNT(DISTINCT customer_id)", "filter": "status = 'new'"}
    tables["orders"]["rollups"] = {"r": {"metrics": ["new_buyers"], "dimensions": ["area"], "keep": ["customer_id"]}}
    model = load_model(build_catalog(dictionary_of(tables), schema_of(columns())))
    with pytest.raises(RollupInvalid, match=r"does not keep 'orders\.status'"):
        check_answers_itself(define_rollup(model, "orders", "r", dialect="duckdb"))


def test_a_probe_that_is_none_is_found() -> None:
    tables = described()
    tables["orders"]["freshness"] = {"probe": "DELETE FROM orders", "ttl": "10m"}
    tables["customers"]["freshness"] = {"ttl": "soon"}
    found = check_rollups(load_model(build_catalog(dictionary_of(tables), schema_of(columns()))))
    assert [(f.code, f.member) for f in found] == [("VRT-253", "customers"), ("VRT-253", "orders")]


def test_a_policy_stands_inside_the_rollup_and_a_joined_one_empties_its_table() -> None:
    north = Principal(id="n", roles=("area",), attributes={"area": "N"})
    found = routed(model_of(), query("revenue", by=("orders.status",)), north, by_day=10)
    assert found.sql is not None
    assert '"rollup"."d1" = CAST($1 AS TEXT)' in found.sql
    asia = Principal(id="a", roles=("region",), attributes={"region": "ASIA"})
    joined = routed(model_of(), query("revenue", by=("orders.customer.region",)), asia, by_month=10)
    assert joined.sql is not None
    assert 'CASE WHEN ("rollup"."d1" = CAST($1 AS TEXT)) THEN "rollup"."d1" END' in joined.sql
    missed = routed(model_of(), query("revenue", by=("orders.at:month",)), north, by_month=10)
    assert missed.used == ()
    assert missed.verdicts[0].reason == "it does not keep 'orders.area'"


def test_the_definition_moves_with_its_meaning() -> None:
    hashes = {define_rollup(model_of(), "orders", "by_month", dialect="duckdb").hash}
    for change in ({"sql": "SUM(total + 1)"}, {"sql": "SUM(total)", "filter": "paid"}):
        tables = described()
        tables["orders"]["metrics"]["revenue"] = change
        model = load_model(build_catalog(dictionary_of(tables), schema_of(columns())))
        hashes.add(define_rollup(model, "orders", "by_month", dialect="duckdb").hash)
    assert len(hashes) == 3
    assert define_rollup(model_of(), "orders", "by_month", dialect="duckdb").hash in hashes


@pytest.mark.parametrize(
    ("value", "grain", "aligned"),
    [
        (date(2024, 2, 1), "month", True),
        (date(2024, 2, 1), "quarter", False),
        (date(2024, 4, 1), "quarter", True),
        (date(2024, 1, 1), "year", True),
        (date(2024, 2, 2), "day", True),
        (datetime(2024, 2, 1, 0, 0, 1), "day", False),
        (datetime(2024, 2, 1, 5), "hour", True),
        ("2024-02-01T00:00:00+00:00", "month", True),
        ("2024-02-01T00:00:00+08:00", "day", False),
        (date(2024, 1, 1), "week", False),
        ("text", "day", False),
        (5, "day", False),
    ],
)
def test_a_bound_is_aligned_where_it_begins_a_period(value: Any, grain: Any, aligned: bool) -> None:
    assert is_aligned(value, grain) is aligned


def test_views_that_read_the_clock_are_found_through_other_views() -> None:
    views = {
        ("gold", "today"): "select * from gold.clock_face",
        ("gold", "clock_face"): "select now() as t",
        ("gold", "people"): "select age, now from gold.till",
    }
    asked = [("gold", "today"), ("gold", "people"), ("gold", "till")]
    assert volatile_among(asked, views) == {("gold", "today")}
    assert is_volatile("select CURRENT_DATE")
    assert not is_volatile("select know(x), knows, nowhere(1)")


def test_a_proposal_serves_most_of_the_time_and_is_what_one_would_write() -> None:
    model = model_of(unused={"metrics": ["orders"], "dimensions": ["status"]})
    log = [
        *[LoggedQuery(query("revenue", by=("orders.at:month", "orders.customer.region")), 2.0)] * 3,
        LoggedQuery(query("revenue", "orders", by=("orders.at:year",)), 1.0),
        LoggedQuery(query("buyers", by=("orders.area",)), 0.5),
        LoggedQuery(query("revenue", filters=[{"member": "orders.total", "op": "gt", "values": [1]}]), 0.1),
        LoggedQuery(query("nothing"), 9.0),
    ]
    counts = {"total": 900}

    def count(definition: Definition) -> Counted:
        many = any(k.member == "orders.total" for k in definition.kept)
        return Counted(counts["total"] if many else 40, 1_000)

    found = propose(log, model, lambda q: compiled(model, q), count, dialect="duckdb", most=5)
    first = found[0]
    assert first.entry["metrics"] == ["buyers", "orders", "revenue"] or "revenue" in first.entry["metrics"]
    assert first.share > 0.9
    assert first.queries >= 4
    assert sum(one.queries for one in found) == 5
    for one in found:
        proposed = model_of(proposed=dict(one.entry))
        check_answers_itself(define_rollup(proposed, "orders", "proposed", dialect="duckdb"))


def test_a_proposal_for_those_under_a_policy_keeps_what_the_policies_read() -> None:
    model = model_of(unused={"metrics": ["orders"], "dimensions": ["status"]})
    asked = query("revenue", by=("orders.at:month", "orders.customer.tier"))

    def count(definition: Definition) -> Counted:
        return Counted(len(definition.kept), 1_000)

    (one,) = propose(
        [LoggedQuery(asked, 1.0, policed=True)], model, lambda q: compiled(model, q), count, dialect="duckdb", most=5
    )
    assert one.entry["dimensions"] == ["area", "at:month", "customer.region", "customer.tier", "status"]
    proposed = model_of(proposed=dict(one.entry))
    for principal in (OWNER, Principal(id="n", roles=("area",), attributes={"area": "N"})):
        assert routed(proposed, asked, principal).used == ("orders.proposed",)
