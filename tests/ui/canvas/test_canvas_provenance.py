"""What became of each pixel, over the photo."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot
from support.canvas import at, seen, settle

from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.provenance import PixelClass
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.formats.provenance_file import CLASS_COLORS
from restorer.ui.canvas import CanvasView
from restorer.ui.canvas.legend import Legend, share_text
from restorer.ui.qimage import pixels_of

FILLED = Bounds(600, 500, 700, 560)
TONED = Bounds(800, 500, 900, 560)


def change(document: Document, bounds: Bounds, result_class: PixelClass) -> TaskResult:
    pixels = 255 - document.image.pixels[bounds.slices]
    piece = MaskPiece(bounds, np.full((bounds.height, bounds.width), 255, np.uint8))
    invented = (piece,) if result_class.is_invented else ()
    return TaskResult((Patch(bounds, pixels),), invented, changed_as=PixelClass.TONE, filled_as=result_class)


def apply(document: Document, canvas: CanvasView, bounds: Bounds, result_class: PixelClass) -> None:
    result = change(document, bounds, result_class)
    canvas.refresh(document.apply(document.state, Step("test", 1, {"x": bounds.left}), result, label="Test"))


def color_at(canvas: CanvasView, x: int, y: int) -> np.ndarray:
    place = at(canvas, x, y)
    return seen(canvas)[place.y(), place.x()].astype(int)


def test_invented_pixels_are_painted_and_the_rest_is_grey(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    plain = seen(canvas)
    canvas.set_provenance_shown(True)
    apply(document, canvas, FILLED, PixelClass.GENERATED)
    apply(document, canvas, TONED, PixelClass.TONE)
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    assert np.abs(color_at(canvas, 650, 530) - CLASS_COLORS[PixelClass.GENERATED]).max() < 40
    red, green, blue = color_at(canvas, 750, 530)
    assert red == green == blue
    assert np.ptp(color_at(canvas, 850, 530)) < 12, "tone shines through"
    canvas.refresh(document.undo())
    canvas.refresh(document.undo())
    assert np.ptp(color_at(canvas, 650, 530)) == 0
    canvas.set_provenance_shown(False)
    canvas.fit()
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), plain)


def test_the_surround_stays_as_it_is(qtbot: QtBot, canvas: CanvasView) -> None:
    surround = seen(canvas)[200, 2]
    canvas.set_provenance_shown(True)
    assert np.array_equal(seen(canvas)[200, 2], surround)
    assert np.array_equal(seen(canvas)[200, 597], surround)


def test_a_hair_is_seen_however_small_the_photo_is_shown(canvas: CanvasView, document: Document) -> None:
    hair = Bounds(700, 100, 701, 1000)
    canvas.set_provenance_shown(True)
    apply(document, canvas, hair, PixelClass.FILLED)
    place = at(canvas, 700, 500)
    strip = seen(canvas)[place.y(), place.x() - 2 : place.x() + 3].astype(int)
    assert (np.abs(strip - CLASS_COLORS[PixelClass.FILLED]).max(axis=1) < 45).any()


def test_before_is_not_coloured_when_both_are_compared(canvas: CanvasView, document: Document) -> None:
    apply(document, canvas, Bounds(0, 400, 1400, 700), PixelClass.GENERATED)
    canvas.set_compare("split")
    canvas.set_provenance_shown(True)
    row = seen(canvas)[200].astype(int)
    near = np.abs(row - CLASS_COLORS[PixelClass.GENERATED]).max(axis=1) < 40
    assert near[320:500].any()
    assert not near[100:280].any()


def test_another_photo_is_shown_the_same_way(canvas: CanvasView) -> None:
    canvas.set_provenance_shown(True)
    canvas.set_document(Document(Image(np.full((300, 500, 3), (200, 50, 50), np.uint8)), "red"))
    assert np.ptp(color_at(canvas, 250, 100)) == 0
    canvas.set_document(None)
    assert canvas.provenance_shown()


def test_the_legend_has_a_row_for_each_class_and_dims_what_is_not_there() -> None:
    shares = {PixelClass.GENERATED: 0.064, PixelClass.TONE: 0.0}
    legend = Legend(shares)
    width, height = legend.size()
    picture = QImage(round(width), round(height), QImage.Format.Format_RGB32)
    picture.fill(0)
    painter = QPainter(picture)
    legend.paint(painter, 0, 0)
    painter.end()
    pixels = pixels_of(picture).astype(int)

    def has(each: PixelClass) -> bool:
        return bool((np.abs(pixels - CLASS_COLORS[each]).max(axis=2) < 6).any())

    assert has(PixelClass.GENERATED)
    assert not has(PixelClass.DENOISED)


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (0.0004, "< 0.1 %"), (0.0641, "6.4 %"), (1.0, "100.0 %")])
def test_shares_are_never_rounded_to_nothing(share: float, text: str) -> None:
    assert share_text(share) == text
