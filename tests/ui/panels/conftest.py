"""Every test starts in the dark theme, with the widgets of the test before it gone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from restorer.ui import theme


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> QApplication:
    """The application in the dark theme."""
    # pytest-qt has called deleteLater() on them; a theme is put on all widgets there are, so they would add up.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    theme.apply_theme(qapp, "dark")
    return qapp
