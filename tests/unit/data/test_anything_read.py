"""Whatever a file holds, reading it ends with a dictionary or with errors of Verity, and soon."""

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verity.data.catalog import build_catalog
from verity.data.check import check_dictionary
from verity.data.dictionary import load_dictionary
from verity.data.model import TableEntry
from verity.data.yaml_reader import read_yaml
from verity.exceptions import DictionaryInvalid, DictionarySyntax

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEYS = st.sampled_from([*TableEntry.model_fields, "sql", "type", "on", "rows", "values", "aliases", "es", "x", "ñ"])
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | KEYS
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))


def faults_of(read, *arguments):
    """What a reader returned, and the errors that it raised instead."""
    try:
        return read(*arguments), ()
    except DictionarySyntax as error:
        return None, (error,)
    except DictionaryInvalid as invalid:
        return None, invalid.errors


@QUICK
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t\\é😀\x00", max_size=40))
def test_any_text_is_a_document_or_a_syntax_error_with_a_line(text):
    _, errors = faults_of(read_yaml, text, "f")
    assert all(error.place.startswith("f") and error.remedy for error in errors)


@QUICK
@given(st.binary(max_size=60))
def test_any_bytes_are_a_dictionary_or_errors(folder, content):
    _, errors = faults_of(load_dictionary, folder({"a.yml": content, "b.json": content}))
    assert all(error.place and error.remedy for error in errors)


@QUICK
@given(st.dictionaries(KEYS, TREES, max_size=6))
def test_any_tree_of_known_keys_is_a_dictionary_that_can_be_checked_or_errors(folder, tree):
    document = {"table": "t", **{key: value for key, value in tree.items() if key != "table"}}
    dictionary, errors = faults_of(load_dictionary, folder({"a.json": json.dumps(document)}))
    assert all(error.remedy and error.place.startswith("dictionary/a.json") for error in errors)
    findings = check_dictionary(build_catalog(dictionary)) if dictionary else ()
    assert all(finding.remedy for finding in findings)


@QUICK
@given(TREES)
def test_yaml_says_what_json_says(tree):
    text = json.dumps(tree, ensure_ascii=False)
    assert read_yaml(text, "f").value == json.loads(text)
    assert read_yaml(yaml.safe_dump(tree, allow_unicode=True), "f").value == tree


GREAT = ("a: {" * 30_000, "[" * 200_000, "a" * 2_000_000, "a: b\n" * 100_000, "- x\n" * 100_000)


@pytest.mark.parametrize(("text", "refused"), list(zip(GREAT, (True, True, False, True, False), strict=True)))
@pytest.mark.timeout(5)
def test_a_great_file_is_read_or_refused_soon(text, refused):
    assert bool(faults_of(read_yaml, text, "f")[1]) is refused
