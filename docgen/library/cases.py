"""Sources → cases: each intake with its review and its documents."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docgen.errors import AmendmentError
from docgen.kit.amendments import NO_AMENDMENTS, Amendments
from docgen.kit.terms import GivenTerms
from docgen.language import tr
from docgen.library.dates import printed_date
from docgen.library.given import Source, source_file
from docgen.library.kits import Kit
from docgen.model.as_json import IntakeJson, OutsideJson, intake_json, outside_json
from docgen.model.intake import READY, Amendment, FigureResult, Finding, Intake, Unrecognised, Value, Verdict
from docgen.output import storage
from docgen.pipeline import OpenSource, ReviewedIntake, ReviewedSource, SourceFile, open_source

if TYPE_CHECKING:
    from docgen.documents.letter import Letter
    from docgen.output.storage import Location
    from docgen.packet.packet import Packet
    from docgen.packet.register import Entry


def read(
    source: Source, kit: Kit | str | os.PathLike[str], *, date: dt.date | None = None, name: str | None = None,
    terms: GivenTerms | str | os.PathLike[str] | Mapping[str, str] | None = None,
    amendments: Amendments | str | os.PathLike[str] | Sequence[Amendment | Mapping[str, Any]] | None = None,
) -> Cases:  # fmt: skip
    """The cases that a source holds, at least one.

    `kit` is a kit, or what `Kit.load` takes; `terms` is what `Kit.load_terms` takes, or gives.  `date` is the one
    that documents carry (default: SOURCE_DATE_EPOCH, else today).  `name` is what reports call the source; bytes
    and streams without one are named by their content.  `amendments` are answers that the provider corrects: a file of
    them, or a list; all must fit this source, which is never changed.

    Raises SourceError if the source cannot be read or holds no intake, KitError if the kit is wrong,
    UsageError if kit, terms or amendments are missing, AmendmentError (a SourceError) where one of these does not
    fit the source.  A bad answer raises nothing: it is a finding.
    """
    kit = kit if isinstance(kit, Kit) else Kit.load(kit)
    terms = terms if isinstance(terms, GivenTerms) else kit.load_terms(terms)
    amendments, file = kit.load_amendments(amendments), source_file(source, name)
    if unknown_sources := amendments.unknown_sources({file.name: file.sha256} if amendments else {}):
        raise AmendmentError(unknown_sources, tr("correct the amendments"))
    return cases_of(file, kit, terms, date, amendments)


def cases_of(
    file: SourceFile, kit: Kit, terms: GivenTerms, date: dt.date | None, amendments: Amendments = NO_AMENDMENTS,
    open_source: OpenSource = open_source,
) -> Cases:  # fmt: skip
    """The same for a file; `open_source` may read it in another process, and the cases are then read once."""
    return Cases(file, open_source(file, kit, terms, printed_date(date), amendments), kit, date)


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of one source; each iteration makes them again, one at a time.

    Iteration raises SourceError if a later part of a long source cannot be read.
    """

    _file: SourceFile
    _judged: ReviewedSource
    _kit: Kit
    _date: dt.date | None

    def __iter__(self) -> Iterator[Case]:
        return (Case(item, self._kit, self._file, self._date) for item in self._judged)

    @property
    def source(self) -> str:
        """What reports call the source."""
        return self._file.name

    @property
    def outside(self) -> tuple[Unrecognised, ...]:
        """The texts of the source that are in no intake and were not understood.

        For a long source, those at its beginning; more come with its cases.
        """
        return self._judged.outside

    def outside_json(self) -> list[OutsideJson]:
        """The same as `docgen check --json` prints them."""
        return [outside_json(self.source, text) for text in self.outside]


