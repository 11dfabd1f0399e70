"""From somebody's CSV files to right, recorded answers, by the command line alone."""

from __future__ import annotations

import json

import pytest


def test_an_answer_carries_everything_it_rests_on(own_files, verity_cli):
    done = verity_cli("ask", "number of orders by status", "--format", "json", "--project", own_files)
    answer = done.json
    assert done.code == 0
    assert answer["status"] == "answered"
    assert answer["table"]["rows"] == [["canceled", 1], ["delivered", 5]]
    assert [c["role"] for c in answer["table"]["columns"]] == ["dimension", "metric"]
    assert answer["evidence"]["engine"] == "duckdb"
    assert answer["evidence"]["principal"] == "owner (all rows)"
    assert "SELECT" in answer["evidence"]["sql"].upper()
    assert answer["evidence"]["freshness"]
    assert len(answer["checkpoints"]) >= 2
    assert answer["chart"]["chart_kind"] == "bar"


def test_money_is_exact_text_and_typed_by_the_plan(own_files, verity_cli):
    answer = verity_cli("ask", "total of the orders in 2024", "--project", own_files, "--format", "json").json
    listed = verity_cli("--project", own_files, "query", "--list", "--format", "json").json
    total = next(m["member"] for m in listed if m["kind"] == "metric" and m["member"].endswith("sum_of_total"))
    done = verity_cli(
        "--project",
        own_files,
        "query",
        "--metrics",
        total,
        "--until",
        "2025-01-01",
        "--since",
        "2024-01-01",
        "--format",
        "json",
    ).json
    assert done["table"]["rows"] == [["76.75"]]
    assert done["table"]["columns"][0]["type"] == "decimal(38,2)"
    assert answer["status"] in {"answered", "clarify"}
    if answer["status"] == "answered":
        assert answer["table"]["rows"] == [["76.75"]]


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        ("2024-01-05", "2024-02-04", 3),
        ("2024-01-05 08:00", "2024-02-04T23:30", 2),
        ("2024-01-05T00:00Z", "2025-01-01", 5),
    ],
)
def test_a_range_may_begin_and_end_at_a_time_of_day(own_files, verity_cli, since, until, count):
    asked = ["--metrics", "number_of_orders", "--since", since, "--until", until, "--format", "json"]
    assert verity_cli("--project", own_files, "query", *asked).json["table"]["rows"] == [[count]]


def test_spanish_is_answered_in_spanish_with_the_same_number(own_files, verity_cli):
    english = verity_cli("ask", "number of orders in 2024", "--project", own_files, "--format", "json").json
    spanish = verity_cli("ask", "número de pedidos en 2024", "--project", own_files, "--format", "json").json
    assert english["table"]["rows"] == spanish["table"]["rows"] == [[5]]
    assert (english["language"], spanish["language"]) == ("en", "es")
    assert english["query"] == spanish["query"]


@pytest.mark.parametrize(
    "question", ["what was our profit", "orders by astrological sign", "¿cuál es el margen?", "", "😀"]
)
def test_what_is_not_understood_is_not_answered(own_files, verity_cli, question):
    done = verity_cli("ask", question, "--project", own_files, "--format", "json")
    assert done.code == 3
    assert done.json["status"] in {"refused", "clarify"}
    assert done.json["table"] is None
    assert done.json["reasons"]
    assert all(reason["code"] and reason["message"] for reason in done.json["reasons"])


def test_a_replay_of_an_answer_is_equal_step_by_step(own_files, verity_cli):
    answer = verity_cli("ask", "orders by month in 2024", "--project", own_files, "--format", "json").json
    replay = verity_cli("replay", answer["conversation_id"], "--project", own_files, "--format", "json")
    assert replay.code == 0
    assert [step["verdict"] for step in replay.json["steps"]] == ["equal"] * len(answer["checkpoints"])


