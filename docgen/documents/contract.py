"""The contract draft in Word."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.documents import context, output_check
from docgen.documents.context import RenderOptions
from docgen.documents.kept_templates import word_template
from docgen.documents.properties import REVIEWED_BY, with_properties
from docgen.language import tr
from docgen.model.intake import Intake, Review, Value
from docgen.model.kit import Kit
from docgen.template import word
from docgen.template.word import Rendered

CONTRACT_TEMPLATE = "contract.docx"


def render_contract(
    kit: Kit, intake: Intake, review: Review, terms: Mapping[str, Value], options: RenderOptions
) -> Rendered:
    """The contract for one intake, with the labels that it prints as pending.

    Raises KitError if the kit's contract.docx cannot be used, ProofError if the result is no sound file.
    """
    template = word_template(kit.folder / CONTRACT_TEMPLATE, kit, context.names)
    rendered = word.render(template, context.context(kit, intake, review, terms, options))
    properties = {REVIEWED_BY: options.reviewed_by} if options.reviewed_by else {}
    return output_check.word(with_properties(rendered, properties), tr("the contract"))