class Contract(bytes):
    """The bytes of a contract; `pending` are the labels that it prints as pending, each once, in order."""

    pending: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One customer's intake with its review.

    The methods that make documents raise KitError if a template cannot be used, SystemMissingError if a font or
    library is missing, ProofError if the document fails its own check.
    """

    reviewed: ReviewedIntake
    kit: Kit
    file: SourceFile
    _date: dt.date | None = None

    # -- what is known -----------------------------------------------------------------------------

    @property
    def intake(self) -> Intake:
        """The answers, as written and as understood."""
        return self.reviewed.intake

    @property
    def name(self) -> str:
        """The customer's name, else the name of the source."""
        return self.intake.name

    @property
    def verdict(self) -> Verdict:
        """accepted, manual, rejected or incomplete."""
        return self.reviewed.review.verdict

    @property
    def ready(self) -> bool:
        """Whether a contract is due: the verdict is accepted or manual."""
        return self.verdict in READY

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, most serious first."""
        return self.reviewed.review.findings

    @property
    def values(self) -> Mapping[str, Value]:
        """The answers that were given and could be read, by key of the field."""
        return self.intake.values

    @property
    def figures(self) -> Mapping[str, FigureResult]:
        """Every derived figure of the kit, by key."""
        return self.reviewed.review.figures

    @property
    def source(self) -> str:
        """What reports call the source."""
        return self.intake.source

    @property
    def sheet(self) -> str | None:
        """The sheet that the intake is in; None in Word, text and csv."""
        return self.intake.sheet

    @property
    def row(self) -> int | None:
        """The row of a table; None for a form."""
        return self.intake.row

    @property
    def unrecognised(self) -> tuple[Unrecognised, ...]:
        """The texts of the intake that were not understood."""
        return self.intake.unrecognised

    @property
    def file_names(self) -> Mapping[str, str]:
        """What the documents are called, from the kit's templates for their names: form, review, contract, final."""
        from docgen.packet.packet import document_names, final_name

        return {**document_names(self.kit, self.reviewed), "final": final_name(self.kit, self.reviewed)}

    def printed_date(self, date: dt.date | None = None) -> dt.date:
        """The date that documents carry: `date`, else the one that was read with, SOURCE_DATE_EPOCH, today."""
        return printed_date(date or self._date)

    def as_json(self) -> IntakeJson:
        """The case as `docgen check --json` prints it."""
        return intake_json(self.intake, self.reviewed.review, self.kit.fields)

    @property
    def outside(self) -> tuple[Unrecognised, ...]:
        """Texts of a long source that are in no intake and were met on the way to the next case."""
        return self.reviewed.outside

    def outside_json(self) -> list[OutsideJson]:
        """The same as `docgen check --json` prints them."""
        return [outside_json(self.source, text) for text in self.outside]

    # -- documents ---------------------------------------------------------------------------------

    def form(self, *, date: dt.date | None = None) -> bytes:
        """The fillable Word form, prefilled."""
        from docgen.documents.form import render_form

        return render_form(self.kit, self.printed_date(date), self.values)

    def review(self, *, date: dt.date | None = None) -> bytes:
        """The review summary (PDF), with the source and the normalised answers attached."""
        from docgen.packet import packet

        options = packet.PacketOptions(self.kit, self.printed_date(date), Path(), only=("review", "contract"))
        documents, _pending = packet.render(self.reviewed, packet.attachable(self.reviewed, self.file), options)
        _name, content = documents["review"] or ("", b"")
        return content

    def contract(
        self,
        *,
        final: bool = False,
        reviewed_by: str | None = None,
        allow_unready: bool = False,
        date: dt.date | None = None,
    ) -> Contract:
        """The contract draft (Word); `final` leaves out the watermark and the texts of drafts.

        `reviewed_by` names the person who decided what the review leaves open; it is in the properties of the
        contract.

        Raises NotReadyError if the case is not `ready` (with `allow_unready` one is made that says so on every
        page), where a value is pending in a final one, and where a final one is asked for and nobody has decided on a
        case of verdict manual.  Raises UsageError if a final one is asked for with `allow_unready`.
        """
        from docgen.documents.context import RenderOptions
        from docgen.packet import packet
        from docgen.packet.readiness import require_complete, require_ready

        require_ready(self.reviewed, final=final, reviewed_by=reviewed_by, allow_unready=allow_unready)
        options = RenderOptions(
            self.printed_date(date), draft=not final, unready=not self.ready, reviewed_by=reviewed_by
        )
        rendered = packet.contract_of(self.reviewed, self.kit, options)
        if final:
            require_complete(self.reviewed, rendered.pending)
        contract = Contract(rendered.content)
        contract.pending = rendered.pending
        return contract

    def commented(self, contract: bytes, pending: Sequence[str] = (), *, date: dt.date | None = None) -> bytes:
        """A draft of this case's contract with its findings, and the values that are `pending`, as Word comments."""
        from docgen.documents.comments import commented

        given = {**self.values, **self.reviewed.terms}
        return commented(contract, self.kit, self.reviewed.review, given, pending, self.printed_date(date))

    def issue(
        self, path: str | os.PathLike[str], register: str | os.PathLike[str], *, reviewed_by: str | None = None,
        date: dt.date | None = None, force: bool = False,
    ) -> Entry:  # fmt: skip
        """Make the final contract, write it to `path` and record it in the register, all or nothing.

        Without a number in the terms it gets the next one of the kit's pattern.  Raises what `contract` raises, and
        WriteError where the number or the file is there already, or `register` is no register.
        """
        from docgen.packet import register as registers
        from docgen.packet.registration import IssueOptions, issue

        def make(numbered: ReviewedIntake) -> bytes:
            return replace(self, reviewed=numbered).contract(final=True, reviewed_by=reviewed_by, date=date)

        options = IssueOptions(self.printed_date(date), Path(path), reviewed_by, force)
        with registers.opened(Path(register)) as book:
            return issue(book, self.kit, self.reviewed, make, options)

    def correction_sheet(self) -> bytes:
        """The Excel sheet to send back to the customer, every problem marked and explained in place."""
        from docgen.documents.correction import returned
        from docgen.documents.sheet import returned_sheet

        return returned_sheet(self.kit, returned(self.kit, self.intake, self.reviewed.review))

    def correction_form(self, *, date: dt.date | None = None) -> bytes:
        """The Word form to send back to the customer, every problem marked and explained in place."""
        from docgen.documents.correction import returned
        from docgen.documents.form import returned_form

        return returned_form(self.kit, self.printed_date(date), returned(self.kit, self.intake, self.reviewed.review))

    def letter(self, *, deadline: dt.date | None = None, date: dt.date | None = None) -> Letter:
        """The message to the customer: what to correct and send back, or what happens next; with `deadline` until when.

        Its `text` is to be pasted into a chat, its `html` into a page.  Raises KitError if the kit has no letter.txt
        that can be used.
        """
        from docgen.documents.letter import render_letter
        from docgen.packet.packet import letter_name

        subject, day = letter_name(self.kit, self.reviewed), self.printed_date(date)
        return render_letter(self.kit, self.intake, self.reviewed.review, self.reviewed.terms, subject, day, deadline)

    def letter_mail(self, *, deadline: dt.date | None = None, date: dt.date | None = None) -> bytes:
        """The letter as a mail (.eml) that opens as a draft, with the returned sheet where there is what to fill in."""
        from docgen.packet.packet import returned_name

        letter = self.letter(deadline=deadline, date=date)
        name = returned_name(self.kit, [self.reviewed], Path(self.source))
        return letter.mail((name, self.correction_sheet()) if letter.wants_sheet else None)

    def save(
        self, folder: str | os.PathLike[str] | Location, *, date: dt.date | None = None, name: str | None = None,
        reviewed_by: str | None = None, force: bool = False,
    ) -> Packet:  # fmt: skip
        """Write all documents that are due into a new folder in `folder`, whole or not at all.

        `name` is that folder's name (default: as in a batch run, the customer's name with 8 hex digits, so that no
        two intakes share it).  An existing unchanged packet is replaced; an edited one only with `force`.
        `reviewed_by` is recorded in the manifest and in the contract.  Raises WriteError.
        """
        from docgen.packet import packet

        place = storage.location(os.fspath(folder)) if isinstance(folder, (str, os.PathLike)) else folder
        options = packet.PacketOptions(self.kit, self.printed_date(date), place, force, reviewed_by=reviewed_by)
        return packet.make(self.reviewed, self.file, options, name or packet.distinct_name(self.intake))
