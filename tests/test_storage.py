"""Sources in object storage and packets to it: what a run on a disk gives, for whatever happens on the way."""

from __future__ import annotations

import io
import json
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from batches import batch, companies, finish, packets, start, table
from clusters import cluster
from conftest import ROOT, Run
from openpyxl import load_workbook
from stores import names, objects, place, server, upload
from waiting import wait_until

from docgen.batch import download
from docgen.batch.download import here
from docgen.errors import SourceError
from docgen.output import storage

INPUTS = ROOT / "inputs"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served() -> Iterator[Mapping[str, str]]:
    with server() as environment:
        yield environment


@pytest.fixture
def bucket(served: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket."""
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{secrets.token_hex(4)}"
    root = place(f"s3://{name}")
    root.fs.mkdir(name)
    return f"s3://{name}"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sources: a table, two sheets in a folder, one that is none, and what is no source."""
    root = tmp_path_factory.mktemp("sources") / "in"
    (root / "sub").mkdir(parents=True)
    table(root / "customers.xlsx", companies(12))
    shutil.copy(INPUTS / "accepted.xlsx", root / "sub" / "a.xlsx")
    shutil.copy(INPUTS / "rejected.xlsx", root / "sub" / "乙 b.xlsx")
    (root / "broken.xlsx").write_bytes(b"no workbook")
    (root / "~$a.xlsx").write_bytes(b"lock")
    (root / "notes.txt").write_text("notes", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def on_disk(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run on a disk makes of the sources."""
    out = tmp_path_factory.mktemp("disk") / "out"
    assert batch(sources, "-o", out)[0] == 8
    return out


@pytest.fixture
def folder(sources: Path, tmp_path: Path) -> Path:
    """A copy of the sources that a test may change."""
    return shutil.copytree(sources, tmp_path / "in")


def plain(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Packets without the digits in their names that tell where their source stood."""
    found = {}
    for name, content in files.items():
        if "/" in name and not name.startswith("journal"):
            packet, _, document = name.partition("/")
            found[f"{packet.rpartition('-')[0]}/{document}"] = content
    return found


def rows(report: bytes) -> list[list[object]]:
    """The rows of the intakes and findings in a report, without what names their places."""
    book = load_workbook(io.BytesIO(report))
    header, *records = book["intakes"].iter_rows(values_only=True)
    kept = [number for number, name in enumerate(header) if name not in {"source", "packet", "ms"}]
    found: list[list[object]] = [[record[number] for number in kept] for record in records]
    return sorted(found + [list(row[1:]) for row in book["findings"].iter_rows(values_only=True)], key=str)


def check_same(bucket: str, here: Path) -> None:
    """What a run made in storage is what one made on this disk."""
    there = objects(f"{bucket}/out")
    assert plain(there) == plain(packets(here))
    assert rows(there["report.xlsx"]) == rows((here / "report.xlsx").read_bytes())
    others = {name for name in there if "/" not in name or name.startswith("journal")}
    assert others == {"report.xlsx", "report.html", *(name for name in others if name.startswith("journal.jsonl/"))}


def test_storage_gets_what_a_disk_gets(sources: Path, on_disk: Path, bucket: str) -> None:
    upload(sources, f"{bucket}/in")
    code, err = batch(f"{bucket}/in", "-o", f"{bucket}/out")
    assert code == 8, err
    check_same(bucket, on_disk)
    errors = [line for line in err.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert errors[0].startswith(f"error: {bucket}/in/broken.xlsx: ")
    lines = b"".join(content for name, content in objects(f"{bucket}/out").items() if name.startswith("journal"))
    assert sum(not one.get("passed_over") for one in map(json.loads, lines.splitlines())) == 4


def test_a_cluster_reads_and_writes_there_too(sources: Path, on_disk: Path, bucket: str, tmp_path: Path) -> None:
    upload(sources, f"{bucket}/in")
    with cluster(tmp_path / "dask", workers=1) as dask:
        code, err = finish(start(f"{bucket}/in", "-o", f"{bucket}/out", "--cluster", dask.address))
    assert code == 8, err
    check_same(bucket, on_disk)


def test_objects_folders_and_patterns_are_sources(run: Run, folder: Path, bucket: str) -> None:
    upload(folder, f"{bucket}/in")

    def found(*sources: str) -> list[str]:
        done = run("batch", *sources, "-o", f"{bucket}/out", "--dry-run")
        assert done.code == 0, done.err
        return [line.removeprefix(f"{bucket}/in/") for line in done.out.splitlines()]

    assert found(f"{bucket}/in") == ["broken.xlsx", "customers.xlsx", "sub/a.xlsx", "sub/乙 b.xlsx"]
    assert found(f"{bucket}/in/*.xlsx") == ["broken.xlsx", "customers.xlsx"]
    assert found(f"{bucket}/in/sub/a.xlsx", f"{bucket}/in/sub") == ["sub/a.xlsx", "sub/乙 b.xlsx"]
    done = run("batch", f"{bucket}/in/gone.xlsx", "-o", f"{bucket}/out", "--dry-run")
    assert done.code == 2
    assert "gone.xlsx" in done.err
    upload(folder, f"{bucket}/in/out")  # as -o lies among the sources
    done = run("batch", f"{bucket}/in", "-o", f"{bucket}/in/out", "--dry-run")
    assert len(done.out.splitlines()) == 4
    place(f"{bucket}/in/out/manifest.json").write_bytes(b"{}")
    place(f"{bucket}/in/out/sub/manifest.json").write_bytes(b"{}")
    place(f"{bucket}/in/sub/manifest.json").write_bytes(b"{}")
    assert found(f"{bucket}/in") == ["broken.xlsx", "customers.xlsx"]


def test_an_address_of_this_machine_is_a_path(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sources = (folder / "sub").as_uri()
    done = run("batch", sources, "-o", out.as_uri(), "--only", "contract", "--jobs", 1)
    assert done.code == 5, done.err
    assert len(list(out.glob("*/manifest.json"))) == 2


def test_an_object_that_is_too_large_is_not_fetched(folder: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(folder, f"{bucket}/in")
    source = f"{bucket}/in/sub/a.xlsx"
    assert here(source).path.read_bytes() == (folder / "sub" / "a.xlsx").read_bytes()
    monkeypatch.setattr(download, "MAX_FILE", 1000)
    with pytest.raises(SourceError, match=f"^{source}: the file is too large"):
        here(source)


def test_a_run_goes_on_there(folder: Path, bucket: str) -> None:
    source, out = table(folder / "t.xlsx", companies(4)), f"{bucket}/out"
    assert batch(source, "-o", out)[0] == 0
    whole = objects(out)

    def tags() -> dict[str, object]:
        """When each manifest was written."""
        return {name: place(f"{out}/{name}").fs.info(f"{out}/{name}")["LastModified"] for name in manifests}

    manifests = sorted(name for name in whole if name.endswith("/manifest.json"))
    before = tags()
    time.sleep(1)  # the server's clock has no fractions
    assert batch(source, "-o", out, "--resume")[0] == 0
    assert tags() == before
    assert objects(out).keys() == whole.keys(), "the journal has not grown"
    broken = place(f"{out}/{manifests[1]}")
    broken.unlink()
    (broken.parent / storage.UNFINISHED).write_bytes(b"")
    assert batch(source, "-o", out, "--resume")[0] == 0
    assert [name for name, time in tags().items() if time != before[name]] == [manifests[1]]
    assert plain(objects(out)) == plain(whole)


def test_an_edited_packet_is_kept_and_named(run: Run, folder: Path, bucket: str) -> None:
    source, out = table(folder / "t.xlsx", companies(3)), f"{bucket}/out"
    assert batch(source, "-o", out)[0] == 0
    name = sorted(name for name in objects(out) if name.endswith(".docx"))[1]
    packet = name.partition("/")[0]
    assert run("verify", f"{out}/{packet}").code == 0
    place(f"{out}/{name}").write_bytes(b"a lawyer's work")
    place(f"{out}/{packet}/notes.txt").write_bytes(b"notes")
    done = run("verify", f"{out}/{packet}")
    assert done.code == 10
    assert [line.split()[0] for line in done.out.splitlines()] == ["modified", "unexpected", "kit"]
    for more in ([], ["--resume"]):
        code, err = batch(source, "-o", out, *more)
        assert code == 8
        assert f"{out}/{packet} holds work that would be lost" in err
        assert objects(out)[name] == b"a lawyer's work"
    assert batch(source, "-o", out, "--force")[0] == 0
    assert objects(out)[name] != b"a lawyer's work"
    assert f"{packet}/notes.txt" not in objects(out)
    assert run("verify", f"{out}/nowhere").code == 2


def test_a_killed_run_goes_on_and_live_ones_exclude_each_other(
    folder: Path, on_disk: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = folder, f"{bucket}/out"
    (source / "broken.xlsx").unlink()
    monkeypatch.setattr(storage, "BEAT", 1.0)  # its holder may be held up for three of them, on a busy machine too
    with storage.leased(place(f"{out}/.docgen-lock")):
        code, err = batch(source, "-o", out)
        assert code == 7
        assert "another batch run" in err
    process = start(source, "-o", out)
    wait_until("there is a packet", lambda: any(name.endswith("manifest.json") for name in names(out)), process)
    process.kill()
    finish(process)
    assert ".docgen-lock" in names(out)
    code, err = batch(source, "-o", out, "--resume")
    assert code == 5, err
    check_same(bucket, on_disk)  # of which the broken source is no part


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "The specified bucket does not exist"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "Could not connect"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}, "credentials"),
    ],
)
def test_storage_that_cannot_be_had_is_one_line(
    bucket: str, environment: Mapping[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with clients_of_its_own():
        code, err = batch(INPUTS / "accepted.xlsx", "-o", "s3://nowhere/out")
        assert code == 7, err
        assert words in err.splitlines()[0]
        assert len(err.splitlines()) <= 2
        code, err = batch("s3://nowhere/in", "-o", f"{bucket}/out")
        assert code == 3, err
        assert len(err.splitlines()) <= 2


@contextmanager
def clients_of_its_own() -> Iterator[None]:
    """Whoever asks for storage meanwhile is connected as the environment says now; a process keeps its clients."""
    clients = place("s3://any").fs
    clients.clear_instance_cache()
    try:
        yield
    finally:
        clients.clear_instance_cache()


def test_addresses_that_mean_nothing_are_refused(run: Run, tmp_path: Path) -> None:
    assert run("batch", INPUTS / "accepted.xlsx", "-o", "nothing://x/y").code == 2
    assert run("batch", "nothing://x/y", "-o", tmp_path / "out").code == 2
    done = run("batch", INPUTS / "accepted.xlsx", "-o", "gs://bucket/out")
    assert done.code == 9
    assert "gcsfs" in done.err
    for command in (["check"], ["packet", "-o", tmp_path]):
        assert run(*command, "s3://bucket/x.xlsx").code == 2
    assert run("packet", INPUTS / "accepted.xlsx", "-o", "s3://bucket/x").code == 2


def test_a_file_address_is_a_path(tmp_path: Path) -> None:
    assert batch(f"file://{INPUTS}/accepted.xlsx", "-o", f"file://{tmp_path}/out")[0] == 0
    assert len(packets(tmp_path / "out")) == 2
