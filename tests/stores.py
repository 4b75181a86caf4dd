"""A server that speaks S3, as a process of its own, and what stands in it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from upath import UPath


@contextmanager
def server() -> Iterator[Mapping[str, str]]:
    """The environment in which s3:// means a server on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
        }
    finally:
        process.kill()
        process.wait()


def place(address: str) -> UPath:
    """What stands at an address now."""
    return UPath(address, use_listings_cache=False)


def upload(folder: Path, address: str) -> None:
    """Put all files of a folder to an address."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            place(f"{address}/{path.relative_to(folder).as_posix()}").write_bytes(path.read_bytes())


def names(address: str) -> list[str]:
    """The names of all objects below an address."""
    root = place(address)
    return [name.removeprefix(f"{root.path}/") for name in root.fs.find(root.path)]


def objects(address: str) -> dict[str, bytes]:
    """Every object below an address, by its name below it."""
    root = place(address)
    found = root.fs.find(root.path)
    return {name.removeprefix(f"{root.path}/"): root.fs.cat_file(name) for name in found}
