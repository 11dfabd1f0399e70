"""The guard before every read: one SELECT, of tables, its parameters given, calling nothing that it need not."""

from __future__ import annotations

import pytest
from sqlglot.dialects.postgres import Postgres

from verity.exceptions import StatementRefused
from verity.query.guardrails import check_statement

REFUSED = {
    "SELECT * FROM read_csv('/etc/passwd')": "reads from a function",
    "SELECT * FROM pg_read_file('x') AS t": "reads from a function",
    "SELECT * FROM generate_series(1, (SELECT MAX(n) FROM read_parquet('x'))) AS t(n)": "reads from a function",
    "SELECT * FROM generate_series(1, telling()) AS t(n)": "ANONYMOUS",
    "SELECT 1 AS a UNION SELECT 2": "is not one SELECT",
    "DELETE FROM a": "is not one SELECT",
    "SELECT $1": "has a parameter without a value",
    "SELECT telling(a) FROM t": "ANONYMOUS",
}


@pytest.mark.parametrize("sql", REFUSED)
def test_what_a_plan_never_holds_is_refused(sql: str) -> None:
    with pytest.raises(StatementRefused, match=REFUSED[sql]):
        check_statement(Postgres().parse(sql)[0], 0)


def test_tables_series_and_given_parameters_pass() -> None:
    sql = "SELECT a FROM gold.t JOIN generate_series($1, $2) AS s(n) ON a = n"
    check_statement(Postgres().parse(sql)[0], 2)
