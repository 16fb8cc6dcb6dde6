import numpy as np
import pytest

from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.session.provenance import filled_mask, provenance_text


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
