"""Hold what every page works with: settings, store, workers, and the list of open pages."""

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
    """An open desk."""

    settings: Settings
    database: Database
    store: Store
    hub: Hub
    work: Work
    runs: Runs

    @property
    def kit(self) -> Kit:
        """The kit as its files are now; the same object while they are unchanged."""
        return Kit.load(self.settings.kit)

    @property
    def user(self) -> str:
        """The person at the desk."""
        return self.settings.user


def desk_of(request: Request) -> Desk:
    """The desk that serves a request."""
    desk: Desk = request.app.state.desk
    return desk
