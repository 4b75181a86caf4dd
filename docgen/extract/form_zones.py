"""Find the zone of each label in a form: the texts beside it, below it and on its further rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from docgen.extract.cell_classes import OWNERS, LabelCandidate, Layout, Place, Role, adjacent


@dataclass
class Zone:
    """A label and the texts that can be its answer or are beside it: in its own rows, and on the rows below
    without a label (`further`)."""

    label: LabelCandidate
    own: list[LabelCandidate] = field(default_factory=list)
    further: list[LabelCandidate] = field(default_factory=list)


@dataclass
class Zones:
    """The zones of a form by the place of their label; `nobodys` are the texts in no zone."""

    of: dict[Place, Zone] = field(default_factory=dict)
    nobodys: list[LabelCandidate] = field(default_factory=list)


def find_zones(layout: Layout, below: set[Place], headings: set[Place]) -> Zones:
    """The zones of the layout's labels, including answers in the same cell.

    `below` are the labels whose answers are below them, `headings` the cells that head columns or rows and are in no
    zone.
    """
    return _ZoneFinder(layout, below, headings).find()


class _ZoneFinder:
    def __init__(self, layout: Layout, below: set[Place], headings: set[Place]) -> None:
        self.layout = layout
        self.below = below
        self.headings = headings
        self.zones = Zones()
        self.band: list[LabelCandidate] = []  # the labels of the last row that has labels
        self.last = 0  # the last row that belonged to their zones

    def find(self) -> Zones:
        for row, spots in self.layout.rows.items():
            spots = [spot for spot in spots if spot.place not in self.headings]
            if not spots:
                continue
            owners = [spot for spot in spots if self._owns(spot)]
            above = [label for label in self.band if label.extent.bottom >= row]
            if owners or above:
                self._take_row(row, spots, owners, above)
            else:
                self._take_further(row, spots)
        return self.zones

    def _owns(self, spot: LabelCandidate) -> bool:
        return self.layout.roles[spot.place] in OWNERS

    def _take_row(
        self, row: int, spots: list[LabelCandidate], owners: list[LabelCandidate], above: list[LabelCandidate]
    ) -> None:
        """Give the texts of a row to the labels left of them, including labels merged down into the row."""
        for label in owners:
            self.zones.of[label.place] = Zone(label)
        owner: LabelCandidate | None = None
        before: LabelCandidate | None = None
        for spot in sorted([*spots, *above], key=lambda spot: spot.extent.left):
            if spot in above or self._owns(spot):
                owner = spot
            elif self.layout.roles[spot.place] is Role.GROUP:
                owner = None
            elif self._is_unknown_label(spot, before):
                owner = None
                self.zones.nobodys.append(spot)
            else:
                self._give(spot, owner if owner and owner.place not in self.below else self._over(spot), row)
            before = spot
        self.band = [*above, *owners]
        self.last = row

    def _is_unknown_label(self, spot: LabelCandidate, before: LabelCandidate | None) -> bool:
        """Whether the text is a label of several fields, none of them certain, and is not an answer."""
        if not spot.meaning.keys or spot.key is not None:
            return False
        return before is None or not (self._owns(before) and adjacent(before, spot))

    def _give(self, spot: LabelCandidate, owner: LabelCandidate | None, row: int) -> None:
        if owner is None:
            self.zones.nobodys.append(spot)
        elif owner.extent.top <= row <= owner.extent.bottom and owner.place not in self.below:
            self.zones.of[owner.place].own.append(spot)
        else:
            self.zones.of[owner.place].further.append(spot)

    def _over(self, spot: LabelCandidate) -> LabelCandidate | None:
        """The label of the last label row whose answers are in the column of the text."""
        if self.last != spot.extent.top - 1 and not any(o.extent.bottom == spot.extent.top - 1 for o in self.band):
            return None
        return self._owner_by_column(spot)

    def _take_further(self, row: int, spots: list[LabelCandidate]) -> None:
        """Give the texts of a row without labels to the labels above it, if no blank row is in between."""
        follows = self.last == row - 1 or any(owner.extent.bottom == row - 1 for owner in self.band)
        owners = [self._owner_by_column(spot) for spot in spots] if follows else [None] * len(spots)
        if any(self.layout.heads(spot) for spot in spots) or owners[0] is None:
            self.zones.nobodys += spots
            return
        for spot, owner in zip(spots, owners, strict=True):
            self._give(spot, owner, row)
        self.last = max(row, *(spot.extent.bottom for spot in spots))

    def _owner_by_column(self, spot: LabelCandidate) -> LabelCandidate | None:
        found = None
        for label in self.band:
            is_above = label.place in self.below or self.layout.roles[label.place] is Role.PAIR
            if (label.extent.left if is_above else label.extent.right + 1) <= spot.extent.left:
                found = label
        return found
