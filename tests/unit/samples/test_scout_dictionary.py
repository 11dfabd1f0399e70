"""Scout's dictionary loads, serves both languages, and lets nobody see more than their role does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verity.contracts.identity import Principal
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.data.check import check_dictionary
from verity.data.dictionary import load_dictionary
from verity.data.model import Dictionary, MetricEntry
from verity.exceptions import AmbiguousMember
from verity.samples import project

ROLES = ("admin", "editor", "analyst", "viewer")


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return load_dictionary(Path(project.__file__).parent / "scout" / "dictionary")


def metrics_of(dictionary: Dictionary) -> dict[str, MetricEntry]:
    return {
        f"{table.table}.{name}": metric
        for table in dictionary.tables.values()
        for name, metric in table.metrics.items()
    }


def test_every_metric_and_every_named_dimension_has_words_in_english_and_spanish(dictionary: Dictionary) -> None:
    for name, metric in metrics_of(dictionary).items():
        assert metric.description, name
        assert metric.aliases.get("en"), name
        assert metric.aliases.get("es"), name
    for table in dictionary.tables.values():
        assert isinstance(table.entity, dict)
        assert set(table.entity) == {"en", "es"}
        for name, column in table.columns.items():
            assert column.description, name
            if column.kind == "dimension":
                assert column.aliases.get("en"), name
                assert column.aliases.get("es"), name
            for value in column.values:
                assert set(value.labels) == {"en", "es"}, (name, value.value)


def test_no_word_means_two_metrics(dictionary: Dictionary) -> None:
    seen: dict[str, str] = {}
    for name, metric in metrics_of(dictionary).items():
        for word in {word.casefold() for words in metric.aliases.values() for word in words}:
            assert seen.setdefault(word, name) == name, word


def test_no_metric_adds_up_an_id_a_price_or_a_cost_of_one_piece(dictionary: Dictionary) -> None:
    for name, metric in metrics_of(dictionary).items():
        summed = re.findall(r"(?i)sum\((\w+)\)", metric.sql or "")
        assert not [column for column in summed if column.endswith("_id") or column in ("unit_price", "unit_cost")], (
            name
        )


def test_money_is_in_pesos_and_says_which_way_is_good(dictionary: Dictionary) -> None:
    for name, metric in metrics_of(dictionary).items():
        if metric.format == "currency":
            assert metric.unit == "PHP", name
            assert metric.good or "list_price" in name, name


def test_every_version_is_in_the_changelog(dictionary: Dictionary) -> None:
    for table in dictionary.tables.values():
        assert table.version in {change.version for change in table.changelog}


@pytest.mark.parametrize("role", ROLES)
def test_each_of_the_four_roles_sees_every_table_and_a_stranger_none(dictionary: Dictionary, role: str) -> None:
    seen = access_for(dictionary, Principal(id="p", roles=(role,), attributes={"region": "Davao"}))
    assert all(access.allowed for access in seen.values())
    stranger = access_for(dictionary, Principal(id="p", roles=("guest",)))
    assert not any(access.allowed for access in stranger.values())


def test_a_viewer_is_held_to_their_region_in_every_table_that_knows_one(dictionary: Dictionary) -> None:
    seen = access_for(dictionary, Principal(id="p", roles=("viewer",), attributes={"region": "Davao"}))
    held = {
        name: [(rule.column, rule.op, rule.values) for group in access.any_of for rule in group]
        for name, access in seen.items()
        if access.any_of is not None
    }
    assert held == {
        "transactions": [("access_region", "equals", ("Davao",))],
        "expenses": [("access_region", "equals", ("Davao",))],
        "branches": [("region", "equals", ("Davao",))],
        "customers": [("access_region", "equals", ("Davao",))],
    }
    regional = {name for name, table in dictionary.tables.items() if any("region" in c for c in table.columns)}
    assert set(held) == regional


def test_a_viewer_without_a_region_sees_no_row_of_them(dictionary: Dictionary) -> None:
    seen = access_for(dictionary, Principal(id="p", roles=("viewer",)))
    assert seen["transactions"].any_of == ()


@pytest.mark.parametrize(("role", "shown"), [("admin", True), ("editor", True), ("analyst", False), ("viewer", False)])
def test_names_and_addresses_are_for_those_who_need_them(dictionary: Dictionary, role: str, shown: bool) -> None:
    hidden = access_for(dictionary, Principal(id="p", roles=(role,)))["customers"].hidden
    personal = {name for name, column in dictionary.tables["customers"].columns.items() if column.pii}
    assert personal == {"full_name", "email"}
    assert personal.isdisjoint(hidden) if shown else personal <= hidden


@pytest.mark.parametrize(
    ("short", "member"),
    [
        ("region", "branches.region"),
        ("category", "products.category"),
        ("segment", "customers.segment"),
        ("payment_method", "transactions.payment_method"),
        ("expense_category", "expenses.expense_category"),
    ],
)
def test_a_short_name_that_people_use_means_one_column_even_to_the_owner(
    dictionary: Dictionary, short: str, member: str
) -> None:
    catalog = build_catalog(dictionary, None)
    assert catalog.dimension(short).member == member


def test_a_city_is_the_branchs_or_the_customers_and_has_to_be_asked_back(dictionary: Dictionary) -> None:
    with pytest.raises(AmbiguousMember, match=r"branches\.city, customers\.city"):
        build_catalog(dictionary, None).dimension("city")


def test_the_dictionary_passes_its_own_check(dictionary: Dictionary) -> None:
    assert check_dictionary(build_catalog(dictionary, None)) == ()
