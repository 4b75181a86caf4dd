"""How long pages of the desk take while a batch run keeps all cores busy: ten tabs clicking, fifty files coming in.

    python tests/benchmarks/desk.py

Prints the median, p95 and longest time of a page view.  No browser is needed: requests are sent as its pages send them.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from batches import companies, table  # noqa: E402
from desks import INPUTS, RunningDesk, desk_in  # noqa: E402

TABS, VIEWS, UPLOADS, ROWS = 10, 40, 50, 400


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as folder, desk_in(Path(folder, "desk")) as desk:
        cookies = _let_in(desk)
        origin = {"origin": desk.origin, "accept": "application/json"}
        with httpx.Client(base_url=desk.origin, cookies=cookies, timeout=300) as client:
            _upload(client, origin, 14)
            _wait(client, 14)
            idle = _clicks(desk, cookies, tabs=1, views=VIEWS)
            customers = table(Path(folder, "customers.xlsx"), companies(ROWS))
            client.post("/runs/files", files={"files": customers.open("rb")}, headers=origin)
            with ThreadPoolExecutor(1) as aside:
                coming = aside.submit(_upload, client, origin, UPLOADS)
                busy = _clicks(desk, cookies, tabs=TABS, views=VIEWS)
                coming.result()
            state = client.get("/runs/1.json").json()["state"]
    sys.stdout.write(f"alone, one tab:                              {_told(idle)}\n")
    sys.stdout.write(f"batch {state}, {UPLOADS} uploads, {TABS} tabs: {_told(busy)}\n")


def _let_in(desk: RunningDesk) -> httpx.Cookies:
    with httpx.Client() as client:
        client.get(desk.link, follow_redirects=False)
        return client.cookies


def _upload(client: httpx.Client, headers: dict[str, str], count: int) -> None:
    for path in islice(cycle(sorted(INPUTS.glob("*.xlsx"))), count):
        client.post("/files", files={"files": (path.name, path.read_bytes())}, headers=headers)


def _wait(client: httpx.Client, count: int) -> None:
    while True:
        lines = client.get("/inbox.json").json()["lines"]
        if len({line["file"] for line in lines}) >= count and all(line["state"] != "waiting" for line in lines):
            return
        time.sleep(0.1)


def _clicks(desk: RunningDesk, cookies: httpx.Cookies, tabs: int, views: int) -> list[float]:
    """The seconds of every page view of so many tabs that click as fast as pages come, with a breath between."""
    with ThreadPoolExecutor(tabs) as pool:
        found = pool.map(lambda tab: _tab(desk, cookies, tab, views), range(tabs))
        return [seconds for one in found for seconds in one]


def _tab(desk: RunningDesk, cookies: httpx.Cookies, tab: int, views: int) -> list[float]:
    paths = ["/", "/intakes/1-1", "/?state=incomplete", f"/intakes/{tab % 7 + 1}-1", "/runs", "/log", "/?sort=customer"]
    taken = []
    with httpx.Client(base_url=desk.origin, cookies=cookies, timeout=300) as client:
        for path in islice(cycle(paths), views):
            began = time.perf_counter()
            assert client.get(path).status_code == 200, urlsplit(path).path
            taken.append(time.perf_counter() - began)
            time.sleep(0.25)
    return taken


def _told(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"median {statistics.median(ordered) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, longest {ordered[-1] * 1000:.0f} ms"


if __name__ == "__main__":
    main()
