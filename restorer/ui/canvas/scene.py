"""Everything on the canvas that lies in the photo: its states, the mask, a running job. No widget, no events."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property, partial

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.large_dabs import Dab
from restorer.core.mask import Mask
from restorer.core.placement import Placement
from restorer.session.alignment import aligned
from restorer.session.marking.find_levels import FindLevels
from restorer.ui.canvas import split_line
from restorer.ui.canvas.colors import CanvasColors
from restorer.ui.canvas.compare import Compare, Pane, panes, split_x
from restorer.ui.canvas.finds_layer import FindsLayer
from restorer.ui.canvas.job_tiles import JobTiles, outline_reach
from restorer.ui.canvas.mask_layer import MaskLayer
from restorer.ui.canvas.overlay import Overlay
from restorer.ui.canvas.photo_layer import PhotoLayer
from restorer.ui.canvas.pixel_grid import GRID_FROM
from restorer.ui.canvas.protected_layer import ProtectedLayer
from restorer.ui.canvas.provenance_layer import ProvenanceLayer, dim
from restorer.ui.canvas.pyramid import TilePyramid
from restorer.ui.canvas.tile_order import TileOrder
from restorer.ui.canvas.trial import Trial, paint_frame
from restorer.ui.canvas.viewport import Viewport


class Scene:
    """One open photo as the canvas shows it.

    What changes is told in image pixels; :meth:`on_canvas` turns that into device pixels of the canvas.

    Args:
        document: the open photo.
        overview: a small picture of all of it, where there is one already.
        colors: what to make of its pixels; sRGB if None.
    """

    def __init__(self, document: Document, overview: QImage | None = None, colors: CanvasColors | None = None) -> None:
        self.document = document
        self._colors = colors if colors is not None else CanvasColors()
        self.jobs = JobTiles()
        self.compare: Compare | None = None
        self.split = 0.5
        self.original = False
        self.overlay = Overlay.TINT
        self.classes: ProvenanceLayer | None = None
        """What became of each pixel, where that is shown in place of the mask."""
        self._used_mask: Mask | None = None
        self._live = PhotoLayer(TilePyramid(document.image, self._colors, overview=overview))
        untouched = not document.history.entries
        self._mask = MaskLayer(document.mask, is_empty=untouched)
        self._protected = ProtectedLayer(document.protected, is_empty=untouched)
        self._finds: FindsLayer | None = None
        self._reference: Image | None = None
        self._before: PhotoLayer | None = None
        self._after: PhotoLayer | None = None
        self.frame: Placement | None = None
        """Where the compared states lie in the photo as it is now, while they have another extent."""
        self._names: tuple[str, str] | None = None
        self._trial: Trial | None = None
        self._tried: PhotoLayer | None = None

    def renewed(self) -> Scene:
        """The document in the extent that it has now, shown the same way."""
        fresh = Scene(self.document, colors=self._colors)
        fresh.overlay, fresh.compare, fresh.split = self.overlay, self.compare, self.split
        return fresh

    def use_colors(self, colors: CanvasColors) -> None:
        """Shows every state in other colours, as soon as they are made."""
        self._colors = colors
        for layer in (self._live, self._before, self._after, self._tried):
            if layer is not None:
                layer.pyramid.set_display(colors)

    # -- changes of the document

    @property
    def shows_live(self) -> bool:
        """Whether the photo as it is now is on the canvas, so that painting on it makes sense."""
        return self._after is None

    def refresh(self, change: Change) -> None:
        """Takes over what a mutator of the document changed."""
        if not change.image.is_empty:
            self.end_trial()
            self._part_with_reference()
            self._live.pyramid.set_image(self.document.image, change.image)
        if self.classes is not None:
            self.classes.set_map(self.document.provenance)
        self._mask.update(change.mask)
        self._protected.update(change.protected)

    def mask_touched(self, bounds: Bounds, *, protects: bool = False, dabs: Sequence[Dab] = ()) -> None:
        (self._protected if protects else self._mask).update(bounds, dabs)

    def show_finds(self, levels: FindLevels | None, threshold: int, ratio: float) -> None:
        """Shows finds to review, or none any more."""
        if levels is None:
            self._finds = None
        elif self._finds is None:
            self._finds = FindsLayer(levels, threshold, ratio)
        else:
            self._finds.show(levels, threshold, ratio)

    # -- a running job

    def plan_job(self, used_mask: Mask | None) -> None:
        """A job begins; marks that are as in ``used_mask`` (as they are now if None) vanish under finished tiles."""
        self._used_mask = used_mask if used_mask is not None else self.document.mask.snapshot()

    def add_preview(self, patch: Patch, *, fades: bool) -> None:
        """Shows a finished tile, not committed."""
        if self._used_mask is None:
            self.plan_job(None)
        self._part_with_reference()
        self._live.pyramid.add_patch(patch)
        if self._used_mask is not None:
            self._mask.hide(patch.bounds, self._used_mask)
        self.jobs.finish(patch.bounds, time.monotonic(), fades=fades)

    def clear_previews(self) -> Bounds:
        """Back to the document's pixels; returns what to paint again at once."""
        self._live.pyramid.clear_patches()
        self._used_mask = None
        return self._mask.show_all().union(self.jobs.clear())

    # -- a step tried on a part

    @property
    def trial(self) -> Trial | None:
        """What is shown over a part of the photo; "before" is then the photo as it is now."""
        return self._trial if self._after is None else None

    def show_trial(self, trial: Trial) -> None:
        """Shows it in place of the one before."""
        if self._tried is None:
            self._tried = PhotoLayer(self._live.pyramid.fork())
        self._tried.pyramid.clear_patches()
        if trial.patch is not None:
            self._tried.pyramid.add_patch(trial.patch)
        self._mask.show_all()
        if trial.used_mask is not None:
            self._mask.hide(trial.bounds, trial.used_mask)
        self._trial = trial

    def end_trial(self) -> None:
        """Back to the photo as it is."""
        if self._trial is not None:
            self._mask.show_all()
        self._trial = self._tried = None

    # -- comparing

    def set_reference(
        self,
        before: Image | None,
        after: Image | None = None,
        *,
        frame: Placement | None = None,
        names: tuple[str, str] | None = None,
    ) -> None:
        """Which states to compare: the photo as opened and as it is now where None.

        Args:
            before, after: of the photo's size, or of the frame's.
            frame: where both lie in the photo as it is now, where they have another extent; both must be given then.
            names: what to call them; before and after if None.

        Raises:
            ValueError: where a picture is of another size.
        """
        wanted = frame.bounds() if frame is not None else self.document.image.bounds
        for image in (before, after):
            if (image is None and frame is not None) or (image is not None and image.bounds != wanted):
                size = f"{image.width} x {image.height} pixels" if image is not None else "the photo as it is"
                raise ValueError(f"{size} cannot be compared in {wanted.width} x {wanted.height}")
        self._reference = before
        self._after = PhotoLayer(TilePyramid(after, self._colors)) if after is not None else None
        self.frame, self._names = frame, names

    @property
    def is_pair(self) -> bool:
        """Whether other states are compared than the photo as opened and as it is now."""
        return self._reference is not None or self._after is not None

    def panes(self, canvas: Bounds, viewport: Viewport) -> list[Pane]:
        return panes(self.compare, canvas, viewport, self.split, original=self.original)

    def _part_with_reference(self) -> None:
        """Called before the live pyramid departs from the photo as opened: keeps its tiles for comparing."""
        # Not by the picture itself: the original in another extent may take seconds to make.
        reference = self._reference if self._reference is not None else self.document.original
        if self._before is None and self._live.pyramid.image is reference:
            self._before = PhotoLayer(self._live.pyramid.fork())

    @cached_property
    def _original(self) -> Image:
        """The photo as it was opened, in the extent it has now."""
        return aligned(self.document.original, self.document.placement_from(0))

    def _reference_image(self) -> Image:
        return self._reference if self._reference is not None else self._original

    def _before_layer(self) -> PhotoLayer:
        if self.trial is not None:
            return self._live
        wanted = self._reference_image()
        if self._before is not None and self._before.pyramid.image is wanted:
            return self._before
        if self._live.pyramid.image is wanted and not self._live.pyramid.has_patches:
            return self._live
        self._before = PhotoLayer(TilePyramid(wanted, self._colors))
        return self._before

    def _layer(self, pane: Pane) -> PhotoLayer:
        if pane.shows_before:
            return self._before_layer()
        if self._after is not None:
            return self._after
        return self._tried if self._tried is not None else self._live

    # -- work and painting

    def on_canvas(self, changed: Bounds, canvas: Bounds, viewport: Viewport, ratio: float) -> list[Bounds]:
        """Device pixels of the canvas to paint again where a part of what is shown or of the mask changed."""
        if changed.is_empty:
            return []
        reach = max(self._mask.reach, self._protected.reach, outline_reach(ratio)) + 1
        box = viewport.bounds_to_view(changed).pad(reach)
        return [
            part
            for pane in self.panes(canvas, viewport)
            if not (part := box.translate(pane.offset_x, 0).intersect(pane.clip)).is_empty
        ]

    def orders(self, canvas: Bounds, viewport: Viewport) -> list[TileOrder]:
        """Tiles that the canvas lacks, what is seen first."""
        return [order for layer in self._layers(canvas, viewport) for order in layer.orders(viewport)]

    def lacking_px(self, canvas: Bounds, viewport: Viewport) -> int:
        """How many pixels of the photo have to be read for what is in view."""
        shown = {self._layer(pane) for pane in self.panes(canvas, viewport)}
        return sum(layer.lacking_px(viewport) for layer in shown)

    def put(self, order: TileOrder, picture: QImage) -> Bounds:
        """Takes in a tile that was ordered; returns the part of the photo to paint again."""
        layers = [layer for layer in (self._live, self._before, self._after, self._tried) if layer is not None]
        return Bounds.around([layer.put(order, picture) for layer in layers])

    def is_complete(self, canvas: Bounds, viewport: Viewport) -> bool:
        """Whether no tile is lacking for this view."""
        return all(layer.is_complete(viewport) for layer in self._layers(canvas, viewport))

    def _layers(self, canvas: Bounds, viewport: Viewport) -> list[PhotoLayer]:
        layers = [self._layer(pane) for pane in self.panes(canvas, viewport)]
        if self.frame is not None:  # the photo itself is not in this view
            return list(dict.fromkeys(layers))
        # Also what may be asked for any moment: held original must not begin blurred.
        layers += [self._live, *([self._before] if self._before is not None else [])]
        return list(dict.fromkeys(layers))

    def paint(self, painter: QPainter, part: Bounds, canvas: Bounds, viewport: Viewport, ratio: float) -> None:
        """Paints a part of the canvas in device pixels; the surround is there already."""
        for marks in (self._mask, self._protected):
            marks.show_as(self.overlay, ratio)
        for pane in self.panes(canvas, viewport):
            shown = part.intersect(pane.clip)
            if shown.is_empty:
                continue
            layer = self._layer(pane)
            layer.grid_from = GRID_FROM * ratio
            layer.look(viewport)
            place = viewport.offset_x + pane.offset_x, viewport.offset_y
            if self.classes is not None and not pane.shows_before and self.shows_live:
                shown = viewport.photo_in_view.translate(pane.offset_x, 0).intersect(shown)
                dim(painter, shown, partial(layer.paint, part=shown, offset_x=place[0], offset_y=place[1]))
                self.classes.look(viewport)
                self.classes.paint(painter, shown, *place)
                continue
            layer.paint(painter, shown, *place)
            if pane.shows_before or not self.shows_live:
                continue
            if self._trial is not None:
                self._trial.paint_enlarged(painter, shown, pane.offset_x, viewport)
            for marks in (self._mask, self._protected):
                marks.look(viewport)
                if self.overlay is not Overlay.OFF:
                    marks.paint(painter, shown, *place)
            if self._finds is not None and self.overlay is not Overlay.OFF:
                self._finds.look(viewport)
                self._finds.paint(painter, shown, *place)
            painter.save()
            painter.setClipRect(QRect(shown.left, shown.top, shown.width, shown.height))
            painter.translate(pane.offset_x, 0)
            self.jobs.paint(painter, viewport, ratio, time.monotonic())
            painter.restore()

    def put_off(self, canvas: Bounds, viewport: Viewport) -> list[Bounds]:
        """Device pixels of the canvas whose mask has to be painted again soon: there was too much of it at once."""
        put_off = (*self._mask.take_put_off(), *self._protected.take_put_off())
        boxes = [box.translate(viewport.offset_x, viewport.offset_y) for box in put_off]
        return [
            part
            for pane in self.panes(canvas, viewport)
            for box in boxes
            if not (part := box.translate(pane.offset_x, 0).intersect(pane.clip)).is_empty
        ]

    @property
    def badges(self) -> tuple[str, str]:
        """What the two sides of a comparison are called."""
        if self.trial is not None:
            return split_line.BEFORE, split_line.TRIED
        return self._names if self._names is not None else (split_line.BEFORE, split_line.AFTER)

    def paint_comparison(
        self, painter: QPainter, canvas: Bounds, viewport: Viewport, ratio: float, *, focused: bool
    ) -> None:
        """Paints the line and the badges, in logical pixels."""
        before, after = self.badges
        self._paint_frames(painter, canvas, viewport, ratio)
        if self.compare is Compare.SPLIT and not self.original:
            x, span = self.line(viewport, ratio)
            split_line.paint_split_badges(painter, x, span, before, after)
            split_line.paint_line(painter, x, span, focused=focused)
        elif self.compare is Compare.SIDE or self.original:
            for pane in self.panes(canvas, viewport):
                clip = split_line.logical(pane.clip, ratio)
                text = before if pane.shows_before else after
                split_line.paint_corner_badge(painter, clip, text)
        if self.compare is Compare.SIDE:
            gap = Bounds(viewport.view_width, 0, canvas.right - viewport.view_width, canvas.bottom)
            painter.fillRect(split_line.logical(gap, ratio), QColor(0, 0, 0))

    def _paint_frames(self, painter: QPainter, canvas: Bounds, viewport: Viewport, ratio: float) -> None:
        """The border of what is tried, wherever it is shown."""
        if self.trial is None or not self.trial.is_framed:
            return
        box = viewport.bounds_to_view(self.trial.bounds)
        for pane in self.panes(canvas, viewport):
            if not pane.shows_before:
                area = split_line.logical(box.translate(pane.offset_x, 0), ratio)
                clip = split_line.logical(pane.clip, ratio)
                paint_frame(painter, area, clip, named=self.compare is None)

    def line(self, viewport: Viewport, ratio: float) -> tuple[float, QRectF]:
        """Where the split line stands and the part of the photo it crosses, in logical pixels."""
        span = viewport.photo_in_view.intersect(viewport.view)
        return split_x(viewport, self.split) / ratio, split_line.logical(span, ratio)
