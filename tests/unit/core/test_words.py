"""Numbers and sentences as people read them, in English and Spanish."""

from __future__ import annotations

from datetime import date

import pytest

from verity.contracts.question import ErrorInfo, Language, Option, Question, Reason, Resolution
from verity.contracts.table import Cell, Column, Table
from verity.core.number_format import format_cell
from verity.core.response_composer import AnswerParts, ResponseComposer
from verity.core.templates import SENTENCES


def column(type: str = "decimal(38,2)", **more: object) -> Column:
    return Column.model_validate({"name": "m", "type": type, "role": "metric", **more})


@pytest.mark.parametrize(
    ("value", "of", "text"),
    [
        ("1234567.5", column(), "1,234,567.50"),
        ("1234567.50", column(unit="PHP"), "1,234,567.50 PHP"),
        ("-0.50", column(unit="PHP"), "-0.50 PHP"),
        ("1234.50", column(unit="money"), "1,234.50"),
        ("100", column("decimal(38,0)"), "100"),
        ("0.00", column(), "0.00"),
        (
            "12345678901234567890123456789.123456",
            column("decimal(38,6)"),
            "12,345,678,901,234,567,890,123,456,789.1235",
        ),
        (1234567, column("bigint"), "1,234,567"),
        (0, column("bigint"), "0"),
        (3, column("bigint", unit="orders"), "3 orders"),
        (3, column("bigint", unit="count"), "3"),
        (12.3456789, column("double"), "12.3457"),
        (0.1 + 0.2, column("double"), "0.3"),
        (1e-7, column("double"), "0.0000001"),
        (1.5e20, column("double"), "150,000,000,000,000,000,000"),
        (1.7e308, column("double"), f"{17 * 10**307:,}"),
        (0.256, column("double", format="percent"), "25.6 %"),
        (0.5, column("double", unit="%"), "50 %"),
        (-0.1234, column("double").model_copy(update={"name": "revenue__growth"}), "-12.34 %"),
        (None, column(), "no value"),
        (True, column("boolean"), "yes"),
        ("SP", column("text"), "SP"),
        ("007", column("text"), "007"),
        ("2025-03-01", column("date", grain="month"), "2025-03"),
        ("2025-03-01", column("date", grain="year"), "2025"),
        ("2025-04-01", column("date", grain="quarter"), "2025-Q2"),
        ("2025-03-03T00:00:00", column("timestamp", grain="week"), "2025-03-03"),
        ("2025-03-03T10:00:00", column("timestamp"), "2025-03-03T10:00:00"),
    ],
)
def test_a_cell_is_written_by_its_columns_type_unit_and_grain(value: Cell, of: Column, text: str):
    assert format_cell(value, of, "en") == text


def test_spanish_has_its_own_words_and_the_same_numbers():
    assert format_cell(None, column(), "es") == "sin valor"
    assert format_cell(False, column("boolean"), "es") == "no"
    assert format_cell("1234.50", column(unit="PHP"), "es") == "1,234.50 PHP"


def test_both_languages_have_every_sentence_with_the_same_parts():
    import string

    def parts(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english, spanish = SENTENCES["en"], SENTENCES["es"]
    assert english.keys() == spanish.keys()
    assert {key: parts(text) for key, text in english.items()} == {key: parts(text) for key, text in spanish.items()}


STATE = Column(name="state", type="text", role="dimension")
REVENUE = column("decimal(38,2)", label="revenue", unit="PHP")
ORDERS = Column(name="orders", type="bigint", role="metric")


def table(columns: list[Column], *rows: tuple[Cell, ...], truncated: bool = False) -> Table:
    return Table(table_id="t", columns=tuple(columns), rows=rows, row_count=len(rows), truncated=truncated)


def compose(resolution: Resolution | None, found: Table | None = None, **more: object) -> AnswerParts:
    question = Question(text="?", today=date(2025, 1, 1))
    return ResponseComposer().compose(question, None, resolution, found, None, more.get("error"), more.get("notes", ()))  # type: ignore[arg-type]


def resolved(language: Language = "en", **more: object) -> Resolution:
    return Resolution.model_validate({"status": "resolved", "language": language, "restatement": "revenue", **more})


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (table([REVENUE], ("12.50",)), "Revenue: 12.50 PHP."),
        (table([REVENUE, ORDERS], ("12.50", 3)), "Revenue: revenue = 12.50 PHP, orders = 3."),
        (table([REVENUE], (None,)), "Revenue. No rows match, so there is no value."),
        (table([STATE, REVENUE]), "Revenue. No rows match."),
        (table([STATE, REVENUE], ("SP", "1.00")), "Revenue. 1 row: SP: 1.00 PHP."),
        (table([STATE, REVENUE], (None, "1.00"), ("SP", None)), "Revenue. 2 rows: no value: 1.00 PHP; SP: no value."),
        (table([STATE], ("SP",), ("RJ",)), "Revenue. 2 rows: SP; RJ."),
        (
            table([STATE, ORDERS], *((f"s{n}", n) for n in range(1200))),
            "Revenue. 1,200 rows, the first 5: s0: 0; s1: 1; s2: 2; s3: 3; s4: 4.",
        ),
        (
            table([STATE, ORDERS], ("SP", 1), truncated=True),
            "Revenue. 1 row: SP: 1. Only the first 1 rows were fetched; more exist, so this is not the whole result.",
        ),
    ],
)
def test_a_result_is_told_in_plain_words(found: Table, text: str):
    assert compose(resolved(), found).text == text


