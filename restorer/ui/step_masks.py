"""A menu of the masks that earlier steps worked in, to be used again."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from restorer.core.image import Image
from restorer.core.marks import replace_by
from restorer.core.mask import Mask, MaskEdit
from restorer.core.mask_code import PackedMask
from restorer.session.marking.order import MaskOrder
from restorer.ui.workspace import Workspace


class StepMasks(QObject):
    """Fills a menu whenever it opens: one entry for each step in effect that worked in a mask of the photo's size.

    Args:
        menu: is emptied and filled.
    """

    def __init__(self, workspace: Workspace, menu: QMenu, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._menu = menu
        menu.aboutToShow.connect(self._fill)
        workspace.changed.connect(lambda _change: self._enable())
        workspace.photo_shown.connect(self._enable)
        self._enable()

    def masks(self) -> list[tuple[str, PackedMask]]:
        """What the steps are called, and their masks, the newest first."""
        document = self._workspace.document
        if document is None:
            return []
        image = document.image
        found = [
            (f"{number}. {slot.label}", slot.mask)
            for number, slot in enumerate(document.plan, 1)
            if slot.mask is not None and (slot.mask.width, slot.mask.height) == (image.width, image.height)
        ]
        return found[::-1]

    def _enable(self) -> None:
        self._menu.setEnabled(bool(self.masks()))

    def _fill(self) -> None:
        self._menu.clear()
        for title, mask in self.masks():
            self._menu.addAction(title).triggered.connect(partial(self._use, title, mask))

    def _use(self, title: str, packed: PackedMask, _checked: bool = False) -> None:
        def work(_photo: Image, mask: Mask) -> MaskEdit:
            return replace_by(mask, packed.unpack("the history").plane)

        name = title.partition(". ")[2]
        self._workspace.order_mask(MaskOrder(f"Mask of {name}", work, packed.width * packed.height))
