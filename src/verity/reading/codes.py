"""Every reason code of the analyst, with its one-line meaning. Codes are stable; documents and tests list them."""

from __future__ import annotations

from verity.contracts.question import Language, Reason

CODES: dict[str, str] = {
    "empty-question": "The question has no words.",
    "question-too-long": "The text is longer than a question about numbers can be.",
    "too-complex": "The question has more readings than are followed.",
    "word-not-understood": "A word is neither in the dictionary, nor among its values, nor in the closed lexicon.",
    "unknown-value": "A column was named, and the word after it is not one of its values.",
    "no-metric": "No metric of the dictionary was named.",
    "no-such-aggregate": "The column has no such metric: only what the dictionary defines is added up or averaged.",
    "metric-without-role": "A second metric stands where nothing asks for one.",
    "dimension-without-role": "A dimension was named without 'by', and is no filter.",
    "value-without-role": "A value was named where no filter can stand.",
    "period-without-role": "A second period was named.",
    "not-understood": "Every word is known, but together they make no question that can be answered.",
    "ambiguous-metric": "The words fit several metrics that give different numbers.",
    "ambiguous-dimension": "The words fit several dimensions that give different tables.",
    "ambiguous-value": "The value occurs in several columns.",
    "ambiguous-period": "The period may mean several spans of time.",
    "ambiguous-question": "The question has several readings that give different numbers.",
    "aggregate-missing": "A measure was named without saying total, average or another aggregate.",
    "grain-missing": "A time column was named without day, week, month, quarter or year.",
    "date-role": "The period may belong to another date than the metric's own.",
    "condition-on-metric": "A condition on a metric needs that metric asked for, and groups to hold it against.",
    "each-or-average": "'Per' an entity may mean a row for each of them or an average over them.",
    "list-or-count": "Rows are not listed; their number can be asked for, or a metric by a dimension.",
    "unit-mismatch": "'How many' needs a count, 'how much' an amount.",
    "contradicts-metric": "The words oppose the metric's definition.",
    "negative-alias": "The words name something that the metric is declared not to be.",
    "value-not-in-column": "The value does not occur in the column that was named.",
    "conflicting-filters": "Two conditions on one column do not go together; join the values that are meant by 'or'.",
    "not-shared": "Only one of the metrics can be narrowed by that; ask for them one at a time.",
    "wrong-type": "The column's type does not fit the condition or the grain.",
    "no-time-column": "The metric's table has no time column, so a period or a time grain has no meaning.",
    "hour-of-day": "By hour needs a period of a month at most; the hour of the day is a dimension of its own.",
    "not-reachable": "The metric cannot be split or filtered by that column.",
    "does-not-compile": "The dictionary's definition cannot answer this query.",
    "rank-with-several-dimensions": "A top N over several dimensions has more than one meaning.",
    "not-yet-compare": "Comparing periods is not answered yet.",
    "not-yet-forecast": "The question is about the future; forecasts need an add-on.",
    "not-yet-share": "Shares and percentages need a ratio metric in the dictionary.",
    "not-yet-cumulative": "Running totals are not answered yet.",
    "not-yet-trend": "A trend needs a time grain: ask by day, week, month, quarter or year.",
    "not-yet-cause": "Causes are not answered; ask for the numbers.",
    "no-advice": "Recommendations are never given; ask for the numbers.",
}

