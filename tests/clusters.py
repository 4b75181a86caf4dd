"""Clusters of dask as people start them: a scheduler and workers in processes that tests can kill."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from batches import FAULTS, children
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from waiting import wait_until

#: Whoever writes the packet of a company so named loses the dask worker that it works for.
LOSES = "断机"
_FAULTS = f"""{FAULTS}
_before = pathlib.Path.mkdir
def mkdir(self, *args, **options):
    if "docgen-tmp" in self.name and "{LOSES}" in self.name:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    return _before(self, *args, **options)
pathlib.Path.mkdir = mkdir
"""


class Cluster(NamedTuple):
    """A scheduler, its address, what scheduler and workers say, and the process whose children are the workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    log: Path
    workers: subprocess.Popen[bytes] | None

    def lose_workers(self) -> None:
        """Kill all workers; dask starts others."""
        assert self.workers is not None
        for process in children(self.workers.pid):
            os.kill(process, signal.SIGKILL)

    def wait_for_workers(self, count: int) -> None:
        """Wait until there are so many workers: a run gives up on a cluster that has none for long."""

        def there() -> bool:
            said = self.log.read_text(encoding="utf-8")
            return said.count(" - Register worker") - said.count(" - Remove worker") >= count

        wait_until(f"there are {count} workers", there, self.scheduler)


def wait_until_busy(out: Path, process: subprocess.Popen[str]) -> None:
    """Wait until some packets of a run are written and have not appeared yet.  Raises RuntimeError where it ends."""

    def busy() -> bool:
        with contextlib.suppress(FileNotFoundError):  # one that has appeared meanwhile
            return sum(1 for _ in out.glob(".*docgen-tmp/*")) >= 5
        return False

    wait_until("a run is busy", busy, process)


@contextmanager
def cluster(
    folder: Path, *, workers: int = 2, python_path: Path | None = None, protocol: str = "tcp"
) -> Iterator[Cluster]:
    """A cluster on this machine that keeps its files in `folder`; dangerous names are dangerous to its workers.

    With the protocol tls it takes its keys from dask's own configuration, as `certificates` sets it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_FAULTS, encoding="utf-8")
    paths = [str(path) for path in (python_path, folder) if path] + [os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "DASK_TEMPORARY_DIRECTORY": str(folder)}
    place, log = folder / "scheduler.json", folder / "log"
    started = []

    def dask(*args: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *map(str, args)]
        with log.open("ab") as stream:
            started.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=stream))
        return started[-1]

    try:
        where = ("--host", "127.0.0.1", "--port", 0, "--protocol", protocol)
        scheduler = dask("scheduler", *where, "--no-dashboard", "--scheduler-file", place)
        address = wait_until("the scheduler has said where it is", lambda: _address(place), scheduler)
        with_workers = None
        if workers:
            with_workers = dask("worker", address, "--nworkers", workers, "--nthreads", 1, "--no-dashboard")
        found = Cluster(address, scheduler, log, with_workers)
        found.wait_for_workers(workers)
        yield found
    finally:
        for process in started:  # their children end with them
            process.kill()
            process.wait()


def _address(place: Path) -> str:
    """The address in a scheduler's file; nothing before it is written in full."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        return str(json.loads(place.read_text(encoding="utf-8"))["address"])
    return ""


def certificates(folder: Path) -> dict[str, str]:
    """An authority and a certificate of its making for this machine, in files; the settings that make dask use them."""
    now = dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "docgen test")])
    keys = {role: ec.generate_private_key(ec.SECP256R1()) for role in ("ca", "node")}
    folder.mkdir(parents=True, exist_ok=True)
    for role, key in keys.items():
        is_authority = role == "ca"
        built = (
            x509.CertificateBuilder()
            .subject_name(name if is_authority else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]))
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .sign(keys["ca"], hashes.SHA256())
        )
        (folder / f"{role}.pem").write_bytes(built.public_bytes(Encoding.PEM))
        written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{role}.key").write_bytes(written)
    prefix = "DASK_DISTRIBUTED__COMM__"
    settings = {f"{prefix}TLS__CA_FILE": str(folder / "ca.pem"), f"{prefix}REQUIRE_ENCRYPTION": "True"}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        settings[f"{prefix}TLS__{role}__CERT"] = str(folder / "node.pem")
        settings[f"{prefix}TLS__{role}__KEY"] = str(folder / "node.key")
    return settings
