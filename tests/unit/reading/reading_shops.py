"""Small dictionaries to read questions against: a marketplace with eight tables, and the reference's orders table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from verity.contracts.dataset import PhysicalColumn, PhysicalSchema, PhysicalTable
from verity.contracts.metric import TIME, AllOf, AnyOf, FilterNode, MetricQuery
from verity.contracts.question import Question, Resolution
from verity.data.catalog import Catalog, build_catalog
from verity.data.model import Dictionary, TableEntry
from verity.exceptions import QueryError
from verity.reading.naming import time_member
from verity.reading.read import read_question
from verity.reading.vocabulary import Vocabulary, build_vocabulary

TODAY = date(2018, 9, 17)


@dataclass(frozen=True)
class Values:
    member: str
    values: tuple[str, ...]
    truncated: bool = False


def column(kind: str, *spanish: str, **more) -> dict:
    return {"kind": kind, "aliases": {"es": list(spanish)}, **more}


MARKETPLACE = [
    {
        "table": "orders", "entity": {"en": "order", "es": "pedido"}, "primary_key": "order_id",
        "time_column": "order_purchase_timestamp",
        "columns": {
            "order_id": column("id"), "customer_id": column("id"), "order_status": column("dimension"),
            "order_purchase_timestamp": column("time"), "order_delivered_customer_date": column("time"),
        },
        "joins": {"customer": {"table": "customers", "on": "customer_id"}},
        "metrics": {"count": {"sql": "COUNT(*)", "aliases": ["number of orders", "orders", "pedidos"]}},
    },
    {
        "table": "customers", "entity": {"en": "customer", "es": "cliente"}, "primary_key": "customer_id",
        "columns": {
            "customer_id": column("id"), "customer_unique_id": column("id"),
            "customer_city": column("dimension"), "customer_state": column("dimension"),
        },
        "metrics": {
            "count": {"sql": "COUNT(*)", "aliases": ["number of customers", "customers", "clientes"]},
            "distinct_customer_unique_id": {"sql": "COUNT(DISTINCT customer_unique_id)"},
        },
    },
    {
        "table": "order_items", "entity": {"en": "order item", "es": "artículo del pedido"},
        "primary_key": ["order_id", "order_item_id"], "time_column": "order.order_purchase_timestamp",
        "columns": {
            "order_id": column("id"), "order_item_id": column("id"), "product_id": column("id"),
            "seller_id": column("id"), "price": column("measure", "precio", unit="BRL"),
            "freight_value": column("measure", unit="BRL"), "shipping_limit_date": column("time"),
        },
        "joins": {
            "order": {"table": "orders", "on": "order_id"}, "seller": {"table": "sellers", "on": "seller_id"},
            "product": {"table": "products", "on": "product_id"},
        },
        "metrics": {
            "count": {"sql": "COUNT(*)", "aliases": ["number of order items", "order items"]},
            "total_price": {"sql": "SUM(price)", "unit": "BRL"},
            "average_price": {"sql": "AVG(price)", "unit": "BRL"},
            "total_freight_value": {"sql": "SUM(freight_value)", "unit": "BRL"},
            "average_freight_value": {"sql": "AVG(freight_value)", "unit": "BRL"},
        },
    },
    {
        "table": "sellers", "entity": {"en": "seller", "es": "vendedor"}, "primary_key": "seller_id",
        "columns": {"seller_id": column("id"), "seller_city": column("dimension"), "seller_state": column("dimension")},
        "metrics": {"count": {"sql": "COUNT(*)", "aliases": ["number of sellers", "sellers", "vendedores"]}},
    },
    {
        "table": "products", "entity": {"en": "product", "es": "producto"}, "primary_key": "product_id",
        "columns": {
            "product_id": column("id"), "product_category_name": column("dimension"),
            "product_weight_g": column("measure"),
        },
        "metrics": {
            "count": {"sql": "COUNT(*)", "aliases": ["number of products", "products", "productos"]},
            "average_product_weight_g": {"sql": "AVG(product_weight_g)"},
        },
    },
    {
        "table": "order_payments", "entity": {"en": "payment", "es": "pago"},
        "primary_key": ["order_id", "payment_sequential"],
        "columns": {
            "order_id": column("id"), "payment_sequential": column("id"), "payment_type": column("dimension"),
            "payment_installments": column("measure"), "payment_value": column("measure", unit="BRL"),
        },
        "joins": {"order": {"table": "orders", "on": "order_id"}},
        "metrics": {
            "count": {"sql": "COUNT(*)", "aliases": ["number of payments", "payments", "pagos"]},
            "total_payment_value": {"sql": "SUM(payment_value)", "unit": "BRL"},
            "average_payment_value": {"sql": "AVG(payment_value)", "unit": "BRL"},
            "average_payment_installments": {"sql": "AVG(payment_installments)"},
        },
    },
    {
        "table": "order_reviews", "entity": {"en": "review", "es": "reseña"}, "primary_key": ["review_id", "order_id"],
        "time_column": "review_creation_date",
        "columns": {
            "review_id": column("id"), "order_id": column("id"), "review_score": column("measure"),
            "review_creation_date": column("time"), "review_comment_message": column("text"),
        },
        "joins": {"order": {"table": "orders", "on": "order_id"}},
        "metrics": {
            "count": {"sql": "COUNT(*)", "aliases": ["number of reviews", "reviews", "reseñas"]},
            "average_review_score": {"sql": "AVG(review_score)"},
        },
    },
    {
        "table": "geolocation",
        "columns": {"geolocation_city": column("dimension"), "geolocation_state": column("dimension")},
        "metrics": {"count": {"sql": "COUNT(*)", "aliases": ["number of geolocation rows"]}},
    },
]  # fmt: skip

_TYPES = {"time": "timestamp", "measure": "decimal(12,2)", "id": "text", "dimension": "text", "text": "text"}

STATES = ("SP", "RJ", "MG", "RS", "PR", "AC", "OR")
MARKETPLACE_VALUES = (
    Values("orders.order_status", ("delivered", "shipped", "canceled", "invoiced", "unavailable", "in transit")),
    Values("customers.customer_state", STATES),
    Values("sellers.seller_state", STATES[:5]),
    Values("geolocation.geolocation_state", STATES),
    Values("customers.customer_city", ("sao paulo", "rio de janeiro", "porto alegre", "it")),
    Values("sellers.seller_city", ("sao paulo", "curitiba", "ibitinga")),
    Values("products.product_category_name", ("beleza_saude", "cama_mesa_banho", "informatica_acessorios", "now")),
    Values("order_payments.payment_type", ("credit_card", "boleto", "voucher", "debit_card", "not_defined")),
)

REFERENCE_ORDERS = {
    "table": "orders", "version": "2.1", "deprecated": False, "description": "Ordenes realizadas en la plataforma",
    "grain": "1 row = 1 order", "primary_key": "order_id", "time_column": "order_date",
    "columns": {
        "order_id": "Identificador unico de la orden", "customer_id": "Cliente que realizo la orden",
        "order_status": "Estado de la orden", "order_total": "Monto total de la orden",
    },
    "metrics": {
        "repeat_customers": {
            "description": "Clientes con mas de una orden",
            "sql": "COUNT(DISTINCT customer_id) FILTER (WHERE order_count > 1)", "requires": ["customer_id"],
            "aliases": ["clientes recurrentes", "returning customers", "clientes que regresan"],
        },
        "total_revenue": {
            "description": "Suma de ingresos", "sql": "SUM(order_total)", "requires": ["order_total"],
            "aliases": ["ventas totales", "ingresos", "revenue"],
        },
        "total_customers": {"description": "Clientes", "sql": "COUNT(DISTINCT customer_id)"},
    },
}  # fmt: skip


def physical(documents: list[dict]) -> PhysicalSchema:
    tables = []
    for document in documents:
        columns = tuple(
            PhysicalColumn(name=name, type=_TYPES[entry["kind"]] if isinstance(entry, dict) else "text")
            for name, entry in document["columns"].items()
        )
        tables.append(PhysicalTable(schema_name="silver", name=document["table"], columns=columns))
    return PhysicalSchema(tables=tuple(tables))


def catalog_of(documents: list[dict], schema: PhysicalSchema | None = None) -> Catalog:
    tables = {document["table"]: TableEntry.model_validate(document) for document in documents}
    return build_catalog(Dictionary(tables=tables), schema or physical(documents))


@dataclass
class Reader:
    """A vocabulary with a check that compiles nothing but the joins: every member exists and is reached many-to-one."""

    catalog: Catalog
    vocabulary: Vocabulary
    today: date = TODAY

    def ask(self, text: str, **more) -> Resolution:
        return read_question(
            Question(text=text, today=more.pop("today", self.today), **more), self.vocabulary, self.check
        )

    def check(self, query: MetricQuery) -> None:
        for metric in query.metrics:
            self.catalog.metric(metric)
            root = metric.partition(".")[0]
            for member in (*(by.dimension for by in query.by), *_members(query.filters)):
                if member == TIME:
                    if time_member(self.catalog, metric) is None:
                        raise QueryError("no time column")
                elif member not in self.vocabulary.metrics:
                    table = self.catalog.column(*_split(member)).table
                    if not self.catalog.paths(root, table):
                        raise QueryError(f"{metric} does not reach {member}")


def _split(member: str) -> tuple[str, list[str], str]:
    root, *joins, name = member.split(".")
    return root, joins, name


def _members(nodes: tuple[FilterNode, ...]) -> list[str]:
    found = []
    for node in nodes:
        if isinstance(node, AllOf | AnyOf):
            found += _members(node.all if isinstance(node, AllOf) else node.any)
        else:
            found.append(node.member)
    return found


def reader_of(documents: list[dict], values: tuple[Values, ...] = (), schema: PhysicalSchema | None = None) -> Reader:
    catalog = catalog_of(documents, schema)
    return Reader(catalog, build_vocabulary(catalog, values))


def marketplace() -> Reader:
    return reader_of(MARKETPLACE, MARKETPLACE_VALUES)


def shape(resolution: Resolution) -> str:
    """A resolved query in one line, to compare with."""
    query = resolution.query
    if resolution.status != "resolved" or query is None:
        return f"{resolution.status}: {' '.join(reason.code for reason in resolution.reasons)}"
    parts = [" + ".join(query.metrics)]
    parts += [f"by {by.dimension}{':' + by.grain if by.grain else ''}" for by in query.by]
    if query.time_range:
        span = query.time_range
        parts.append(f"{span.dimension or 'time'} {span.since or ''}..{span.until or ''}")
    parts += [f"{node.member} {node.op} {'|'.join(map(str, node.values))}" for node in query.filters]
    parts += [f"order {'-' if order.desc else ''}{order.member}" for order in query.order]
    if query.limit:
        parts.append(f"limit {query.limit}")
    return "; ".join(parts)
