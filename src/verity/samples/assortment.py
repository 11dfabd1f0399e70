"""What Scout sells: ten categories, and in each ten goods of three sizes. All brands are invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    """One category. Prices are centavos of the smallest size; `by_month` is its season, January first."""

    name: str
    share: float
    lowest: int
    highest: int
    return_rate: float
    single: bool
    """True where a customer rarely takes more than one."""
    brands: tuple[str, ...]
    goods: tuple[str, ...]
    sizes: tuple[str, str, str]
    by_month: tuple[float, ...] = (1.0,) * 12


_SUMMER = (0.9, 0.95, 1.2, 1.35, 1.3, 1.1, 1.0, 0.95, 0.95, 0.95, 0.95, 1.0)
_HOLIDAY = (0.8, 0.85, 0.9, 0.95, 1.0, 1.1, 0.9, 0.9, 0.95, 1.0, 1.25, 1.7)

CATEGORIES: tuple[Category, ...] = (
    Category(
        "Beverages", 17, 1_800, 9_500, 0.008, False, ("Bayani", "Isla Verde", "Amihan"),
        ("Calamansi Juice", "Iced Tea", "Coconut Water", "Mango Nectar", "Cola", "Mineral Water", "Barako Coffee",
         "Chocolate Drink", "Guyabano Juice", "Ginger Tea"),
        ("250 ml", "500 ml", "1 L"), _SUMMER,
    ),
    Category(
        "Snacks", 15, 1_200, 7_500, 0.008, False, ("Tala", "Bayani", "Mayon Select"),
        ("Banana Chips", "Chicharon", "Corn Kernels", "Dried Mangoes", "Peanut Brittle", "Polvoron", "Prawn Crackers",
         "Pili Nuts", "Otap", "Yema"),
        ("60 g", "120 g", "250 g"), (1.0,) * 11 + (1.15,),
    ),
    Category(
        "Household", 10, 3_500, 32_000, 0.02, False, ("Kubo Home", "Luntian"),
        ("Dish Soap", "Laundry Powder", "Floor Cleaner", "Bleach", "Sponge", "Paper Towels", "Garbage Bags",
         "Air Freshener", "Broom", "Fabric Softener"),
        ("small", "medium", "large"),
    ),
    Category(
        "Personal Care", 11, 2_500, 28_000, 0.02, False, ("Sampaguita Care", "Perlas"),
        ("Shampoo", "Bath Soap", "Toothpaste", "Lotion", "Deodorant", "Face Wash", "Sunscreen", "Alcohol", "Cologne",
         "Hair Gel"),
        ("50 ml", "150 ml", "300 ml"),
    ),
    Category(
        "Fresh Produce", 13, 2_000, 16_000, 0.004, False, ("Luntian", "Isla Verde"),
        ("Mangoes", "Bananas", "Calamansi", "Pechay", "Kangkong", "Tomatoes", "Red Onions", "Garlic", "Eggplant",
         "Papaya"),
        ("250 g", "500 g", "1 kg"), _SUMMER,
    ),
    Category(
        "Dairy", 8, 3_000, 19_000, 0.006, False, ("Amihan", "Perlas"),
        ("Fresh Milk", "Kesong Puti", "Yoghurt", "Butter", "Condensed Milk", "Evaporated Milk", "Cream",
         "Cheddar", "Powdered Milk", "Eggs"),
        ("small", "medium", "large"),
    ),
    Category(
        "Bakery", 9, 1_000, 12_000, 0.003, False, ("Tala", "Habagat"),
        ("Pandesal", "Ensaymada", "Sliced Bread", "Monay", "Hopia", "Spanish Bread", "Mamon", "Pianono", "Empanada",
         "Buko Pie"),
        ("single", "half dozen", "dozen"), (1.0,) * 11 + (1.2,),
    ),
    Category(
        "Frozen", 7, 6_000, 29_000, 0.007, False, ("Mayon Select", "Habagat"),
        ("Lumpia", "Longganisa", "Tocino", "Fish Balls", "Siomai", "Bangus", "Chicken Wings", "Ice Cream", "Squid",
         "Hotdogs"),
        ("250 g", "500 g", "1 kg"),
    ),
    Category(
        "Electronics", 3, 15_000, 160_000, 0.045, True, ("Kidlat", "Liwanag"),
        ("USB Cable", "Power Bank", "Earphones", "Desk Fan", "Rice Cooker", "LED Lamp", "Phone Charger", "Radio",
         "Electric Kettle", "Extension Cord"),
        ("basic", "plus", "pro"), _HOLIDAY,
    ),
    Category(
        "Apparel", 6, 9_500, 48_000, 0.06, True, ("Habi", "Perlas"),
        ("T-Shirt", "Shorts", "Slippers", "Cap", "Polo", "School Uniform", "Socks", "Raincoat", "Dress", "Jacket"),
        ("S", "M", "L"), _HOLIDAY,
    ),
)  # fmt: skip

CATEGORY_NAMES: tuple[str, ...] = tuple(category.name for category in CATEGORIES)
UNKNOWN_CATEGORIES: tuple[str, ...] = ("Misc", "Uncategorised", "N/A", "Toys", "???")
"""Category texts that some tills send and that the allowed list doesn't know."""
SPELLINGS: tuple[str, ...] = tuple(text for name in CATEGORY_NAMES for text in (name.upper(), f"{name.lower()} "))
"""Two careless spellings of each category, in order; silver reads them as the category."""
CATEGORY_TEXTS: tuple[str, ...] = CATEGORY_NAMES + SPELLINGS + UNKNOWN_CATEGORIES

PAYMENT_METHODS: tuple[str, ...] = ("cash", "gcash", "card", "maya")
SEGMENTS: tuple[str, ...] = ("retail", "member", "wholesale")
KINDS: tuple[str, ...] = ("sale", "return")
STATUSES: tuple[str, ...] = ("completed", "voided", "pending")
