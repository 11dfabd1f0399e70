"""Scout's products, customers and vendors, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from verity.samples.assortment import CATEGORIES
from verity.samples.period import DAYS, TODAY, day_number
from verity.samples.places import BRANCHES
from verity.samples.streams import Floats, Ints, Stream, Table

_FIRST_NAMES = (
    "Maria", "Jose", "Juan", "Ana", "Angelica", "Mark", "Grace", "Paolo", "Kristine", "Rafael", "Liza", "Miguel",
    "Jasmine", "Carlo", "Andrea", "Dennis", "Rowena", "Emmanuel", "Cherry", "Ramon", "Bea", "Antonio", "Divina",
    "Gabriel", "Lourdes", "Noel", "Patricia", "Ricardo", "Teresa", "Vicente", "Imelda", "Joshua",
)  # fmt: skip
_LAST_NAMES = (
    "Santos", "Reyes", "Cruz", "Bautista", "Ocampo", "Garcia", "Mendoza", "Torres", "Aquino", "Ramos", "Flores",
    "Villanueva", "Castillo", "Dela Cruz", "Navarro", "Salazar", "Mercado", "Aguilar", "Pascual", "Soriano",
    "Manalo", "Magsaysay", "Dimaculangan", "Panganiban", "Lim", "Tan", "Uy", "Sy", "Abad", "Macaraeg",
)  # fmt: skip
_VENDOR_HEADS = ("Bagong Umaga", "Dalisay", "Ginto", "Hiraya", "Kalayaan", "Lakan", "Maharlika", "Silangan")
_VENDOR_KINDS = ("Properties", "Power", "Payroll Services", "Logistics", "Media", "Repairs", "Supplies", "Software")
EXPENSE_CATEGORIES = (
    "Rent", "Utilities", "Salaries", "Logistics", "Marketing", "Maintenance", "Supplies", "Software",
)  # fmt: skip
"""In the order of the kinds of vendor."""


@dataclass(frozen=True)
class Product:
    """One good in one size. Money in centavos."""

    product_id: str
    name: str
    category: int
    brand: str
    unit_cost: int
    list_price: int
    weight: float


@dataclass(frozen=True)
class Vendor:
    """Who is paid. `category` indexes `EXPENSE_CATEGORIES`."""

    vendor_id: str
    name: str
    category: int
    city: str
    since: date


@dataclass(frozen=True)
class Customers:
    """Customers as columns, sorted by home branch, then by the day they joined."""

    branch: Ints
    joined: Ints
    """Day number; negative before the first day."""
    segment: Ints
    first_name: Ints
    last_name: Ints
    first_of_branch: Ints
    known: Ints
    """How many customers of each branch have joined by each day: shape (branches, days)."""

    def __len__(self) -> int:
        return len(self.branch)

    def full_name(self, i: int) -> str:
        """First and last name of the i-th customer."""
        return f"{_FIRST_NAMES[int(self.first_name[i])]} {_LAST_NAMES[int(self.last_name[i])]}"


def draw_products(seed: int) -> tuple[Product, ...]:
    """300 products. The last good of each category's last size never sells (weight 0)."""
    stream = Stream(seed, Table.PRODUCTS)
    products: list[Product] = []
    for index, category in enumerate(CATEGORIES):
        level = stream.uniform(len(category.goods))
        cost_share = 0.58 + 0.22 * stream.uniform(len(category.goods))
        weight = 0.1 + stream.uniform(len(category.goods) * 3)
        brand = stream.below(len(category.brands), len(category.goods))
        for good, name in enumerate(category.goods):
            smallest = category.lowest + (category.highest - category.lowest) * level[good] * level[good]
            for size, factor in enumerate((1.0, 1.75, 3.1)):
                price = int(smallest * factor / 25) * 25
                unsold = good == len(category.goods) - 1 and size == 2
                products.append(
                    Product(
                        product_id=f"P{len(products) + 1:04d}",
                        name=f"{name} {category.sizes[size]}",
                        category=index,
                        brand=category.brands[int(brand[good])],
                        unit_cost=int(price * cost_share[good]),
                        list_price=price,
                        weight=0.0 if unsold else float(weight[good * 3 + size]),
                    )
                )
    return tuple(products)


def draw_customers(seed: int, scale: int) -> Customers:
    """About 4,000 customers a unit of scale; no more beyond scale 50 (a city has only so many people)."""
    stream = Stream(seed, Table.CUSTOMERS)
    n = 4_000 * min(scale, 50)
    branch = stream.choose(np.array([b.weight for b in BRANCHES]), n)
    opened = np.array([max(day_number(b.opened_on), day_number(date(2019, 1, 1))) for b in BRANCHES])[branch]
    joined = opened + (stream.uniform(n) * (DAYS - opened)).astype(np.int64)
    segment = stream.choose(np.array([0.55, 0.37, 0.08]), n)
    first_name = stream.below(len(_FIRST_NAMES), n)
    last_name = stream.below(len(_LAST_NAMES), n)
    order = np.lexsort((np.arange(n), joined, branch))
    branch, joined = branch[order], joined[order]
    first_of_branch = np.searchsorted(branch, np.arange(len(BRANCHES))).astype(np.int64)
    return Customers(
        branch=branch,
        joined=joined,
        segment=segment[order],
        first_name=first_name[order],
        last_name=last_name[order],
        first_of_branch=first_of_branch,
        known=_known(branch, joined),
    )


def _known(branch: Ints, joined: Ints) -> Ints:
    days = np.arange(DAYS)
    counts = [np.searchsorted(joined[branch == b], days, side="right") for b in range(len(BRANCHES))]
    return np.array(counts, dtype=np.int64)


def draw_vendors(seed: int) -> tuple[Vendor, ...]:
    """40 vendors, five of each kind."""
    stream = Stream(seed, Table.VENDORS)
    n = 5 * len(_VENDOR_KINDS)
    heads = np.concatenate([stream.order(len(_VENDOR_HEADS))[:5] for _ in _VENDOR_KINDS])
    city = stream.below(len(BRANCHES), n)
    age = stream.below(3_000, n)
    return tuple(
        Vendor(
            vendor_id=f"V{i + 1:03d}",
            name=f"{_VENDOR_HEADS[int(heads[i])]} {_VENDOR_KINDS[i // 5]}",
            category=i // 5,
            city=BRANCHES[int(city[i])].city,
            since=TODAY - timedelta(days=int(age[i]) + 1_100),
        )
        for i in range(n)
    )


def product_weights(products: tuple[Product, ...], month: int) -> Floats:
    """How likely each product is to be sold in a calendar month (0 = January)."""
    totals = [sum(p.weight for p in products if p.category == c) for c in range(len(CATEGORIES))]
    return np.array(
        [
            p.weight / totals[p.category] * CATEGORIES[p.category].share * CATEGORIES[p.category].by_month[month]
            for p in products
        ]
    )
