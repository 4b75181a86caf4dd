"""A server that speaks S3, as a process of its own, and what stands in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from upath import UPath

#: Serves at a port that it chooses and prints, until stdin ends: with this process at the latest.
_SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(*server.get_host_and_port(), sep=":", flush=True)
sys.stdin.read()
"""


@contextmanager
def server() -> Iterator[Mapping[str, str]]:
    """The environment in which s3:// means a server on this machine."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()  # ends without one where the server does
        assert address, "the server did not start"
        try:
            yield {
                "AWS_ENDPOINT_URL": f"http://{address}",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_MAX_ATTEMPTS": "1",
            }
        finally:
            process.kill()


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
