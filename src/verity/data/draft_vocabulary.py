"""Words of column names that tell what a column is for, English, Spanish and Portuguese, folded.

General words only: a name that needs one of its own is reported as not understood, never guessed.
"""

from __future__ import annotations

MONEY = frozenset(
    [
        "price",
        "cost",
        "amount",
        "revenue",
        "income",
        "sale",
        "sales",
        "profit",
        "margin",
        "expense",
        "budget",
        "fee",
        "commission",
        "charge",
        "tax",
        "vat",
        "tariff",
        "discount",
        "rebate",
        "salary",
        "wage",
        "bonus",
        "payroll",
        "payment",
        "freight",
        "balance",
        "debt",
        "loan",
        "premium",
        "tip",
        "turnover",
        "spend",
        "spending",
        "subtotal",
        "precio",
        "costo",
        "coste",
        "importe",
        "monto",
        "saldo",
        "ingreso",
        "ingresos",
        "gasto",
        "venta",
        "ventas",
        "ganancia",
        "comision",
        "impuesto",
        "iva",
        "descuento",
        "salario",
        "sueldo",
        "pago",
        "flete",
        "presupuesto",
        "cuota",
        "tarifa",
        "total_pagado",
        "preco",
        "custo",
        "receita",
        "despesa",
        "frete",
        "desconto",
    ]
)
"""Words of sums of money."""
PER_UNIT = frozenset(
    ["unit", "rate", "ratio", "per", "average", "avg", "mean", "median", "score", "rating", "grade", "percentage", "percent", "pct", "list", "tasa", "unitario", "promedio", "media", "porcentaje"]
)  # fmt: skip
"""Words of figures that may be averaged and never added."""
LEVELS = frozenset(
    [
        "score",
        "rating",
        "star",
        "stars",
        "grade",
        "level",
        "rank",
        "ranking",
        "priority",
        "severity",
        "stage",
        "tier",
        "nota",
        "calificacion",
        "puntuacion",
        "nivel",
    ]
)
SIZES = frozenset(["length", "lenght", "width", "height", "depth", "size", "age", "temperature", "temp", "speed", "pressure", "humidity", "latitude", "altitude", "duration", "distance", "largo", "ancho", "altura", "edad", "temperatura"])  # fmt: skip
COORDINATES = frozenset(
    ["lat", "lng", "lon", "long", "latitude", "longitude", "latitud", "longitud", "coordinate", "coordinates", "coord"]
)
PERIODS = frozenset(
    [
        "year",
        "month",
        "day",
        "week",
        "weekday",
        "quarter",
        "hour",
        "minute",
        "semester",
        "season",
        "ano",
        "anio",
        "año",
        "mes",
        "dia",
        "semana",
        "trimestre",
        "hora",
    ]
)
CODES = frozenset(
    [
        "zip",
        "postal",
        "postcode",
        "cep",
        "prefix",
        "phone",
        "telephone",
        "tel",
        "fax",
        "mobile",
        "telefono",
        "celular",
        "version",
        "ssn",
        "year_built",
    ]
)
FLAGS = frozenset(["is", "has", "was", "can", "should", "flag", "es", "tiene"])
COUNTS = frozenset(
    ["qty", "quantity", "quant", "count", "cnt", "cantidad", "quantidade", "qtd", "units", "number", "volume"]
)
PERCENT = frozenset(["pct", "percent", "percentage", "rate", "ratio", "share", "porcentaje", "tasa"])
UNITS: dict[str, str] = {
    "g": "g", "kg": "kg", "mg": "mg", "lb": "lb", "lbs": "lb", "oz": "oz", "cm": "cm", "mm": "mm", "m": "m", "km": "km",
    "ft": "ft", "mi": "mi", "miles": "mi", "ml": "ml", "l": "l", "liters": "l", "litros": "l", "kwh": "kWh", "mb": "MB",
    "gb": "GB", "seconds": "s", "secs": "s", "sec": "s", "ms": "ms", "minutes": "min", "mins": "min", "hours": "h", "hrs": "h",
    "days": "d", "weeks": "week", "months": "month", "years": "year", "celsius": "C", "minutos": "min", "horas": "h", "dias": "d",
    "m2": "m2", "sqm": "m2", "sqft": "ft2",
}  # fmt: skip
CURRENCIES = frozenset(
    ["usd", "eur", "gbp", "brl", "mxn", "php", "ars", "clp", "cop", "pen", "jpy", "cny", "inr", "cad", "aud", "chf"]
)
PII_NAMES: tuple[tuple[str, frozenset[str]], ...] = (
    ("email", frozenset({"email", "mail", "correo"})),
    ("phone", frozenset({"phone", "telephone", "tel", "mobile", "fax", "telefono", "celular", "cellphone"})),
    ("government id", frozenset({"ssn", "passport", "cpf", "cnpj", "nif", "dni", "curp", "rfc", "nie", "pasaporte"})),
    ("birth date", frozenset({"birthdate", "birthday", "dob", "nacimiento", "nascimento"})),
    ("name", frozenset({"firstname", "lastname", "surname", "fullname", "apellido", "apellidos", "sobrenome"})),
    ("address", frozenset({"street", "calle", "domicilio", "address1", "address2", "rua"})),
    ("payment card", frozenset({"iban", "cardnumber", "pan"})),
)
PERSONS = frozenset(
    [
        "customer",
        "client",
        "buyer",
        "user",
        "member",
        "patient",
        "employee",
        "student",
        "teacher",
        "person",
        "contact",
        "guest",
        "subscriber",
        "doctor",
        "driver",
        "passenger",
        "cliente",
        "usuario",
        "paciente",
        "empleado",
        "alumno",
        "estudiante",
        "profesor",
        "persona",
        "contacto",
        "seller",
        "vendedor",
        "staff",
        "nurse",
        "owner",
        "tenant",
        "candidate",
        "applicant",
    ]
)
