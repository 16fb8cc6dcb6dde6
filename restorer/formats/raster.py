"""Photo files in and out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from restorer.core.errors import InputError, RestorerError, WorkError
from restorer.core.image import Image, Pixels
from restorer.formats import _exif
from restorer.formats._codec import Codec, Decoded, UnfaithfulError, WritingCodec, damaged
from restorer.formats._orientation import turn, turn_dpi, upright_xmp
from restorer.formats._source import Source
from restorer.formats._trouble import decoding_trouble
from restorer.formats.atomic import atomic_path, shown
from restorer.formats.color import color_tag, profile_fits
from restorer.formats.container import (
    CONTAINERS,
    HEAD_BYTES,
    Container,
    container_for,
    container_named,
    container_of,
    require_installed,
)
from restorer.formats.export import ExportOptions, export_losses, plan_export
from restorer.formats.limits import DEFAULT_LIMITS, Limits
from restorer.formats.metadata import Metadata

__all__ = [
    "ExportOptions",
    "PhotoFile",
    "Preview",
    "decode_photo",
    "export_losses",
    "read_photo",
    "read_preview",
    "write_photo",
]


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo as opened: upright, in its own depth, channels and colours.

    Attributes:
        image: the pixels.
        metadata: everything else that is kept.
        format: name of the container it came in, a key of :data:`~restorer.formats.container.CONTAINERS`.
        path: where it came from; only a name for pasted data.
        notes: sentences on what could not be taken over as it was in the file (CMYK, further pages …).
        infrared: ``H x W`` of the picture's dtype: the infrared channel of a film scan, to be handed to
            :func:`write_photo`; None for any other.
        page, pages: which of how many pictures of the file this is, from 1.
    """

    image: Image
    metadata: Metadata
    format: str
    path: Path
    notes: tuple[str, ...] = ()
    infrared: Pixels | None = field(default=None, repr=False)
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of a photo, upright, and how large the photo is."""

    image: Image
    width: int
    height: int


def read_photo(path: Path, *, page: int = 1, limits: Limits = DEFAULT_LIMITS) -> PhotoFile:
    """Opens a photo of any kind in :data:`~restorer.formats.container.CONTAINERS`, known by its contents.

    Args:
        page: of a TIFF that holds several, from 1.
        limits: how large a picture is opened.

    Raises:
        InputError: where the file is missing, no file, unreadable, empty, no picture, too large, damaged or cut short,
            has no such page, or is of a kind whose library is not installed.
        WorkError: where memory runs out.
    """
    with _opened(path, limits) as source:
        return replace(_read(source, shown(path), path, page), path=path)


def decode_photo(data: bytes, name: str, *, page: int = 1, limits: Limits = DEFAULT_LIMITS) -> PhotoFile:
    """Opens a photo from memory.

    Args:
        name: how to call it in messages.
        limits: how large a picture is opened.

    Raises:
        InputError: as :func:`read_photo`.
    """
    return _read(Source.of(data, limits), name, Path(name), page)


def read_preview(path: Path, side: int, *, limits: Limits = DEFAULT_LIMITS) -> Preview | None:
    """A small picture of a photo, sooner than the photo itself; None where its format gives none.

    Args:
        side: pixels that the longer side of the preview has at least (if the photo has), and usually not twice of it.

    Raises:
        InputError: as :func:`read_photo`; damage in parts that were not looked at is not noticed.
    """
    with _opened(path, limits) as source:
        name = shown(path)
        container = _container_of(source, name, path)
        if container.name not in ("jpeg", "tiff"):
            return None
        from restorer.formats import _preview

        with _explained(container, name):
            make = _preview.jpeg if container.name == "jpeg" else _preview.tiff
            found = make(source, name, side)
        if found is None:
            return None
        image = _upright(found.small, container, path).image
        turned = found.small.orientation >= 5
        return Preview(image, *((found.height, found.width) if turned else (found.width, found.height)))


@contextlib.contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[Source]:
    name = shown(path)
    try:
        if path.is_dir():
            raise InputError(f"{name} is a folder, not a photo.")
        if path.exists() and not path.is_file():
            raise InputError(f"{name} is not an ordinary file.")
        file = path.open("rb")
    except FileNotFoundError as error:
        raise InputError(f"{name} does not exist.") from error
    except PermissionError as error:
        raise InputError(f"{name} cannot be read: permission denied.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be read: {_reason(error)}.") from error
    with file:
        yield Source(file, limits)


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _read(source: Source, name: str, path: Path, page: int) -> PhotoFile:
    container = _container_of(source, name, path)
    with _explained(container, name):
        decoded = _codec(container).decode(source, name, page)
        return replace(_upright(decoded, container, path), page=page)


def _container_of(source: Source, name: str, path: Path) -> Container:
    if not len(source):
        raise InputError(f"{name} is empty (0 bytes).")
    container = container_of(source[:HEAD_BYTES], path.suffix)
    if container is None:
        known = ", ".join(each.title for each in CONTAINERS.values())
        raise InputError(f"{name} is not a picture of a known kind.", hint=f"Known are {known}.")
    require_installed(container, name)
    return container


@contextlib.contextmanager
def _explained(container: Container, name: str) -> Iterator[None]:
    """Whatever a decoder raises as an error that a person can read."""
    try:
        yield
    except RestorerError:
        raise
    except MemoryError as error:
        raise WorkError(f"There is not enough memory to open {name}.") from error
    except Exception as error:
        # Decoders answer damaged data with nearly every exception there is.
        raise damaged(name, decoding_trouble(error, container.title)) from error


def _upright(decoded: Decoded, container: Container, path: Path) -> PhotoFile:
    pixels = turn(decoded.pixels, decoded.orientation)
    infrared = None if decoded.infrared is None else turn(decoded.infrared, decoded.orientation)
    notes = decoded.notes
    metadata = replace(decoded.metadata, dpi=turn_dpi(decoded.metadata.dpi, decoded.orientation))
    if metadata.exif is not None:
        try:
            metadata = replace(metadata, exif=_exif.upright(metadata.exif))
        except ValueError:
            metadata = replace(metadata, exif=None)
            notes += ("Its EXIF block is damaged and was left out.",)
    if metadata.xmp is not None and decoded.orientation != 1:
        metadata = replace(metadata, xmp=upright_xmp(metadata.xmp))
    color_channels = 1 if pixels.shape[2] < 3 else 3
    icc = decoded.icc
    if icc is not None and not profile_fits(icc, color_channels):
        icc = None
        notes += ("Its colour profile is damaged or meant for other channels and was left out.",)
    image = Image(pixels, color_tag(icc, color_channels))
    return PhotoFile(image, metadata, container.name, path, notes, infrared, pages=decoded.pages)


def write_photo(
    path: Path,
    image: Image,
    metadata: Metadata | None = None,
    options: ExportOptions | None = None,
    *,
    overwrite: bool = False,
    infrared: Pixels | None = None,
) -> None:
    """Writes a photo: in full, read back and compared, or not at all.

    What the format cannot hold is converted as :func:`~restorer.formats.export.export_losses` tells beforehand.

    Args:
        options: default :class:`~restorer.formats.export.ExportOptions` if None.
        overwrite: whether a file that is there may be replaced.
        infrared: as in :class:`PhotoFile`; formats with no place for it, and photos of another size since, lose it.

    Raises:
        InputError: for options the format does not have, a picture too large for it, or a target that exists or
            cannot be written.
        WorkError: where the disk is full or fails, or what was written does not read back.
    """
    options = options or ExportOptions()
    name = shown(path)
    plan = plan_export(image, metadata or Metadata(), options, _target_container(path, options), infrared=infrared)
    with atomic_path(path, overwrite=overwrite) as temporary:
        try:
            _writing_codec(plan.container).write(plan.encodable(image), temporary)
        except UnfaithfulError as error:
            raise WorkError(f"{name} was not kept: {error.message}.") from error
        except MemoryError as error:
            raise WorkError(f"There is not enough memory to write {name}.") from error


def _target_container(path: Path, options: ExportOptions) -> Container:
    """The format to write, which the name of the file must not contradict."""
    if options.format is None:
        return container_for(path)
    container = container_named(options.format)
    claimed = next((each for each in CONTAINERS.values() if path.suffix.lower() in each.suffixes), container)
    if claimed is not container:
        raise InputError(f"{path.name} is named like a {claimed.title}, but {container.title} is to be written.")
    return container


def _codec(container: Container) -> Codec:
    """The module of a container; imported on first use, as each brings its own libraries."""
    match container.name:
        case "bmp":
            from restorer.formats import _bmp

            return _bmp
        case "heif":
            from restorer.formats import _heif

            return _heif
        case "raw":
            from restorer.formats import _raw

            return _raw
    return _writing_codec(container)


def _writing_codec(container: Container) -> WritingCodec:
    match container.name:
        case "jpeg":
            from restorer.formats import _jpeg

            return _jpeg
        case "png":
            from restorer.formats import _png

            return _png
        case "webp":
            from restorer.formats import _webp

            return _webp
        case "tiff":
            from restorer.formats import _tiff

            return _tiff
    raise AssertionError(f"{container.name} has no codec")
