"""What must hold whatever is written: changes that mean nothing change nothing, and nobody's answers are another's."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest
import queries
from conftest import DATE, GOOD, Run, reviewed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables import workbook

from docgen.model.intake import Finding, Level, Verdict
from docgen.model.kit import Kit
from docgen.packet import packet
from docgen.rules.review import verdict

#: From best to worst.
_ORDER = [Verdict.ACCEPTED, Verdict.MANUAL, Verdict.REJECTED, Verdict.INCOMPLETE]
LEVELS = st.lists(st.sampled_from(list(Level)), max_size=6)


@given(some=LEVELS, more=LEVELS)
def test_more_findings_never_make_a_better_verdict(some: list[Level], more: list[Level]) -> None:
    def of(levels: list[Level]) -> int:
        return _ORDER.index(verdict([Finding("R", "R", level, "", "") for level in levels]))

    assert of([*some, *more]) >= of(some)
    assert of([*more, *some]) == of([*some, *more])


DRESS = st.sampled_from(
    ["{}", " {} ", "{}*", "*{}", "{}：", "{}:", "1、{}", "（必填）{}", "{}（必填）", "{}\u200b", "\u3000{}"]
)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_place_and_dress_of_labels_mean_nothing(run: Run, kit: Kit, tmp_path: Path, data: st.DataObject) -> None:
    keys = data.draw(st.permutations(list(kit.fields)))
    down, right = data.draw(st.integers(0, 30)), data.draw(st.integers(0, 5))
    cells: dict[str, str] = {}
    for row, key in enumerate(keys, start=1 + down):
        label = data.draw(DRESS).format(kit.fields[key].label)
        cells |= {f"{chr(65 + right)}{row}": label, f"{chr(66 + right)}{row}": GOOD.get(key, "")}
    moved = workbook(tmp_path / "moved.xlsx", "# S\n", values=cells)
    plain = {f"A{row}": kit.fields[key].label for row, key in enumerate(kit.fields, start=1)}
    plain |= {f"B{row}": GOOD.get(key, "") for row, key in enumerate(kit.fields, start=1)}
    straight = workbook(tmp_path / "straight.xlsx", "# S\n", values=plain)
    (found,) = run("check", "--json", moved).json["intakes"]
    (expected,) = run("check", "--json", straight).json["intakes"]
    assert found["values"] == expected["values"]
    assert found["verdict"] == expected["verdict"]
    assert found["unrecognised"] == []


NAMES = st.text("甲乙丙丁戊己庚辛壬癸", min_size=4, max_size=8)


@pytest.mark.slow
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=2, max_size=3, unique=True))
def test_documents_hold_their_own_intake_and_nothing_of_another(kit: Kit, tmp_path: Path, names: list[str]) -> None:
    options = packet.PacketOptions(kit, DATE, tmp_path)
    mobiles = [f"138{number:08}" for number in range(len(names))]
    for name, mobile in zip(names, mobiles, strict=True):
        item = reviewed(
            kit,
            company_name=f"{name}有限公司",
            contact_mobile=mobile,
            main_script=f"{name}的流程，请按提示操作并确认收货时间。",
        )
        documents, _ = packet.render(item, b"source", options)
        form, review, contract = (documents[kind] for kind in packet.KINDS)
        assert form
        assert review
        assert contract
        (tmp_path / "review.pdf").write_bytes(review[1])
        pdf = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "review.pdf").pages)
        texts = [queries.all_text(form[1]), queries.all_text(contract[1]), "".join(pdf.split())]
        for text in texts:
            assert name in text
            for other in names:
                assert other in name or other not in text
        shown = f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}"
        assert all(shown in text or shown.replace(" ", "") in text for text in texts)
