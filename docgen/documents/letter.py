"""Write the message to the customer, as text, HTML or mail: what to correct and return, or what happens next.

The kit's letter.txt gives the text, from which the other forms are made.  It receives nothing internal: only the
answers, the findings in their wording for the customer, and what is still needed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from html import escape
from typing import Annotated, Any, NamedTuple

from docgen import values
from docgen.documents import context
from docgen.documents.context import KitMark
from docgen.documents.correction import TO_MEND, asked
from docgen.documents.findings import without_silenced
from docgen.documents.kept_templates import page_template
from docgen.expressions import sandbox
from docgen.model.display import Missing, Shown
from docgen.model.intake import Finding, Intake, Level, Review, Value
from docgen.model.kit import Figure, Kit
from docgen.patterns import regex
from docgen.template.context_types import Names
from docgen.text import clean_line, printable

LETTER_TEMPLATE = "letter.txt"
_SHORT = 2  # a label of one or two characters may be an ordinary word in a sentence
_SHEET = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_ADDRESS = regex(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
#: The boundary of the parts of a mail: no content has such a line.  It is fixed, so equal mails have equal bytes.
_BOUNDARY = "=_docgen_{}_of_this_mail_="


class LetterLine(NamedTuple):
    """One thing that the customer is asked to do."""

    number: Annotated[int, "its number; the remarks go on where the corrections end"]
    label: Annotated[str, "the label of the field, empty without one"]
    text: Annotated[str, "what is asked, one line"]


class LetterNames(NamedTuple):
    """The names that the letter can use besides those of the kit."""

    today: Annotated[dt.date, "the date that the letter carries"]
    deadline: Annotated[dt.date | None, "the day until which an answer is asked for"]
    kit: Annotated[KitMark, "the kit"]
    verdict: Annotated[str, "accepted, manual, rejected or incomplete"]
    refused: Annotated[bool, "whether there is something that the provider does not support"]
    corrections: Annotated[tuple[LetterLine, ...], "what must be corrected"]
    remarks: Annotated[tuple[LetterLine, ...], "what the customer is asked to confirm, or is told"]
    needed: Annotated[tuple[str, ...], "the labels of the optional sections that are not filled in"]


@dataclass(frozen=True)
class Letter:
    """The message to one customer: its subject, its text, and the address to send it to, if known.

    `wants_sheet` means that the customer has something to fill in, so the form is attached for return.
    """

    subject: str
    text: str
    address: str | None = None
    wants_sheet: bool = False

    def __str__(self) -> str:
        return self.text

    @property
    def html(self) -> str:
        """The text as an HTML page, fully escaped."""
        paragraphs = "\n".join(
            f"<p>{escape(part).replace(chr(10), '<br>' + chr(10))}</p>" for part in self.text.strip().split("\n\n")
        )
        return (
            '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
            f"<title>{escape(self.subject)}</title>\n</head>\n<body>\n{paragraphs}\n</body>\n</html>\n"
        )

    def mail(self, sheet: tuple[str, bytes] | None = None) -> bytes:
        """The letter as a mail to open, check and send; `sheet` is the attachment, as name and content."""
        mail = EmailMessage(policy.SMTP)
        mail["Subject"] = self.subject
        if self.address:
            mail["To"] = self.address
        mail["X-Unsent"] = "1"  # mail programs open it as a draft
        mail.set_content(self.text)
        mail.add_alternative(self.html, subtype="html")
        if sheet:
            name, content = sheet
            mail.add_attachment(content, maintype=_SHEET[0], subtype=_SHEET[1], filename=name)
        for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
            part.set_boundary(_BOUNDARY.format(number))
        return mail.as_bytes()


@cache
def names(kit: Kit) -> Names:
    """Every name that the letter of this kit may use; none is internal."""
    return Names(context.shapes(kit, kit.fields, LetterNames, _figures(kit)))


def _figures(kit: Kit) -> list[Figure]:
    """The figures that do not depend on commercial terms."""
    return [
        figure
        for figure in kit.figures
        if not (sandbox.expression(figure.value).names | sandbox.expression(figure.when).names) & set(kit.terms)
    ]


def render_letter(
    kit: Kit, intake: Intake, review: Review, terms: Mapping[str, Value], subject: str, date: dt.date,
    deadline: dt.date | None = None,
) -> Letter:  # fmt: skip
    """The letter to one customer.  Raises KitError if the kit's letter.txt cannot be used."""
    template = page_template(kit.folder / LETTER_TEMPLATE, kit, names)
    own = _names(kit, intake, review, terms, date, deadline)
    figures = {f.key: context.shown_figure(review.figures[f.key]) for f in _figures(kit)}
    given = context.shown_values(kit, kit.fields, intake.values)
    text = template.render({**given, "figures": figures, **own._asdict()})
    wants_sheet = bool(own.corrections or own.remarks or own.needed)
    return Letter(clean_line(printable(subject)), _tidied(text), _address(kit, intake), wants_sheet)


def _names(
    kit: Kit, intake: Intake, review: Review, terms: Mapping[str, Value], date: dt.date, deadline: dt.date | None
) -> LetterNames:
    findings = [f for f in asked(without_silenced(kit, review.findings)) if f.field not in kit.terms]
    to_mend = [finding for finding in findings if finding.level in TO_MEND]
    others = [finding for finding in findings if finding.level not in TO_MEND]
    last = len(to_mend)
    return LetterNames(
        today=_shown_date(date), deadline=_shown_date(deadline) if deadline else Missing(pending=False),  # type: ignore[arg-type]
        kit=context.kit_mark(kit), verdict=review.verdict.value,
        refused=any(finding.level is Level.REJECT for finding in to_mend),
        corrections=tuple(_lines(to_mend, 1)), remarks=tuple(_lines(others, last + 1)),
        needed=tuple(_needed(kit, intake, terms)),
    )  # fmt: skip


def _shown_date(date: dt.date) -> Any:
    return Shown(date, values.show_date(date))


def _lines(findings: list[Finding], first: int) -> Iterator[LetterLine]:
    for number, finding in enumerate(findings, start=first):
        sentence, label = clean_line(finding.ask or "").rstrip("。"), finding.label or ""
        is_named = f"「{label}」" in sentence or (len(label) > _SHORT and label in sentence)
        about = "" if is_named or not label else f"「{label}」："
        yield LetterLine(number, label, f"{about}{sentence}。")


def _needed(kit: Kit, intake: Intake, terms: Mapping[str, Value]) -> Iterator[str]:
    for section in kit.sections:
        for field in section.fields if section.optional else ():
            if field.pending and field.key not in intake.values and field.key not in terms:
                yield field.label


def _tidied(text: str) -> str:
    """The text with at most one blank line between parts, and without invisible control characters."""
    lines = (printable(line).rstrip() for line in text.strip().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _address(kit: Kit, intake: Intake) -> str | None:
    """The one mail address that the customer gives, None if there is none that can be used."""
    found = []
    for key in kit.fields:
        value = intake.values.get(key)
        if isinstance(value, str) and _ADDRESS.fullmatch(value):
            found.append(value)
    if len(found) != 1:
        return None
    try:
        return str(Address(addr_spec=found[0]))
    except (MessageError, ValueError):
        return None
