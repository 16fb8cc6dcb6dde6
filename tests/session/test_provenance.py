import datetime

import numpy as np
import pytest

from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.result import TaskResult
from restorer.core.step import ModelUse, Recipe, Step
from restorer.session.provenance import filled_mask, provenance_for, provenance_of, provenance_text
from restorer.tasks.spec import CLASSICAL


def test_only_applied_fills_count():
    document = Document(Image(np.zeros((8, 8, 1), np.uint8)), "photo")
    box = Bounds(2, 2, 6, 4)
    coverage = np.array([[0, 1, 128, 255]] * 2, np.uint8)
    result = TaskResult((Patch(box, np.ones((2, 4, 1), np.uint8)),), (MaskPiece(box, coverage),), 1)
    document.apply(document.state, Step("inpaint", 1), result, label="Inpaint")
    filled = filled_mask(document)
    assert np.array_equal(np.argwhere(filled.plane == 255)[:, 1], [3, 4, 5, 3, 4, 5])
    assert filled.coverage() == document.filled_fraction()
    document.undo()
    assert filled_mask(document).is_empty
    document.close()


@pytest.mark.parametrize(
    ("fraction", "wanted"),
    [(0, "Nothing in"), (0.00001, "Less than 0.1 %"), (0.0312, "3.1 %"), (1, "100.0 %")],
)
def test_the_share_in_words(fraction, wanted):
    assert provenance_text(fraction).startswith(wanted)


def repaired(task: str, model: str = "inpaint-unet", **more: object) -> Recipe:
    return Recipe((Step(task, 1, model=model, model_hash="" if model == CLASSICAL else "ab" * 32, **more),))


@pytest.mark.parametrize(
    ("recipe", "term"),
    [
        (repaired("inpaint"), "compositeWithTrainedAlgorithmicMedia"),
        (repaired("inpaint", CLASSICAL), "algorithmicallyEnhanced"),
        (
            repaired("repair-scratches", CLASSICAL, uses={"inpaint": ModelUse("inpaint-unet", "ab" * 32)}),
            "compositeWithTrainedAlgorithmicMedia",
        ),
        (repaired("tone", CLASSICAL), "humanEdits"),
        (repaired("a task of tomorrow"), "compositeWithTrainedAlgorithmicMedia"),
        (
            Recipe((*repaired("inpaint").steps, *repaired("tone", CLASSICAL).steps)),
            "compositeWithTrainedAlgorithmicMedia",
        ),
        (
            Recipe((*repaired("tone", CLASSICAL).steps, *repaired("inpaint", CLASSICAL).steps)),
            "algorithmicallyEnhanced",
        ),
    ],
)
def test_the_kind_of_source_is_that_of_the_strongest_step(recipe, term):
    record = provenance_for(recipe, 0.25, datetime.date(2026, 11, 21))
    assert record.source_type == f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}"
    assert (record.recipe, record.generated_fraction, record.date) == (recipe, 0.25, "2026-11-21")
    assert record.program.startswith("Restorer ")


def test_where_nothing_was_done_nothing_is_said():
    assert provenance_for(Recipe(), 0.0) is None


def test_an_open_photo_is_recorded_as_it_is_now():
    document = Document(Image(np.zeros((8, 8, 1), np.uint8)), "photo")
    assert provenance_of(document) is None
    box, step = Bounds(0, 0, 8, 2), repaired("inpaint").steps[0]
    result = TaskResult((Patch(box, np.ones((2, 8, 1), np.uint8)),), (MaskPiece(box, np.full((2, 8), 255, np.uint8)),))
    document.apply(document.state, step, result, label="Inpaint")
    record = provenance_of(document)
    assert (record.recipe.steps, record.generated_fraction) == ((step,), 0.25)
    document.undo()
    assert provenance_of(document) is None
    document.close()
