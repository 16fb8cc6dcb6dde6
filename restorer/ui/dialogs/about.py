"""What this program is, and what it stands on."""

from __future__ import annotations

import platform

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from restorer import __version__
from restorer.session.failure import library_versions
from restorer.ui.widgets.labels import TintedLabel

_WIDTH_PX = 460


class AboutDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Restorer")
        self.setFixedWidth(_WIDTH_PX)
        versions = {"Python": platform.python_version(), **library_versions()}
        lines = "\n".join(f"{name} {version}" for name, version in versions.items())
        details = TintedLabel(lines, role="text_2", font="small")
        details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        purpose = TintedLabel(
            "Restores old photographs on this computer. No photo leaves it. Filled parts are guesses, and the program "
            "keeps count of them. Licence: Apache 2.0.",
            role="text_2",
        )
        purpose.setWordWrap(True)
        buttons = QDialogButtonBox()
        close = buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
        copy = buttons.addButton("Copy versions", QDialogButtonBox.ButtonRole.ActionRole)
        for button in (close, copy):
            button.setIcon(QIcon())
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(f"Restorer {__version__}\n{lines}"))
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(TintedLabel(f"Restorer {__version__}", font="title"))
        layout.addWidget(purpose)
        layout.addWidget(details)
        layout.addWidget(buttons)
