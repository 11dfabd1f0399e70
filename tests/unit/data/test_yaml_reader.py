"""YAML is read as 1.2, with lines, and nothing that a file holds can hurt the reader."""

import pytest

from verity.data.yaml_events import _read_fully
from verity.data.yaml_reader import read_json, read_yaml
from verity.exceptions import DictionarySyntax


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "NO", "y", "n", "On", "2025-12-01", "12:30", "007", "1_000"]
)
def test_a_bare_word_of_yaml_1_1_stays_text(word):
    assert read_yaml(f"{word}: {word}", "f").value == {word: word}


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("12", 12), ("-3", -3), ("0x1F", 31),
     ("0o17", 15), ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5), ("'12'", "12"), ('"true"', "true"), ("!!str 12", "12")],
)  # fmt: skip
def test_a_scalar_of_the_core_schema_has_its_type(text, value):
    read = read_yaml(f"k: {text}", "f").value["k"]
    assert read == value
    assert isinstance(read, type(value))


def test_a_number_remembers_how_it_was_written():
    assert read_yaml("version: 2.10", "f").value["version"].text == "2.10"
    assert read_json('{"version": 2.10}', "f").value["version"].text == "2.10"


def test_keys_are_always_text():
    assert read_yaml("1: a\ntrue: b\nnull: c", "f").value == {"1": "a", "true": "b", "null": "c"}


def test_each_entry_knows_its_line():
    document = read_yaml("a:\n  b: 1\n  c:\n    - x\n    - y\n", "f")
    assert document.line(("a", "b")) == 2
    assert document.line(("a", "c", 1)) == 5
    assert document.line(("a", "nowhere", "deeper")) == 1


def test_json_entries_know_their_lines_too():
    assert read_json('{\n "a": {\n  "b": "\\ud83d\\ude00"}\n}', "f").value == {"a": {"b": "😀"}}
    assert read_json('{\n "a": {\n  "b": 1}\n}', "f").line(("a", "b")) == 3


def test_aliases_repeat_what_they_name():
    document = read_yaml("a: &x {k: [1, 2]}\nb: *x\nc: &s text\nd: *s\n", "f")
    assert document.value == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}, "c": "text", "d": "text"}


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' is written twice (first on line 1)"),
        ("a:\n\tb: 1\n", 2, "a tab stands where spaces must"),
        ("a: 1\nb: [1, 2\n", 3, "not valid YAML"),
        ("a: 1\n b: 2\n", 2, "mapping values are not allowed"),
        ("a: 'open\n", 2, "not valid YAML"),
        ("a: *nothing\n", 1, "names nothing above it"),
        ("a: &a [*a]\n", 1, "names nothing above it"),
        ("a: !!python/object:os.system x\n", 1, "the tag"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins"),
        ("? [a]\n: 1\n", 1, "a key must be plain text"),
        ("a: 1\nb: \x07\n", 2, "U+0007"),
        ("a: " + "[" * 100 + "]" * 100, 1, "levels deep"),
        ("".join(f"{' ' * i}a:\n" for i in range(100)), 65, "levels deep"),
        ("- " * 50_000 + "x", 1, "levels deep"),
        (LAUGHS, 6, "aliases repeat"),
    ],
)
def test_what_is_not_a_plain_document_is_refused_with_its_line(text, line, says):
    with pytest.raises(DictionarySyntax) as caught:
        read_yaml(text, "dictionary/orders.yml")
    assert says in caught.value.message
    assert caught.value.place == f"dictionary/orders.yml:{line}"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('{\n "a": 1,\n}', "f:2", "a comma stands before the closing bracket"),
        ('{\n "a": [1, 2,\n ]\n}', "f:2", "a comma stands before the closing bracket"),
        ('{\n "a": 1\n "b": 2}', "f:3", "not valid JSON"),
        ('{"a": NaN}', "f", "NaN is not JSON"),
        ('{\n "a": 1,\n "a": 2}', "f:3", "written twice"),
        ('{"a": "\\ud83d\\ude00", "a": 2}', "f", "written twice"),
        ('{"a": ' + "[" * 100 + "]" * 100 + "}", "f:1", "levels deep"),
        ("[" * 100_000, "f", "levels deep"),
        ('{"a": ' + "9" * 5_000 + "}", "f", "too long"),
        ("", "f:1", "not valid JSON"),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text, place, says):
    with pytest.raises(DictionarySyntax) as caught:
        read_json(text, "f")
    assert says in caught.value.message
    assert caught.value.place == place


@pytest.mark.parametrize(
    "text",
    ["", "a: 1",
     "- 1\n- [x, {y: 2.50}]", "a: {b: [], c: {}}\nd: ''\n", "k: !!str 12", "a: &x [1]\nb: *x", "x\n", "? a\n: b"],
)  # fmt: skip
def test_the_plain_reader_gives_what_the_full_reader_gives(text):
    assert read_yaml(text, "f").value == _read_fully(text, "f").value


def test_lines_are_found_whichever_reader_read_the_text():
    text = "a:\n  b: [1, 2]\nc:\n  - d: e\n"
    assert dict(read_yaml(text, "f").lines) == dict(_read_fully(text, "f").lines)
