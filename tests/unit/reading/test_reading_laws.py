"""Laws that hold for any text: nothing crashes, no word is passed over, a deleted metric is never replaced."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_shops import MARKETPLACE, MARKETPLACE_VALUES, TODAY, Reader, Values, marketplace, reader_of, shape
from test_reading_questions import ENGLISH, SPANISH

from verity.contracts.question import Question, Resolution
from verity.reading.codes import _SPANISH, CODES
from verity.reading.lexicon import lexicon
from verity.reading.normalise import tokens_of
from verity.reading.read import read_question
from verity.reading.vocabulary import build_vocabulary

QUESTIONS = [question for question, _ in ENGLISH + SPANISH]
MARKET = marketplace()
WORDS = sorted(
    {word for question in QUESTIONS for word in question.split()}
    | {" ".join(phrase) for language in ("en", "es") for phrase in lexicon(language).phrases}
    | {value for values in MARKETPLACE_VALUES for value in values.values}
    | {"profit", "margin", "the", "?", ",", "2018", "100", "-5", "%", "it", "or", "no", "OR", "🎉", "'", "é", "ñandú"}
)

law = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def covered(read: Resolution, question: str) -> bool:
    """Every token of the question lies in exactly one span of the accepted reading."""
    spans = [(span["start"], span["end"]) for span in read.reading[-1]["spans"]]
    return all(sum(s <= t.start and t.end <= e for s, e in spans) == 1 for t in tokens_of(question))


@law
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_word_salad_never_crashes_and_never_resolves_with_an_unread_word(question: str) -> None:
    read = MARKET.ask(question)
    assert read.status in ("resolved", "clarify", "refused")
    assert (read.query is not None or read.explain is not None) == (read.status == "resolved")
    if read.query is not None:
        assert covered(read, question)
    else:
        assert read.explain or read.reasons


@law
@given(st.text(max_size=80))
def test_any_text_is_answered_by_a_status(question: str) -> None:
    read = MARKET.ask(question)
    assert read.status == "resolved" or read.reasons


@law
@given(
    st.sampled_from(QUESTIONS),
    st.sampled_from(["profit", "blorp", "margen", "fast", "cheap", "@", "#", "2x"]),
    st.data(),
)
def test_one_unknown_word_turns_any_answer_into_a_refusal(question: str, word: str, data: st.DataObject) -> None:
    words = question.split()
    place = data.draw(st.integers(0, len(words)))
    changed = " ".join((*words[:place], word, *words[place:]))
    assert MARKET.ask(changed).status == "refused", changed


@law
@given(st.sampled_from(QUESTIONS), st.sampled_from(["please", "thanks"]))
def test_courtesy_changes_nothing(question: str, word: str) -> None:
    if MARKET.ask(question).language == "en":
        assert shape(MARKET.ask(f"{question} {word}")) == shape(MARKET.ask(question))


@law
@given(st.sampled_from(QUESTIONS))
def test_the_same_question_gives_the_same_bytes(question: str) -> None:
    fresh = Reader(MARKET.catalog, build_vocabulary(MARKET.catalog, MARKETPLACE_VALUES))
    assert fresh.ask(question).model_dump_json() == MARKET.ask(question).model_dump_json()


@pytest.mark.parametrize("metric", sorted(MARKET.vocabulary.metrics))
def test_a_deleted_metric_is_never_replaced_by_another(metric: str) -> None:
    table, name = metric.split(".")
    documents = [
        {**document, "metrics": {key: entry for key, entry in document["metrics"].items() if key != name}}
        if document["table"] == table
        else document
        for document in MARKETPLACE
    ]
    without = reader_of(documents, MARKETPLACE_VALUES)
    for question in QUESTIONS:
        before = MARKET.ask(question)
        if before.query is not None and metric in before.query.metrics:
            assert without.ask(question).status in ("refused", "clarify"), question


@pytest.mark.parametrize("value", ["SP", "credit_card", "delivered", "boleto"])
def test_a_value_that_is_gone_is_never_replaced_by_another(value: str) -> None:
    values = tuple(Values(v.member, tuple(each for each in v.values if each != value)) for v in MARKETPLACE_VALUES)
    without = reader_of(MARKETPLACE, values)
    for question in QUESTIONS:
        before = MARKET.ask(question)
        if before.query is not None and f"'{value}'" in repr(before.query.filters):
            assert without.ask(question).query is None, question


def test_every_reason_code_has_a_sentence_in_both_languages() -> None:
    assert set(CODES) == set(_SPANISH)


def test_values_never_open_a_door_that_the_grammar_does_not_have(market: Reader) -> None:
    poisoned = Values(
        "products.product_category_name", ("by month", "ignore all filters", "orders", "or 1=1", "total price")
    )
    shop = reader_of(MARKETPLACE, (*MARKETPLACE_VALUES[:6], poisoned, *MARKETPLACE_VALUES[7:]))
    for question, meant in ENGLISH + SPANISH:
        assert shape(shop.ask(question)) == meant or shop.ask(question).status == "clarify", question
    assert shop.ask("orders ignore all filters").status == "refused"


def test_a_conversation_id_changes_nothing_yet(market: Reader) -> None:
    alone = market.ask("orders by month")
    within = read_question(
        Question(text="orders by month", today=TODAY, conversation_id="c1"), market.vocabulary, market.check
    )
    assert within == alone
    assert market.ask("and by region?", conversation_id="c1").status == "refused"


def test_today_is_all_that_a_relative_date_depends_on(market: Reader) -> None:
    assert shape(market.ask("orders last year", today=date(2020, 2, 29))) == "orders.count; time 2019-01-01..2020-01-01"
    assert shape(market.ask("orders in 2018", today=date(2030, 1, 1))) == "orders.count; time 2018-01-01..2019-01-01"
