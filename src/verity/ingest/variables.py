"""`${NAME}` in a URL: a reference to an environment variable, the one way that a secret enters."""

from __future__ import annotations

import re
from collections.abc import Mapping

from verity.exceptions import SecretMissing

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def fill_variables(text: str, environment: Mapping[str, str], asker: str) -> str:
    """The text with its references filled in. Raises `SecretMissing`, which names the variable and never a value."""

    def fill(found: re.Match[str]) -> str:
        value = environment.get(found[1])
        if not value:
            raise SecretMissing(
                f"{asker} needs the environment variable {found[1]}, which is not set",
                remedy=f"export {found[1]}='...' and run it again.",
            )
        return value

    return VARIABLE.sub(fill, text)
