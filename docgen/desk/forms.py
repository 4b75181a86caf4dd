"""Read the forms that people fill in on pages, and build answers from boxes and texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from docgen import values
from docgen.desk.settings import LONGEST_ANSWER
from docgen.model.intake import Chosen
from docgen.model.kit import Field, FieldType
from docgen.patterns import regex

_ID = regex(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,5})")


def posted(handler: Callable[[Request, FormData], Response]) -> Callable[[Request], object]:
    """An endpoint that reads the posted form, then answers in a thread, where it can wait for workers."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=500) as form:
            return await run_in_threadpool(handler, request, form)

    return endpoint


def intake_id(text: str) -> tuple[int, int] | None:
    """The file number in an address, and the number of the intake in it, from 0."""
    found = _ID.fullmatch(text)
    return (int(found[1]), int(found[2]) - 1) if found else None


def text_of(form: Mapping[str, object], name: str, most: int) -> str:
    """A text of the form, with `\\n` line breaks, cut to a maximum length."""
    value = form.get(name, "")
    return str(value).replace("\r\n", "\n").strip()[:most] if isinstance(value, str) else ""


def answer_of(form: FormData, field: Field) -> str:
    """The answer to a field, written as a customer would write it."""
    if field.type is not FieldType.SEVERAL:
        return text_of(form, "after", LONGEST_ANSWER)
    given = set(form.getlist("choice"))
    other = text_of(form, "other", LONGEST_ANSWER) if field.other else ""
    chosen = Chosen(tuple(choice.key for choice in field.choices if choice.key in given), other or None)
    return values.show(field, chosen) if chosen.chosen or chosen.other else ""
