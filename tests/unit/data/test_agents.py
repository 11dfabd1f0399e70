"""An agent's document is read whole or refused with its file named."""

from __future__ import annotations

import json

import pytest

from verity.data.agents import load_agent
from verity.exceptions import AgentInvalid, VerityError

REFERENCE = {
    "agent": "data_analyst",
    "allowed_tools": ["resolve_semantics", "run_table_query", "build_chart", "compute_forecast"],
    "addons_enabled": ["forecast"],
}


def test_the_reference_form_is_read_from_json_and_yaml(tmp_path):
    (tmp_path / "data_analyst.json").write_text(json.dumps(REFERENCE))
    assert load_agent(tmp_path, "data_analyst").model_dump(mode="json", exclude_defaults=True) == REFERENCE
    (tmp_path / "other.yml").write_text("agent: other\nallowed_tools: [run_table_query@1.1]\n")
    assert load_agent(tmp_path, "other").allowed_tools == ("run_table_query@1.1",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("agent: a\n", "allowed_tools"),
        ("agent: a\nallowed_tools: [x]\nextra: 1\n", "extra"),
        ("agent: b\nallowed_tools: [x]\n", "'b'"),
        ("agent: [\n", "a.yml"),
        ("- a\n", "a.yml"),
    ],
)
def test_a_wrong_document_is_refused_with_its_file(tmp_path, text, words):
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(VerityError) as caught:
        load_agent(tmp_path, "a")
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_missing_agent_is_named_with_its_neighbour(tmp_path):
    (tmp_path / "data_analyst.yml").write_text("agent: data_analyst\nallowed_tools: []\n")
    with pytest.raises(AgentInvalid, match="Did you mean 'data_analyst'"):
        load_agent(tmp_path, "data_analist")
