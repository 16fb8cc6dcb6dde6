"""What of a photo was invented, and the record of it that goes into an export."""

from __future__ import annotations

import datetime

import numpy as np

import restorer
from restorer.core.document import Document
from restorer.core.errors import InputError
from restorer.core.mask import Mask
from restorer.core.provenance import PixelClass, ProvenanceMap
from restorer.core.step import Recipe, Step
from restorer.formats.provenance import Provenance, SourceType
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL, Fidelity

_BY_HAND = frozenset({"tone", "crop", "straighten", "rotate"})
"""Tasks in which a person sets every value and nothing is estimated."""
_UNTOUCHED = PixelClass.ORIGINAL.name.lower()


def filled_mask(document: Document) -> Mask:
    """255 wherever an applied step invented content, of the photo's size."""
    invented = document.provenance.plane() >= PixelClass.FILLED
    return Mask(np.where(invented, np.uint8(255), np.uint8(0)))


def provenance_text(fraction: float) -> str:
    """The share of invented pixels in words, such as ``3.1 % of this photo was generated``; never rounded to nothing.

    Args:
        fraction: 0 to 1; :meth:`Document.filled_fraction`.
    """
    if fraction <= 0:
        return "Nothing in this photo was generated"
    percent = fraction * 100
    amount = "Less than 0.1" if percent < 0.1 else f"{percent:.1f}"
    return f"{amount} % of this photo was generated"


def provenance_for(
    recipe: Recipe,
    generated_fraction: float,
    date: datetime.date | None = None,
    known: ProvenanceMap | None = None,
) -> Provenance | None:
    """The record for a photo after these steps; None where nothing was done to it.

    Args:
        known: what became of each pixel, of which the shares are recorded.
        date: of the export; today if None. A day and no time, so that the same recipe gives the same file again.
    """
    if not recipe.steps:
        return None
    kinds = [_source_type(step) for step in recipe.steps]
    strongest = max(kinds, key=list(SourceType).index)
    day = date or datetime.date.today()
    shares = class_shares(known) if known is not None else {}
    classes = {name: share for name, share in shares.items() if name != _UNTOUCHED}
    program = f"Restorer {restorer.__version__}"
    return Provenance(strongest.uri, program, day.isoformat(), generated_fraction, recipe, classes)


def class_shares(known: ProvenanceMap) -> dict[str, float]:
    """Share of each kind of pixel there is, by name, as reports and records give it."""
    return {each.name.lower(): share for each, share in known.fractions().items() if share}


def provenance_of(document: Document) -> Provenance | None:
    """As :func:`provenance_for`, of an open photo as it is now."""
    return provenance_for(document.history.recipe(), document.filled_fraction(), known=document.provenance)


def _source_type(step: Step) -> SourceType:
    """What one step makes of a photo.

    What a trained model puts in the place of something, or beside it, is generated, by the IPTC's own example of
    inpainting; what it cleans (its example: denoising) is enhanced. A fill from its neighbours generates nothing that
    was learnt elsewhere.
    """
    if step.task in _BY_HAND:
        return SourceType.HUMAN_EDITS
    try:
        invents = get_task(step.task).fidelity > Fidelity.CONSERVE
    except InputError:  # A recipe of a newer program: the cautious answer.
        invents = True
    trained = any(model != CLASSICAL for model in step.models)
    return SourceType.COMPOSITE_WITH_TRAINED_MEDIA if trained and invents else SourceType.ALGORITHMICALLY_ENHANCED
