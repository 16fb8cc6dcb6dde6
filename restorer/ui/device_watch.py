"""Keeps the device button up to date without ever making the window wait for torch."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject

from restorer.core.progress import CancelToken
from restorer.ui.device_button import DeviceButton
from restorer.ui.preload import heavy_imports
from restorer.ui.workers import Ticket
from restorer.ui.workspace import Workspace


class DeviceWatch(QObject):
    """Lists devices when somebody wants to know: the menu opened, or a job began and torch is in anyway."""

    def __init__(self, workspace: Workspace, button: DeviceButton, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._button = button
        self._asking = False
        button.set_chosen(workspace.session.settings.device)
        button.device_chosen.connect(lambda device: workspace.update_settings(device=device))
        workspace.settings_changed.connect(lambda: button.set_chosen(workspace.session.settings.device))
        button.menu_opened.connect(self._ask)
        workspace.runs.model_started.connect(self._on_model_started)

    def _on_model_started(self, device: str) -> None:
        self._button.set_running_on(device)
        self._ask()

    def _ask(self) -> None:
        if self._asking:
            return
        self._asking = True
        session = self._workspace.session

        def work(_token: CancelToken) -> Iterator[object]:
            with heavy_imports("torch"):
                yield session.devices()

        self._workspace.lanes.io.submit(
            Ticket(
                work,
                on_event=self._button.set_devices,
                on_failed=lambda error: self._button.set_problem(f"Devices cannot be listed: {error}"),
                on_ended=self._on_ended,
            )
        )

    def _on_ended(self) -> None:
        self._asking = False
