"""The pictures of the desk in the documentation: three pages, made from the samples.  `make pictures` takes them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from desks import CHROMIUM, INPUTS, at_desk, data, desk_in, drop, lines
from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZE = {"width": 1180, "height": 860}
WIDTH, COLOURS = 1000, 96


def main() -> None:
    """Take every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with desk_in(Path(folder, "desk")) as desk, at_desk(browser, desk, viewport=SIZE) as page:
            for number, sheet in enumerate(sorted(INPUTS.glob("*.xlsx")), start=1):
                drop(page, sheet)
                lines(page, number)
            shown = next(line["id"] for line in data(page, "/inbox.json")["lines"] if "incomplete" in line["source"])
            page.goto(f"{desk.origin}/?sort=verdict")
            take(page, "inbox")
            page.goto(f"{desk.origin}/intakes/{shown}#a-contact_mobile")
            page.locator(".grid").wait_for()
            take(page, "intake")
            page.goto(f"{desk.origin}/intakes/{shown}/out")
            take(page, "out")
        browser.close()


def take(page: Page, name: str) -> None:
    """A picture of what the window shows, as small as it can be read."""
    path = PICTURES / f"{name}.png"
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    picture = Image.open(path).convert("RGB")
    small = picture.resize((WIDTH, picture.height * WIDTH // picture.width), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
