"""Whether a contract may be made of a reviewed intake, and whether a final one."""

from __future__ import annotations

from docgen.errors import NotReadyError, UsageError
from docgen.language import plural, tr, word
from docgen.model.intake import READY, Verdict
from docgen.pipeline import ReviewedIntake


def require_ready(reviewed: ReviewedIntake, *, final: bool, reviewed_by: str | None, allow_unready: bool) -> None:
    """Raise NotReadyError if the verdict does not allow the contract asked for, UsageError for a contradiction."""
    source, verdict = reviewed.intake.source, reviewed.review.verdict
    if final and allow_unready:
        raise UsageError(tr("a final contract is made of an intake that is ready alone, not with --allow-unready"))
    if verdict not in READY and not allow_unready:
        what = tr("the intake is {verdict}: no contract is made", verdict=word("verdict", verdict))
        raise NotReadyError(f"{source}: {what}", tr("--allow-unready (allow_unready=True) makes a marked one"))
    if final and verdict is Verdict.MANUAL and not reviewed_by:
        what = tr("the intake is manual, and nobody has decided on it: no final contract is made")
        raise NotReadyError(f"{source}: {what}", tr("--reviewed-by NAME (reviewed_by=NAME) says who has"))


def require_complete(reviewed: ReviewedIntake, pending: tuple[str, ...]) -> None:
    """Raise NotReadyError if a final contract would print a value as pending."""
    if pending:
        what = plural(
            len(pending), "{count} value is pending: no final contract is made",
            "{count} values are pending: no final contract is made",
        )  # fmt: skip
        raise NotReadyError(f"{reviewed.intake.source}: {what}", tr("give them with the terms"), pending)