_SPANISH: dict[str, str] = {
    "empty-question": "La pregunta no tiene palabras.",
    "question-too-long": "El texto es más largo que una pregunta sobre números.",
    "too-complex": "La pregunta tiene más lecturas de las que se siguen.",
    "word-not-understood": "Una palabra no está en el diccionario, ni entre sus valores, ni en el léxico.",
    "unknown-value": "Se nombró una columna, y la palabra que sigue no es uno de sus valores.",
    "no-metric": "No se nombró ninguna métrica del diccionario.",
    "no-such-aggregate": "La columna no tiene esa métrica: solo se suma o promedia lo que el diccionario define.",
    "metric-without-role": "Hay una segunda métrica donde nada la pide.",
    "dimension-without-role": "Se nombró una dimensión sin 'por', y no es un filtro.",
    "value-without-role": "Se nombró un valor donde no cabe un filtro.",
    "period-without-role": "Se nombró un segundo periodo.",
    "not-understood": "Se conoce cada palabra, pero juntas no forman una pregunta que se pueda responder.",
    "ambiguous-metric": "Las palabras valen para varias métricas que dan números distintos.",
    "ambiguous-dimension": "Las palabras valen para varias dimensiones que dan tablas distintas.",
    "ambiguous-value": "El valor aparece en varias columnas.",
    "ambiguous-period": "El periodo puede significar varios lapsos.",
    "ambiguous-question": "La pregunta tiene varias lecturas que dan números distintos.",
    "aggregate-missing": "Se nombró una medida sin decir total, promedio u otro agregado.",
    "grain-missing": "Se nombró una columna de tiempo sin día, semana, mes, trimestre o año.",
    "date-role": "El periodo puede referirse a otra fecha que la de la métrica.",
    "condition-on-metric": "Una condición sobre una métrica pide esa métrica, y grupos sobre los que valga.",
    "each-or-average": "'Por cada' entidad puede ser una fila para cada una o un promedio.",
    "list-or-count": "Las filas no se enumeran; se puede pedir su número, o una métrica por una dimensión.",
    "unit-mismatch": "'Cuántos' pide un conteo, 'cuánto' una cantidad.",
    "contradicts-metric": "Las palabras se oponen a la definición de la métrica.",
    "negative-alias": "Las palabras nombran algo que la métrica declara no ser.",
    "value-not-in-column": "El valor no aparece en la columna nombrada.",
    "conflicting-filters": "Dos condiciones sobre una columna no van juntas; una los valores con 'o'.",
    "not-shared": "Solo una de las métricas admite esa condición; pregunte por cada una.",
    "wrong-type": "El tipo de la columna no permite la condición o el grano.",
    "no-time-column": "La tabla de la métrica no tiene columna de tiempo; un periodo no tiene sentido.",
    "hour-of-day": "Por hora pide un periodo de un mes como máximo; la hora del día es una dimensión propia.",
    "not-reachable": "La métrica no se puede dividir ni filtrar por esa columna.",
    "does-not-compile": "La definición del diccionario no puede responder esta consulta.",
    "rank-with-several-dimensions": "Un top N sobre varias dimensiones tiene más de un sentido.",
    "not-yet-compare": "Comparar periodos aún no se responde.",
    "not-yet-forecast": "La pregunta es sobre el futuro; los pronósticos necesitan un complemento.",
    "not-yet-share": "Los porcentajes necesitan una métrica de razón en el diccionario.",
    "not-yet-cumulative": "Los acumulados aún no se responden.",
    "not-yet-trend": "Una tendencia necesita un grano de tiempo: por día, semana, mes, trimestre o año.",
    "not-yet-cause": "Las causas no se responden; pida los números.",
    "no-advice": "No se dan recomendaciones; pida los números.",
}


def reason(code: str, language: Language, words: tuple[str, ...] = (), detail: str = "") -> Reason:
    """A reason in the question's language: the code's sentence, then what is particular to this question."""
    sentence = CODES[code] if language == "en" else _SPANISH[code]
    return Reason(code=code, words=words, message=f"{sentence} {detail}".strip())


def not_understood(words: tuple[str, ...], language: Language, detail: str = "") -> Reason:
    """The reason that words are unknown, as a sentence that names them: `'profit' and 'margin' are not in ...`."""
    *most, last = (f"'{word}'" for word in words)
    linked = f" {_AND[language]} " if most else ""
    sentence = f"{', '.join(most)}{linked}{last} {_UNKNOWN[language][bool(most)]}"
    return Reason(code="word-not-understood", words=words, message=f"{sentence} {detail}".strip())


_AND: dict[Language, str] = {"en": "and", "es": "y"}
_UNKNOWN: dict[Language, tuple[str, str]] = {
    "en": (
        "is not in the dictionary, its values or the closed lexicon.",
        "are not in the dictionary, its values or the closed lexicon.",
    ),
    "es": (
        "no está en el diccionario, ni entre sus valores, ni en el léxico.",
        "no están en el diccionario, ni entre sus valores, ni en el léxico.",
    ),
}
