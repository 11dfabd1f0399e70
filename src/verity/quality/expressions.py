"""Members whose SQL cannot be used, as findings."""

from __future__ import annotations

from verity.data.finding import Finding
from verity.semantic.model import Model


def check_expressions(model: Model) -> tuple[Finding, ...]:
    """Every member that the model refuses, with the coded reason."""
    return tuple(
        Finding(
            code=problem.code,
            level="error",
            place=model.catalog.dictionary.place(member.partition(".")[0]),
            message=problem.message,
            remedy=problem.remedy,
            member=member,
        )
        for member, problem in model.problems.items()
    )
