"""Projects saved and opened: a photo with everything that was done to it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import restorer
from restorer.core.document import Document
from restorer.core.errors import InputError, WorkError
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.mask_code import PackedMask
from restorer.core.private_folder import PrivateFolder
from restorer.core.snapshot import Snapshot
from restorer.core.step import Recipe
from restorer.core.vault import PixelVault
from restorer.formats.color import thumbnail
from restorer.formats.project_file import (
    Project,
    ProjectContent,
    SourceRef,
    extract_groups,
    extract_source,
    write_project,
)
from restorer.formats.raster import PhotoFile, write_photo
from restorer.formats.recipe_file import RecipeFile
from restorer.session.export import check_target
from restorer.session.session import Session
from restorer.session.sources import find_source, seen_from, source_ref

PROJECT_PREFIX = "restorer-project-"
SAVE_PREFIX = "restorer-save-"
_PREVIEW_PX = 1024


class MissingSourceError(InputError):
    """A project's photo is not where it was; the project can be opened once it is found."""

    def __init__(self, project: Project) -> None:
        super().__init__(
            f"{project.path.name} belongs to the photo {project.source.name}, which is not where it was.",
            hint="Say where it is, or search a folder for it.",
        )
        self.project = project


@dataclass(frozen=True, slots=True, eq=False)
class SaveOrder:
    """A project to be saved, with everything as it is at this moment; for a thread of its own.

    Attributes:
        path: the project file.
        snapshot, recipe, masks, image: of the document.
        protected: what must not change, in the extent of the original; None where nothing is protected.
        file: what the photo was opened with.
        source: its file; None for a pasted photo and for the sample, which are embedded.
        embed: whether the photo's file goes into the project.
        overwrite: whether a file that is there may be replaced.
        view: place and zoom of the canvas.
    """

    path: Path
    snapshot: Snapshot
    recipe: Recipe
    masks: Mapping[str, PackedMask]
    protected: Mask | None
    image: Image
    file: PhotoFile
    source: Path | None
    embed: bool = False
    overwrite: bool = False
    view: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls, path: Path, document: Document, file: PhotoFile, source: Path | None, *, embed: bool, overwrite: bool
    ) -> SaveOrder:
        """On the document's thread."""
        return cls(
            path,
            document.snapshot(),
            document.history.recipe(),
            document.recipe_masks(),
            document.protection_in(None),
            document.image,
            file,
            source,
            embed or source is None,
            overwrite,
        )


def save_project(order: SaveOrder) -> None:
    """Writes a project file; may take a while.

    Raises:
        InputError: where the target cannot be written, or is the photo itself.
        WorkError: where writing failed; what was there before is as it was.
    """
    originals = () if order.source is None else (order.source,)
    check_target(order.path, originals=originals, overwrite=order.overwrite)
    try:
        with contextlib.closing(_Scratch()) as scratch:
            folder = scratch.path
            source, ref = source_file(order.file, order.source, folder)
            protected = PackedMask.of(order.protected) if order.protected is not None else None
            small = Image(thumbnail(order.image, _PREVIEW_PX))
            write_photo(folder / "preview.png", small)
            content = ProjectContent(
                order.snapshot,
                dataclasses.replace(seen_from(ref, order.path), embedded=order.embed),
                source if order.embed else None,
                RecipeFile(order.recipe, order.masks, protected).to_text(),
                (folder / "preview.png").read_bytes(),
                order.view,
                f"Restorer {restorer.__version__}",
            )
            write_project(order.path, content, overwrite=order.overwrite)
    except OSError as error:
        raise WorkError(f"{order.path.name} cannot be saved: {error.strerror or error}.") from None


class _Scratch:
    """A folder for what goes into a project, that the next start finds if this process is killed meanwhile."""

    def __init__(self) -> None:
        self._folder = PrivateFolder(SAVE_PREFIX)
        self.path = self._folder.path

    def close(self) -> None:
        self._folder.remove()


def source_file(file: PhotoFile, source: Path | None, folder: Path) -> tuple[Path, SourceRef]:
    """The photo's file and what tells it from others; one without a file is written to ``folder`` first."""
    if source is not None:
        return source, source_ref(source, page=file.page)
    path = folder / "photo.tif"
    write_photo(path, file.image, file.metadata, infrared=file.infrared)
    return path, dataclasses.replace(source_ref(path), name=f"{file.path.stem}.tif", path="")


@dataclass(frozen=True, slots=True, eq=False)
class OpenedProject:
    """A project that is open.

    Attributes:
        document: belongs to one thread at a time.
        file: what the photo was opened with.
        source: the photo's own file; None where only the project has it.
        path: the project file; None for work that was never saved as one.
        is_newer: whether a newer program wrote it: it is not to be saved over.
    """

    document: Document
    file: PhotoFile
    source: Path | None
    path: Path | None
    is_newer: bool = False


def open_project(session: Session, project: Project, source: Path | None = None) -> OpenedProject:
    """Opens a project with its photo.

    Args:
        source: the photo, where the person said where it is.

    Raises:
        MissingSourceError: where the photo is not found.
        InputError: where the project is damaged, or the photo another one.
        WorkError: where there is no room for what the project holds.
    """
    history = project.history()
    try:
        folder = PrivateFolder(PROJECT_PREFIX)
    except OSError as error:
        raise WorkError(f"{project.path.name} cannot be opened: {error.strerror or error}.") from None
    vault = PixelVault()
    vault.keep_folder(folder)
    try:
        source, photo = _photo_of(session, project, source, folder.path)
        if source is None:
            photo = dataclasses.replace(photo, path=Path(project.source.name))
        document = session.make_document(photo, vault)
        require_same(photo.image, project.width, project.height, project.channels, project.dtype, project.path.name)
        for key, path in extract_groups(project, folder.path).items():
            vault.restore(key, path)
        document.resume(history, project.cursor)
    except OSError as error:
        vault.close()
        raise WorkError(f"{project.path.name} cannot be opened: {error.strerror or error}.") from None
    except BaseException:
        vault.close()
        raise
    return OpenedProject(document, photo, source, project.path, project.is_newer)


def _photo_of(session: Session, project: Project, source: Path | None, folder: Path) -> tuple[Path | None, PhotoFile]:
    ref = project.source
    source = source if source is not None else find_source(ref, project.path)
    if source is None and ref.embedded:
        target = folder / f"photo{Path(ref.name).suffix.lower()}"
        extract_source(project, target)
        return None, session.open_photo(target, page=ref.page)
    if source is None:
        raise MissingSourceError(project)
    return source, session.open_photo(source, page=ref.page)


def require_same(image: Image, width: int, height: int, channels: int, dtype: str, name: str) -> None:
    """Raises InputError where a photo cannot be the one that ``name`` is about."""
    if (image.width, image.height, image.channels, image.pixels.dtype.str) != (width, height, channels, dtype):
        raise InputError(
            f"{name} belongs to a photo of {width} × {height} pixels; this one has {image.width} × {image.height}, "
            "or another depth or number of channels."
        )
