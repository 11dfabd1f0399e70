"""A draft asserts what names and values prove together, and reports the rest. Schemas here are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.unit.data.drafting import doubts, drafted, joins, rows, table

from verity.data.drafts import Draft, to_yaml
from verity.data.model import TableEntry
from verity.data.yaml_reader import read_yaml

CITIES = ("Rome", "Paris", "Lima")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    return drafted(
        tmp_path_factory.mktemp("shop"),
        {
            "customers": rows(
                "id,first_name,email,phone,city,created_at",
                39,
                lambda n: (
                    n,
                    f"Ann{n}",
                    f"a{n}@example.com",
                    f"+1 555 010 {n:04d}",
                    CITIES[n % 3],
                    f"2024-01-{n % 28 + 1:02d} 10:00:00",
                ),
            ),
            "addresses": rows("id,street,country_code", 25, lambda n: (n, f"Road {n}", ("IT", "FR")[n % 2])),
            "countries": "code,name\nIT,Italy\nFR,France\nDE,Germany\n",
            "orders": rows(
                "id,customer_id,billing_address_id,shipping_address_id,orderDate,status,totalAmount,discountPct,zip",
                120,
                lambda n: (
                    n,
                    n % 39 + 1,
                    n % 20 + 1,
                    n % 19 + 2,
                    f"2024-02-{n % 28 + 1:02d}",
                    ("new", "paid")[n % 2],
                    f"{n * 1.25:.2f}",
                    n % 7,
                    f"0{1000 + n}",
                ),
            ),
            "order_lines": rows(
                "order_id,line_no,product_id,qty,unit_price",
                200,
                lambda n: ((n + 1) // 2, n % 2, n % 9 + 1, n % 5, f"{n % 11}.5"),
            ),
            "products": rows("id,name,list_price,weight_kg", 12, lambda n: (n, f"Thing {n}", f"{n}.99", n / 8)),
        },
    )


@pytest.fixture(scope="module")
def spanish(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    return drafted(
        tmp_path_factory.mktemp("tienda"),
        {
            "clientes": rows(
                "id_cliente,nombre,ciudad,fecha_alta",
                40,
                lambda n: (n, f"N{n}", CITIES[n % 3], f"2023-01-{n % 28 + 1:02d}"),
            ),
            "direcciones": rows("id_direccion,calle,codigo_postal", 11, lambda n: (n, f"Calle {n}", f"0{8000 + n}")),
            "pedidos": rows(
                "id_pedido,id_cliente,fecha_pedido,estado,importe_total,id_direccion_envio",
                149,
                lambda n: (
                    n,
                    n % 39 + 1,
                    f"2024-01-{n % 28 + 1:02d}",
                    ("pagado", "enviado")[n % 2],
                    f"{n}.25",
                    n % 9 + 1,
                ),
            ),
            "lineas_pedido": rows(
                "id_pedido,num_linea,cantidad,precio_unitario",
                290,
                lambda n: ((n + 1) // 2, n % 2 + 1, n % 4, f"{n % 7}.5"),
            ),
        },
    )


def test_an_id_column_in_every_table_is_each_ones_key_and_joins_nothing_by_itself(shop: Draft) -> None:
    assert {name: table(shop, name).primary_key for name in ("customers", "orders", "products")} == {
        "customers": ("id",),
        "orders": ("id",),
        "products": ("id",),
    }
    assert table(shop, "customers").joins == {}
    assert table(shop, "products").joins == {}


def test_a_reference_named_after_another_table_is_a_join(shop: Draft) -> None:
    assert joins(table(shop, "orders"))["customer"] == ("customers", {"customer_id": "id"})


def test_two_references_to_one_table_are_two_joins_named_by_their_roles(shop: Draft) -> None:
    found = joins(table(shop, "orders"))
    assert found["billing_address"] == ("addresses", {"billing_address_id": "id"})
    assert found["shipping_address"] == ("addresses", {"shipping_address_id": "id"})


def test_a_natural_code_is_a_key_and_what_carries_it_joins(shop: Draft) -> None:
    assert table(shop, "countries").primary_key == ("code",)
    assert joins(table(shop, "addresses")) == {"country": ("countries", {"country_code": "code"})}


def test_a_line_number_makes_the_key_with_its_parent_even_where_another_pair_is_unique_too(shop: Draft) -> None:
    assert table(shop, "order_lines").primary_key == ("order_id", "line_no")


def test_a_join_whose_name_sql_keeps_for_itself_takes_the_plural(shop: Draft) -> None:
    assert joins(table(shop, "order_lines"))["orders"] == ("orders", {"order_id": "id"})


def test_a_part_takes_the_time_of_its_whole(shop: Draft) -> None:
    assert table(shop, "order_lines").time_column == "orders.orderDate"


def test_rows_are_called_by_the_singular_of_their_table(shop: Draft) -> None:
    assert table(shop, "order_lines").entity == {"en": "order line", "es": "línea de pedido"}
    assert table(shop, "addresses").entity == {"en": "address", "es": "dirección"}


def test_leading_zeros_stay_text(shop: Draft) -> None:
    assert table(shop, "orders").columns["zip"].type == "text"
    assert table(shop, "orders").columns["zip"].kind == "dimension"


def test_money_in_floating_point_is_typed_decimal(shop: Draft) -> None:
    orders = table(shop, "orders")
    assert orders.columns["totalAmount"].type == "decimal(18,2)"
    assert orders.columns["totalAmount"].unit == "money"
    typed = next(profile for profile in shop.profiles if profile.name == "orders")
    assert next(c.type for c in typed.columns if c.name == "totalAmount") == "decimal(18,2)"


def test_money_with_more_digits_than_cents_can_hold_stays_floating_and_is_reported(tmp_path: Path) -> None:
    made = drafted(tmp_path / "d", {"trades": rows("id,price", 30, lambda n: (n, f"{n / 7:.9f}"))})
    assert table(made, "trades").columns["price"].type == "double"
    assert any("9 decimal digits" in text for text in doubts(made, "type", "trades"))


def test_ids_codes_scores_rates_and_unit_prices_are_never_summed(shop: Draft, spanish: Draft) -> None:
    for made in (shop, spanish):
        for entry in made.tables:
            for metric in entry.metrics.values():
                column = (metric.sql or "").removeprefix("SUM(").removesuffix(")").strip('"')
                if (metric.sql or "").startswith("SUM("):
                    assert entry.columns[column].kind == "measure"
                    assert not {"unit_price", "discountPct", "precio_unitario", "zip", "line_no"} & {column}
    assert "average_unit_price" in table(shop, "order_lines").metrics
    assert "average_discount_pct" in table(shop, "orders").metrics


def test_amounts_and_quantities_are_summed_and_averaged(shop: Draft) -> None:
    lines, orders = table(shop, "order_lines").metrics, table(shop, "orders").metrics
    assert lines["total_qty"].sql == "SUM(qty)"
    assert orders["sum_of_total_amount"].sql == 'SUM("totalAmount")'
    assert orders["average_total_amount"].sql == 'AVG("totalAmount")'
    assert "total amount" in orders["sum_of_total_amount"].aliases["en"]


def test_the_bare_name_of_a_measure_is_no_alias_of_its_sum_or_its_average(shop: Draft, spanish: Draft) -> None:
    for made in (shop, spanish):
        for entry in made.tables:
            for name, metric in entry.metrics.items():
                said = {text for texts in metric.aliases.values() for text in texts}
                if name.startswith(("total_", "average_")):
                    assert not {"price", "qty", "quantity", "cantidad", "precio", "precio unitario"} & said


def test_a_count_is_asked_in_the_obvious_words_of_both_languages(shop: Draft) -> None:
    count = table(shop, "orders").metrics["number_of_orders"]
    assert count.sql == "COUNT(*)"
    assert {"number of orders", "orders", "order count"} <= set(count.aliases["en"])
    assert {"número de pedidos", "cantidad de pedidos", "pedidos"} <= set(count.aliases["es"])


def test_total_and_the_rows_name_is_no_alias_where_money_could_be_meant(shop: Draft) -> None:
    assert "total orders" not in table(shop, "orders").metrics["number_of_orders"].aliases["en"]
    assert "total products" not in table(shop, "products").metrics["number_of_products"].aliases["en"]
    assert "total customers" in table(shop, "customers").metrics["number_of_customers"].aliases["en"]


def test_what_a_table_refers_to_can_be_counted_distinct(shop: Draft) -> None:
    assert table(shop, "orders").metrics["distinct_customers"].sql == "COUNT(DISTINCT customer_id)"


def test_personal_columns_are_found_by_name_and_by_shape(shop: Draft) -> None:
    customers = table(shop, "customers").columns
    assert {name: customers[name].pii for name in ("first_name", "email", "phone", "city")} == {
        "first_name": "name",
        "email": "email",
        "phone": "phone",
        "city": None,
    }


def test_few_values_are_listed_with_what_people_call_them_and_personal_ones_are_not(shop: Draft) -> None:
    status = table(shop, "orders").columns["status"]
    assert [value.value for value in status.values] == ["new", "paid"]
    assert status.values[1].aliases["es"] == ("pagado", "pagada", "pagados", "pagadas")
    assert table(shop, "customers").columns["first_name"].values == ()


def test_every_entry_is_a_draft(shop: Draft) -> None:
    for entry in shop.tables:
        parts = [*entry.columns.values(), *entry.metrics.values(), *entry.joins.values()]
        assert entry.draft
        assert all(part.draft for part in parts)


def test_no_access_is_drafted(shop: Draft) -> None:
    assert all(entry.access is None for entry in shop.tables)


def test_the_same_profiles_give_the_same_draft(shop: Draft, tmp_path: Path) -> None:
    files = {"a": rows("id,b_id", 9, lambda n: (n, n)), "b": rows("id,v", 9, lambda n: (n, n * 2))}
    first, second = drafted(tmp_path / "one", files), drafted(tmp_path / "two", files)
    assert [to_yaml(entry) for entry in first.tables] == [to_yaml(entry) for entry in second.tables]
    assert first.report == second.report


def test_the_yaml_reads_back_as_the_entry_it_was_written_from(shop: Draft, spanish: Draft) -> None:
    for entry in (*shop.tables, *spanish.tables):
        assert TableEntry.model_validate(read_yaml(to_yaml(entry), "x.yml").value) == entry
        assert yaml.safe_load(to_yaml(entry))["table"] == entry.table


def test_words_that_yaml_takes_for_something_else_survive(tmp_path: Path) -> None:
    made = drafted(tmp_path / "d", {"answers": "id,no,answer\n1,x,yes\n2,y,no\n3,z,on\n4,w,NO\n"})
    entry = table(made, "answers")
    assert TableEntry.model_validate(read_yaml(to_yaml(entry), "x.yml").value) == entry
    assert {value.value for value in entry.columns["answer"].values} == {"yes", "no", "on", "NO"}


def test_spanish_names_get_spanish_words_first_and_english_ones_beside(spanish: Draft) -> None:
    orders = table(spanish, "pedidos")
    assert orders.entity == {"en": "order", "es": "pedido"}
    assert orders.primary_key == ("id_pedido",)
    assert orders.time_column == "fecha_pedido"
    assert "order date" in orders.columns["fecha_pedido"].aliases["en"]
    assert "fecha de pedido" in orders.columns["fecha_pedido"].aliases["es"]
    assert {"orders", "number of orders"} <= set(orders.metrics["number_of_pedidos"].aliases["en"])


def test_spanish_references_join_like_english_ones(spanish: Draft) -> None:
    assert joins(table(spanish, "pedidos")) == {
        "cliente": ("clientes", "id_cliente"),
        "direccion_envio": ("direcciones", {"id_direccion_envio": "id_direccion"}),
    }
    assert table(spanish, "lineas_pedido").primary_key == ("id_pedido", "num_linea")
    assert table(spanish, "lineas_pedido").time_column == "pedido.fecha_pedido"


def test_a_manager_is_a_row_of_the_same_table(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "hr",
        {
            "employees": rows(
                "employee_id,full_name,manager_id,department_id,birth_date,hire_date,salary",
                49,
                lambda n: (
                    n,
                    f"N{n}",
                    n // 3 or None,
                    n % 4 + 1,
                    f"19{60 + n % 30}-01-02",
                    f"20{10 + n % 10}-03-04",
                    1000 + n * 10,
                ),
            ),
            "departments": rows("department_id,name,budget", 4, lambda n: (n, f"Dep {n}", f"{n * 1000}.50")),
        },
    )
    employees = table(made, "employees")
    assert joins(employees) == {
        "manager": ("employees", {"manager_id": "employee_id"}),
        "department": ("departments", "department_id"),
    }
    assert employees.time_column == "hire_date", "a birth date is never when a row happened"
    assert employees.columns["birth_date"].pii == "birth date"


def test_a_pair_of_references_is_the_key_of_a_table_between_two_others(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "school",
        {
            "students": rows("student_id,name,age", 39, lambda n: (n, f"S{n}", 10 + n % 8)),
            "courses": rows("course_code,title,credits", 7, lambda n: (f"C{n}", f"Title {n}", n % 4 + 1)),
            "enrollments": rows(
                "student_id,course_code,grade,enrolled_on",
                200,
                lambda n: (n % 39 + 1, f"C{n % 7 + 1}", n % 10, f"2024-01-{n % 28 + 1:02d}"),
            ),
        },
    )
    enrollments = table(made, "enrollments")
    assert enrollments.primary_key == ("student_id", "course_code")
    assert set(enrollments.joins) == {"student", "course"}
    assert enrollments.columns["grade"].kind == "dimension"
    assert "average_grade" in enrollments.metrics
    assert "total_grade" not in enrollments.metrics


def test_a_table_with_two_parents_and_an_event_of_its_own_keeps_its_own_time(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "clinic",
        {
            "patients": rows(
                "patient_id,date_of_birth,registered_on",
                40,
                lambda n: (f"P{n}", f"19{50 + n % 40}-05-06", "2020-01-01"),
            ),
            "doctors": rows("doctor_id,specialty", 7, lambda n: (f"D{n}", ("Heart", "Skin")[n % 2])),
            "appointments": rows(
                "appointment_id,patient_id,doctor_id,scheduled_at,updated_at,fee",
                150,
                lambda n: (
                    n,
                    f"P{n % 39 + 1}",
                    f"D{n % 7 + 1}",
                    f"2024-03-{n % 28 + 1:02d} 09:00:00",
                    "2024-06-01 00:00:00",
                    50 + n % 5,
                ),
            ),
        },
    )
    assert table(made, "appointments").time_column == "scheduled_at"
    assert set(table(made, "appointments").joins) == {"patient", "doctor"}
    assert table(made, "patients").time_column == "registered_on"


def test_a_visit_does_not_take_the_time_of_the_customer_who_made_it(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "d",
        {
            "customers": rows("customer_id,created_at", 20, lambda n: (n, f"2020-01-{n:02d}")),
            "carts": rows("cart_id,customer_id,total", 60, lambda n: (n, n % 20 + 1, f"{n}.10")),
        },
    )
    assert table(made, "carts").time_column is None


def test_a_weak_match_of_agreeing_names_is_joined_and_reported_with_its_share(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "d",
        {
            "orders": rows("order_id,order_date", 25, lambda n: (n, "2024-01-01")),
            "payments": rows("order_id,payment_sequential,payment_value", 100, lambda n: (n, 1, f"{n}.5")),
        },
    )
    payments = table(made, "payments")
    assert payments.joins["orders"].matched == 0.25
    assert payments.time_column is None, "three quarters of the rows would have no time"
    assert any("25%" in text for text in doubts(made, "join", "payments"))
    assert any("25%" in text for text in doubts(made, "time", "payments"))
    assert any("25.0%" in note for note in payments.business_notes)


def test_agreeing_names_without_one_matching_value_are_reported_and_not_joined(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "d",
        {
            "users": rows("user_id,city", 20, lambda n: (n, "x")),
            "logins": rows("login_id,user_id", 20, lambda n: (n, n + 1000)),
        },
    )
    assert table(made, "logins").joins == {}
    assert any("no value matches" in text for text in doubts(made, "join", "logins"))


def test_a_shared_code_that_is_nobodys_key_joins_nothing(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "d",
        {
            "people": rows("person_id,zip_code", 30, lambda n: (n, f"0{n % 5}000")),
            "places": rows("zip_code,label", 30, lambda n: (f"0{n % 5}000", f"p{n % 3}")),
        },
    )
    assert table(made, "people").joins == {}
    assert table(made, "places").primary_key == ()
    assert doubts(made, "key", "places")


def test_one_key_in_two_tables_joins_the_detail_to_the_thing_the_key_names(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "d",
        {
            "customers": rows("customer_id,city", 30, lambda n: (n, "x")),
            "loyalty_cards": rows("customer_id,card_level", 20, lambda n: (n, n % 3)),
        },
    )
    join = table(made, "loyalty_cards").joins["customer"]
    assert (join.table, join.type) == ("customers", "one_to_one")
    assert table(made, "customers").joins == {}


def test_a_table_without_rows_has_no_key_and_is_reported(tmp_path: Path) -> None:
    made = drafted(tmp_path / "d", {"empty": "id,name,customer_id\n", "customers": "id,name\n1,a\n2,b\n"})
    assert table(made, "empty").primary_key == ()
    assert table(made, "empty").joins == {}
    assert any("no rows" in text for text in doubts(made, "key", "empty"))
    assert table(made, "empty").metrics["number_of_empties"].sql == "COUNT(*)"


def test_a_column_without_a_value_is_drafted_and_reported(tmp_path: Path) -> None:
    made = drafted(tmp_path / "d", {"things": rows("id,nothing", 9, lambda n: (n, None))})
    assert table(made, "things").columns["nothing"].kind == "dimension"
    assert any("'nothing'" in text for text in doubts(made, "column", "things"))


def test_a_few_rows_whose_names_do_not_say_key_prove_none(tmp_path: Path) -> None:
    made = drafted(tmp_path / "d", {"cities": "size,mood\n1,good\n2,bad\n3,fine\n"})
    assert table(made, "cities").primary_key == ()


def test_a_wide_table_is_drafted_whole_and_its_unknown_columns_reported_in_one_line(tmp_path: Path) -> None:
    header = ",".join(f"c{place}" for place in range(90))
    made = drafted(tmp_path / "d", {"wide": rows(header, 40, lambda n: [(n * place) % 7 for place in range(90)])})
    assert len(table(made, "wide").columns) == 90
    assert len(doubts(made, "column", "wide")) == 1


def test_a_metric_never_takes_the_name_of_a_column(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "d",
        {"sales": rows("id,price,total_price,number_of_sales", 30, lambda n: (n, f"{n}.5", f"{n}.7", n % 4))},
    )
    sales = table(made, "sales")
    assert not {name.lower() for name in sales.metrics} & {name.lower() for name in sales.columns}
    assert len([metric for metric in sales.metrics.values() if (metric.sql or "").startswith("SUM(")]) == 3


def test_names_that_are_no_words_of_sql_are_quoted_in_the_metrics(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "d",
        {"odd": 'id,"unit ""A"" count",order,UnitCost\n' + "".join(f"{n},{n},{n},{n}.5\n" for n in range(1, 40))},
    )
    expressions = {metric.sql for metric in table(made, "odd").metrics.values()}
    assert {'AVG("unit ""A"" count")', 'AVG("UnitCost")', 'AVG("order")'} <= expressions


def test_the_report_reads_as_text_and_as_markdown(shop: Draft) -> None:
    assert "orders: 120 rows, one per order; key id; time orderDate" in shop.report.to_text()
    assert "| orders | 120 | order | id | orderDate |" in shop.report.to_markdown()
    assert "## Personal data" in shop.report.to_markdown()


def test_counts_of_one_thing_in_several_tables_say_which_rows_they_mean(tmp_path: Path) -> None:
    made = drafted(
        tmp_path / "d",
        {
            "users": rows("user_id,city", 20, lambda n: (n, "x")),
            "logins": rows("login_id,user_id", 60, lambda n: (n, n % 20 + 1)),
            "posts": rows("post_id,user_id", 60, lambda n: (n, n % 10 + 1)),
        },
    )
    logins = table(made, "logins").metrics["distinct_users"].aliases["en"]
    posts = table(made, "posts").metrics["distinct_users"].aliases["en"]
    assert "users with logins" in logins
    assert "users with posts" in posts
    assert set(logins) & set(posts) == {"distinct users"}, "the plain words are asked back"


def test_a_vague_word_alone_is_no_name_of_a_column(tmp_path: Path) -> None:
    made = drafted(tmp_path / "d", {"payments": rows("payment_id,payment_value", 30, lambda n: (n, f"{n}.50"))})
    assert "value" not in table(made, "payments").columns["payment_value"].aliases["en"]
