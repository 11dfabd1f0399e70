"""Who sees the same members shares a model; what did not change is not made again."""

from __future__ import annotations

from tests.small_orders import COLUMNS, dictionary_of, schema_of, tables

from verity.contracts.identity import OWNER, Principal
from verity.data.model import Dictionary
from verity.query.views import Views


def dictionary(**change: object) -> Dictionary:
    written = tables()
    for name in written:
        written[name]["access"] = {"seller": {"rows": [_rule(name)]}, "clerk": {"rows": "all", **change}}
    return dictionary_of(written)


def _rule(table: str) -> dict[str, str]:
    column = next(iter(COLUMNS[table]))
    return {"column": column, "attribute": "mine"}


def seller(mine: object) -> Principal:
    return Principal(id=f"s{mine}", roles=("seller",), attributes={"mine": mine})  # type: ignore[dict-item]


def views() -> Views:
    return Views(lambda: schema_of(COLUMNS), "deny")


def test_principals_who_see_the_same_members_share_a_model_and_not_their_rows():
    made, known = views(), dictionary()
    one, other = (made.of(known, "v1", seller(mine)) for mine in (1, 2))
    assert one.model is other.model
    assert one.accesses != other.accesses
    assert one.policy_hash != other.policy_hash


def test_who_sees_other_members_has_a_model_of_their_own():
    made, known = views(), dictionary(columns_hidden=["region"])
    clerk = Principal(id="c", roles=("clerk",))
    assert len({id(made.of(known, "v1", principal).model) for principal in (OWNER, seller(1), clerk)}) == 3


def test_an_attribute_of_another_type_is_another_principal():
    made, known = views(), dictionary()
    accesses = [made.of(known, "v1", seller(mine)).accesses["customers"].any_of for mine in (1, "1", True)]
    assert [type(groups[0][0].values[0]) for groups in accesses] == [int, str, bool]  # type: ignore[index]


def test_a_changed_table_is_made_anew_and_the_others_are_kept():
    made, before = views(), dictionary()
    first = made.of(before, "v1", OWNER).model.catalog
    changed = before.model_copy(
        update={
            "tables": {**before.tables, "orders": before.tables["orders"].model_copy(update={"description": "x"})},
            "content_hash": "other",
        }
    )
    second = made.of(changed, "v1", OWNER).model.catalog
    assert second.tables["orders"].entry.description == "x"
    kept = [name for name in first.tables if second.tables[name] is first.tables[name]]
    assert kept == [name for name in first.tables if name != "orders"]


def test_another_data_version_is_read_with_its_own_schema():
    wide = {**COLUMNS, "countries": {**COLUMNS["countries"], "added": "text"}}
    schemas = iter([schema_of(COLUMNS), schema_of(wide)])
    made, known = Views(lambda: next(schemas), "deny"), dictionary()
    columns = [
        set(made.of(known, version, OWNER).model.catalog.tables["countries"].columns) for version in ("v1", "v2")
    ]
    assert columns[1] - columns[0] == {"added"}
