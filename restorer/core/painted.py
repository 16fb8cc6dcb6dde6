"""The lowest storey of a document: its pixels as they are, its mask, and the strokes that change it."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import numpy as np

from restorer.core.brush import Brush, StrokePainter
from restorer.core.buffers import ImageBuffers
from restorer.core.change import Change
from restorer.core.compose import Composer
from restorer.core.file_facts import NO_FACTS, FileFacts
from restorer.core.history import Entry, History
from restorer.core.image import Image, Pixels
from restorer.core.kept import Kept, Whole
from restorer.core.mask import Mask, MaskEdit, MaskEditor, Plane, ReadyEdit, require_size
from restorer.core.plan import Plan
from restorer.core.vault import PixelVault

Thumbnailer = Callable[[Image], Pixels]


class PaintedPhoto:
    """See :class:`restorer.core.document.Document`, which this is the first part of."""

    def __init__(
        self,
        original: Image,
        name: str,
        *,
        vault: PixelVault | None = None,
        thumbnailer: Thumbnailer | None = None,
        file: FileFacts = NO_FACTS,
    ) -> None:
        self.name = name
        self.file = file
        self.original = original
        self._image = original
        self._mask = Mask.empty(original.width, original.height)
        self._vault = vault if vault is not None else PixelVault()
        self._kept = Kept(self._vault)
        self._composer = Composer(self._vault, original)
        self._buffers = ImageBuffers()
        self._thumbnailer = thumbnailer
        self._protected = Mask.empty(original.width, original.height)
        self._painter: StrokePainter | None = None
        self._painter_protects = False
        self._mask_revision = 0
        self.history = History(root_state=secrets.token_hex(32))
        self._saved_state = self.history.state
        self.original_thumbnail = thumbnailer(original) if thumbnailer else None

    @property
    def vault(self) -> PixelVault:
        """Where pixels of the history are kept; for whoever writes them to a journal."""
        return self._vault

    @property
    def image(self) -> Image:
        """The photo as it is now. The value never changes under whoever holds it."""
        return self._image

    @property
    def mask(self) -> Mask:
        """The live mask; change it through this class only."""
        return self._mask

    @property
    def protected(self) -> Mask:
        """The live plane of what is never to be touched: whatever is not 0. Change it through this class only."""
        return self._protected

    def protection(self) -> Mask | None:
        """Read-only copy of :attr:`protected` for another thread; None where nothing is protected."""
        return None if self._protected.is_empty else self._protected.snapshot()

    @property
    def mask_revision(self) -> int:
        """Another number whenever the mask or what is protected has, or may have, changed."""
        return self._mask_revision

    @property
    def state(self) -> str:
        """Hash of what the pixels are; the base of a job."""
        return self.history.state

    @property
    def is_modified(self) -> bool:
        """Whether the pixels differ from those last saved (or opened)."""
        return self.state != self._saved_state

    def mark_saved(self) -> None:
        self._saved_state = self.state

    def mark_unsaved(self) -> None:
        """What is shown was never saved, as after a crash."""
        self._saved_state = ""

    @property
    def plan(self) -> Plan:
        """The steps in effect, each with the result that is shown."""
        return self.history.plan

    # -- strokes and mask commands

    def begin_stroke(self, brush: Brush, *, protects: bool = False) -> StrokePainter:
        """A painter on the live mask, or on what is protected; hand it to :meth:`end_stroke`, or abandon it."""
        self._settle_stroke()
        self._mask_revision += 1
        self._painter = StrokePainter(self._protected if protects else self._mask, brush)
        self._painter_protects = protects
        return self._painter

    def end_stroke(self, painter: StrokePainter, label: str = "Brush stroke") -> Change:
        """Makes the stroke one history entry; nothing is added where it changed nothing."""
        if painter is not self._painter:  # the photo has another extent since, and the stroke an entry of its own
            return Change()
        self._painter = None
        return self._push_mask_edit(painter.finish(), label, protects=self._painter_protects)

    def edit_mask(self, edit: MaskEdit | ReadyEdit, label: str, *, protects: bool = False) -> Change:
        """Puts an edit's values into the mask, or into what is protected, as one undoable action.

        Nothing is added to the history where the edit is empty.

        Args:
            edit: one made ready costs nothing here; the plane must be as it was then, but for a stroke in progress.
        """
        settled = self._settle_stroke()
        plane = self._protected if protects else self._mask
        made = edit.edit if isinstance(edit, ReadyEdit) else edit
        # A stroke that was settled just now is in the plane, and not in the copy.
        ready = edit if isinstance(edit, ReadyEdit) and not settled.history else None
        inverse = plane.swap(made) if ready is None else plane.take(ready)
        return settled | self._push_mask_edit(inverse, label, protects=protects, made=made)

    def replace_mask(self, plane: Plane, label: str) -> Change:
        """Sets the whole mask as one undoable action.

        Raises:
            InputError: where its size is not the photo's.
        """
        require_size(plane.shape[1], plane.shape[0], self._image.width, self._image.height)
        settled = self._settle_stroke()
        editor = MaskEditor(self._mask)
        touched = Mask((plane != self._mask.plane).astype(np.uint8)).occupied()
        editor.touch(touched)[...] = plane[touched.slices]
        return settled | self._push_mask_edit(editor.finish(), label)

    def _settle_stroke(self) -> Change:
        """Makes what is drawn so far of an unfinished stroke an entry of its own; its painter goes on from there.

        Otherwise a job that ends, or an undo, in the middle of a stroke would change mask values that the stroke has
        already saved, and taking the stroke back later would take that change back too.
        """
        if self._painter is None:
            return Change()
        return self._push_mask_edit(self._painter.finish(), "Brush stroke", protects=self._painter_protects)

    def _push_mask_edit(
        self, edit: MaskEdit, label: str, *, protects: bool = False, made: MaskEdit | None = None
    ) -> Change:
        self._mask_revision += 1
        if not edit.pieces:
            return Change()
        key = self._kept.put_mask_edit(self._protected if protects else self._mask, edit, made)
        if protects:
            self._push(Entry(label, self.state, protected_key=key, plan=self.plan))
            return Change(protected=edit.bounds, history=True)
        self._push(Entry(label, self.state, mask_key=key, plan=self.plan))
        return Change(mask=edit.bounds, history=True)

    # -- for the storeys above

    def _take(self, whole: Whole) -> None:
        """Other mask objects too: whoever draws on the old ones cannot reach into the new ones."""
        self._image, self._mask, self._protected = whole.image, whole.mask, whole.protected
        self._painter = None
        self._buffers.forget()
        self._mask_revision += 1

    def _push(self, entry: Entry) -> None:
        for replaced in self.history.push(entry):
            self._kept.drop(replaced)
