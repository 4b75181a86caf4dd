"""What every test may use: the kit, a good intake, a runner of the command line, a folder to write to."""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import gc
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple

import platformdirs
import pytest
import schemas
import warm_workers
from hypothesis import HealthCheck, settings

import docgen
from docgen import cli, file_cache, user_cache
from docgen.batch import run as batch_run
from docgen.documents import fonts, summary
from docgen.kit import kits
from docgen.kit import terms as default_terms
from docgen.model.intake import Answer, Answers, Origin, Value
from docgen.model.kit import Field, Kit
from docgen.packet import manifest
from docgen.pipeline import ReviewedIntake
from docgen.rules.normalize import normalize
from docgen.rules.review import review
from docgen.workers import garbage, pool

# In CI the same examples on every run: a new one that fails is found at a desk, not at a landing.
# No example and no search for one is timed: a busy machine is no failure.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# Tests make hundreds of kits: no file is kept of them in this process (what is kept is tested in test_user_cache.py).
os.environ[user_cache.OFF] = "1"
CACHE_IS_ON = user_cache.is_on  # what the tests of the cache ask

# The jobs that a shell starts in the background ignore Ctrl-C, and so would the runs that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Whatever a damaged file makes a reader ask for: its test fails, and the machine lives on.
if sys.platform == "linux":
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (8 << 30, resource.getrlimit(resource.RLIMIT_DATA)[1]))

_THRESHOLDS = gc.get_threshold()
ROOT = Path(__file__).resolve().parent.parent
DATE = dt.date(2026, 11, 23)
# Tests read English, whatever the language of the machine.
os.environ["DOCGEN_LANG"] = "en"
# Rules may compare with the date that documents carry: no test depends on the day it runs on.
os.environ["SOURCE_DATE_EPOCH"] = str(int(dt.datetime(DATE.year, DATE.month, DATE.day, tzinfo=dt.UTC).timestamp()))

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
        """What was printed as JSON; it says its schema, and is as that says."""
        return schemas.validated(json.loads(self.out))


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def collected_as_usual() -> None:
    """Commands collect garbage seldom, since a process of theirs ends soon; one that runs tests goes on for long."""
    gc.set_threshold(*_THRESHOLDS)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A process for each core, and half as many again where slow tests run, which often wait for others of their own."""
    cores = os.cpu_count() or 1
    return cores if "not slow" in config.option.markexpr else max(cores * 3 // 2, 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every process begin with its share of the slow tests, so that short ones fill the gaps at the end.

    xdist hands each process one part of the list, all of the same length, and moves tests between them later.
    """
    slow, fast = ([item for item in items if bool(item.get_closest_marker("slow")) is kind] for kind in (True, False))
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [item for share in range(count) for part in (slow, fast) for item in _share(part, share, count)]


