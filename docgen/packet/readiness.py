"""Whether a contract may be made of a reviewed intake, and whether a final one."""

from __future__ import annotations

from docgen.errors import NotReadyError, UsageError
from docgen.model.intake import READY, Verdict
from docgen.pipeline import ReviewedIntake


def require_ready(reviewed: ReviewedIntake, *, final: bool, reviewed_by: str | None, allow_unready: bool) -> None:
    """Raise NotReadyError where the verdict does not allow the contract asked for, UsageError for a contradiction."""
    source, verdict = reviewed.intake.source, reviewed.review.verdict
    if final and allow_unready:
        raise UsageError("a final contract is made of an intake that is ready alone, not with --allow-unready")
    if verdict not in READY and not allow_unready:
        raise NotReadyError(
            f"{source}: the intake is {verdict}: no contract is made",
            "--allow-unready (allow_unready=True) makes a marked one",
        )
    if final and verdict is Verdict.MANUAL and not reviewed_by:
        raise NotReadyError(
            f"{source}: the intake is manual, and nobody has decided on it: no final contract is made",
            "--reviewed-by NAME (reviewed_by=NAME) says who has",
        )


def require_complete(reviewed: ReviewedIntake, pending: tuple[str, ...]) -> None:
    """Raise NotReadyError where a final contract would print a value as pending."""
    if pending:
        raise NotReadyError(
            f"{reviewed.intake.source}: {len(pending)} values are pending: no final contract is made",
            "give them with the terms", pending,
        )  # fmt: skip
