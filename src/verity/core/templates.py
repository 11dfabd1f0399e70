"""The sentences of answers, in English and Spanish. Nothing is said here that a tool did not give."""

from __future__ import annotations

from typing import Final

from verity.contracts.question import Language

SENTENCES: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "value": "{what}: {value}.",
        "rows": "{what}. {count}: {lines}.",
        "one_row": "1 row",
        "many_rows": "{count} rows",
        "first": "{count}, the first {shown}",
        "empty": "{what}. No rows match.",
        "no_value": "{what}. No rows match, so there is no value.",
        "truncated": "Only the first {count} rows were fetched; more exist, so this is not the whole result.",
        "assumed": "Assumed: {items}.",
        "clarify": "Which of these do you mean?",
        "clarify_nothing": "I am not sure what you mean.",
        "ask_back": "I did not understand what you would like to know. Name a metric, and if you wish a period or a "
        "group, for example by month.",
        "refused": "I cannot answer this as asked.",
        "suggest": "You can ask for: {items}.",
        "error": "The question could not be answered: {message}",
        "remedy": "What to do: {remedy}",
        "extension_absent": "That part of the question needs an add-on that is not available here ({reason}).",
        "as_recorded": "This is the data as recorded.",
        "chart_absent": "No chart could be made ({reason}).",
        "estimate": "{metric} is an estimate; its standard error is {error}.",
        "estimate_unsized": "{metric} is an estimate of the engine, which does not say how far off.",
        "not_found": "nothing was found that answers it",
    },
    "es": {
        "value": "{what}: {value}.",
        "rows": "{what}. {count}: {lines}.",
        "one_row": "1 fila",
        "many_rows": "{count} filas",
        "first": "{count}, las primeras {shown}",
        "empty": "{what}. Ninguna fila coincide.",
        "no_value": "{what}. Ninguna fila coincide, así que no hay valor.",
        "truncated": "Solo se leyeron las primeras {count} filas; hay más, así que este no es el resultado completo.",
        "assumed": "Se supuso: {items}.",
        "clarify": "¿Cuál de estas preguntas quieres hacer?",
        "clarify_nothing": "No estoy seguro de qué quieres decir.",
        "ask_back": "No entendí qué quieres saber. Nombra una métrica y, si quieres, un período o un grupo, por "
        "ejemplo por mes.",
        "refused": "No puedo responder esto tal como se pregunta.",
        "suggest": "Puedes preguntar por: {items}.",
        "error": "No se pudo responder la pregunta: {message}",
        "remedy": "Qué hacer: {remedy}",
        "extension_absent": "Esa parte de la pregunta necesita un complemento que aquí no está disponible ({reason}).",
        "as_recorded": "Estos son los datos registrados.",
        "chart_absent": "No se pudo hacer la gráfica ({reason}).",
        "estimate": "{metric} es una estimación; su error estándar es de {error}.",
        "estimate_unsized": "{metric} es una estimación del motor, que no dice cuánto puede desviarse.",
        "not_found": "no se encontró nada que la responda",
    },
}


def say(language: Language, sentence: str, **parts: str | int) -> str:
    """One sentence with its parts filled in."""
    return SENTENCES[language][sentence].format(**parts)
