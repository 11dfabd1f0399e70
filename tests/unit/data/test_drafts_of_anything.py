"""Whatever the names and figures, a draft is made, names everything once, and its YAML reads back as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verity.contracts.dataset import ColumnProfile, TableProfile, ValueCount
from verity.data.draft_joins import candidates
from verity.data.draft_words import snake_case
from verity.data.drafts import draft, to_yaml
from verity.data.model import TableEntry
from verity.data.yaml_reader import read_yaml

LIKELY = st.sampled_from(
    [
        "id",
        "ID",
        "customer_id",
        "orderId",
        "Total",
        "price",
        "total_price",
        "number_of_orders",
        "at",
        "no",
        "%",
        "#",
        "_",
        "ñ",
        "数量",
        "on",
        "yes",
        "null",
        "order",
        "select",
        "date",
        "0e0",
        "1_000",
        "12:30",
        "~",
        "=",
        "<<",
    ]
)
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"))
ANY_TEXT = st.text(CHARACTERS, min_size=1, max_size=12).filter(lambda text: text.strip() == text)
NAMES = st.one_of(LIKELY, ANY_TEXT)
TYPES = st.sampled_from(
    ["text", "bigint", "double", "decimal(10,2)", "date", "timestamp", "boolean", "json", "other(x)"]
)


@st.composite
def columns(draw: st.DrawFn, name: str, rows: int) -> ColumnProfile:
    kind = draw(TYPES)
    nulls = draw(st.integers(0, rows))
    distinct = draw(st.integers(min(1, rows - nulls), max(rows - nulls, 0)))
    top = tuple(ValueCount(value=text, count=1) for text in draw(st.lists(NAMES, max_size=3, unique=True)))
    return ColumnProfile(
        name=name, type=kind, rows=rows, nulls=nulls, distinct=distinct, top=top if kind == "text" else (),
        mean_length=4.0 if kind == "text" else None,
        fractional_digits=draw(st.sampled_from([None, 0, 2, 9])) if kind in ("double", "bigint") else None,
    )  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[TableProfile, ...]:
    names = draw(st.lists(NAMES.map(snake_case), min_size=1, max_size=3, unique=True))
    made = []
    for name in names:
        rows = draw(st.sampled_from([0, 1, 5, 100]))
        listed = draw(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.casefold))
        profiles = tuple(draw(columns(column, rows)) for column in listed)
        keys = tuple((c.name,) for c in profiles if rows and c.distinct == rows and not c.nulls)
        made.append(TableProfile(name=name, rows=rows, columns=profiles, keys=keys))
    return tuple(made)


@given(tables())
def test_any_profile_is_drafted_and_written_so_that_it_reads_back(profiles: tuple[TableProfile, ...]) -> None:
    made = draft(profiles)
    assert [entry.table for entry in made.tables] == [profile.name for profile in profiles]
    for entry, profile in zip(made.tables, profiles, strict=True):
        assert list(entry.columns) == [column.name for column in profile.columns]
        assert TableEntry.model_validate(read_yaml(to_yaml(entry), "x.yml").value) == entry
        names = [*entry.columns, *entry.metrics]
        assert len({name.casefold() for name in names}) == len(names), "no metric takes a column's name"
    assert made.report.to_text()
    assert made.report.to_markdown()


@given(tables())
def test_a_key_is_only_drafted_where_it_was_proved(profiles: tuple[TableProfile, ...]) -> None:
    for entry, profile in zip(draft(profiles).tables, profiles, strict=True):
        assert entry.primary_key == () or entry.primary_key in profile.keys


@given(tables())
def test_without_a_measured_match_nothing_is_joined(profiles: tuple[TableProfile, ...]) -> None:
    assert candidates(profiles) == candidates(profiles)
    assert all(entry.joins == {} for entry in draft(profiles).tables)