def _share(items: list[pytest.Item], share: int, count: int) -> list[pytest.Item]:
    return items[len(items) * share // count : len(items) * (share + 1) // count]


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case by its values as they are read, each on one short line; without a hook pytest counts most of them."""
    if isinstance(val, enum.Enum):
        return val.name
    if isinstance(val, type | None | int | float):
        return None  # pytest's own names are readable
    text = "".join(sign if sign.isprintable() else "␣" for sign in _named(val))
    text = re.sub(r"^ +| +$", lambda edge: "␣" * len(edge[0]), text) or "empty"
    return text if len(text) <= 60 else f"{text[:40]}…{text[-19:]}"


def _named(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_named(key)}={_named(entry)}" for key, entry in value.items()) or "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(map(_named, value)) or "none"
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(_named, value))) or "none"
    if isinstance(value, Field):
        return value.label
    if isinstance(value, Path) and value.is_relative_to(ROOT):
        return str(value.relative_to(ROOT))
    if isinstance(value, FunctionType) and value.__name__ == "<lambda>":  # by what it calls, and with what
        code = value.__code__
        return " ".join(_named(part) for part in (*code.co_names, *code.co_consts) if part is not None)
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return type(value).__name__ if " at 0x" in text else text  # nothing that differs from process to process


def reviewed(kit: Kit, terms: Mapping[str, Value] | None = None, /, **changes: str) -> ReviewedIntake:
    """The good intake with `changes`, reviewed; an empty text takes an answer away."""
    written = {**GOOD, **changes}
    answers = {
        key: Answer(written.get(key, ""), Origin("Sheet1", f"C{number}"))
        for number, key in enumerate(kit.fields, start=3)
    }
    all_terms = {**default_terms.defaults(kit), **(terms or {})}
    intake = normalize(Answers("Sheet1", None, answers), kit, "intake.xlsx")
    return ReviewedIntake(intake, review(intake, kit, all_terms), all_terms, is_single=True)


@pytest.fixture(scope="session")
def kit() -> Kit:
    return kits.load(kits.find("caller-number"))


@pytest.fixture(scope="session", autouse=True)
def _manifests_are_as_their_schema_says() -> Iterator[None]:
    """Look at every manifest that is made in this process."""
    build = manifest.build

    def built(*args: Any, **options: Any) -> bytes:
        content = build(*args, **options)
        schemas.validated(json.loads(content))
        return content

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "build", built)
        yield


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the processes that tests start keep what they load, as those of users do: in one folder for the session.

    The core faces are in it; they are cut once for this user, in 20 s.
    """
    for core in fonts.uncut():
        fonts.cut(core)
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    (home / "docgen").mkdir(parents=True, exist_ok=True)
    for face in platformdirs.user_cache_path("docgen", appauthor=False).glob("core-*.ttf"):
        with contextlib.suppress(FileExistsError):
            (home / "docgen" / face.name).symlink_to(face)
    known: dict[object, Any] = {}
    found, keep = user_cache.find, user_cache.keep

    def find_kit(kind: str, parts: tuple[str | bytes, ...]) -> Any:
        return found(kind, parts) if user_cache.is_on() else known.get(parts)

    def keep_kit(kind: str, parts: tuple[str | bytes, ...], data: Any) -> None:
        keep(kind, parts, data) if user_cache.is_on() else known.update({parts: data})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(user_cache, "is_on", lambda: False)
        # But most are copies of one: what kit.yaml makes is worked out once for each that differs.
        patch.setattr(kits, "user_cache", SimpleNamespace(find=find_kit, keep=keep_kit))
        patch.delenv(user_cache.OFF)
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield


@pytest.fixture(scope="session", autouse=True)
def _warm_workers() -> Iterator[None]:
    """Let the runs in this process share their workers; runs in processes of their own start them anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_run, "Workers", warm_workers.workers)
        patch.setattr(pool, "_IDLE", 3600.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _what_reading_loads() -> None:
    """Load it here, once: commands read in a process that is forked from this one, and would load it each time.

    Neither here nor there is looked for garbage among all that, and among the tests.
    """
    data = ROOT / "tests" / "data"
    corpus = [data / "corpus" / name for name in ("form-saved-by-libreoffice.docx", "old-table.docx", "gb18030.csv")]
    for path in (*(ROOT / "inputs").glob("*.xlsx"), *data.glob("book.*"), *corpus):
        assert list(docgen.read(path, docgen.Kit.load("caller-number")))
    garbage.look_seldom()
    garbage.keep_what_is_loaded()


@pytest.fixture(scope="session")
def run() -> Run:
    """Run `docgen` with these arguments in this process."""

    def call(*args: object) -> Result:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run([str(arg) for arg in args])
        return Result(code, out.getvalue(), err.getvalue())

    return call


#: Reviews by all that they were drawn of.
_DRAWN: dict[object, bytes] = {}


@pytest.fixture
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that one test drew is not drawn again for another: for tests of what becomes of documents."""
    draw = summary._pdf

    def drawn(printer: Any, html: str, *rest: Any) -> bytes:
        key = (file_cache.stamps(printer.folder), html, *map(repr, rest))
        return _DRAWN.get(key) or _DRAWN.setdefault(key, draw(printer, html, *rest))

    monkeypatch.setattr(summary, "_pdf", drawn)


@pytest.fixture
def no_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty current folder in which nothing may be written."""
    folder = tmp_path / "untouched"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    assert list(folder.rglob("*")) == []
