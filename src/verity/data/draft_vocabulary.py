"""Words of table and column names that tell what a thing is for: English, Spanish and Portuguese, folded.

General words only: a name that needs one of its own is reported as not understood, never guessed.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STRONG_ID = _words(
    """
    fk guid id identificador identifier ids key oid pk sk uuid
    """
)
"""Words that say identifier outright."""

CODE_LIKE = _words(
    """
    barcode cnpj cod code codigo cpf cuit ean folio iban isbn line linenumber matricula nbr nif no nr num number
    numero ref reference referencia seq sequence sequencial sequential serial sku upc
    """
)
"""Words of codes and numbers that stand for a thing."""

GENERIC_SUFFIXES = _words(
    """
    csv data dataset dump export final json parquet raw tabla table tbl tsv xlsx
    """
)
"""Last words of table names that say nothing."""

GENERIC_PREFIXES = _words(
    """
    dim fact fct raw src stg t tb tbl vw
    """
)
"""First words of table names that say nothing."""

FUNCTION_WORDS = _words(
    """
    and at by con de del el for from in la las los no not of on or per sin to with without
    """
)
"""Small words between nouns."""

MEASURE_WORDS = _words(
    """
    age altura amount ancho area average avg balance bonus budget cantidad capacity charge commission
    comprimento cost coste costo count days debt depth descuento discount distance duration edad energy
    existencias expense fee freight gasto height hours humidity idade importe impuesto income ingreso interest
    inventory largo largura lat latitude lenght length lng lon longitude margin max mean median min minutes
    monto payment pct percent percentage peso points power precio preco pressure price profit puntos qty
    quantidade quantity rate rating ratio revenue salario salary saldo sale sales score seconds size speed spend
    spending stock subtotal sum tax temp temperature total turnover units valor value venta ventas volume wage
    weight width
    """
)
"""Words of columns that are measured, not identities: never part of a key."""

FREE_TEXT = _words(
    """
    body comentario comment comments content mensaje message nota note notes observaciones observation remark
    text texto title
    """
)
"""Words of columns that hold prose."""

KEY_PERIODS = _words(
    """
    anio ano año day dia hour mes month period quarter season semana semester term week year
    """
)
"""Words of whole numbers that name a period in a key."""

SEQUENCE = _words(
    """
    line linea linenumber posicion position secuencia secuencial seq sequence sequencial sequential
    """
)
"""Words of the number of a part within its whole."""

GENERIC_KEYS = _words(
    """
    code date day description email guid id key month name no num number ref seq state status title type uuid
    value year
    """
)
"""Key names that many tables have: equal names mean nothing."""

SELF_ROLES = _words(
    """
    anterior boss gerente jefe lead leader manager mentor origen original padre parent predecessor previous
    referral referrer reports responsable superior supervisor to
    """
)
"""Roles that a row of the same table plays."""

EVENT = _words(
    """
    admission alta appointment booked booking call cita compra contratacion creacion creado created creation
    criacao emision emissao enrollment enrolment event evento factura hire hired ingreso invoice invoiced issued
    joined measured opened order ordered pago paid payment pedido pickup posted purchase purchased reading
    received recorded registered registration registro request requested reserva reservation sale sent session
    signup sold transaction trip venta visit visita
    """
)
"""Words of the moment that a row stands for."""

STAGE = _words(
    """
    accepted answer answered approval approved aprobacion aprobado baja canceled cancellation cancelled cierre
    closed completed completion confirmed delivered delivery discharge end ended entrega entregado enviado envio
    fin finished left processed published refunded rejected reply return returned salida shipment shipped
    shipping termination
    """
)
"""Words of what happens to it later."""

UPDATE = _words(
    """
    actualizado changed deleted etl ingested last loaded modificado modification modified next synced ultima
    ultimo update updated
    """
)
"""Words of changes to the row itself."""

PLAN = _words(
    """
    deadline due estimada estimado estimated expected expiration expire expires expiry forecast limit limite
    planned prevista promised scheduled target until valid validez vencimiento
    """
)
"""Words of plans and limits."""

NEVER_A_TIME = _words(
    """
    birth birthdate birthday death defuncion dob nacimiento nascimento
    """
)
"""Words of moments in the life of a person."""

SCHEDULED = _words(
    """
    appointment cita class event flight lesson meeting reunion session shift trip visit
    """
)
"""Things whose plan is their moment."""

RESERVED = _words(
    """
    all and any as asc both by case cast check collate column constraint create cross current_date default desc
    distinct do else end except exists false fetch filter for foreign from full grant group having in inner
    intersect into is join lateral left like limit natural not null offset on or order outer over partition
    primary range references right row rows select set some table then to true union unique update user using
    values view when where window with
    """
)
"""Words that SQL keeps for itself."""

MONEY = _words(
    """
    amount balance bonus budget charge comision commission cost coste costo cuota custo debt desconto descuento
    despesa discount expense fee flete freight frete ganancia gasto importe impuesto income ingreso ingresos iva
    loan margin monto pago payment payroll precio preco premium presupuesto price profit rebate receita revenue
    salario salary saldo sale sales spend spending subtotal sueldo tarifa tariff tax tip total_pagado turnover
    vat venta ventas wage
    """
)
"""Words of sums of money."""

PER_UNIT = _words(
    """
    average avg grade list mean media median pct per percent percentage porcentaje promedio rate rating ratio
    score tasa unit unitario
    """
)
"""Figures that may be averaged and never added."""

LEVELS = _words(
    """
    calificacion grade level nivel nota priority puntuacion rank ranking rating score severity stage star stars
    tier
    """
)
"""Scores and ranks."""

SIZES = _words(
    """
    age altitude altura ancho depth distance duration edad height humidity largo latitude lenght length pressure
    size speed temp temperatura temperature width
    """
)
"""Sizes, ages and the like: averaged, never added."""

COORDINATES = _words(
    """
    coord coordinate coordinates lat latitud latitude lng lon long longitud longitude
    """
)
"""Places on the globe."""

PERIODS = _words(
    """
    anio ano año day dia hora hour mes minute month quarter season semana semester trimestre week weekday year
    """
)
"""Whole numbers that name a period."""

CODES = _words(
    """
    celular cep fax mobile phone postal postcode prefix ssn tel telefono telephone version year_built zip
    """
)
"""Numbers that are codes."""

FLAGS = _words(
    """
    can es flag has is should tiene was
    """
)
"""First words of yes-or-no columns."""

COUNTS = _words(
    """
    cantidad cnt count number qtd qty quant quantidade quantity units volume
    """
)
"""Counts of things."""

PERCENT = _words(
    """
    pct percent percentage porcentaje rate ratio share tasa
    """
)
"""Shares."""

CURRENCIES = _words(
    """
    ars aud brl cad chf clp cny cop eur gbp inr jpy mxn pen php usd
    """
)
"""Currency codes."""

PERSONS = _words(
    """
    alumno applicant buyer candidate client cliente contact contacto customer doctor driver empleado employee
    estudiante guest member nurse owner paciente passenger patient person persona profesor seller staff student
    subscriber teacher tenant user usuario vendedor
    """
)
"""Kinds of persons, whose names are personal."""

UNITS: dict[str, str] = {
    "g": "g",
    "kg": "kg",
    "mg": "mg",
    "lb": "lb",
    "lbs": "lb",
    "oz": "oz",
    "cm": "cm",
    "mm": "mm",
    "m": "m",
    "km": "km",
    "ft": "ft",
    "mi": "mi",
    "miles": "mi",
    "ml": "ml",
    "l": "l",
    "liters": "l",
    "litros": "l",
    "kwh": "kWh",
    "mb": "MB",
    "gb": "GB",
    "seconds": "s",
    "secs": "s",
    "sec": "s",
    "ms": "ms",
    "minutes": "min",
    "mins": "min",
    "hours": "h",
    "hrs": "h",
    "days": "d",
    "weeks": "week",
    "months": "month",
    "years": "year",
    "celsius": "C",
    "minutos": "min",
    "horas": "h",
    "dias": "d",
    "m2": "m2",
    "sqm": "m2",
    "sqft": "ft2",
}

PII_NAMES: tuple[tuple[str, frozenset[str]], ...] = (
    ("email", frozenset({"email", "mail", "correo"})),
    ("phone", frozenset({"phone", "telephone", "tel", "mobile", "fax", "telefono", "celular", "cellphone"})),
    ("government id", frozenset({"ssn", "passport", "cpf", "cnpj", "nif", "dni", "curp", "rfc", "nie", "pasaporte"})),
    ("birth date", frozenset({"birthdate", "birthday", "dob", "nacimiento", "nascimento"})),
    ("name", frozenset({"firstname", "lastname", "surname", "fullname", "apellido", "apellidos", "sobrenome"})),
    ("address", frozenset({"street", "calle", "domicilio", "address1", "address2", "rua"})),
    ("payment card", frozenset({"iban", "cardnumber", "pan"})),
)
