"""Read conditions and lists of members from text: `status = delivered and total_revenue > 100`, `created_at:month`.

A small parser, never a splice: the text becomes the same filter tree that an API sends. Errors say where.

    condition  = any of: conditions joined by and / or / not, with brackets
    comparison = member (= != <> > >= < <=) value | member [not] in (value, ...) | member [not] between value and value
               | member is [not] null | member [not] contains value | member (starts with | ends with) value
    value      = 'quoted' | "quoted" | bare words up to the next and, or, bracket or comma
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from verity.contracts.metric import (
    GRAINS,
    TIME,
    AllOf,
    AnyOf,
    Condition,
    FilterNode,
    FilterValue,
    Grain,
    GroupBy,
    Operator,
    OrderBy,
)
from verity.data.catalog import Catalog
from verity.exceptions import AmbiguousMember, ConditionSyntax, UnknownMember, did_you_mean
from verity.semantic.types import NUMERIC, family, logical
from verity.semantic.work import compared_part

LONGEST = 20_000
DEEPEST = 50

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<symbol><=|>=|!=|<>|==|=|<|>|\(|\)|,)
      | (?P<word>[^\s'"()<>=!,]+)
      | (?P<open>['"])
      | (?P<other>\S)
    )""",
    re.VERBOSE,
)
_SYMBOLS: dict[str, Operator] = {
    "=": "equals", "==": "equals", "!=": "not_equals", "<>": "not_equals",
    ">": "gt", ">=": "gte", "<": "lt", "<=": "lte",
}  # fmt: skip
_NEGATED: dict[Operator, Operator] = {
    "equals": "not_equals", "in": "not_in", "contains": "not_contains", "is_null": "is_not_null",
    "gt": "lte", "gte": "lt",
}  # fmt: skip
_NEGATED |= {theirs: ours for ours, theirs in _NEGATED.items()}
_COMPARISONS = "=, !=, >, in, between, is null, contains ..."
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["quoted", "symbol", "word", "end"]
    text: str
    at: int
    double: bool = False

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words


def parse_where(text: str, catalog: Catalog) -> FilterNode:
    """A condition over members as a filter tree. Raises `ConditionSyntax` with the place, `UnknownMember`."""
    reader = _Reader(text, catalog)
    node = reader.condition()
    reader.expect_end()
    return node


def parse_by(text: str, catalog: Catalog) -> tuple[GroupBy, ...]:
    """Dimensions with commas between, a grain after a colon. Empty for an empty text."""
    return tuple(_group(text, name, grain, at, catalog) for name, grain, at in _listed(text))


def parse_order(text: str) -> tuple[OrderBy, ...]:
    """Members with commas between; `-member` is descending."""
    return tuple(
        OrderBy(member=(name.lstrip("-") + (f":{grain}" if grain else "")), desc=name.startswith("-"))
        for name, grain, _ in _listed(text)
    )


def _listed(text: str) -> list[tuple[str, str | None, int]]:
    """(name, grain, position) of each item; names may be double-quoted where they hold commas or colons."""
    if not text.strip():
        return []
    if text.count('"') % 2:
        raise ConditionSyntax(text, text.rindex('"'), "this quote is never closed")
    items: list[tuple[str, str | None, int]] = []
    at = 0
    for part in re.findall(r'(?:"(?:[^"]|"")*"|[^,"])*,?', text):
        item = part.removesuffix(",").strip()
        if not part:
            continue
        if not item:
            raise ConditionSyntax(text, at, "a member is missing before the comma")
        place = at + part.index(item[0])
        name, grain = _with_grain(item)
        items.append((name, grain, place))
        at += len(part)
    if text.rstrip().endswith(","):
        raise ConditionSyntax(text, len(text.rstrip()), "a member is missing after the comma")
    return items


def _with_grain(item: str) -> tuple[str, str | None]:
    name, colon, grain = item.rpartition(":")
    if not colon or '"' in grain:
        name, grain = item, ""
    return _unquoted(name.strip()), grain.strip() or None if colon else None


def _unquoted(name: str) -> str:
    return re.sub(r'"((?:[^"]|"")*)"', lambda match: match.group(1).replace('""', '"'), name)


