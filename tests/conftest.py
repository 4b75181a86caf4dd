"""What every test may use: the kit, a good intake, a runner of the command line, a folder to write to."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from docgen import cli
from docgen.documents import fonts
from docgen.kit import kits
from docgen.kit import terms as default_terms
from docgen.model.intake import Answer, Answers, Origin, Value
from docgen.model.kit import Kit
from docgen.pipeline import ReviewedIntake
from docgen.rules.normalize import normalize
from docgen.rules.review import review

# In CI the same examples on every run: a new one that fails is found at a desk, not at a landing.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# The jobs that a shell starts in the background ignore Ctrl-C, and so would the runs that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent
DATE = dt.date(2026, 11, 23)

#: An intake of the kit caller-number that every rule accepts, as a customer writes it.
GOOD = {
    "company_name": "北京示例科技有限公司",
    "contact_name": "王女士",
    "contact_title": "客服经理",
    "contact_mobile": "13800138000",
    "contact_wechat": "shili_wang",
    "qualifications": "营业执照",
    "industries": "电商",
    "scenarios": "通知、客户回访",
    "greeting_script": "您好，我是示例科技的智能客服，想和您确认会员订单的配送时间。",
    "main_script": "您的订单预计明天送达，请问届时是否方便收货？如不方便，可以为您改约。",
    "callee_source": "在我司平台注册的会员，每个号码均可提供注册记录作为证明",
    "daily_calls": "5000",
    "total_calls": "100000",
    "script_template_approved": "是",
    "number_source": "购买新号码",
    "number_types": "固号",
    "number_count": "20",
    "number_regions": "广东省-深圳市",
    "concurrency": "60",
}


class Result(NamedTuple):
    """What a run of the command line left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Result]


def reviewed(kit: Kit, terms: Mapping[str, Value] | None = None, /, **changes: str) -> ReviewedIntake:
    """The good intake with `changes`, reviewed; an empty text takes an answer away."""
    written = {**GOOD, **changes}
    answers = {
        key: Answer(written.get(key, ""), Origin("Sheet1", f"C{number}"))
        for number, key in enumerate(kit.fields, start=3)
    }
    all_terms = {**default_terms.defaults(kit), **(terms or {})}
    intake = normalize(Answers("Sheet1", None, answers), kit, "intake.xlsx")
    return ReviewedIntake(intake, review(intake, kit, all_terms), all_terms)


@pytest.fixture(scope="session")
def kit() -> Kit:
    return kits.load(kits.find("caller-number"))


@pytest.fixture(scope="session", autouse=True)
def _core_faces() -> None:
    """Cut the core faces before the first test, so that no PDF of a run is made without them; 20 s, once."""
    for core in fonts.uncut():
        fonts.cut(core)


@pytest.fixture
def run() -> Run:
    """Run `docgen` with these arguments in this process."""

    def call(*args: object) -> Result:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run([str(arg) for arg in args])
        return Result(code, out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def no_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty current folder in which nothing may be written."""
    folder = tmp_path / "untouched"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    assert list(folder.rglob("*")) == []