def test_a_principal_sees_nothing_of_a_table_without_access(own_files, verity_cli, tmp_path):
    ana = tmp_path / "ana.json"
    ana.write_text(json.dumps({"id": "ana", "roles": ["analyst"], "attributes": {}}))
    done = verity_cli("ask", "number of orders", "--as", ana, "--project", own_files, "--format", "json")
    assert done.code == 3
    assert done.json["table"] is None
    assert "orders.order_count" not in done.out


def test_a_document_cannot_make_an_owner(own_files, verity_cli, tmp_path):
    thief = tmp_path / "thief.json"
    thief.write_text(json.dumps({"id": "x", "roles": [], "attributes": {}, "kind": "owner"}))
    done = verity_cli("ask", "number of orders", "--as", thief, "--project", own_files)
    assert done.code == 2
    assert "kind" not in done.out


def test_the_chart_is_written_as_a_picture(own_files, verity_cli, tmp_path):
    picture = tmp_path / "orders.png"
    done = verity_cli("ask", "orders by month in 2024", "--chart", picture, "--project", own_files)
    assert done.code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_query_by_name_comes_as_csv_and_parquet(own_files, verity_cli, tmp_path):
    member = "orders.number_of_orders"
    csv = verity_cli("query", "--metrics", member, "--by", "status", "--format", "csv", "--project", own_files)
    assert csv.code == 0, csv.err
    assert csv.out.splitlines()[1:] == ['"canceled",1', '"delivered",5']
    out = tmp_path / "x.parquet"
    done = verity_cli(
        "query", "--metrics", member, "--by", "status", "--format", "parquet", "--out", out, "--project", own_files
    )
    assert done.code == 0
    assert out.read_bytes().startswith(b"PAR1")


def test_a_batch_answers_each_line_in_order_and_a_bad_line_does_not_stop_it(own_files, verity_cli, tmp_path):
    batch = tmp_path / "q.jsonl"
    lines = [
        '{"id": "a", "question": "number of orders"}',
        "{not json",
        '{"id": "c"}',
        '{"id": "d", "question": "number of orders in 2025", "extra": 1}',
    ]
    batch.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = verity_cli("eval", batch, "--project", own_files)
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0
    assert [answer["status"] for answer in answers] == ["answered", "error", "error", "answered"]
    assert [answer["id"] for answer in answers] == ["a", None, "c", "d"]


def test_the_doctor_shows_settings_with_their_origin_and_a_whole_record(own_files, verity_cli):
    done = verity_cli("doctor", "--project", own_files, "--format", "json")
    assert done.code == 0, done.out
    assert {s["name"]: s["origin"] for s in done.json["settings"]}["warehouse.engine"] == "default"
    assert {part["name"]: part["status"] for part in done.json["parts"]}["record"] == "ok"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ask"], 2),
        (["nonsense"], 2),
        (["query"], 2),
        (["query", "--metrics", "x", "--limit", "0"], 2),
        (["ask", "number of orders", "--today", "yesterday"], 2),
        (["query", "--metrics", "revenu"], 1),
        (["query", "--metrics", "number_of_orders", "--where", "status ="], 1),
        (["query", "--metrics", "number_of_orders", "--compare", "previous_year"], 1),
        (["replay", "no-such-conversation"], 1),
        (["sync", "no-such-source"], 1),
    ],
)
def test_a_mistake_gets_a_code_and_a_remedy_and_never_a_traceback(own_files, verity_cli, arguments, code):
    done = verity_cli(*arguments, "--project", own_files)
    assert done.code == code, done.out + done.err
    assert "VRT-" in done.err
    assert "Traceback" not in done.err + done.out
    assert len(done.err.strip().splitlines()) >= 2, "an error says what to do next"


def test_outside_a_project_the_error_says_how_to_make_one(verity_cli, tmp_path):
    done = verity_cli("ask", "anything", cwd=tmp_path)
    assert done.code == 1
    assert "verity init" in done.err


def test_an_error_under_format_json_is_json(own_files, verity_cli):
    done = verity_cli("query", "--metrics", "revenu", "--format", "json", "--project", own_files)
    assert done.code == 1
    assert done.json["error"]["code"].startswith("VRT-")
