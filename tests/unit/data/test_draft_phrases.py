"""Names become readable words in two languages; what the lexicon does not know is not translated by halves."""

from __future__ import annotations

import pytest

from verity.data.draft_entities import read_entities
from verity.data.draft_phrases import of_the, pluralise, read_phrase, with_adjective
from verity.data.draft_words import snake_case, table_words, words_of
from verity.data.lexicon import load_lexicon

ENTITIES = frozenset({"order", "customer", "product"})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CustomerID", ["customer", "id"]),
        ("order_purchase_timestamp", ["order", "purchase", "timestamp"]),
        ("HTTPStatusCode", ["http", "status", "code"]),
        ("Año Nuevo", ["año", "nuevo"]),
        ("fechaDeAlta", ["fecha", "de", "alta"]),
        ("数量", ["数量"]),
    ],
)
def test_a_name_is_split_where_its_writer_split_it(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "english", "spanish"),
    [
        ("customer_state", "customer state", "estado del cliente"),
        ("order_purchase_timestamp", "order purchase timestamp", "fecha de compra del pedido"),
        ("order_approved_at", "order approval date", "fecha de aprobación del pedido"),
        ("product_name_lenght", "product name length", "largo de nombre del producto"),
        ("photos_qty", "photos quantity", "cantidad de fotos"),
        ("UnitPrice", "unit price", "precio unitario"),
        ("InvoiceNo", "invoice number", "número de factura"),
        ("totalAmount", "total amount", "importe total"),
        ("category_name_english", "category name english", "nombre de categoría en inglés"),
    ],
)
def test_an_english_name_is_said_in_both_languages(name: str, english: str, spanish: str) -> None:
    phrase = read_phrase(words_of(name), ENTITIES)
    assert english in phrase.en
    assert spanish in phrase.es


@pytest.mark.parametrize(
    ("name", "english", "spanish"),
    [
        ("fecha_pedido", "order date", "fecha de pedido"),
        ("precio_unitario", "unit price", "precio unitario"),
        ("codigo_postal", "zip code", "código postal"),
        ("nombre_cliente", "customer name", "nombre de cliente"),
        ("quantidade", "quantity", "quantidade"),
    ],
)
def test_a_spanish_or_portuguese_name_is_said_in_english_too(name: str, english: str, spanish: str) -> None:
    phrase = read_phrase(words_of(name))
    assert english in phrase.en
    assert spanish in phrase.es


def test_a_word_that_the_lexicon_does_not_know_leaves_the_name_untranslated() -> None:
    phrase = read_phrase(["blorp", "state"])
    assert phrase.en == ("blorp state",)
    assert phrase.es == ()


def test_no_is_a_number_only_at_the_end() -> None:
    assert "factura" in read_phrase(["invoice", "no"]).es[0]
    assert "número" not in " ".join(read_phrase(["full", "no", "invoice"]).es)


def test_a_prefix_that_the_tables_share_and_suffixes_that_say_nothing_are_not_words() -> None:
    words = table_words(["shop_orders_dataset", "shop_order_items_dataset", "shop_customers_dataset", "rates"])
    assert words == {
        "shop_orders_dataset": ["orders"],
        "shop_order_items_dataset": ["order", "items"],
        "shop_customers_dataset": ["customers"],
        "rates": ["rates"],
    }


def test_a_prefix_that_is_itself_a_table_stays() -> None:
    assert table_words(["orders", "order_items", "order_payments"])["order_items"] == ["order", "items"]


def test_a_table_whose_name_is_no_thing_has_rows() -> None:
    entity = read_entities(["retail_with_invoice", "retail_full_no_invoice"])["retail_with_invoice"]
    assert (entity.en, entity.named) == ("row", False)


def test_plurals_and_agreement_follow_the_noun() -> None:
    assert pluralise("order item", "en") == "order items"
    assert pluralise("category", "en") == "categories"
    assert pluralise("línea de pedido", "es") == "líneas de pedido"
    assert pluralise("transacción", "es") == "transacciones"
    assert with_adjective("cuotas de pago", "total") == "cuotas totales de pago"
    assert with_adjective("precio unitario", "promedio") == "precio unitario promedio"
    assert with_adjective("órdenes", "distinto") == "órdenes distintas"
    assert of_the("precio") == "del precio"
    assert of_the("cuotas de pago") == "de las cuotas de pago"


@pytest.mark.parametrize(
    ("text", "name"),
    [("Order Items (2)", "order_items_2"), ("2024", "t_2024"), ("Año", "año"), ("---", "table"), ("数量", "数量")],
)
def test_a_file_stem_becomes_a_table_name(text: str, name: str) -> None:
    assert snake_case(text) == name


def test_a_long_stem_keeps_its_name_apart_from_its_neighbours_in_63_bytes() -> None:
    first, second = snake_case("ñ" * 300 + "a"), snake_case("ñ" * 300 + "b")
    assert first != second
    assert max(len(first.encode()), len(second.encode())) <= 63


def test_the_lexicon_finds_a_word_from_either_language() -> None:
    lexicon = load_lexicon()
    assert len(lexicon.english) > 700
    assert lexicon.english["order"].es[0] == "pedido"
    assert lexicon.english["state"].es[0] == "estado"
    assert lexicon.foreign["clientes"].en == "customer"