def _group(text: str, name: str, grain: str | None, at: int, catalog: Catalog) -> GroupBy:
    if grain is not None and grain.lower() not in GRAINS:
        guess = did_you_mean(grain, GRAINS)
        hint = f"; did you mean {guess}?" if guess else f"; the grains are {', '.join(GRAINS)}"
        raise ConditionSyntax(text, at + len(name) + 1, f"'{grain}' is no grain{hint}")
    if name != TIME:
        _known(name, catalog)
    return GroupBy(dimension=name, grain=cast("Grain", grain.lower()) if grain else None)


def _known(name: str, catalog: Catalog) -> None:
    try:
        catalog.dimension(name)
    except AmbiguousMember:
        return  # the metrics asked for may settle it; the compiler says so if they do not


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, text: str, catalog: Catalog) -> None:
        self._text = text
        self._catalog = catalog
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def condition(self) -> FilterNode:
        """conjunction (or conjunction)*"""
        parts = [self._conjunction()]
        while self._take_word("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else AnyOf(any=tuple(parts))

    def expect_end(self) -> None:
        """Nothing may follow."""
        token = self._peek()
        if token.kind != "end":
            raise self._error(token, "'and', 'or' or the end is expected here")

    def _conjunction(self) -> FilterNode:
        parts = [self._term()]
        while self._take_word("and"):
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else AllOf(all=tuple(parts))

    def _term(self) -> FilterNode:
        token = self._peek()
        if token.is_word("not"):
            self._advance()
            return self._negated(self._term(), token)
        if token.kind == "symbol" and token.text == "(":
            self._depth += 1
            if self._depth > DEEPEST:
                raise self._error(token, f"brackets nest deeper than {DEEPEST}")
            self._advance()
            node = self.condition()
            self._expect(")", "the bracket is never closed: ')' is expected")
            self._depth -= 1
            return node
        return self._comparison()

    def _comparison(self) -> FilterNode:
        first = self._peek()
        member = self._member()
        token = self._advance()
        if token.kind == "symbol" and token.text in _SYMBOLS:
            return self._made(first, member, _SYMBOLS[token.text], [self._value()])
        if token.is_word("is"):
            negative = self._take_word("not")
            if not self._take_word("null"):
                raise self._error(self._peek(), "'null' is expected after 'is'")
            return self._made(first, member, "is_not_null" if negative else "is_null", [])
        negative = token.is_word("not")
        word = self._advance() if negative else token
        node = self._worded(first, member, word)
        return self._negated(node, token) if negative else node

    def _worded(self, first: _Token, member: str, word: _Token) -> FilterNode:
        if word.is_word("in"):
            return self._made(first, member, "in", self._values())
        if word.is_word("between"):
            low = self._value()
            if not self._take_word("and"):
                raise self._error(self._peek(), "'and' and a second value are expected after 'between'")
            high = self._value()
            return AllOf(all=(self._made(first, member, "gte", [low]), self._made(first, member, "lte", [high])))
        if word.is_word("contains"):
            return self._made(first, member, "contains", [self._value()])
        if word.is_word("starts", "ends"):
            if not self._take_word("with"):
                raise self._error(self._peek(), f"'with' is expected after '{word.text}'")
            return self._made(first, member, "starts_with" if word.is_word("starts") else "ends_with", [self._value()])
        if word.is_word("like"):
            raise self._error(word, "'like' is not known here; use contains, starts with or ends with")
        raise self._error(word, f"a comparison is expected after '{member}': {_COMPARISONS}")

    def _member(self) -> str:
        token = self._advance()
        if token.kind == "quoted" and not token.double:
            raise self._error(token, "a member is expected here; a value stands on the right")
        if token.kind == "symbol" or token.kind == "end" or token.is_word("and", "or", "in", "is"):
            raise self._error(token, "a member is expected here")
        name = token.text
        # "a b".c and a."b c" arrive as several tokens without blanks between
        while self._glued() and self._peek().kind in ("word", "quoted"):
            name += self._advance().text
        return name

    def _glued(self) -> bool:
        before, after = self._tokens[self._next - 1], self._peek()
        return after.at == before.at + _width(before)

    def _values(self) -> list[_Token]:
        self._expect("(", "'(' and values are expected after 'in'")
        values = [self._value()]
        while self._peek().kind == "symbol" and self._peek().text == ",":
            self._advance()
            values.append(self._value())
        self._expect(")", "',' or ')' is expected in this list")
        return values

    def _value(self) -> _Token:
        """A quoted value, or bare words up to what ends them."""
        token = self._advance()
        if token.kind == "quoted":
            return token
        if token.kind != "word" or token.is_word("and", "or"):
            raise self._error(token, "a value is expected here")
        end = token.at + len(token.text)
        while self._peek().kind == "word" and not self._peek().is_word("and", "or"):
            word = self._advance()
            end = word.at + len(word.text)
        value = _Token("word", re.sub(r"\s+", " ", self._text[token.at : end]), token.at)
        if value.is_word("null"):
            raise self._error(
                token, "nothing is compared with null; write 'is null' or 'is not null', the text as 'null'"
            )
        return value

    def _made(self, first: _Token, member: str, op: Operator, values: Sequence[_Token]) -> Condition:
        numeric = self._is_number(first, member)
        return Condition(member=member, op=op, values=tuple(_read(value, numeric=numeric) for value in values))

    def _is_number(self, first: _Token, member: str) -> bool:
        """True for metrics, their compared columns and numeric columns. Raises `UnknownMember` with the place."""
        if member == TIME:
            return False
        if self._is_metric(member):
            return True
        try:
            column = self._catalog.dimension(member).column
        except AmbiguousMember:
            return False  # the metrics asked for may settle it; values are read by the type then
        except UnknownMember as error:
            compared = compared_part(member)
            if compared is not None and self._is_metric(compared[0]):
                return True
            error.message += f" (at character {first.at + 1} of the condition)"
            raise
        return family(logical(column.type)) in NUMERIC

    def _is_metric(self, name: str) -> bool:
        try:
            return self._catalog.find_metric(name) is not None
        except AmbiguousMember:
            return True

    def _negated(self, node: FilterNode, at: _Token) -> FilterNode:
        if isinstance(node, AllOf):
            return AnyOf(any=tuple(self._negated(part, at) for part in node.all))
        if isinstance(node, AnyOf):
            return AllOf(all=tuple(self._negated(part, at) for part in node.any))
        opposite = _NEGATED.get(node.op)
        if opposite is None:
            raise self._error(at, f"'not' cannot stand before '{node.op.replace('_', ' ')}'")
        return node.model_copy(update={"op": opposite})

    def _expect(self, symbol: str, message: str) -> None:
        token = self._peek()
        if token.kind != "symbol" or token.text != symbol:
            raise self._error(token, message)
        self._advance()

    def _take_word(self, word: str) -> bool:
        if self._peek().is_word(word):
            self._advance()
            return True
        return False

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _advance(self) -> _Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _error(self, token: _Token, expected: str) -> ConditionSyntax:
        return ConditionSyntax(self._text, token.at, expected)


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise ConditionSyntax(text[:60], 0, f"a condition has at most {LONGEST} characters")
    tokens: list[_Token] = []
    at = 0
    while match := _TOKEN.match(text, at):
        kind, at = str(match.lastgroup), match.end()
        start = match.start(kind)
        found = match.group(kind)
        if kind == "open":
            raise ConditionSyntax(text, start, "this quote is never closed")
        if kind == "other":
            raise ConditionSyntax(text, start, f"'{found}' is not understood")
        if kind == "quoted":
            quote = found[0]
            tokens.append(_Token("quoted", found[1:-1].replace(quote * 2, quote), start, double=quote == '"'))
        else:
            tokens.append(_Token("symbol" if kind == "symbol" else "word", found, start))
    tokens.append(_Token("end", "", len(text.rstrip())))
    if len(tokens) == 1:
        raise ConditionSyntax(text, 0, "the condition is empty")
    return tokens


def _width(token: _Token) -> int:
    """Characters of the token as it was written."""
    if token.kind != "quoted":
        return len(token.text)
    quote = '"' if token.double else "'"
    return len(token.text) + token.text.count(quote) + 2


def _read(value: _Token, *, numeric: bool) -> FilterValue:
    if not numeric or value.kind == "quoted":
        return value.text
    if _INTEGER.match(value.text):
        return int(value.text)
    return value.text
