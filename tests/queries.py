"""Named questions to Word documents, asked with lxml of the file's XML: python-docx sees no text inside controls."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
NS = {"w": W, "w14": W14}


def part(content: bytes, name: str = "word/document.xml") -> Any:
    """The parsed part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def text(content: bytes, name: str = "word/document.xml") -> str:
    """All visible text of a part, a line for each paragraph."""
    return "\n".join(_visible(paragraph) for paragraph in part(content, name).iter(f"{{{W}}}p"))


def all_text(content: bytes) -> str:
    """All visible text of document, headers and footers."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [n for n in archive.namelist() if n.startswith(("word/document", "word/header", "word/footer"))]
    return "\n".join(text(content, name) for name in names)


def _visible(node: Any) -> str:
    pieces = []
    for element in node.iter(f"{{{W}}}t", f"{{{W}}}br"):
        pieces.append("\n" if element.tag.endswith("}br") else element.text or "")
    return "".join(pieces)


@dataclass(frozen=True)
class Control:
    """A content control: its tag, kind, visible text, and what else a reader may ask."""

    tag: str
    alias: str
    number: str
    kind: str
    text: str
    is_placeholder: bool
    is_ticked: bool | None
    choices: tuple[str, ...]
    order: tuple[str, ...]
    lock: str | None


def controls(content: bytes) -> dict[str, Control]:
    """Every content control of the document, by tag."""
    found = [_control(sdt) for sdt in part(content).iter(f"{{{W}}}sdt")]
    assert len({control.tag for control in found}) == len(found), "two controls have one tag"
    return {control.tag: control for control in found}


def _control(sdt: Any) -> Control:
    properties = sdt.find("w:sdtPr", NS)
    children = [etree.QName(child).localname for child in properties]
    kinds = [name for name in children if name in {"text", "dropDownList", "checkbox"}]
    ticked = properties.find("w14:checkbox/w14:checked", NS)
    multi = properties.find("w:text", NS)
    lock = properties.find("w:lock", NS)
    kind = kinds[0]
    if multi is not None and multi.get(f"{{{W}}}multiLine") == "1":
        kind = "multiline"
    return Control(
        tag=properties.find("w:tag", NS).get(f"{{{W}}}val"),
        alias=properties.find("w:alias", NS).get(f"{{{W}}}val"),
        number=properties.find("w:id", NS).get(f"{{{W}}}val"),
        kind=kind,
        text=_visible(sdt.find("w:sdtContent", NS)),
        is_placeholder=properties.find("w:showingPlcHdr", NS) is not None,
        is_ticked=None if ticked is None else ticked.get(f"{{{W14}}}val") == "1",
        choices=tuple(item.get(f"{{{W}}}displayText") for item in properties.iterfind(".//w:listItem", NS)),
        order=tuple(children),
        lock=None if lock is None else lock.get(f"{{{W}}}val"),
    )


def highlighted(content: bytes) -> Iterator[str]:
    """The text of every highlighted run of the document."""
    for run in part(content).xpath("//w:r[w:rPr/w:highlight]", namespaces=NS):
        yield _visible(run)


#: Children in the order of the schema (ECMA-376 part 1, 17.3.1.26 and others), those of other namespaces last.
_CHILDREN = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "ins del moveFrom moveTo rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint "
    "noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang "
    "eastAsianLayout specVanish oMath rPrChange",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd "
    "tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark "
    "headers cellIns cellDel cellMerge tcPrChange",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings sectPrChange",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
    "personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr",
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "abstractNum": "nsid multiLevelType tmpl name styleLink numStyleLink lvl",
    "numbering": "numPicBullet abstractNum num numIdMacAtCleanup",
    "settings": "writeProtection view zoom removePersonalInformation removeDateAndTime doNotDisplayPageBoundaries "
    "displayBackgroundShape printPostScriptOverText printFractionalCharacterWidth printFormsData embedTrueTypeFonts "
    "embedSystemFonts saveSubsetFonts saveFormsData mirrorMargins alignBordersAndEdges bordersDoNotSurroundHeader "
    "bordersDoNotSurroundFooter gutterAtTop hideSpellingErrors hideGrammaticalErrors activeWritingStyle proofState "
    "formsDesign attachedTemplate linkStyles stylePaneFormatFilter stylePaneSortMethod documentType mailMerge "
    "revisionView trackRevisions doNotTrackMoves doNotTrackFormatting documentProtection autoFormatOverride "
    "styleLockTheme styleLockQFSet defaultTabStop autoHyphenation consecutiveHyphenLimit hyphenationZone "
    "doNotHyphenateCaps showEnvelope summaryLength clickAndTypeStyle defaultTableStyle evenAndOddHeaders "
    "bookFoldRevPrinting bookFoldPrinting bookFoldPrintingSheets drawingGridHorizontalSpacing "
    "drawingGridVerticalSpacing displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery "
    "doNotUseMarginsForDrawingGridOrigin drawingGridHorizontalOrigin drawingGridVerticalOrigin doNotShadeFormData "
    "noPunctuationKerning characterSpacingControl printTwoOnOne strictFirstAndLastChars noLineBreaksAfter "
    "noLineBreaksBefore savePreviewPicture doNotValidateAgainstSchema saveInvalidXml ignoreMixedContent "
    "alwaysShowPlaceholderText doNotDemarcateInvalidXml saveXmlDataOnly useXSLTWhenSaving saveThroughXslt showXMLTags "
    "alwaysMergeEmptyNamespace updateFields hdrShapeDefaults footnotePr endnotePr compat docVars rsids m:mathPr attachedSchema "
    "themeFontLang clrSchemeMapping doNotIncludeSubdocsInStats doNotAutoCompressPictures forceUpgrade captions "
    "readModeInkLockDown smartTagType shapeDefaults doNotEmbedSmartTags decimalSymbol listSeparator",
}
#: What says how its parent looks comes first in it (trPr may follow the exceptions of its table).
_FIRST = {"p": "pPr", "r": "rPr", "tr": "trPr", "tc": "tcPr", "tbl": "tblPr", "sdt": "sdtPr"}
_RANKS = {name: {child: rank for rank, child in enumerate(order.split())} for name, order in _CHILDREN.items()}


def out_of_order(content: bytes) -> Iterator[str]:
    """Elements of a Word file whose children do not stand in the order of the schema."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist() if n.startswith("word/") and n.endswith(".xml")}
    for name, xml in parts.items():
        for element in etree.fromstring(xml).iter(*(f"{{{W}}}{parent}" for parent in _CHILDREN)):
            parent = etree.QName(element).localname
            ranks = _RANKS[parent]
            inner = [etree.QName(child) for child in element if isinstance(child.tag, str)]
            places = [
                ranks.get(child.localname, -1) if child.namespace == W else _foreign(child, ranks) for child in inner
            ]
            if places != sorted(places) or -1 in places:
                yield f"{name}: {parent}: {[child.localname for child in inner]}"
        yield from _late_properties(name, xml)


def _foreign(child: Any, ranks: dict[str, int]) -> int:
    return ranks.get(f"m:{child.localname}", len(ranks)) if child.namespace == MATH else len(ranks)


def _late_properties(name: str, xml: bytes) -> Iterator[str]:
    for element in etree.fromstring(xml).iter(*(f"{{{W}}}{parent}" for parent in _FIRST)):
        parent = etree.QName(element).localname
        inner = [etree.QName(child).localname for child in element if child.tag != f"{{{W}}}tblPrEx"]
        if _FIRST[parent] in inner[1:] and not (parent == "tbl" and inner[0].startswith("bookmark")):
            yield f"{name}: {parent}: {inner}"
