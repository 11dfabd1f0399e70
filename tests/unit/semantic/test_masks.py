"""Masked columns and benchmark metrics: what a principal sees, and what no query of theirs can find out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.small_orders import MemoryEngine, dictionary_of, schema_of

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import TableAccess, access_for, policy_hash
from verity.data.catalog import build_catalog
from verity.exceptions import MaskUnavailable, QueryError, UnknownMember
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import load_model
from verity.semantic.shapes import compile_shape

KEY = "a key that is long enough"
COLUMNS = {
    "people": {
        "id": "bigint", "name": "text", "email": "text", "phone": "text", "salary": "decimal(12,2)", "team": "text",
        "born": "date", "seen": "timestamptz", "region": "text",
    },
    "visits": {"person": "bigint", "mail": "text"},
}  # fmt: skip
MASKED = {"email": "hash", "phone": "last_4", "name": "first_1", "salary": "null", "born": "year", "seen": "year"}
PEOPLE: dict[str, Any] = {
    "primary_key": "id",
    "time_column": "seen",
    "columns": {"domain": {"sql": "SUBSTRING(email, 3, 9)"}, "shout": {"sql": "UPPER(team)"}},
    "joins": {"visit": {"table": "visits", "type": "one_to_many", "on": {"email": "mail"}}},
    "segments": {"rich": {"sql": "salary > 100"}, "known": {"sql": "team IS NOT NULL"}},
    "metrics": {
        "people": {"sql": "COUNT(*)"},
        "pay": {"sql": "SUM(salary)"},
        "mails": {"sql": "COUNT(DISTINCT email)"},
        "by_mail": {"sql": "COUNT(*)", "filter": "email = 'a@b.c'"},
        "pay_each": {"type": "ratio", "numerator": "pay", "denominator": "people"},
        "everyone": {"sql": "COUNT(*)", "benchmark": {"min_group": 3}},
        "ids": {"sql": "SUM(id)", "benchmark": {"min_group": 3}},
        "half": {"sql": "SUM(id) FILTER (WHERE team = 'x')", "benchmark": {"min_group": 2}},
        "mean_id": {"type": "ratio", "numerator": "ids", "denominator": "everyone"},
    },
    "access": {"masked": {"columns_masked": MASKED}},
}
ROWS = [
    (1, "Ana", "a@b.c", "5551234", Decimal(10), "x", date(1990, 5, 6), datetime(2024, 1, 1, 5, tzinfo=UTC), "EU"),
    (2, "Bo", "b@b.c", "123", Decimal(20), "x", date(1990, 7, 8), datetime(2023, 12, 31, 23, tzinfo=UTC), "EU"),
    (3, "", "a@b.c", None, None, "y", None, None, "AS"),
    (4, None, None, "", Decimal(40), "y", date(2001, 1, 1), None, "AS"),
]


def described(access: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    people = PEOPLE if access is None else {**PEOPLE, "access": access}
    return {"people": people, "visits": {"access": {role: {} for role in people["access"]}}}


def seen_by(*roles: str, access: Mapping[str, Any] | None = None, key: str | None = KEY) -> Mapping[str, TableAccess]:
    return access_for(dictionary_of(described(access)), Principal(id="p", roles=roles), mask_key=key)


def compiled(
    *roles: str, access: Mapping[str, Any] | None = None, key: str | None = KEY, dialect: str = "duckdb", **query: Any
) -> Compiled:
    dictionary = dictionary_of(described(access))
    accesses = access_for(dictionary, Principal(id="p", roles=roles) if roles else OWNER, mask_key=key)
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)).narrowed_to(accesses))
    return compile_query(model, MetricQuery.model_validate(query), accesses=accesses, dialect=dialect)


@pytest.fixture(scope="module")
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine(COLUMNS, {"people": ROWS})
    yield made
    made.close()


def ran(engine: MemoryEngine, *roles: str, **query: Any) -> list[tuple[Any, ...]]:
    made = compiled(*roles, **query)
    return engine.connection.execute(made.sql, list(made.parameters)).fetchall()


def fill(engine: MemoryEngine, rows: list[tuple[Any, ...]] = ROWS) -> None:
    engine.refill({"people": rows})


def by(*names: str) -> list[dict[str, str | None]]:
    return [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in names]


def where(member: str, op: str, *values: Any) -> dict[str, Any]:
    return {"member": member, "op": op, "values": list(values)}


SHOWN = {
    "name": {"A***", "B***", "***", None},
    "phone": {"***1234", "***", None},
    "salary": {None},
    "born": {date(1990, 1, 1), date(2001, 1, 1), None},
    "seen": {date(2024, 1, 1), date(2023, 1, 1), None},
}


@pytest.mark.parametrize("column", SHOWN)
def test_a_masked_column_is_shown_as_its_mask_says(engine: MemoryEngine, column: str) -> None:
    fill(engine)
    assert {row[0] for row in ran(engine, "masked", by=by(column))} == SHOWN[column]


def test_a_hash_tells_equal_from_unlike_and_nothing_else(engine: MemoryEngine) -> None:
    fill(engine)
    rows = dict(ran(engine, "masked", metrics=["people"], by=by("email")))
    assert sorted(rows.values()) == [1, 1, 2]
    assert rows[None] == 1
    assert all(len(shown) == 32 and "@" not in shown for shown in rows if shown)
    other = ran(engine, "masked", metrics=["people"], by=by("email"), key="another key, also long")
    assert not {row[0] for row in other} & set(rows) - {None}


def test_two_columns_of_one_value_have_unlike_hashes(engine: MemoryEngine) -> None:
    fill(engine, [(1, "same", "same", None, None, None, None, None, None)])
    access = {"masked": {"columns_masked": {"name": "hash", "email": "hash"}}}
    ((name, email),) = ran(engine, "masked", access=access, by=by("name", "email"))
    assert name != email


def test_the_key_is_in_no_text_of_the_query(engine: MemoryEngine) -> None:
    made = compiled("masked", metrics=["people"], by=by("email"), filters=[where("email", "not_equals", "x")])
    salts = [p for p in made.parameters if isinstance(p, str) and len(p) == 64]
    assert len(salts) == 1
    for text in (made.sql, made.display, repr(made.plan), str(made.plan.words), repr(seen_by("masked"))):
        assert salts[0] not in text
        assert KEY not in text


def test_a_hash_without_a_key_is_refused() -> None:
    with pytest.raises(MaskUnavailable) as raised:
        compiled("masked", key=None, by=by("email"))
    assert raised.value.code == "VRT-247"
    compiled("masked", key=None, by=by("phone"))


def test_filters_see_the_mask(engine: MemoryEngine) -> None:
    fill(engine)
    for condition, expected in (
        (where("email", "equals", "a@b.c"), 0),
        (where("email", "starts_with", "a"), None),
        (where("salary", "gt", 5), 0),
        (where("salary", "is_null"), 4),
        (where("phone", "equals", "***1234"), 1),
        (where("phone", "equals", "5551234"), 0),
        (where("born", "equals", "1990-05-06"), 0),
        (where("born", "lt", "1990-01-02"), 2),
    ):
        ((count,),) = ran(engine, "masked", metrics=["people"], filters=[condition])
        assert expected is None or count == expected, condition


@pytest.mark.parametrize(
    "query",
    [
        {"metrics": ["pay"]},
        {"metrics": ["mails"]},
        {"metrics": ["by_mail"]},
        {"metrics": ["pay_each"]},
        {"metrics": ["people"], "by": by("domain")},
        {"metrics": ["people"], "segments": ["rich"]},
        {"metrics": ["people"], "by": by("people.visit.person")},
        {"metrics": ["people"], "by": by("visits.person")},
    ],
)
def test_what_is_made_of_a_masked_column_is_not_there(query: dict[str, Any]) -> None:
    compiled(**query)
    with pytest.raises(QueryError) as raised:
        compiled("masked", **query)
    assert not {"salary", "email"} & set(str(raised.value).replace("'", " ").split())


def test_what_is_made_of_other_columns_stays(engine: MemoryEngine) -> None:
    fill(engine)
    assert ran(engine, "masked", metrics=["people"], by=by("shout"), segments=["known"]) == [("X", 2), ("Y", 2)]


def test_a_masked_time_is_no_time() -> None:
    with pytest.raises(QueryError):
        compiled("masked", metrics=["people"], by=by("time:month"))


WHOLE: dict[str, Any] = {"rows": "all"}
PART: dict[str, Any] = {"rows": [{"column": "team", "values": "x"}]}


@pytest.mark.parametrize(
    ("roles", "kind"),
    [
        ({"a": WHOLE, "b": {**WHOLE, "columns_masked": {"phone": "last_4"}}}, None),
        ({"a": {**WHOLE, "columns_hidden": ["phone"]}, "b": {"columns_masked": {"phone": "last_4"}}}, "last_4"),
        ({"a": {"columns_masked": {"phone": "first_2"}}, "b": {"columns_masked": {"phone": "redact"}}}, "redact"),
        ({"a": PART, "b": {**PART, "columns_masked": {"phone": "last_4"}}}, "last_4"),
        ({"a": {**PART, "columns_hidden": ["phone"]}, "b": {**PART, "columns_masked": {"phone": "last_4"}}}, "hidden"),
        ({"a": PART, "b": {**WHOLE, "columns_masked": {"phone": "last_4"}}}, "last_4"),
        ({"a": WHOLE, "b": {**PART, "columns_masked": {"phone": "last_4"}}}, None),
    ],
)  # fmt: skip
def test_several_roles_show_no_cell_that_no_single_role_allows(roles: dict[str, Any], kind: str | None) -> None:
    access = seen_by(*roles, access=roles)["people"]
    shown = "hidden" if "phone" in access.hidden else dict(access.masked).get("phone")
    assert (shown.kind if shown is not None and not isinstance(shown, str) else shown) == kind


def test_masks_and_their_key_are_part_of_what_is_seen() -> None:
    masks = [seen_by("masked"), seen_by("masked", key="another key, also long")]
    masks.append(seen_by("masked", access={"masked": {"columns_masked": {**MASKED, "phone": "redact"}}}))
    masks.append(seen_by("masked", access={"masked": {}}))
    assert len({policy_hash(accesses) for accesses in masks}) == 4
    assert not seen_by("masked")["people"].open


def test_a_mask_that_does_not_fit_its_column_is_refused() -> None:
    with pytest.raises(MaskUnavailable):
        compiled("masked", access={"masked": {"columns_masked": {"team": "year"}}}, by=by("team"))


def test_a_rule_about_rows_reads_the_real_value(engine: MemoryEngine) -> None:
    fill(engine)
    access = {"masked": {"rows": [{"column": "email", "values": "a@b.c"}], "columns_masked": {"email": "redact"}}}
    assert ran(engine, "masked", access=access, metrics=["people"], by=by("email")) == [("***", 2)]


def test_a_shape_used_again_has_the_key(engine: MemoryEngine) -> None:
    fill(engine)
    dictionary = dictionary_of(described())
    accesses = access_for(dictionary, Principal(id="p", roles=("masked",)), mask_key=KEY)
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)).narrowed_to(accesses))
    for phone in ("***1234", "***", "***9", "***1234"):
        query = MetricQuery.model_validate(
            {"metrics": ["people"], "by": by("email"), "filters": [where("phone", "equals", phone)]}
        )
        again = compile_shape(model, query, accesses=accesses, dialect="duckdb")
        whole = compile_query(model, query, accesses=accesses, dialect="duckdb")
        assert (again.sql, again.parameters) == (whole.sql, whole.parameters)


# --- benchmarks

STAFF = {"staff": {"rows": [{"column": "region", "values": "EU"}]}}


def test_a_benchmark_is_over_all_rows_and_other_metrics_are_not(engine: MemoryEngine) -> None:
    fill(engine)
    assert ran(engine, "staff", access=STAFF, metrics=["people", "everyone"]) == [(2, 4)]
    assert ran(engine, "staff", access=STAFF, metrics=["everyone", "people"]) == [(4, 2)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(
        st.tuples(
            st.none() | st.integers(1, 9), st.sampled_from(["x", "y", None]), st.sampled_from(["EU", "AS", None])
        ),
        max_size=14,
    )
)
def test_small_groups_are_not_told(engine: MemoryEngine, people: list[tuple[Any, Any, Any]]) -> None:
    fill(engine, [(i, None, None, None, None, team, None, None, region) for i, team, region in people])
    found = ran(engine, "staff", access=STAFF, metrics=["everyone", "ids", "half"], by=by("team"))
    expected = {}
    for group in {team for _, team, _ in people}:
        ids = [i for i, team, _ in people if team == group]
        known = [i for i in ids if i is not None]
        count = len(ids) if len(ids) >= 3 else None
        total = sum(known) if len(known) >= 3 else None
        half = sum(known) if group == "x" and len(known) >= 2 else None
        if (count, total, half) != (None, None, None):
            expected[group] = (count, total, half)
    assert {team: rest for team, *rest in found} == {team: list(values) for team, values in expected.items()}
    ((count, total),) = ran(engine, "staff", access=STAFF, metrics=["everyone", "ids"])
    everybody = [i for i, _, _ in people if i is not None]
    assert count == (len(people) if len(people) >= 3 else None)
    assert total == (sum(everybody) if len(everybody) >= 3 else None)


def test_the_name_of_a_small_group_is_not_told_either(engine: MemoryEngine) -> None:
    fill(engine)
    assert ran(engine, "staff", access=STAFF, metrics=["everyone"], by=by("id")) == []
    beside = ran(engine, "staff", access=STAFF, metrics=["people", "everyone"], by=by("id"))
    assert beside == [(1, 1, None), (2, 1, None)], "only the groups that the asker sees anyway"


def test_a_condition_on_a_benchmark_does_not_bring_small_groups_back(engine: MemoryEngine) -> None:
    fill(engine)
    condition = where("everyone", "is_null")
    assert ran(engine, "staff", access=STAFF, metrics=["everyone"], by=by("name"), filters=[condition]) == []


def test_a_ratio_of_benchmarks_is_told_where_both_are(engine: MemoryEngine) -> None:
    fill(engine)
    assert ran(engine, "staff", access=STAFF, metrics=["mean_id"]) == [(2.5,)]


def test_a_policy_that_denies_a_table_denies_its_benchmarks() -> None:
    with pytest.raises(UnknownMember):
        compiled("stranger", access=STAFF, metrics=["everyone"])


def test_a_benchmark_over_a_masked_column_is_not_there_either() -> None:
    access = {"masked": {"columns_masked": {"id": "hash"}}}
    with pytest.raises(UnknownMember):
        compiled("masked", access=access, metrics=["ids"])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"type": "ratio", "numerator": "pay", "denominator": "people"}, "Mark the metrics"),
        ({"sql": "SUM(id)", "fill": "zero"}, "filled with zero"),
    ],
)
def test_a_benchmark_that_could_not_be_kept_is_refused(entry: dict[str, Any], words: str) -> None:
    metrics = {**PEOPLE["metrics"], "odd": {**entry, "benchmark": {"min_group": 2}}}
    dictionary = dictionary_of({"people": {**PEOPLE, "metrics": metrics}, "visits": {}})
    model = load_model(build_catalog(dictionary, schema_of(COLUMNS)))
    with pytest.raises(QueryError) as raised:
        model.metric("people.odd")
    assert words in str(raised.value)


def test_a_benchmark_by_month_is_told_for_large_months_only(engine: MemoryEngine) -> None:
    days = [date(2024, 1, 5), date(2024, 1, 9), date(2024, 1, 30), date(2024, 2, 1), date(2024, 2, 2), None]
    fill(engine, [(i, None, None, None, None, "x", day, None, "AS") for i, day in enumerate(days)])
    for grain, first in (("month", 1), ("quarter", 1), ("week", 29)):
        rows = ran(engine, "staff", access=STAFF, metrics=["everyone", "ids"], by=by(f"born:{grain}"))
        expected = {"month": (3, 3), "quarter": (5, 10), "week": (3, 9)}[grain]
        assert rows == [(date(2024, 1, first), *expected)], grain


@pytest.mark.parametrize("role", ["staff", ""])
def test_a_benchmark_and_a_plain_metric_of_the_same_rows_stay_apart(engine: MemoryEngine, role: str) -> None:
    fill(
        engine, [(1, None, None, None, None, "x", None, None, "EU"), (2, None, None, None, None, "y", None, None, "EU")]
    )
    roles = (role,) if role else ()
    rows = ran(engine, *roles, access=STAFF, metrics=["people", "everyone"], by=by("team"))
    assert rows == [("x", 1, None), ("y", 1, None)]
    assert ran(engine, *roles, access=STAFF, metrics=["everyone", "ids"], by=by("team")) == []
    totals = ran(engine, *roles, access=STAFF, metrics=["people", "everyone"], by=by("team"), totals=True)
    assert [row[:3] for row in totals] == [("x", 1, None), ("y", 1, None), (None, 2, None)]
