"""The canvas: photo, mask and tools in one widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from restorer.core.brush import Brush, BrushMode
from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.image import Patch
from restorer.core.mask import Mask
from restorer.core.placement import Placement
from restorer.ui import theme
from restorer.ui.canvas.comparing import ComparingSurface
from restorer.ui.canvas.hud import hint_plate, status_plate
from restorer.ui.canvas.job_tiles import FADE_S
from restorer.ui.canvas.keys import Command, Hold, command_of, hold_of
from restorer.ui.canvas.overlay import Overlay
from restorer.ui.canvas.scene import Scene
from restorer.ui.canvas.tools.brush import HARDNESS_STEP, SIZE_STEP, hardened, resized
from restorer.ui.canvas.trial import Trial
from restorer.ui.workers import Lane

_ARROW_PAN_PX = 64
"""Logical pixels an arrow key pans."""
_ARROWS = {Command.LEFT: (-1, 0), Command.RIGHT: (1, 0), Command.UP: (0, -1), Command.DOWN: (0, 1)}


class CanvasView(ComparingSurface):
    """Shows one document and paints on its mask.

    Setters emit nothing, except that ``zoom_changed`` and ``tool_changed`` always tell; the other signals say that
    the person did something.

    Args:
        parent: its owner.
        tiles: where tiles are made; in idle moments of the window's thread if None.
    """

    tool_changed = Signal(str)
    overlay_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None, tiles: Lane | None = None) -> None:
        super().__init__(parent, tiles)
        self.setObjectName("canvas")
        self.setAccessibleName("Photo")
        self._overlay = Overlay.TINT
        self._commands: dict[Command, Callable[[], object]] = {
            Command.SMALLER: self.smaller,
            Command.BIGGER: self.bigger,
            Command.SOFTER: self.softer,
            Command.HARDER: self.harder,
            Command.SWAP_MODE: self.swap_mode,
            Command.STEP_BACK: self.step_back,
            Command.OVERLAY: self.cycle_overlay,
            Command.SPLIT: lambda: self.toggle_compare("split"),
            Command.SIDE: lambda: self.toggle_compare("side"),
            Command.ZOOM_IN: self.zoom_in,
            Command.ZOOM_OUT: self.zoom_out,
            Command.LEAVE: lambda: super(CanvasView, self).focusNextPrevChild(True),
        }

    # -- document

    def set_document(self, document: Document | None) -> None:
        """Shows another photo, fitted, or none; a stroke in progress is taken back."""
        self._pointing.cancel()
        self._pointing.brush_tool.forget_last_point()
        compare = self._scene.compare if self._scene is not None else None
        self._works.want(())
        self._works.take()
        pending, self._pending = self._pending, None
        overview = pending.picture if pending is not None else None
        self._set_scene(Scene(document, overview, self._colors) if document is not None else None)
        if self._scene is not None and document is not None:
            self._scene.overlay, self._scene.compare = self._overlay, compare
            self._navigator.open(document.image.width, document.image.height)
            self._fit_viewport()
        self._pointer_changed()
        self.update()

    def refresh(self, change: Change) -> None:
        """Takes over a change made to the document; until new tiles are ready the old ones are shown."""
        scene = self._scene
        if scene is None:
            return
        if change.placement is not None:
            self._take_extent(scene, change.placement)
            return
        scene.refresh(change)
        self._show_legend()
        self._repaint_image(change.image)
        self._repaint_image(change.mask)
        self._repaint_image(change.protected)

    def _take_extent(self, scene: Scene, placement: Placement) -> None:
        """The photo has another extent; what was in the middle of the view stays there, as large as it was."""
        self.end_pair()
        self._pointing.cancel()
        self._pointing.brush_tool.forget_last_point()
        self._works.want(())
        self._works.take()
        self._set_scene(scene.renewed())
        self._navigator.place(placement)
        self._pointer_changed()
        self.update()

    # -- view

    def is_fitted(self) -> bool:
        return self._navigator.viewport.fitted

    def fit(self) -> None:
        """The whole photo, and so again after every resize, until it is moved."""
        self._navigator.fit()

    def zoom_to(self, zoom: float) -> None:
        """1.0 = one image pixel per device pixel; about the middle."""
        self._navigator.zoom_to(zoom)

    def follow(self, other: CanvasView) -> None:
        """Shows the part that another canvas shows of a picture of the same size, as large."""
        self._navigator.follow(other._navigator.viewport)

    def zoom_in(self) -> None:
        self._navigator.step(inwards=True)

    def zoom_out(self) -> None:
        self._navigator.step(inwards=False)

    def scale_view(self, factor: float, at: QPointF) -> None:
        """As a notch of the wheel does: zooms at once, holding what lies at a position of the widget."""
        self._navigator.scale(factor, self._to_device(at))

    # -- tools

    def tool(self) -> str:
        return self._pointing.tool

    def set_tool(self, name: str) -> None:
        """One of :data:`~restorer.ui.widgets.tool_column.TOOLS` by its id. Raises KeyError for another."""
        if name != self._pointing.tool:
            self._pointing.set_tool(name)
            self._pointer_changed()
            self.tool_changed.emit(name)

    def set_brush(self, brush: Brush) -> None:
        self._brush = brush
        self._pointer_changed()

    def set_pressure_enabled(self, enabled: bool) -> None:
        """Whether a pen's pressure counts."""
        self._pointing.pressure_enabled = enabled

    def smaller(self) -> None:
        self.change_brush(resized(self._brush, 1 / SIZE_STEP))

    def bigger(self) -> None:
        self.change_brush(resized(self._brush, SIZE_STEP))

    def softer(self) -> None:
        self.change_brush(hardened(self._brush, -HARDNESS_STEP))

    def harder(self) -> None:
        self.change_brush(hardened(self._brush, HARDNESS_STEP))

    def swap_mode(self) -> None:
        """Add or subtract; from the eraser back to a brush that adds."""
        if not self._pointing.is_painting:
            self.change_options(replace(self._options, mode=self._options.mode.swapped))
        elif self.tool() == "eraser":
            self.change_brush(replace(self._brush, mode=BrushMode.ADD))
            self.set_tool("brush")
        else:
            self.change_brush(replace(self._brush, mode=self._brush.mode.opposite))

    # -- overlay

    def overlay(self) -> str:
        return self._overlay.value

    def set_overlay(self, overlay: str) -> None:
        """``tint``, ``outline``, ``matte`` or ``off``. Raises ValueError for another."""
        self._overlay = Overlay(overlay)
        if self._scene is not None:
            self._scene.overlay = self._overlay
        self.update()

    def cycle_overlay(self) -> None:
        self.set_overlay(self._overlay.next)
        self.overlay_changed.emit(self.overlay())

    # -- a running job

    def set_tiles(self, tiles: Sequence[Bounds], used_mask: Mask | None = None) -> None:
        """A job begins: under its finished tiles marks that are still as in ``used_mask`` are not shown.

        Args:
            tiles: its plan; nothing is drawn over waiting tiles.
            used_mask: what the job got; the mask as it is now if None.
        """
        if self._scene is not None and tiles:
            self._scene.plan_job(used_mask)

    def mark_tile(self, bounds: Bounds) -> None:
        """This tile is in work now."""
        if self._scene is not None:
            self._repaint_image(self._scene.jobs.start(bounds))

    def add_preview(self, patch: Patch) -> None:
        """Shows a finished tile, not committed."""
        if self._scene is not None:
            fades = theme.motion_ms(round(FADE_S * 1000)) > 0
            self._scene.add_preview(patch, fades=fades)
            self._repaint_image(patch.bounds)
            if fades:
                self._fade.start()

    def clear_previews(self) -> None:
        """Back to the document's own pixels: after its result was applied, or the job ended without one."""
        if self._scene is not None:
            self._repaint_image(self._scene.clear_previews())

    # -- a step tried on the part in view

    def show_trial(self, trial: Trial) -> None:
        """Lays it over the photo, in place of the one before; comparing then sets it beside the photo as it is now."""
        if self._scene is not None:
            self._scene.show_trial(trial)
            self.update()

    def end_trial(self) -> None:
        """Back to the photo as it is."""
        if self._scene is not None and self._scene.trial is not None:
            self._scene.end_trial()
            self.update()

    def trial(self) -> Trial | None:
        """What is laid over the photo now."""
        return self._scene.trial if self._scene is not None else None

    # -- hints

    def set_hud_left(self, items: Sequence[tuple[str | Sequence[str], str]]) -> None:
        """Hints at the lower left: ``(keys, text)``; keys may be several, or empty for text alone. Empty = none."""
        self._repaint_hud()
        self._hud.left = hint_plate(items)
        self._repaint_hud()

    def set_hud_right(self, text: str = "", key: str = "", action: str = "") -> None:
        """What is going on, at the lower right, and which key does what about it. Empty = none."""
        self._repaint_hud()
        self._hud.right = status_plate(text, key, action)
        self._repaint_hud()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if self._scene is None:
            super().keyPressEvent(event)
            return
        hold = hold_of(event)
        if hold is not None:
            if not event.isAutoRepeat():
                self._hold(hold, down=True)
            return
        command = command_of(event)
        if command in self._commands:
            self._commands[command]()
        elif command is Command.FINISH and self._pointing.finish():
            self._pointer_changed()
        elif command is None or not (self._abandon(command) or self._move_split(command) or self._pan(command)):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        hold = hold_of(event)
        if hold is None:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._hold(hold, down=False)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        # Held, Tab shows the original; Shift+Tab and Ctrl+Tab leave.
        return False if forward and self._scene is not None else super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        # The release of a held key will go elsewhere.
        for hold in Hold:
            self._hold(hold, down=False)
        super().focusOutEvent(event)

    def _hold(self, hold: Hold, *, down: bool) -> None:
        if hold is Hold.ORIGINAL:
            self.set_showing_original(down)
        else:
            self._pointing.space_held = down
            self._pointer_changed()

    def _abandon(self, command: Command) -> bool:
        """Escape, where there is something to take back; elsewhere it is not ours."""
        return command is Command.ABANDON and self.abandon_stroke()

    def _pan(self, command: Command) -> bool:
        """Arrows move the view."""
        if command not in _ARROWS:
            return False
        across, down = _ARROWS[command]
        distance = _ARROW_PAN_PX * self._ratio()
        self._navigator.pan(-across * distance, -down * distance)
        return True
