"""The review summary as PDF: archival (PDF/A-3), tagged (PDF/UA-1), with its sources attached.

The kit's review.html and review.css are compiled, and the faces loaded, once while they are the same.  WeasyPrint is
imported when the first review is rendered, and fetches nothing outside the kit's folder.  A character that no
installed face has is an error: the PDF library would print an empty box.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import mimetypes
import os
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from docgen.documents import context, fonts, output_check, pdf_cascade, pdf_library
from docgen.documents.context import RenderOptions
from docgen.documents.excerpts import excerpts
from docgen.documents.kept_templates import page_template
from docgen.errors import KitError, MissingGlyphError, SystemMissingError
from docgen.file_cache import cached_by_file
from docgen.language import listed, tr
from docgen.model.intake import Intake, Review, Value
from docgen.model.kit import Kit

REVIEW_TEMPLATE = "review.html"
REVIEW_STYLE = "review.css"
#: A printer's fonts are Pango's, which are no threads' to share: threads take turns.
_turn = threading.Lock()

#: The PDF/UA identification (ISO 14289-1, clause 5) with the extension schema that PDF/A asks for
#: (ISO 19005-3, 6.6.2.3.2): WeasyPrint writes the one of its variant only.
_UA_METADATA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates which part of ISO 14289 the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_END_OF_METADATA = b"</rdf:RDF>"

_OFFICE = "application/vnd.openxmlformats-officedocument"
#: Types of attached files by suffix: those that Python itself does not know come from a list of the machine's,
#: so that equal input would give other bytes on another machine.
_MIME_TYPES = {
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}


class Attached(NamedTuple):
    """A file that travels in the PDF; `relationship` is Source or Data (ISO 32000-2, 7.11.3)."""

    name: str
    content: bytes
    description: str
    relationship: str


def render_review(
    kit: Kit, intake: Intake, review: Review, terms: Mapping[str, Value], options: RenderOptions,
    attached: Sequence[Attached] = (),
) -> bytes:  # fmt: skip
    """The review summary of one intake as the bytes of a PDF; equal input gives equal bytes.

    Raises KitError if the kit's template cannot be used, SystemMissingError where Pango or a Chinese
    font is not installed, MissingGlyphError where no font has a character that would be printed, ProofError.
    """
    html = _html(kit, excerpts(context.context(kit, intake, review, terms, options)))
    with _turn:
        printer = _printer(kit.folder, fonts.core_faces())
        missing = fonts.undrawable(unescape(html))
        if missing:
            raise _missing_glyphs(missing, kit, intake, review)
        return _pdf(printer, html, options.date, attached)


def _missing_glyphs(characters: Sequence[str], kit: Kit, intake: Intake, review: Review) -> MissingGlyphError:
    """Where each of `characters` stands, and what to do about it."""
    places = [
        *((kit.fields[key].label, answer.written) for key, answer in intake.answers.items()),
        *((finding.label, finding.written) for finding in review.findings),
        *((text.cell or text.sheet, text.text) for text in intake.unrecognised),
        (tr("the name of the source"), intake.source),
        (tr("the name of the sheet"), intake.sheet),
    ]

    def described(character: str) -> str:
        labels = dict.fromkeys(label for label, text in places if label and character in (text or ""))
        code, place = f"U+{ord(character):04X}", listed(labels) or REVIEW_TEMPLATE
        return tr("“{character}” ({code}) of {place}", character=character, code=code, place=place)

    packages = listed(fonts.packages(characters))
    remedy = (
        tr("correct the answer, or install a font that can, such as {packages}", packages=packages)
        if packages
        else tr("correct the answer, or install a font that can")
    )
    return MissingGlyphError(
        tr(
            "{name}: no installed font can draw {characters}",
            name=intake.name,
            characters="; ".join(map(described, characters)),
        ),
        remedy,
    )


def _html(kit: Kit, names: Mapping[str, Any]) -> str:
    return page_template(kit.folder / REVIEW_TEMPLATE, kit, context.names).render(names)


class _Printer(NamedTuple):
    """What every PDF of a kit shares: the kit's folder, the library, the style as written and parsed, the fonts, the
    fetcher, and the styles computed so far."""

    folder: Path
    weasyprint: Any
    style_text: str
    style: Any
    fonts: Any
    fetcher: Any
    styles: dict[Any, Any]


@cached_by_file
def _printer(folder: Path, core_faces: tuple[Path, ...]) -> _Printer:
    try:
        weasyprint = pdf_library.load()
        from urllib.request import url2pathname  # with all of http, which the library loads as well

        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError, URLFetcher
    except OSError as cause:
        raise SystemMissingError(
            tr("the PDF library cannot start: {cause}", cause=str(cause).splitlines()[0]),
            tr("install Pango and HarfBuzz: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"),
        ) from cause
    fonts.require_chinese_font()
    for suffix, mime_type in _MIME_TYPES.items():
        mimetypes.add_type(mime_type, suffix)
    root = folder.resolve()

    class KitFetcher(URLFetcher):  # type: ignore[misc]
        """Fetches files of the kit and nothing else: no network, no other folder; `refused` is what it was asked."""

        refused: ClassVar[list[str]] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            """The file at `url`, if it lies in the kit."""
            scheme, host, path, *_ = urlsplit(url)
            # Decoded and resolved as the file will be opened: %2e%2e and links lead out of the kit too.
            if scheme != "file" or host or not Path(url2pathname(path)).resolve().is_relative_to(root):
                self.refused.append(url)
                raise FatalURLFetchingError(tr("{url} is outside the kit", url=url))
            return super().fetch(url, headers)

    loaded = FontConfiguration()
    _add_faces(loaded, core_faces)
    fetcher = KitFetcher(allowed_protocols={"file"})
    try:
        style = weasyprint.CSS(filename=folder / REVIEW_STYLE, font_config=loaded, url_fetcher=fetcher)
    except (OSError, FatalURLFetchingError) as cause:
        raise KitError(f"{folder / REVIEW_STYLE}: {cause}") from cause
    text = (folder / REVIEW_STYLE).read_text(encoding="utf-8", errors="replace")
    return _Printer(folder, weasyprint, text, style, loaded, fetcher, {})


def _add_faces(loaded: Any, paths: Sequence[Path]) -> None:
    """Let the PDF library use the faces in these files, by the names that they bear.

    A rule @font-face would do, but copies each face into a temporary folder, which a worker that is stopped
    leaves behind.
    """
    from weasyprint.text.ffi import ffi, fontconfig, pangoft2

    for path in paths:
        fontconfig.FcConfigAppFontAddFile(loaded._config, os.fsencode(path))
    pangoft2.pango_fc_font_map_config_changed(ffi.cast("PangoFcFontMap *", loaded.font_map))


def _pdf(printer: _Printer, html: str, date: dt.date, attached: Sequence[Attached]) -> bytes:
    folder = printer.folder
    moment = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    files = [
        printer.weasyprint.Attachment(
            string=item.content, name=item.name, description=item.description, created=moment, modified=moment,
            relationship=item.relationship,
        )
        for item in attached
    ]  # fmt: skip
    digest = hashlib.sha256(html.encode())
    for item in attached:
        digest.update(item.content)
    printer.fetcher.refused.clear()
    try:
        source = printer.weasyprint.HTML(
            string=html, base_url=folder.resolve().as_uri() + "/", url_fetcher=printer.fetcher
        )
        pdf_cascade.share(source, printer.styles, html, printer.style_text)
        document = source.render(stylesheets=[printer.style], font_config=printer.fonts, pdf_variant="pdf/a-3a")
        document.metadata.created = document.metadata.modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = document.metadata.attachments  # a template attaches nothing
        document.metadata.attachments = files
        content = document.write_pdf(
            finisher=partial(_finish, attached=len(attached)), pdf_variant="pdf/a-3a",
            pdf_identifier=digest.hexdigest()[:32].encode(),
        )  # fmt: skip
    except printer.weasyprint.urls.FatalURLFetchingError as cause:
        raise KitError(f"{folder / REVIEW_TEMPLATE}: {cause}") from cause
    # In a drawing the library takes a refusal for a picture that cannot be drawn, and continues.
    if refused := [*printer.fetcher.refused, *(item.description or tr("an attachment") for item in asked)]:
        raise KitError(
            tr(
                "{folder}: {refused}: a page shows the files of its kit, no others",
                folder=folder / REVIEW_TEMPLATE,
                refused=", ".join(refused),
            )
        )
    return bytes(content)


def _finish(document: Any, pdf: Any, *, attached: int) -> None:
    """Add the PDF/UA identification to the metadata of what is then proven sound, and make the bytes of it all."""
    from docgen.documents import pdf_objects, pdf_tags  # pydyf comes with the PDF library

    output_check.pdf(pdf.objects, len(document.pages), attached, tr("the review summary"))
    for item in pdf.objects:
        if getattr(item, "extra", {}).get("Subtype") == "/XML":
            whole = b"".join(part if isinstance(part, bytes) else part.data for part in item.stream)
            item.stream = [whole.replace(_END_OF_METADATA, _UA_METADATA + _END_OF_METADATA, 1)]
    profile = pdf.objects[int(document.color_profiles["srgb"].pdf_reference.split()[0])]
    profile.stream = [pdf_objects.srgb()]
    pdf_tags.join(pdf.objects)
    pdf.objects[:] = pdf_objects.made(pdf.objects)
    pdf_objects.end_listings(pdf)