def test_what_was_assumed_is_said_and_listed():
    parts = compose(resolved(assumptions=["weeks start on Monday.", "today is Friday"]), table([ORDERS], (1,)))
    assert parts.text == "Revenue: 1. Assumed: weeks start on Monday; today is Friday."
    assert parts.assumptions == ("weeks start on Monday.", "today is Friday")


def test_spanish_is_answered_in_spanish():
    found = table([STATE, ORDERS], ("SP", 1), ("RJ", 2))
    assert compose(resolved("es", restatement="órdenes por estado"), found).text == (
        "Órdenes por estado. 2 filas: SP: 1; RJ: 2."
    )


def test_a_question_asked_in_a_language_is_answered_in_it():
    question = Question(text="?", today=date(2025, 1, 1), language="es")
    parts = ResponseComposer().compose(question, None, resolved(), table([ORDERS]), None, None)
    assert parts.text == "Revenue. Ninguna fila coincide."


def test_options_are_numbered_and_listed():
    query = {"metrics": ["a.b"]}
    options = tuple(Option.model_validate({"question": name, "query": query}) for name in ("by order date", "by day"))
    parts = compose(Resolution(status="clarify", language="es", options=options))
    assert parts.status == "clarify"
    assert parts.text == "¿Cuál de estas preguntas quieres hacer?\n1. by order date\n2. by day"
    assert parts.options == ("by order date", "by day")


def test_a_clarification_without_options_gives_its_reasons():
    reason = Reason(code="ambiguous", message="'sales' could be two things")
    parts = compose(Resolution(status="clarify", language="en", reasons=(reason,)))
    assert parts.text == "I am not sure what you mean. 'sales' could be two things."


def test_a_refusal_lists_its_reasons_and_the_nearest_metrics():
    reasons = (Reason(code="a", message="margin is not a metric here."), Reason(code="b", message="no such period"))
    parts = compose(Resolution(status="refused", language="en", reasons=reasons, suggestions=("revenue", "orders")))
    assert parts.text == (
        "I cannot answer this as asked. Margin is not a metric here. No such period. You can ask for: revenue, orders."
    )
    assert parts.reasons == reasons


def test_a_reason_names_the_words_it_is_about_once():
    known = "a word is not in the dictionary"
    reasons = (
        Reason(code="w", words=("profit",), message=known),
        Reason(code="w", words=("unicorns", "profit"), message=known),
        Reason(code="q", words=("Margin",), message="'margin' is taken twice"),
    )
    parts = compose(Resolution(status="refused", language="en", reasons=reasons))
    assert parts.text == (
        "I cannot answer this as asked. 'profit', 'unicorns': a word is not in the dictionary. 'margin' is taken twice."
    )


def test_an_error_is_told_with_its_code_and_remedy():
    error = ErrorInfo(code="VRT-502", message="nothing has been built yet", remedy="Run 'verity build'.")
    parts = compose(resolved("es"), error=error)
    assert parts.status == "error"
    assert parts.text == (
        "No se pudo responder la pregunta: nothing has been built yet (VRT-502). Qué hacer: Run 'verity build'."
    )


def test_an_explanation_is_given_as_the_dictionary_has_it():
    assert compose(resolved(explain="Revenue is a sum.")).text == "Revenue is a sum."


def test_braces_in_data_are_data():
    found = table([STATE, ORDERS], ("{0} {what}", 1))
    assert "{0} {what}: 1" in compose(resolved(restatement="orders {x}"), found).text
