"""Hold every input and output of a tool against its JSON Schema; block what does not fit."""

from __future__ import annotations

import threading
from itertools import islice

import jsonschema_rs

from verity.contracts.base import Json
from verity.contracts.tool import ToolDefinition
from verity.core.redaction import one_line
from verity.exceptions import ToolInputInvalid, ToolOutputInvalid, ToolSchemaInvalid

_SHOWN = 3


class SchemaValidator:
    """Validates by schemas that are compiled once a tool version. Errors name the JSON path of each fault."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], tuple[Json, jsonschema_rs.Validator]] = {}
        self._lock = threading.Lock()

    def check_definition(self, tool: ToolDefinition) -> None:
        """Compile both schemas. Raises `ToolSchemaInvalid`."""
        self._validator(tool, "input")
        self._validator(tool, "output")

    def check_input(self, tool: ToolDefinition, args: Json) -> None:
        """Raise `ToolInputInvalid` unless the arguments fit."""
        faults = self._faults(tool, "input", args)
        if faults:
            raise ToolInputInvalid(tool.key, f"its input does not fit its schema: {faults}")

    def check_output(self, tool: ToolDefinition, output: Json) -> None:
        """Raise `ToolOutputInvalid` unless the output fits."""
        faults = self._faults(tool, "output", output)
        if faults:
            raise ToolOutputInvalid(
                tool.key,
                f"its output does not fit its schema: {faults}",
                remedy="This is a defect of the tool; its result was not used.",
            )

    def _faults(self, tool: ToolDefinition, side: str, value: Json) -> str:
        validator = self._validator(tool, side)
        try:
            if validator.is_valid(value):
                return ""
            errors = list(islice(validator.iter_errors(value), _SHOWN))
        except (ValueError, UnicodeError) as error:  # text that is no Unicode (a lone surrogate) cannot be checked
            return one_line(f"$: {error}")
        return "; ".join(f"{_path(error.instance_path)}: {one_line(error.message, 160)}" for error in errors)

    def _validator(self, tool: ToolDefinition, side: str) -> jsonschema_rs.Validator:
        schema = tool.input_schema if side == "input" else tool.output_schema
        with self._lock:
            known = self._compiled.get((tool.key, side))
            if known is None or known[0] is not schema:
                known = (schema, _compile(tool.key, side, schema))
                self._compiled[tool.key, side] = known
            return known[1]


def _compile(key: str, side: str, schema: Json) -> jsonschema_rs.Validator:
    try:
        return jsonschema_rs.validator_for(schema, validate_formats=True)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise ToolSchemaInvalid(
            f"Tool {key}: its {side} schema is no JSON Schema: {one_line(str(error))}", remedy="Mend the schema."
        ) from None


def _path(parts: list[str | int]) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
