"""Plain questions, each with the one query that it means."""

from __future__ import annotations

import pytest
from reading_shops import Reader, shape

ORDERS, STATE = "orders.count", "orders.customer.customer_state"
YEAR_2018, YEAR_2017 = "time 2018-01-01..2019-01-01", "time 2017-01-01..2018-01-01"
PRICE, VALUE = "order_items.total_price", "order_payments.total_payment_value"
TYPE, SELLER = "order_payments.payment_type", "order_items.seller.seller_state"

ENGLISH = [
    ("how many orders are there", ORDERS),
    ("How many orders do we have in total?", ORDERS),
    ("count orders", ORDERS),
    ("total orders", ORDERS),
    ("orders", ORDERS),
    ("number of orders by customer state", f"{ORDERS}; by {STATE}"),
    ("orders by state of the customer", f"{ORDERS}; by {STATE}"),
    ("orders by the customer's state", f"{ORDERS}; by {STATE}"),
    ("orders broken down by customer state", f"{ORDERS}; by {STATE}"),
    ("orders per month in 2018", f"{ORDERS}; by time:month; {YEAR_2018}"),
    ("in 2018, how many orders per month were there?", f"{ORDERS}; by time:month; {YEAR_2018}"),
    ("monthly orders in 2017", f"{ORDERS}; by time:month; {YEAR_2017}"),
    ("orders for each month of 2018", f"{ORDERS}; by time:month; {YEAR_2018}"),
    ("orders every quarter", f"{ORDERS}; by time:quarter"),
    ("orders placed in March 2018", f"{ORDERS}; time 2018-03-01..2018-04-01"),
    ("average price by seller state", f"order_items.average_price; by {SELLER}"),
    ("mean price", "order_items.average_price"),
    ("what is the average of price?", "order_items.average_price"),
    ("total price of order items", PRICE),
    ("sum of payment value by payment type", f"{VALUE}; by {TYPE}"),
    ("how much is the total price", PRICE),
    ("total price and average price by seller state and month",
     f"{PRICE} + order_items.average_price; by {SELLER}; by time:month"),
    ("show me the number of orders and total price by month", f"{ORDERS} + {PRICE}; by time:month"),
    ("orders by month and by customer state", f"{ORDERS}; by time:month; by {STATE}"),
    ("top 5 customer states by number of orders", f"{ORDERS}; by {STATE}; order -{ORDERS}; limit 5"),
    ("top five customer states by number of orders", f"{ORDERS}; by {STATE}; order -{ORDERS}; limit 5"),
    ("what are the top 5 customer states by number of orders in 2018?",
     f"{ORDERS}; by {STATE}; {YEAR_2018}; order -{ORDERS}; limit 5"),
    ("bottom 3 payment types by total payment value", f"{VALUE}; by {TYPE}; order {VALUE}; limit 3"),
    ("which payment type has the highest total payment value", f"{VALUE}; by {TYPE}; order -{VALUE}; limit 1"),
    ("which customer state had the fewest orders?", f"{ORDERS}; by {STATE}; order {ORDERS}; limit 1"),
    ("the 3 customer states with the most orders", f"{ORDERS}; by {STATE}; order -{ORDERS}; limit 3"),
    ("customer states with the most orders", f"{ORDERS}; by {STATE}; order -{ORDERS}"),
    ("top 3 months by total price", f"{PRICE}; by time:month; order -{PRICE}; limit 3"),
    ("top 10 sellers by total price", f"{PRICE}; by order_items.seller_id; order -{PRICE}; limit 10"),
    ("orders by customer state sorted by number of orders ascending", f"{ORDERS}; by {STATE}; order {ORDERS}"),
    ("orders by customer state highest first", f"{ORDERS}; by {STATE}; order -{ORDERS}"),
    ("how many orders with order status delivered", f"{ORDERS}; orders.order_status equals delivered"),
    ("how many orders were delivered", f"{ORDERS}; orders.order_status equals delivered"),
    ("delivered orders by month", f"{ORDERS}; by time:month; orders.order_status equals delivered"),
    ("orders with order status delivered or shipped", f"{ORDERS}; orders.order_status in delivered|shipped"),
    ("orders with order status delivered, shipped and canceled",
     f"{ORDERS}; orders.order_status in delivered|shipped|canceled"),
    ("orders with order status delivered and customer state SP",
     f"{ORDERS}; orders.order_status equals delivered; {STATE} equals SP"),
    ("orders where order status is not canceled", f"{ORDERS}; orders.order_status not_equals canceled"),
    ("number of orders excluding canceled", f"{ORDERS}; orders.order_status not_equals canceled"),
    ("orders that are not delivered", f"{ORDERS}; orders.order_status not_equals delivered"),
    ("orders not in SP", f"{ORDERS}; {STATE} not_equals SP"),
    ("total payment value excluding boleto and voucher", f"{VALUE}; {TYPE} not_in boleto|voucher"),
    ("total payment value by payment type", f"{VALUE}; by {TYPE}"),
    ("total payment value for credit_card", f"{VALUE}; {TYPE} equals credit_card"),
    ("total payment value for Credit Card", f"{VALUE}; {TYPE} equals credit_card"),
    ("total payment value for 'credit-card'", f"{VALUE}; {TYPE} equals credit_card"),
    ("credit card payments", f"order_payments.count; {TYPE} equals credit_card"),
    ("number of orders in SP", f"{ORDERS}; {STATE} equals SP"),
    ("orders in SP or RJ", f"{ORDERS}; {STATE} in SP|RJ"),
    ("order items for sellers in SP", f"order_items.count; {SELLER} equals SP"),
    ("total price for delivered orders", f"{PRICE}; order_items.order.order_status equals delivered"),
    ("total price for orders with order status delivered",
     f"{PRICE}; order_items.order.order_status equals delivered"),
    ("orders by hour on March 5, 2018", f"{ORDERS}; by time:hour; time 2018-03-05..2018-03-06"),
    ("how many sellers are in SP?", "sellers.count; sellers.seller_state equals SP"),
    ("orders in São Paulo", f"{ORDERS}; orders.customer.customer_city equals sao paulo"),
    ("number of customers by state", "customers.count; by customers.customer_state"),
    ("total price with price above 100", f"{PRICE}; order_items.price gt 100"),
    ("order items with price between 10 and 1,000",
     "order_items.count; order_items.price gte 10; order_items.price lte 1000"),
    ("number of reviews with review score 5", "order_reviews.count; order_reviews.review_score equals 5"),
    ("reviews with review score 1 or 2", "order_reviews.count; order_reviews.review_score in 1|2"),
    ("how many reviews have a review score of 5?", "order_reviews.count; order_reviews.review_score equals 5"),
    ("number of orders by customer state with more than 100 orders", f"{ORDERS}; by {STATE}; {ORDERS} gt 100"),
    ("average product weight by category", "products.average_product_weight_g; by products.product_category_name"),
    ("orders with order delivered customer date in 2018",
     f"{ORDERS}; orders.order_delivered_customer_date 2018-01-01..2019-01-01"),
    ("orders by month of order delivered customer date", f"{ORDERS}; by orders.order_delivered_customer_date:month"),
    ("orders.count by customers.customer_state", f"{ORDERS}; by {STATE}"),
    ("Please show me the orders by month, thanks!", f"{ORDERS}; by time:month"),
]  # fmt: skip

