"""The open photos in a row; there only when there is more than one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from restorer.ui import theme, words
from restorer.ui.icons import draw_icon
from restorer.ui.tokens import HUD_PLATE, METER_H
from restorer.ui.widgets.labels import TintedLabel
from restorer.ui.widgets.meter import paint_meter

HEIGHT = 88
_THUMBNAIL = QSize(84, 56)
_GAP = 8
_PHOTO = Qt.ItemDataRole.UserRole
_WORK_ICONS = {"waiting": "waiting", "paused": "pause"}
_ANY_INDEX = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class FilmPhoto:
    """One photo in the strip.

    Attributes:
        badge: icon at its corner: ``edited``, ``waiting``, or empty.
    """

    name: str
    thumbnail: QImage | None
    badge: str = ""


@dataclass(frozen=True, slots=True)
class FilmWork:
    """What is being done to a photo in the strip.

    Attributes:
        state: ``running``, ``paused`` or ``waiting``.
        fraction: how far it is, 0 to 1, or None.
    """

    state: str
    fraction: float | None = None


class Filmstrip(QWidget):
    photo_chosen = Signal(int)
    """Place of the photo that the person wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_surface(self, "chrome")
        self.setFixedHeight(HEIGHT)
        self._allowed = True
        self._model = QStandardItemModel(self)
        self._list = QListView()
        self._list.setAccessibleName("Open photos")
        self._list.setModel(self._model)
        self._delegate = _Delegate(self._list)
        self._list.setItemDelegate(self._delegate)
        self._list.setFlow(QListView.Flow.LeftToRight)
        self._list.setWrapping(False)
        self._list.setUniformItemSizes(True)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.viewport().setAutoFillBackground(False)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.clicked.connect(lambda index: self.photo_chosen.emit(index.row()))
        self._list.activated.connect(lambda index: self.photo_chosen.emit(index.row()))
        self._count = TintedLabel(role="text", font="strong")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 1, 16, 0)
        layout.setSpacing(16)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._count)
        self.hide()

    def set_photos(self, photos: Sequence[FilmPhoto], current: int) -> None:
        """Shows these; ``current`` is the place of the photo on the canvas."""
        while self._model.rowCount() > len(photos):
            self._model.removeRow(self._model.rowCount() - 1)
        for place, photo in enumerate(photos):
            if place == self._model.rowCount():
                self._model.appendRow(QStandardItem())
            item = self._model.item(place)
            item.setData(photo, _PHOTO)
            item.setText(photo.name)
            item.setToolTip(photo.name)
        if 0 <= current < len(photos):
            index = self._model.index(current, 0)
            self._list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._count.setText(words.counted(len(photos), "photo", "photos"))
        self._refresh()

    def set_work(self, work: Mapping[int, FilmWork]) -> None:
        """Shows what is being done, by place; nothing for the others."""
        if work != self._delegate.work:
            self._delegate.work = dict(work)
            self._list.viewport().update()

    def work(self) -> dict[int, FilmWork]:
        """What is shown now."""
        return dict(self._delegate.work)

    def set_allowed(self, allowed: bool) -> None:
        """Whether it may show at all."""
        self._allowed = allowed
        self._refresh()

    def _refresh(self) -> None:
        self.setVisible(self._allowed and self._model.rowCount() > 1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, theme.tokens().color("edge"))
        painter.end()


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.work: dict[int, FilmWork] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _ANY_INDEX) -> QSize:  # noqa: N802
        return QSize(_THUMBNAIL.width() + _GAP, HEIGHT - 3)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _ANY_INDEX) -> None:
        photo = index.data(_PHOTO)
        if not isinstance(photo, FilmPhoto):
            return
        tokens = theme.tokens()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        frame = QRectF(option.rect.x() + _GAP / 2, option.rect.y() + 6, _THUMBNAIL.width(), _THUMBNAIL.height())
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(frame, tokens.color("groove"))
        if photo.thumbnail is not None:
            painter.drawImage(frame, photo.thumbnail, _middle(photo.thumbnail, frame))
        if photo.badge:
            _paint_badge(painter, frame.right() - 18, frame.top() + 2, photo.badge)
        work = self.work.get(index.row())
        if work is not None and work.state != "running":
            _paint_badge(painter, frame.left() + 2, frame.top() + 2, _WORK_ICONS[work.state])
        if work is not None and work.state != "waiting":
            bar = QRectF(frame.left(), frame.bottom() - METER_H, frame.width(), METER_H)
            role = "accent_line" if work.state == "running" else "text_3"
            paint_meter(painter, bar, ((work.fraction or 0.0, role),), tokens)
        if chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.color("accent_line"), 2))
            painter.drawRoundedRect(frame.adjusted(-1, -1, 1, 1), 3, 3)
        painter.setFont(theme.font("small"))
        painter.setPen(tokens.color("text" if chosen else "text_2"))
        room = QRectF(frame.left(), frame.bottom() + 3, frame.width(), 16)
        name = painter.fontMetrics().elidedText(photo.name, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()


def _paint_badge(painter: QPainter, left: float, top: float, name: str) -> None:
    """An icon on a dark plate, the same in both themes."""
    plate = QRectF(left, top, 16, 16)
    painter.setBrush(QColor(HUD_PLATE))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(plate, 2, 2)
    draw_icon(painter, name, plate.adjusted(2, 2, -2, -2), theme.tokens().color("white"))


def _middle(image: QImage, frame: QRectF) -> QRectF:
    """The largest part of the image, in its middle, of the frame's shape."""
    shape = frame.width() / frame.height()
    width = min(image.width(), image.height() * shape)
    height = width / shape
    return QRectF((image.width() - width) / 2, (image.height() - height) / 2, width, height)
