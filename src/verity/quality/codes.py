"""The codes of what a live check finds."""

from __future__ import annotations

CODES: dict[str, str] = {
    "VRT-570": "A column's declared type and the type of its data do not fit together.",
    "VRT-571": "The primary key is not unique.",
    "VRT-572": "The primary key is NULL in some rows.",
    "VRT-573": "A join to one row finds several: what it leads to is not unique.",
    "VRT-574": "Fewer rows find their partner over a join than was declared, or hardly any does.",
    "VRT-575": "A column holds values that the dictionary does not list.",
    "VRT-576": "The dictionary lists values that the column does not hold.",
    "VRT-577": "The time column is NULL in every row, so no question about time can be answered.",
    "VRT-578": "A table holds no row.",
    "VRT-579": "A check could not be made.",
    "VRT-580": "A fiscal calendar lacks days that a table has; they fall into no period.",
    "VRT-581": "The weights of a bridge do not add up to 1 for each row, so sums over it are not the whole.",
}
"""Every code of this package and what it means, in one line each (the error reference is made from it)."""
