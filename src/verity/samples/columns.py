"""Rows as Arrow columns and Parquet files. Centavos become DECIMAL without touching a float."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from verity.samples.assortment import CATEGORY_TEXTS, KINDS, PAYMENT_METHODS, STATUSES
from verity.samples.people import Product
from verity.samples.places import BRANCHES
from verity.samples.streams import Flags, Ints
from verity.samples.transactions import NO_ORIGINAL, NOBODY, Rows

ROW_GROUP = 131_072


def write_transactions(rows: Rows, products: tuple[Product, ...], path: Path) -> None:
    """One Parquet file of a chunk."""
    pq.write_table(as_table(rows, products), path, row_group_size=ROW_GROUP, compression="zstd")


def as_table(rows: Rows, products: tuple[Product, ...]) -> pa.Table:
    """The columns of bronze_transactions as a till delivers them."""
    return pa.table(
        {
            "transaction_id": _ids(rows.id, rows.no_id),
            "transaction_ts": pa.array(rows.second * 1_000_000, mask=rows.no_second).cast(pa.timestamp("us")),
            "branch_id": _named(rows.branch, tuple(branch.branch_id for branch in BRANCHES)),
            "customer_id": customer_ids(rows.customer),
            "product_id": _named(rows.product, tuple(product.product_id for product in products)),
            "category": _named(rows.category, CATEGORY_TEXTS),
            "quantity": pa.array(rows.quantity.astype(np.int32)),
            "unit_price": decimals(rows.unit_price, 12),
            "discount": decimals(rows.discount, 12),
            "amount": decimals(rows.amount, 14, missing=rows.no_amount),
            "payment_method": _named(rows.payment, PAYMENT_METHODS),
            "type": _named(rows.kind, KINDS),
            "original_transaction_id": _ids(rows.original, rows.original == NO_ORIGINAL),
            "status": _named(rows.status, STATUSES),
        }
    )


def decimals(centavos: Ints, precision: int, missing: Flags | None = None) -> pa.Array:
    """DECIMAL(precision, 2) from whole centavos: each 128-bit value is the integer and its sign, low word first."""
    words = np.empty((len(centavos), 2), dtype="<i8")
    words[:, 0], words[:, 1] = centavos, centavos >> 63
    present = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little").tobytes())
    buffers = [present, pa.py_buffer(words.tobytes())]
    return pa.Array.from_buffers(pa.decimal128(precision, 2), len(centavos), buffers)


def customer_ids(customer: Ints) -> pa.Array:
    """`C0000001` for the first customer; null for a walk-in."""
    digits = pc.utf8_lpad(pc.cast(pa.array(customer + 1, mask=customer == NOBODY), pa.string()), 7, "0")
    return pc.binary_join_element_wise("C", digits, "")


def _ids(numbers: Ints, missing: Flags) -> pa.Array:
    return pc.binary_join_element_wise("T", pc.cast(pa.array(numbers, mask=missing), pa.string()), "")


def _named(index: Ints, names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(names)).cast(pa.string())
