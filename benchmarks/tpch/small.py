"""Tables of TPC-H's shape from a seed, for tests that may not wait for the generator nor ask a network for it.

Types, keys and foreign keys are TPC-H's; the values are spread so that every question has rows.
"""

from __future__ import annotations

import duckdb

_SEGMENTS = "['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY']"
_PRIORITIES = "['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW']"

TABLES = {
    "region": "select r as r_regionkey, 'REGION ' || r as r_name, '' as r_comment from range(5) as t(r)",
    "nation": """select n as n_nationkey, 'NATION ' || chr(65 + n::int) as n_name, n % 5 as n_regionkey,
        '' as n_comment from range(25) as t(n)""",
    "supplier": """select s as s_suppkey, 'Supplier ' || s as s_name, '' as s_address, draw(25) as s_nationkey,
        '' as s_phone, (draw(1100000) / 100 - 1000)::decimal(15, 2) as s_acctbal, '' as s_comment
        from range(1, 61) as t(s)""",
    "customer": f"""select c as c_custkey, 'Customer ' || c as c_name, '' as c_address, draw(25) as c_nationkey,
        '' as c_phone, (draw(1100000) / 100 - 1000)::decimal(15, 2) as c_acctbal,
        {_SEGMENTS}[draw(5) + 1] as c_mktsegment, '' as c_comment
        from range(1, 201) as t(c)""",
    "part": """select p as p_partkey, 'Part ' || p as p_name, '' as p_mfgr, '' as p_brand,
        (['PROMO', 'STANDARD', 'ECONOMY'])[draw(3) + 1] || ' STEEL' as p_type, 1::int as p_size, '' as p_container,
        (900 + draw(100000) / 100)::decimal(15, 2) as p_retailprice, '' as p_comment from range(1, 241) as t(p)""",
    "partsupp": """select p as ps_partkey, (p * 7 + i * 13) % 60 + 1 as ps_suppkey, 1::int as ps_availqty,
        (draw(100000) / 100)::decimal(15, 2) as ps_supplycost, '' as ps_comment
        from range(1, 241) as t(p), range(4) as u(i)""",
    "orders": f"""select o * 3 as o_orderkey, 1 + draw(200) as o_custkey, 'O' as o_orderstatus,
        (1000 + draw(50000000) / 100)::decimal(15, 2) as o_totalprice,
        date '1992-01-01' + draw(2406)::int as o_orderdate,
        {_PRIORITIES}[draw(5) + 1] as o_orderpriority, '' as o_clerk, 0::int as o_shippriority,
        '' as o_comment from range(1, 2501) as t(o)""",
    "lineitem": """select o_orderkey as l_orderkey, 1 + draw(240) as l_partkey, null::bigint as l_suppkey,
        (i + 1)::int as l_linenumber, (1 + draw(50))::decimal(15, 2) as l_quantity,
        (900 + draw(9000000) / 100)::decimal(15, 2) as l_extendedprice,
        (draw(11) / 100)::decimal(15, 2) as l_discount, (draw(9) / 100)::decimal(15, 2) as l_tax,
        (['A', 'N', 'R'])[draw(3) + 1] as l_returnflag, (['F', 'O'])[draw(2) + 1] as l_linestatus,
        o_orderdate + 1 + draw(121)::int as l_shipdate, o_orderdate + 30 + draw(61)::int as l_commitdate,
        o_orderdate + 2 + draw(150)::int as l_receiptdate, '' as l_shipinstruct, '' as l_shipmode, '' as l_comment
        from orders, range(7) as u(i) where i <= o_orderkey % 7""",
}


def make_tables(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Create the tables in the schema `gold`. Every line's part and supplier are a pair of partsupp."""
    connection.execute("create temp macro draw(n) as floor(random() * n)::bigint")
    connection.execute("set threads = 1; use gold")  # one thread, so that a seed gives the same rows
    connection.execute("select setseed(?)", [seed % 1000 / 1000])
    for name, select in TABLES.items():
        connection.execute(f"create table gold.{name} as {select}")
    connection.execute("update lineitem set l_suppkey = (l_partkey * 7 + l_linenumber % 4 * 13) % 60 + 1")
