"""The process that is killed: works on a photo without end, and says what is on the disk."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import numpy as np

from restorer.core.brush import Brush, StrokePoint
from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Patch
from restorer.core.mask import MaskPiece
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.formats.metadata import Metadata
from restorer.session.export import export_photo
from restorer.session.journal import Journal, JournalThread
from restorer.session.projects import SaveOrder, save_project
from restorer.session.session import Session


def main(kind: str, folder: Path) -> None:
    """Never returns by itself. Prints ``ready``, then ``done N`` for each thing that is surely on the disk.

    Args:
        kind: ``save``, ``autosave``, ``export`` or ``job``.
        folder: holds ``scan.tif`` and an empty folder ``recovery``.
    """
    session = Session()
    scan = folder / "scan.tif"
    file = session.open_photo(scan)
    document = session.make_document(file)
    thread = JournalThread()
    journal = Journal(document, file, scan, thread, parent=folder / "recovery")
    _say("ready")
    for number in itertools.count(1):
        if kind == "autosave":
            _stroke(document, number)
        else:
            _step(document, number)
        if kind == "save":
            save_project(SaveOrder.of(folder / "work.restore", document, file, scan, embed=False, overwrite=True))
        elif kind == "export":
            export_photo(folder / f"out-{number}.tif", document.image, Metadata(), original=scan)
        else:
            journal.note()
            thread.wait()
        _say(f"done {number}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _stroke(document: Document, number: int) -> None:
    painter = document.begin_stroke(Brush(9.0, 1.0))
    painter.add(StrokePoint(10 + number * 7 % 380, 10 + number * 3 % 280))
    painter.add(StrokePoint(20 + number * 11 % 370, 15 + number * 5 % 270))
    document.end_stroke(painter)
    if len(document.history.entries) < number:  # it changed nothing: painted there already
        document.rename(document.history.tip, str(number))
        plane = document.mask.plane.copy()
        plane[number % 300, number % 400] ^= 255
        document.replace_mask(plane, "Dot")


def _step(document: Document, number: int) -> None:
    box = Bounds(number % 50, number % 40, 200 + number % 50, 150 + number % 40)
    pixels = np.full((box.height, box.width, 3), number % 65536, np.uint16)
    filled = MaskPiece(box, np.full((box.height, box.width), 255, np.uint8))
    step = Step("inpaint", 1, seed=number)
    document.apply(document.state, step, TaskResult((Patch(box, pixels),), (filled,), 1), label="Inpaint")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
