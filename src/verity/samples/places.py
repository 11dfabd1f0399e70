"""Scout's branches: where they are, how big, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Branch:
    """One shop. `weight` is its size against an average one, `monthly_rent` in centavos."""

    branch_id: str
    name: str
    city: str
    region: str
    island_group: str
    opened_on: date
    weight: float
    monthly_rent: int


def _branch(number: int, city: str, site: str, region: str, group: str, opened: str, weight: float) -> Branch:
    return Branch(
        branch_id=f"B{number:03d}",
        name=f"Scout {site}",
        city=city,
        region=region,
        island_group=group,
        opened_on=date.fromisoformat(opened),
        weight=weight,
        monthly_rent=int(2_000 + 3_000 * weight) * 100,
    )


BRANCHES: tuple[Branch, ...] = (
    _branch(1, "Manila", "Ermita", "Metro Manila", "Luzon", "2016-03-14", 1.9),
    _branch(2, "Manila", "Binondo", "Metro Manila", "Luzon", "2018-08-01", 1.3),
    _branch(3, "Quezon City", "Cubao", "Metro Manila", "Luzon", "2016-11-05", 2.1),
    _branch(4, "Quezon City", "Diliman", "Metro Manila", "Luzon", "2019-02-18", 1.4),
    _branch(5, "Makati", "Legazpi Village", "Metro Manila", "Luzon", "2017-05-22", 1.7),
    _branch(6, "Pasig", "Kapitolyo", "Metro Manila", "Luzon", "2020-10-01", 1.1),
    _branch(7, "Baguio", "Session Road", "Cordillera", "Luzon", "2019-06-08", 0.8),
    _branch(8, "San Fernando", "La Union", "Ilocos", "Luzon", "2022-04-11", 0.5),
    _branch(9, "Angeles", "Balibago", "Central Luzon", "Luzon", "2018-09-29", 0.9),
    _branch(10, "Malolos", "Malolos", "Central Luzon", "Luzon", "2023-03-06", 0.6),
    _branch(11, "Calamba", "Calamba", "Calabarzon", "Luzon", "2019-11-16", 0.9),
    _branch(12, "Lipa", "Lipa", "Calabarzon", "Luzon", "2021-07-03", 0.7),
    _branch(13, "Antipolo", "Antipolo", "Calabarzon", "Luzon", "2023-09-15", 0.8),
    _branch(14, "Naga", "Naga", "Bicol", "Luzon", "2020-02-24", 0.6),
    _branch(15, "Legazpi", "Albay", "Bicol", "Luzon", "2024-02-12", 0.5),
    _branch(16, "Cebu City", "Colon", "Central Visayas", "Visayas", "2017-01-20", 1.6),
    _branch(17, "Mandaue", "Mandaue", "Central Visayas", "Visayas", "2020-08-15", 0.8),
    _branch(18, "Iloilo City", "Jaro", "Western Visayas", "Visayas", "2018-03-10", 1.0),
    _branch(19, "Bacolod", "Lacson", "Western Visayas", "Visayas", "2021-05-27", 0.8),
    _branch(20, "Tacloban", "Tacloban", "Eastern Visayas", "Visayas", "2022-10-08", 0.5),
    _branch(21, "Davao City", "Bajada", "Davao", "Mindanao", "2017-09-09", 1.5),
    _branch(22, "Cagayan de Oro", "Divisoria", "Northern Mindanao", "Mindanao", "2019-04-30", 0.9),
    _branch(23, "General Santos", "Lagao", "Soccsksargen", "Mindanao", "2024-06-17", 0.6),
    _branch(24, "Zamboanga City", "Tetuan", "Zamboanga Peninsula", "Mindanao", "2025-03-24", 0.6),
)
REGIONS: tuple[str, ...] = tuple(dict.fromkeys(branch.region for branch in BRANCHES))
