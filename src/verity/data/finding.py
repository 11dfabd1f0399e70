"""What a check finds: a coded remark about one place of the dictionary, and the table of all codes."""

from __future__ import annotations

from typing import Literal

from verity.contracts.base import Contract

CODES: dict[str, str] = {
    "VRT-200": "The dictionary is wrong in a way that no other code names.",
    "VRT-201": "The dictionary has errors; nothing of it was loaded.",
    "VRT-202": "A dictionary file is missing, may not be read, or is not UTF-8 text.",
    "VRT-203": "A dictionary file is not YAML or JSON: a tab, an open bracket, a key written twice, too many aliases.",
    "VRT-204": "An entry is not of the dictionary's form: an unknown or missing key, a value of the wrong type.",
    "VRT-205": "Two files define a table of one name.",
    "VRT-206": "A name cannot be asked for: empty, reserved, or with characters that separate names.",
    "VRT-207": "An entry names a column that the table does not have.",
    "VRT-208": "A join cannot be followed: its table, its columns or its condition are missing.",
    "VRT-209": "A metric is incomplete, or is made of metrics that do not exist or go round in a circle.",
    "VRT-210": "An entry uses a column that the dictionary does not declare.",
    "VRT-211": "A table of the dictionary is not in the warehouse.",
    "VRT-212": "A table's key says nothing or is not declared, so rows that repeat cannot be told apart.",
    "VRT-213": "Two or more join paths lead to one table; questions over it must name the path.",
    "VRT-214": "Two members share an alias or a name, so a question that uses it must ask back.",
    "VRT-215": "A value is listed twice, or two values share a label or an alias.",
    "VRT-216": "A metric's meaning changed without a new version and a line in the changelog.",
    "VRT-217": "dictionary.lock.json is missing, cannot be read or written, or is behind the dictionary.",
    "VRT-218": "An access rule cannot be applied as written.",
    "VRT-219": "A name works here but not everywhere: too long for PostgreSQL, or with characters that need quoting.",
}
"""Every code of this package and what it means, in one line each (the error reference is made from it)."""


class Finding(Contract):
    """One remark of a check. `place` is `file:line` where known, `member` the table or `table.name` it is about."""

    code: str
    level: Literal["error", "warning"]
    place: str
    message: str
    remedy: str = ""
    member: str = ""
