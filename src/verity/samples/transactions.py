"""One chunk of transactions: the sales of some days at every branch, and the returns of those sales.

Everything here is clean; `verity.samples.dirt` spoils some rows afterwards. Money is whole centavos.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from verity.samples.assortment import CATEGORIES, SEGMENTS, STATUSES
from verity.samples.demand import BULK_CATEGORY, BULK_SINCE, BULK_UNTIL, arrivals, is_promotion
from verity.samples.people import Customers, Product, product_weights
from verity.samples.period import DAYS, FIRST_DAY, date_of, day_number
from verity.samples.streams import Flags, Floats, Ints, Stream, Table

SECONDS_A_DAY = 86_400
EPOCH_DAY = (FIRST_DAY - date(1970, 1, 1)).days
"""Days from 1970-01-01 to the first day."""
NOBODY = -1
"""The customer of a walk-in sale."""
NO_ORIGINAL = -1

_WHOLESALE = SEGMENTS.index("wholesale")
_HOURS = np.array([0.0] * 8 + [2, 4, 5, 7, 8, 6, 5, 5, 7, 9, 10, 8, 5, 2] + [0.0] * 2)
_PAYMENTS_BY_YEAR = np.array([[0.55, 0.22, 0.14, 0.09], [0.47, 0.28, 0.15, 0.10], [0.40, 0.33, 0.15, 0.12]])
_PRICE_BY_YEAR = np.array([92, 96, 100])
"""Percent of the list price, so that prices rise."""


@dataclass(frozen=True)
class Chunk:
    """The n-th part of the work: days that lie in one month."""

    number: int
    year: int
    month: int
    part: int
    days: range

    @property
    def file_name(self) -> str:
        """The Parquet file of this chunk."""
        return f"transactions-{self.year}-{self.month:02d}-{self.part:02d}.parquet"

    @property
    def first_id(self) -> int:
        """Ids of this chunk are this number and those after it; no other chunk comes near."""
        return (self.year % 100 * 100 + self.month) * 10**9 + self.part * 10**7


@dataclass(frozen=True)
class Rows:
    """Transactions as columns of one length. Indexes point into the tuples of `assortment` and `places`."""

    id: Ints
    second: Ints
    """Seconds since 1970-01-01, Manila local time."""
    branch: Ints
    customer: Ints
    product: Ints
    category: Ints
    quantity: Ints
    unit_price: Ints
    discount: Ints
    amount: Ints
    payment: Ints
    kind: Ints
    status: Ints
    original: Ints
    no_id: Flags
    no_second: Flags
    no_amount: Flags

    def __len__(self) -> int:
        return len(self.id)

    def take(self, at: Ints | Flags) -> Rows:
        """The rows at these positions."""
        return Rows(**{f.name: getattr(self, f.name)[at] for f in fields(self)})

    def then(self, other: Rows) -> Rows:
        """These rows, then those."""
        return Rows(**{f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)})

    @property
    def day(self) -> Ints:
        """Day number of each row."""
        return self.second // SECONDS_A_DAY - EPOCH_DAY


def draw_rows(
    seed: int, scale: int, chunk: Chunk, products: tuple[Product, ...], customers: Customers
) -> tuple[Rows, Flags]:
    """The sales of a chunk in order of time, then their returns; and which rows are returned or are a return."""
    stream = Stream(seed, Table.TRANSACTIONS, chunk.number)
    sales = _draw_sales(stream, scale, chunk, products, customers)
    returned, returns = _draw_returns(stream, sales, chunk.first_id + len(sales))
    return sales.then(returns), np.concatenate([returned, np.ones(len(returns), dtype=np.bool_)])


def _draw_sales(stream: Stream, scale: int, chunk: Chunk, products: tuple[Product, ...], customers: Customers) -> Rows:
    branch, day = _where_and_when(stream, scale, chunk)
    n = len(branch)
    clock = stream.choose(_HOURS, n) * 3_600 + stream.below(3_600, n)
    order = np.lexsort((np.arange(n), clock, day))
    branch, day, clock = branch[order], day[order], clock[order]
    product = stream.choose(product_weights(products, chunk.month - 1), n)
    customer = _draw_customers(stream, branch, day, customers)
    segment = np.where(customer == NOBODY, 0, customers.segment[customer])
    category = np.array([p.category for p in products])[product]
    quantity = _draw_quantities(stream, day, category, segment)
    year = chunk.year - FIRST_DAY.year
    unit_price = np.array([p.list_price for p in products])[product] * int(_PRICE_BY_YEAR[year]) // 100
    discount = quantity * unit_price * _draw_discounts(stream, day, quantity, segment) // 100
    nothing = np.zeros(n, dtype=np.bool_)
    return Rows(
        id=chunk.first_id + np.arange(n),
        second=(day + EPOCH_DAY) * SECONDS_A_DAY + clock,
        branch=branch,
        customer=customer,
        product=product,
        category=_spell(stream, category),
        quantity=quantity,
        unit_price=unit_price,
        discount=discount,
        amount=quantity * unit_price - discount,
        payment=stream.choose(_PAYMENTS_BY_YEAR[year], n),
        kind=np.zeros(n, dtype=np.int64),
        status=_draw_statuses(stream, day),
        original=np.full(n, NO_ORIGINAL),
        no_id=nothing,
        no_second=nothing,
        no_amount=nothing,
    )


def _where_and_when(stream: Stream, scale: int, chunk: Chunk) -> tuple[Ints, Ints]:
    counts = arrivals(stream, chunk.days, scale)
    branch = np.repeat(np.arange(counts.shape[0]), counts.sum(axis=1))
    day = np.repeat(np.tile(np.array(chunk.days), counts.shape[0]), counts.ravel())
    return branch, day


def _draw_customers(stream: Stream, branch: Ints, day: Ints, customers: Customers) -> Ints:
    """A third walk in unknown; of the others the early ones of a branch come most often."""
    n = len(branch)
    known = customers.known[branch, day]
    u = stream.uniform(n)
    customer = customers.first_of_branch[branch] + (u * np.sqrt(u) * known).astype(np.int64)
    return np.where((stream.uniform(n) < 0.35) | (known == 0), NOBODY, customer)


def _draw_quantities(stream: Stream, day: Ints, category: Ints, segment: Ints) -> Ints:
    n = len(day)
    u = stream.uniform(n)
    usual = 1 + (4 * u * u * u).astype(np.int64)
    single = np.array([c.single for c in CATEGORIES])[category]
    retail = np.where(single, 1 + (1.15 * u).astype(np.int64), usual)
    wholesale = 4 + (14 * u * u).astype(np.int64)
    quantity = np.where((segment == _WHOLESALE) & ~single, wholesale, retail)
    bulk_names = [c.name == BULK_CATEGORY for c in CATEGORIES]
    in_week = (day >= day_number(BULK_SINCE)) & (day < day_number(BULK_UNTIL)) & np.array(bulk_names)[category]
    bulk = in_week & (stream.uniform(n) < 0.25)
    return np.where(bulk, quantity * 24, quantity)


def _draw_discounts(stream: Stream, day: Ints, quantity: Ints, segment: Ints) -> Ints:
    """Percent off: 8 for wholesale, up to 15 in promotions, 5 for a few others."""
    u = stream.uniform(len(day))
    promoted = np.array([is_promotion(date_of(d)) for d in range(DAYS)])[day] & (u < 0.35)
    promotion = np.where(u < 0.10, 15, 10)
    usual = np.where(u > 0.95, 5, 0)
    return np.where((segment == _WHOLESALE) & (quantity >= 10), 8, np.where(promoted, promotion, usual))


def _draw_statuses(stream: Stream, day: Ints) -> Ints:
    """1.2 % voided, 0.3 % pending; of the last three days 15 % still pending."""
    u = stream.uniform(len(day))
    pending = np.where(day >= DAYS - 3, 0.85, 0.997)
    voided = STATUSES.index("voided")
    return np.where(u < 0.012, voided, np.where(u >= pending, STATUSES.index("pending"), 0)).astype(np.int64)


def _spell(stream: Stream, category: Ints) -> Ints:
    """Index into CATEGORY_TEXTS: 2 % of the rows carry one of the two careless spellings."""
    u = stream.uniform(len(category))
    careless = len(CATEGORIES) + 2 * category + (u < 0.01)
    return np.where(u < 0.02, careless, category).astype(np.int64)


def _draw_returns(stream: Stream, sales: Rows, first_id: int) -> tuple[Flags, Rows]:
    """Which sales come back, and the returns: one to fourteen days later, of all or some of the pieces."""
    n = len(sales)
    rate: Floats = np.array([c.return_rate for c in CATEGORIES])
    home = _category_of(sales.category)
    back = stream.uniform(n) < rate[home]
    second = sales.second + (1 + stream.below(14, n)) * SECONDS_A_DAY
    whole = stream.uniform(n) < 0.8
    pieces = np.where(whole, sales.quantity, 1 + stream.below(sales.quantity, n))
    amount = sales.amount * pieces // sales.quantity
    day = second // SECONDS_A_DAY - EPOCH_DAY
    returned: Flags = back & (sales.status == 0) & (day < DAYS) & (amount > 0)
    returns = replace(
        sales,
        second=second,
        quantity=pieces,
        discount=pieces * sales.unit_price - amount,
        amount=amount,
        kind=np.ones(n, dtype=np.int64),
        original=sales.id,
    ).take(returned)
    return returned, replace(returns, id=first_id + np.arange(len(returns)))


def _category_of(text: Ints) -> npt.NDArray[np.int64]:
    """The category of an index into CATEGORY_TEXTS (known ones only)."""
    return np.where(text < len(CATEGORIES), text, (text - len(CATEGORIES)) // 2)
