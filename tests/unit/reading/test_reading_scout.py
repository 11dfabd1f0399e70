"""Questions about the sample project's own dictionary: ratios, derived metrics, segments, labels of values."""

from __future__ import annotations

from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from reading_shops import Reader, shape

from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.data.dictionary import load_dictionary
from verity.reading.vocabulary import build_vocabulary
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model


@pytest.fixture(scope="module")
def scout() -> Reader:
    with resources.as_file(resources.files("verity.samples") / "scout" / "dictionary") as directory:
        dictionary = load_dictionary(Path(directory))
    catalog = build_catalog(dictionary)
    model, accesses = load_model(catalog), access_for(dictionary, OWNER, "open")

    def check(query: MetricQuery) -> str:
        return compile_query(model, query, accesses=accesses, dialect="duckdb").display

    reader = Reader(catalog, build_vocabulary(catalog), today=date(2026, 3, 10))
    reader.check = check  # type: ignore[assignment, method-assign]  # the compiler in place of the stand-in
    return reader


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("revenue by month", "transactions.revenue; by time:month"),
        ("net sales by region", "transactions.revenue; by transactions.branch.region"),
        ("ingresos por mes en 2025", "transactions.revenue; by time:month; time 2025-01-01..2026-01-01"),
        ("return rate by month", "transactions.return_rate; by time:month"),
        ("average ticket by payment method", "transactions.average_ticket; by transactions.payment_method"),
        ("revenue in cash", "transactions.revenue; transactions.payment_method equals cash"),
        ("cuántas transacciones anuladas hay", "transactions.transaction_count; transactions.status equals voided"),
        ("unidades vendidas por categoría", "transactions.units_sold; by transactions.product.category"),
        ("returns last quarter", "transactions.returns_amount; time 2025-10-01..2026-01-01"),
        ("expenses by vendor", "expenses.expenses_total; by expenses.vendor.vendor_name"),
        ("how many sales", "refused: unit-mismatch"),
        ("profit by month", "refused: word-not-understood"),
        ("ganancia por mes", "refused: word-not-understood"),
    ],
)
def test_a_question_about_the_sample_means_one_query(scout: Reader, question: str, meant: str) -> None:
    assert shape(scout.ask(question)) == meant


def test_a_segment_narrows_the_metric_that_it_stands_before(scout: Reader) -> None:
    read = scout.ask("walk-in revenue by month")
    assert read.query is not None
    assert read.query.segments == ("transactions.walk_in",)
    assert read.restatement == "Revenue, by month, only walk in"


@pytest.mark.parametrize(
    "question",
    ["pending revenue", "voided sales by region", "rejected expenses", "ventas pendientes", "sales without completed",
     "revenue with transaction status completed or voided", "return rate with transaction status pending"],
)  # fmt: skip
def test_a_condition_that_the_metrics_definition_rules_out_is_refused(scout: Reader, question: str) -> None:
    assert shape(scout.ask(question)) == "refused: contradicts-metric"


def test_a_condition_within_the_metrics_definition_runs(scout: Reader) -> None:
    meant = "transactions.revenue; transactions.status equals completed"
    assert shape(scout.ask("revenue with transaction status completed")) == meant
    assert shape(scout.ask("pending expenses")) == "expenses.expenses_pending"


@pytest.mark.parametrize(
    "question",
    ["number of pending transactions and bills", "walk-in revenue and expenses", "revenue and expenses in cash",
     "revenue less expenses with payment method cash", "ingresos y gastos en efectivo"],
)  # fmt: skip
def test_a_condition_that_only_one_of_the_metrics_can_meet_is_refused(scout: Reader, question: str) -> None:
    assert shape(scout.ask(question)) == "refused: not-shared"


def test_a_condition_that_both_metrics_can_meet_runs(scout: Reader) -> None:
    meant = "transactions.revenue + expenses.expenses_total; transactions.branch.region equals Davao"
    assert shape(scout.ask("revenue and expenses in Davao")) == meant


def test_a_number_that_may_be_a_year_is_no_count_of_rows(scout: Reader) -> None:
    assert shape(scout.ask("top 2025 branches by revenue")) == "refused: period-without-role"
    assert scout.ask("top 25 branches by revenue").query.limit == 25


@pytest.mark.parametrize("question", ["sales not in Luzon and in Mindanao", "ventas sin bebidas y de lácteos"])
def test_a_value_beside_a_denied_one_of_the_same_column_is_refused(scout: Reader, question: str) -> None:
    assert shape(scout.ask(question)) == "refused: conflicting-filters"


@pytest.mark.parametrize(
    "question", ["list all branches", "list the branches", "show me all customers", "all bills in 2024",
                 "muéstrame todos los clientes", "lista los productos"],
)  # fmt: skip
def test_rows_that_are_to_be_listed_are_not_silently_counted(scout: Reader, question: str) -> None:
    asked = scout.ask(question)
    assert shape(asked) == "clarify: list-or-count"
    assert len(asked.options) == 1
    assert scout.ask(asked.options[0].question).status == "resolved"


@pytest.mark.parametrize(
    "question", ["list the number of branches", "all bills by month", "list all branches by region"]
)
def test_a_list_of_numbers_is_an_answer(scout: Reader, question: str) -> None:
    assert scout.ask(question).status == "resolved"


def test_an_alias_that_is_a_code_is_read_as_it_is_written(scout: Reader) -> None:
    assert shape(scout.ask("revenue in NCR")) == "transactions.revenue; transactions.branch.region equals Metro Manila"
    assert scout.ask("revenue in ncr").status == "refused"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("lowest 3 regions by revenue", "transactions.revenue; by transactions.branch.region; "
         "order transactions.revenue; limit 3"),
        ("the 3 largest branches by expenses", "expenses.expenses_total; by expenses.branch.branch_name; "
         "order -expenses.expenses_total; limit 3"),
        ("revenue of the 3 largest branches", "refused: not-understood"),
    ],
)  # fmt: skip
def test_the_largest_so_many_by_a_metric_are_ranked_by_it(scout: Reader, question: str, meant: str) -> None:
    assert shape(scout.ask(question)) == meant


@pytest.mark.parametrize(
    "question",
    ["average sales by branch", "ventas promedio por sucursal", "promedio de ventas por mes", "average transactions"],
)
def test_the_average_of_one_metric_is_not_taken_for_another_of_like_words(scout: Reader, question: str) -> None:
    assert shape(scout.ask(question)) == "refused: not-understood"


def test_a_metric_called_average_is_still_read_by_its_own_words(scout: Reader) -> None:
    assert shape(scout.ask("average sale by branch")).startswith("transactions.average_ticket;")
    assert shape(scout.ask("total de ventas por mes")) == "transactions.revenue; by time:month"
    assert shape(scout.ask("total de gastos")) == "expenses.expenses_total"


def test_a_segment_may_follow_a_preposition(scout: Reader) -> None:
    assert scout.ask("revenue from digital payments by month").query.segments == ("transactions.digital_payments",)
    assert scout.ask("revenue excluding digital payments").status == "refused"
