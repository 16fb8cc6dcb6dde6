"""The window without a photo: what to do, a sample, and what was open last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from restorer.ui import theme
from restorer.ui.icons import draw_icon
from restorer.ui.recovery_cards import RecoveryCards
from restorer.ui.tokens import BUTTON_H
from restorer.ui.widgets.buttons import KeyButton
from restorer.ui.widgets.labels import TintedLabel
from restorer.ui.widgets.painting import paint_box

_RECENT_SHOWN = 5
_WIDEST_PX = 920
_SAMPLE_PICTURE = QSize(96, 72)
_DROP_H = 280
_ICON_PX = 40


class EmptyView(QWidget):
    """Says what to do. Files dropped anywhere on the window are taken by the window."""

    open_requested = Signal()
    paste_requested = Signal()
    sample_requested = Signal()
    recent_requested = Signal(object)
    """Path of a photo that was open before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_surface(self, "canvas")
        self.messages = QVBoxLayout()
        self._drop = _DropArea()
        self._drop.open_button.clicked.connect(self.open_requested)
        self._drop.paste_button.clicked.connect(self.paste_requested)
        self._sample = _SampleCard()
        self._sample.button.clicked.connect(self.sample_requested)
        self._recent = _RecentList()
        self._recent.chosen.connect(self.recent_requested)
        lower = QGridLayout()
        lower.setHorizontalSpacing(24)
        lower.setVerticalSpacing(8)
        lower.addWidget(TintedLabel("No scan at hand?", role="text", font="section"), 0, 0)
        lower.addWidget(self._sample, 1, 0, Qt.AlignmentFlag.AlignTop)
        lower.addWidget(self._recent.title, 0, 1)
        lower.addWidget(self._recent, 1, 1, Qt.AlignmentFlag.AlignTop)
        lower.setColumnStretch(0, 1)
        lower.setColumnStretch(1, 1)
        content = QWidget()
        content.setMaximumWidth(_WIDEST_PX)
        content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(24)
        self.recovery = RecoveryCards()
        inner.addWidget(self.recovery)
        inner.addWidget(self._drop)
        inner.addLayout(lower)
        middle = QHBoxLayout()
        middle.setContentsMargins(32, 32, 32, 32)
        middle.addStretch(1)
        middle.addWidget(content, 1000)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self.messages)
        outer.addStretch(2)
        outer.addLayout(middle)
        outer.addStretch(3)

    def set_recent(self, paths: Sequence[Path]) -> None:
        self._recent.set_paths(paths)

    def set_sample_picture(self, picture: QPixmap) -> None:
        self._sample.set_picture(picture)

    def set_opening(self, name: str) -> None:
        """Name of a photo on its way, or empty."""
        self._drop.set_opening(name)

    def set_shortcuts(self, *, open_photos: str, paste: str) -> None:
        """Shows these on the buttons."""
        self._drop.open_button.set_shortcut(open_photos)
        self._drop.paste_button.set_shortcut(paste)

    def set_drop_hover(self, hovering: bool) -> None:
        """Whether files are held over the window."""
        self._drop.set_hovered(hovering)


class _DropArea(QWidget):
    """A dashed frame with the words in it."""

    def __init__(self) -> None:
        super().__init__()
        self._hovered = False
        self.setMinimumHeight(_DROP_H)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._title = TintedLabel("Drop photos here", role="text", font="empty")
        self._hint = TintedLabel(
            "JPEG, PNG, TIFF up to 32-bit, WebP, BMP. The originals are never changed.", role="text_2"
        )
        self.open_button = KeyButton("Open photos", QKeySequence("Ctrl+O"), primary=True)
        self.paste_button = KeyButton("Paste", QKeySequence("Ctrl+V"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self.open_button, self.paste_button):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addSpacing(_ICON_PX + 8)
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(label is self._hint)
            layout.addWidget(label)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def set_hovered(self, hovered: bool) -> None:
        self._hovered = hovered
        self.update()

    def set_opening(self, name: str) -> None:
        self._title.setText(f"Opening {name}…" if name else "Drop photos here")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = tokens.color("accent_line" if self._hovered else "border_strong")
        painter.setPen(QPen(color, 2.0 if self._hovered else 1.0, Qt.PenStyle.CustomDashLine))
        pen = painter.pen()
        pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        if self._hovered:
            painter.setBrush(tokens.color("chrome"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        top = self._title.geometry().top() - _ICON_PX - 12
        square = QRectF((self.width() - _ICON_PX) / 2, top, _ICON_PX, _ICON_PX)
        draw_icon(painter, "photo", square, tokens.color("text_2"))
        painter.end()


class _SampleCard(QWidget):
    """The sample: a picture of it, what it is, and a button."""

    def __init__(self) -> None:
        super().__init__()
        self.button = QPushButton("Open sample")
        self.button.setFixedHeight(BUTTON_H)
        self._picture = QLabel()
        self._picture.setFixedSize(_SAMPLE_PICTURE)
        self._picture.setAccessibleName("The sample photo")
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(TintedLabel("Sample: damaged portrait", role="text", font="strong"))
        hint = TintedLabel("Scratches, dust, a crease and a stain, made on this computer.", role="text_2", font="small")
        hint.setWordWrap(True)
        words.addWidget(hint)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        words.addLayout(row)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)

    def set_picture(self, picture: QPixmap) -> None:
        """The upper part of it is shown: there are the faces."""
        ratio = self.devicePixelRatioF()
        size = _SAMPLE_PICTURE * ratio
        filling = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        scaled = picture.scaled(size, filling, Qt.TransformationMode.SmoothTransformation)
        shown = scaled.copy((scaled.width() - size.width()) // 2, 0, size.width(), size.height())
        shown.setDevicePixelRatio(ratio)
        self._picture.setPixmap(shown)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), 4, fill=tokens.color("chrome"), border=tokens.color("line"))
        if self._picture.pixmap().isNull():
            place = QRectF(self._picture.geometry())
            paint_box(painter, place, 2, fill=tokens.color("groove"))
            square = QRectF(place.center().x() - 12, place.center().y() - 12, 24, 24)
            draw_icon(painter, "photo", square, tokens.color("text_3"))
        painter.end()


class _RecentList(QWidget):
    """Photos that were open last, each a row to press."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.title = TintedLabel("Recent", role="text", font="section")
        self.title.hide()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)

    def set_paths(self, paths: Sequence[Path]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for path in paths[:_RECENT_SHOWN]:
            row = _RecentRow(path)
            row.clicked.connect(lambda _checked=False, path=path: self.chosen.emit(path))
            self._rows.addWidget(row)
        self.title.setVisible(bool(paths))


class _RecentRow(QToolButton):
    """File name at the left, its folder at the right."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.setFixedHeight(BUTTON_H)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"Open {path.name}")
        self.setToolTip(str(path))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        tokens = theme.tokens()
        painter = QPainter(self)
        draw_icon(painter, "photo", QRectF(8, self.height() / 2 - 8, 16, 16), tokens.color("text_2"))
        metrics = self.fontMetrics()
        folder = metrics.elidedText(self._path.parent.name, Qt.TextElideMode.ElideMiddle, self.width() // 3)
        folder_width = metrics.horizontalAdvance(folder)
        room = QRect(32, 0, self.width() - 32 - folder_width - 24, self.height())
        name = metrics.elidedText(self._path.name, Qt.TextElideMode.ElideMiddle, room.width())
        painter.setPen(tokens.color("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(tokens.color("text_2")))
        painter.drawText(
            self.rect().adjusted(0, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, folder
        )
        painter.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A double click opens once, not twice."""
        event.accept()
