"""Very long answers and lists: the summary prints their beginnings, says how much there is, and attaches the whole."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pypdf
import pytest
from conftest import DATE, reviewed
from test_summary import pdf, squeezed

from docgen.documents import correction, excerpts
from docgen.documents.context import RenderOptions, context
from docgen.model.intake import Level, Unrecognised, Verdict
from docgen.model.kit import Kit
from docgen.pipeline import ReviewedIntake
from docgen.rules import alike, normalize

LONG = "".join(f"第{number}句话。" for number in range(4_000))


def names(kit: Kit, item: ReviewedIntake) -> dict[str, object]:
    return excerpts.excerpts(context(kit, item.intake, item.review, item.terms, RenderOptions(DATE)))


def written(kit: Kit, item: ReviewedIntake) -> int:
    """How many characters of answers the summary prints."""
    rows = names(kit, item)["answers"]
    assert isinstance(rows, list)
    return sum(len(part) for row in rows for part, _ in row.parts)


def test_a_very_long_answer_is_printed_as_its_beginning_and_attached_whole(kit: Kit) -> None:
    item = reviewed(kit, main_script=LONG)
    content = pdf(kit, item)
    found = squeezed(content)
    assert "第500句话" in found
    assert "第3999句话" not in found
    assert f"以上为开头部分，全文共{len(LONG)}字，见附件intake.json" in found
    attached = pypdf.PdfReader(io.BytesIO(content)).attachments["intake.json"][0]
    assert json.loads(attached)["values"]["main_script"] == LONG


def test_a_long_answer_that_fits_is_printed_whole(kit: Kit) -> None:
    item = reviewed(kit, main_script=LONG[:4_900])
    assert written(kit, item) > 4_900
    assert all(not row.whole for row in names(kit, item)["answers"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("piece", ["长", "长\n", "长\n\n"])
def test_all_answers_together_take_so_much_and_no_more(kit: Kit, piece: str) -> None:
    long = piece * (30_000 // len(piece))
    item = reviewed(
        kit, contact_title=long, greeting_script=long, main_script=long, callee_source=long, qualifications=long
    )
    rows = names(kit, item)["answers"]
    lines = [line for row in rows for part, _ in row.parts for line in part.split("\n")]  # type: ignore[attr-defined]
    assert sum(max(len(line), excerpts.LINE) for line in lines) < 1.5 * excerpts.LONGEST_TOGETHER


@pytest.mark.slow
def test_of_many_findings_of_a_kind_so_many_are_listed_and_the_rest_is_counted(kit: Kit) -> None:
    entries = [f"某地{number}" for number in range(alike.MOST_ALIKE + 50)]
    item = reviewed(kit, number_regions="、".join(entries))
    told = [finding for finding in item.review.findings if finding.field == "number_regions"]
    assert len(told) == alike.MOST_ALIKE + 1
    (more,) = [finding for finding in told if finding.code == "more-alike"]
    assert (more.rule, more.level, more.message) == ("REG-1", Level.INVALID, "另有 50 处同样的问题，未逐一列出")
    found = squeezed(pdf(kit, item))
    listed = names(kit, item)["review"].levels  # type: ignore[attr-defined]
    assert sum(len(level) for _, level in listed) == excerpts.MOST_FINDINGS
    left = len(item.review.findings) - excerpts.MOST_FINDINGS
    assert f"另有{left}项未逐一列出，全部见附件intake.json" in found
    notes = correction.returned(kit, item.intake, item.review).entries["number_regions"].notes
    assert len(notes) == alike.MOST_ALIKE + 1


def test_a_sentence_quotes_the_beginning_of_an_answer(kit: Kit) -> None:
    item = reviewed(kit, daily_calls="很多很多通" * 1_000)
    (finding,) = [one for one in item.review.findings if one.field == "daily_calls"]
    assert len(finding.message) < 2_000
    assert finding.written == "很多很多通" * 1_000


def test_of_many_texts_that_nobody_understood_so_many_are_listed(kit: Kit) -> None:
    item = reviewed(kit)
    texts = tuple(Unrecognised("表", f"Z{number}", f"外文{number}" * 99) for number in range(1_000))
    item = replace(item, intake=replace(item.intake, unrecognised=texts))
    found = squeezed(pdf(kit, item))
    assert "外文39" in found
    assert "外文40" not in found
    assert "另有960处未逐一列出，全部见附件intake.json" in found
    (line,) = [one for one in correction.returned(kit, item.intake, item.review).summary if "外文1" in one]
    assert "另有 940 处" in line
    assert len(line) < 10_000


def test_answers_that_are_too_long_together_are_cut_with_a_finding(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "长" * 40_000
    assert reviewed(kit, main_script=long).intake.values["main_script"] == long
    monkeypatch.setattr(normalize, "MOST_WRITTEN", 60_000)
    item = reviewed(kit, main_script=long, greeting_script=long)
    assert item.review.verdict is Verdict.INCOMPLETE
    cut = [finding.field for finding in item.review.findings if finding.code == "text-cut"]
    assert cut == ["greeting_script", "main_script"]
