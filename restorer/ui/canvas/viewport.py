"""Which part of a picture is seen, and how large: pure arithmetic, no Qt.

Three coordinate systems meet here. *Image*: pixels of the photo, pixel centres at .5. *Scaled*: image times zoom,
the grid that screen tiles lie on; it does not move while panning. *View*: device pixels of the widget, which is
scaled plus a whole-pixel offset, so that panning never resamples anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from restorer.core.geometry import Bounds
from restorer.core.placement import Placement

MAX_ZOOM = 64.0
_SMALLEST_ON_SCREEN_PX = 16
"""Zooming out stops when the photo's longer side is this long."""
ZOOM_STEPS = (
    0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 1 / 3, 0.5, 2 / 3,
    1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0,
)  # fmt: skip
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Viewport:
    """A window of ``view_width x view_height`` device pixels onto a picture.

    Attributes:
        view_width, view_height: size of the window in device pixels; may be 0 before it is shown.
        image_width, image_height: size of the picture.
        zoom: device pixels per image pixel; 1.0 is "100 %" at any device pixel ratio.
        origin_x, origin_y: where the picture's top left corner lies in the window. Kept as fractions so that zooming
            in and out again comes back to the same place; rounded where pixels are concerned.
        fitted: whether resizing keeps the whole picture in view.
        margin: empty device pixels around a fitted picture.
    """

    view_width: int
    view_height: int
    image_width: int
    image_height: int
    zoom: float = 1.0
    origin_x: float = 0.0
    origin_y: float = 0.0
    fitted: bool = False
    margin: int = 0

    # -- mapping

    @property
    def offset_x(self) -> int:
        """Whole device pixels between scaled and view coordinates."""
        return math.floor(self.origin_x + 0.5)

    @property
    def offset_y(self) -> int:
        return math.floor(self.origin_y + 0.5)

    @property
    def scaled_width(self) -> int:
        """Width of the whole picture on screen, at least 1."""
        return max(1, math.floor(self.image_width * self.zoom + 0.5))

    @property
    def scaled_height(self) -> int:
        return max(1, math.floor(self.image_height * self.zoom + 0.5))

    @property
    def photo_in_view(self) -> Bounds:
        """Where the whole picture lies in the window; may reach far outside of it."""
        return Bounds.of_size(self.scaled_width, self.scaled_height).translate(self.offset_x, self.offset_y)

    @property
    def view(self) -> Bounds:
        return Bounds.of_size(self.view_width, self.view_height)

    def to_image(self, view_x: float, view_y: float) -> tuple[float, float]:
        """Image coordinates under a point of the window; outside of the picture they go on."""
        return (view_x - self.offset_x) / self.zoom, (view_y - self.offset_y) / self.zoom

    def to_view(self, image_x: float, image_y: float) -> tuple[float, float]:
        return image_x * self.zoom + self.offset_x, image_y * self.zoom + self.offset_y

    def bounds_to_scaled(self, bounds: Bounds) -> Bounds:
        """Every scaled pixel that shows a part of ``bounds``.

        The picture ends on a whole scaled pixel; what is beyond it by less than half a one is shown in the last.
        """
        bounds = bounds.clip(self.image_width, self.image_height)
        if bounds.is_empty:
            return Bounds(0, 0, 0, 0)
        left = min(math.floor(bounds.left * self.zoom), self.scaled_width - 1)
        top = min(math.floor(bounds.top * self.zoom), self.scaled_height - 1)
        right = max(math.ceil(bounds.right * self.zoom), left + 1)
        bottom = max(math.ceil(bounds.bottom * self.zoom), top + 1)
        return Bounds(left, top, right, bottom).clip(self.scaled_width, self.scaled_height)

    def bounds_to_view(self, bounds: Bounds) -> Bounds:
        """Every device pixel of the window's plane that shows a part of ``bounds``; not clipped to the window."""
        return self.bounds_to_scaled(bounds).translate(self.offset_x, self.offset_y)

    def visible_scaled(self) -> Bounds:
        """Scaled pixels inside the window."""
        return self.view.translate(-self.offset_x, -self.offset_y).clip(self.scaled_width, self.scaled_height)

    def visible_image(self) -> Bounds:
        """Image pixels of which at least a part is inside the window."""
        seen = self.visible_scaled()
        if seen.is_empty:
            return Bounds(0, 0, 0, 0)
        # The last pixels may be less than half a device pixel wide and yet are in view.
        right = seen.right / self.zoom if seen.right < self.scaled_width else self.image_width
        bottom = seen.bottom / self.zoom if seen.bottom < self.scaled_height else self.image_height
        left, top = math.floor(seen.left / self.zoom), math.floor(seen.top / self.zoom)
        return Bounds(left, top, math.ceil(right), math.ceil(bottom)).clip(self.image_width, self.image_height)

    # -- moving

    @property
    def fit_zoom(self) -> float:
        """Zoom that shows the whole picture inside the margin, never above 100 %."""
        width = max(1, self.view_width - 2 * self.margin)
        height = max(1, self.view_height - 2 * self.margin)
        return min(1.0, width / self.image_width, height / self.image_height)

    @property
    def min_zoom(self) -> float:
        return min(self.fit_zoom, _SMALLEST_ON_SCREEN_PX / max(self.image_width, self.image_height))

    def fit(self) -> Viewport:
        """The whole picture, centred."""
        zoom = self.fit_zoom
        return replace(
            self,
            zoom=zoom,
            origin_x=(self.view_width - self.image_width * zoom) / 2,
            origin_y=(self.view_height - self.image_height * zoom) / 2,
            fitted=True,
        )

    def zoomed(self, zoom: float, at: tuple[float, float] | None = None) -> Viewport:
        """Another zoom (kept in range), with the image point under ``at`` held in place.

        Args:
            zoom: device pixels per image pixel.
            at: view coordinates; the middle of the window if None.
        """
        zoom = min(max(zoom, self.min_zoom), MAX_ZOOM)
        x, y = at if at is not None else (self.view_width / 2, self.view_height / 2)
        ratio = zoom / self.zoom
        return replace(
            self,
            zoom=zoom,
            origin_x=x - (x - self.origin_x) * ratio,
            origin_y=y - (y - self.origin_y) * ratio,
            fitted=False,
        )._held()

    def panned(self, dx: float, dy: float) -> Viewport:
        """Moved by device pixels, positive = the picture goes right and down; stops before the picture is lost."""
        return replace(self, origin_x=self.origin_x + dx, origin_y=self.origin_y + dy, fitted=False)._held()

    def resized(self, view_width: int, view_height: int) -> Viewport:
        """The same view in a window of another size: fitted stays fitted, else the middle stays in the middle."""
        dx, dy = (view_width - self.view_width) / 2, (view_height - self.view_height) / 2
        new = replace(self, view_width=view_width, view_height=view_height)
        if self.fitted:
            return new.fit()
        return replace(new, origin_x=new.origin_x + dx, origin_y=new.origin_y + dy)._held()

    def placed(self, placement: Placement) -> Viewport:
        """The same view of a picture of another extent: fitted stays fitted, else what is in the middle stays there."""
        x, y = self.view_width / 2, self.view_height / 2
        middle = placement.to_new((x - self.origin_x) / self.zoom, (y - self.origin_y) / self.zoom)
        new = replace(self, image_width=placement.width, image_height=placement.height)
        if self.fitted:
            return new.fit()
        zoom = min(max(self.zoom / placement.scale, new.min_zoom), MAX_ZOOM)
        return replace(new, zoom=zoom, origin_x=x - middle[0] * zoom, origin_y=y - middle[1] * zoom)._held()

    def next_step(self) -> float:
        """The nearest larger zoom of :data:`ZOOM_STEPS`."""
        return next((step for step in ZOOM_STEPS if step > self.zoom * (1 + _SAME)), MAX_ZOOM)

    def previous_step(self) -> float:
        """The nearest smaller zoom of :data:`ZOOM_STEPS`, or the smallest allowed."""
        smaller = (step for step in reversed(ZOOM_STEPS) if step < self.zoom * (1 - _SAME))
        return max(next(smaller, self.min_zoom), self.min_zoom)

    def _held(self) -> Viewport:
        """Moved back so far that the middle of the window lies on the picture: it cannot be lost."""
        return replace(
            self,
            origin_x=_hold(self.origin_x, self.image_width * self.zoom, self.view_width / 2),
            origin_y=_hold(self.origin_y, self.image_height * self.zoom, self.view_height / 2),
        )


def _hold(origin: float, length: float, middle: float) -> float:
    return min(max(origin, middle - length), middle)
