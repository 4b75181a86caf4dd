"""What every page works with: settings, store, workers, and those who listen."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from docgen.desk.database import Database
from docgen.desk.live import Hub
from docgen.desk.runs import Runs
from docgen.desk.settings import Settings
from docgen.desk.store import Store
from docgen.desk.work import Work
from docgen.library.kits import Kit


@dataclass(frozen=True)
class Desk:
    """A desk that is open."""

    settings: Settings
    database: Database
    store: Store
    hub: Hub
    work: Work
    runs: Runs

    @property
    def kit(self) -> Kit:
        """The kit as its files are now; the same object again while they are the same."""
        return Kit.load(self.settings.kit)

    @property
    def user(self) -> str:
        """Who is at the desk."""
        return self.settings.user


def desk_of(request: Request) -> Desk:
    """The desk that a request is for."""
    desk: Desk = request.app.state.desk
    return desk
