"""Access is denied by default, resolved to concrete values, and summed up in a hash."""

import pytest

from verity.contracts.identity import OWNER, SYSTEM, Principal
from verity.data.access import ResolvedRule, TableAccess, access_for, policy_hash

FILES = {
    "orders": """
        table: orders
        access:
          manager: {}
          viewer: {rows: [{column: region, values: EU}, {column: year, op: gte, values: 2024}]
                  , columns_hidden: [cost, name]}
          branch: {rows: [{column: branch, op: in, attribute: branches}], columns_hidden: cost}
          since: {rows: [{column: year, op: gte, attribute: since}]}
          not_mine: {rows: [{column: owner, op: not_equals, attribute: me}]}
        """,
    "closed": "table: closed\n",
    "nobody": "table: nobody\naccess: {}\n",
}


def access(dictionary, *roles, default="deny", **attributes):
    return access_for(dictionary, Principal(id="p", roles=roles, attributes=attributes), default)["orders"]


def test_without_access_a_table_is_denied_unless_the_project_says_open(load):
    dictionary = load(**FILES)
    someone = Principal(id="p", roles=("manager",))
    denied, opened = access_for(dictionary, someone, "deny"), access_for(dictionary, someone, "open")
    assert [name for name, a in denied.items() if a.allowed] == ["orders"]
    assert [name for name, a in opened.items() if a.allowed] == ["closed", "orders"]
    assert opened["closed"].open


@pytest.mark.parametrize("roles", [(), ("admin",), ("owner",), ("all",), ("Manager",)])
def test_no_role_that_the_table_does_not_name_sees_it(load, roles):
    assert not access(load(**FILES), *roles, default="open").allowed


def test_only_the_owner_and_the_system_see_everything(load):
    dictionary = load(**FILES)
    assert all(a.open for p in (OWNER, SYSTEM) for a in access_for(dictionary, p).values())


def test_a_rule_holds_the_principal_s_own_values(load):
    dictionary = load(**FILES)
    assert access(dictionary, "branch", branches=("north", "south")).any_of == (
        (ResolvedRule("branch", "in", ("north", "south")),),)  # fmt: skip
    assert access(dictionary, "branch", branches="north").any_of == ((ResolvedRule("branch", "in", ("north",)),),)
    viewer = access(dictionary, "viewer")
    assert viewer.any_of == ((ResolvedRule("region", "equals", ("EU",)), ResolvedRule("year", "gte", (2024,))),)
    assert viewer.hidden == {"cost", "name"}


@pytest.mark.parametrize(
    ("role", "attributes"),
    [("branch", {}), ("branch", {"branches": ()}), ("since", {"since": (2023, 2024)}), ("not_mine", {}),
     ("not_mine", {"me": ()})],
)  # fmt: skip
def test_an_attribute_that_is_missing_or_does_not_fit_matches_no_row(load, role, attributes):
    found = access(load(**FILES), role, **attributes)
    assert found.allowed
    assert found.any_of == ()


def test_several_roles_see_the_rows_of_each_and_no_cell_that_no_role_allows(load):
    dictionary = load(**FILES)
    both = access(dictionary, "viewer", "branch", branches=("north",))
    assert len(both.any_of or ()) == 2
    assert both.hidden == {"cost", "name"}
    assert access(dictionary, "viewer", "manager") == TableAccess(allowed=True)
    one_without_attribute = access(dictionary, "viewer", "branch")
    assert one_without_attribute.any_of == access(dictionary, "viewer").any_of


def test_the_policy_hash_is_of_what_is_seen(load):
    dictionary = load(**FILES)

    def hashed(*roles, **attributes):
        return policy_hash(access_for(dictionary, Principal(id="x", roles=roles, attributes=attributes)))

    assert hashed("viewer") == hashed("viewer", "unknown")
    assert hashed("viewer", "branch", branches="a") == hashed("branch", "viewer", branches="a")
    different = [
        hashed(), hashed("viewer"), hashed("manager"), hashed("branch", branches="a"), hashed("branch", branches="b"),
        hashed("branch"), hashed("branch", branches=(1,)), hashed("branch", branches=("1",)),
        policy_hash(access_for(dictionary, OWNER)),
    ]  # fmt: skip
    assert len(set(different)) == len(different)


def test_a_new_table_does_not_change_the_hash_of_one_who_sees_all_or_nothing_of_it(load, folder):
    def hashes(dictionary):
        return [policy_hash(access_for(dictionary, p)) for p in (OWNER, Principal(id="v", roles=("viewer",)))]

    assert hashes(load(**FILES)) == hashes(load(**FILES, more="table: more\n"))