SPANISH = [
    ("cuántos pedidos hay", ORDERS),
    ("cuantos pedidos tenemos en total", ORDERS),
    ("cuántos pedidos hay por estado del cliente", f"{ORDERS}; by {STATE}"),
    ("precio promedio por estado del vendedor", f"order_items.average_price; by {SELLER}"),
    ("¿Cuál es el precio medio?", "order_items.average_price"),
    ("valor total de pagos por tipo de pago", f"{VALUE}; by {TYPE}"),
    ("suma del valor de pago por tipo de pago", f"{VALUE}; by {TYPE}"),
    ("pedidos por mes en 2018", f"{ORDERS}; by time:month; {YEAR_2018}"),
    ("pedidos mensuales en 2017", f"{ORDERS}; by time:month; {YEAR_2017}"),
    ("pedidos realizados en marzo de 2018", f"{ORDERS}; time 2018-03-01..2018-04-01"),
    ("los 5 estados con más pedidos", f"{ORDERS}; by {STATE}; order -{ORDERS}; limit 5"),
    ("top cinco estados del cliente por número de pedidos", f"{ORDERS}; by {STATE}; order -{ORDERS}; limit 5"),
    ("qué tipo de pago tiene el mayor valor total de pagos", f"{VALUE}; by {TYPE}; order -{VALUE}; limit 1"),
    ("cuál es el tipo de pago con menor valor total de pagos", f"{VALUE}; by {TYPE}; order {VALUE}; limit 1"),
    ("el tipo de pago con el valor total de pagos más alto", f"{VALUE}; by {TYPE}; order -{VALUE}; limit 1"),
    ("número de vendedores por estado", "sellers.count; by sellers.seller_state"),
    ("clientes por ciudad", "customers.count; by customers.customer_city"),
    ("cantidad de productos por categoría", "products.count; by products.product_category_name"),
    ("puntuación promedio de las reseñas por mes", "order_reviews.average_review_score; by time:month"),
    ("pedidos en SP o RJ en marzo de 2018", f"{ORDERS}; time 2018-03-01..2018-04-01; {STATE} in SP|RJ"),
    ("pedidos sin canceled", f"{ORDERS}; orders.order_status not_equals canceled"),
    ("pedidos excepto delivered por mes", f"{ORDERS}; by time:month; orders.order_status not_equals delivered"),
    ("valor total de pagos con boleto", f"{VALUE}; {TYPE} equals boleto"),
    ("número de pedidos y precio total por mes", f"{ORDERS} + {PRICE}; by time:month"),
    ("Muéstrame por favor los pedidos por mes", f"{ORDERS}; by time:month"),
    ("pedidos por mes ordenados de mayor a menor", f"{ORDERS}; by time:month; order -{ORDERS}"),
    ("pedidos no delivered", f"{ORDERS}; orders.order_status not_equals delivered"),
    ("pedidos delivered", f"{ORDERS}; orders.order_status equals delivered"),
    ("pedidos 2018", f"{ORDERS}; {YEAR_2018}"),
    ("vendedores en SP", "sellers.count; sellers.seller_state equals SP"),
    ("artículos del pedido con precio mayor que 100", "order_items.count; order_items.price gt 100"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "meant"), ENGLISH + SPANISH, ids=lambda text: text[:60])
def test_a_plain_question_means_one_query(market: Reader, question: str, meant: str) -> None:
    assert shape(market.ask(question)) == meant


TWINS = [
    ("orders by month in 2018", "pedidos por mes en 2018"),
    ("how many customers are there", "cuántos clientes hay"),
    ("average price by seller state", "precio promedio por estado del vendedor"),
    ("top 3 customer states by number of orders", "top 3 estados del cliente por número de pedidos"),
    ("orders in the last 3 months", "pedidos en los últimos 3 meses"),
    ("orders last year", "pedidos del año pasado"),
    ("total payment value excluding boleto", "valor total de pagos sin boleto"),
    ("which payment type has the most payments", "qué tipo de pago tiene más pagos"),
    ("orders between January and March 2018", "pedidos entre enero y marzo de 2018"),
]


@pytest.mark.parametrize(("english", "spanish"), TWINS)
def test_english_and_spanish_twins_mean_the_same(market: Reader, english: str, spanish: str) -> None:
    first, second = market.ask(english), market.ask(spanish)
    assert (first.language, second.language) == ("en", "es")
    assert shape(first) == shape(second)
    assert first.status == "resolved"


@pytest.mark.parametrize("question", [question for question, _ in ENGLISH + SPANISH], ids=lambda text: text[:60])
def test_the_restatement_reads_back_to_the_same_query(market: Reader, question: str) -> None:
    read = market.ask(question)
    again = market.ask(read.restatement, language=read.language)
    assert again.query == read.query, read.restatement


def test_the_restatement_is_written_in_the_language_of_the_question(market: Reader) -> None:
    english = market.ask("how many orders by customer state in 2018")
    spanish = market.ask("pedidos por ciudad en marzo de 2018")
    assert english.restatement == "Number of orders, order purchase timestamp in 2018, by customer state"
    assert spanish.restatement == "Número de pedidos, order purchase timestamp en marzo de 2018, por customer city"


def test_the_reference_form_is_in_short_names_and_plain_text(market: Reader) -> None:
    read = market.ask("orders by month with order status delivered")
    assert read.tables == ("orders",)
    assert read.metrics == ("count",)
    assert read.time_grain == "month"
    assert read.filters == ("order_status = delivered",)


@pytest.mark.parametrize(
    ("question", "assumed"),
    [
        ("orders by month", "Time is read from order purchase timestamp (number of orders)."),
        ("number of orders in SP", "'SP' was read as customer state = SP."),
        ("orders in March", "'in March' was read as in March 2018."),
        ("orders in the last 3 months",
         "'in the last 3 months' was read as the 3 complete months before today: "
         "from June 2018 to August 2018."),
        ("orders by state", "'state' was read as customer state."),
        ("total paymnet value", "'total paymnet value' was read as 'total payment value'."),
        ("orders with order status deliverd", "'deliverd' was read as 'delivered'."),
        ("top 10 sellers by total price", "'sellers' was read as seller id."),
        ("which payment type has the most payments", "One row is shown; equal ones may exist."),
        ("customer states with the most orders", "No number was given: all are shown, highest first."),
    ],
)  # fmt: skip
def test_what_was_read_into_the_words_is_said(market: Reader, question: str, assumed: str) -> None:
    assert assumed in market.ask(question).assumptions


def test_every_word_of_an_answered_question_has_one_role_in_the_trace(market: Reader) -> None:
    question = "orders by month in SP in 2018"
    trace = market.ask(question).reading[-1]
    spans = [(span["words"], span["role"]) for span in trace["spans"]]
    assert spans == [("orders", "metric"), ("by", "by"), ("month", "grain"), ("in", "prep"), ("SP", "value"),
                     ("in 2018", "date")]  # fmt: skip
    assert [question[span["start"] : span["end"]] for span in trace["spans"]] == [words for words, _ in spans]
