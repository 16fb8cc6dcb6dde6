"""Photo files in and out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from restorer.core.errors import InputError, RestorerError, WorkError
from restorer.core.image import Image, Pixels
from restorer.formats import _exif
from restorer.formats._codec import Codec, Decoded, Encodable, WritingCodec, damaged
from restorer.formats._orientation import turn, turn_dpi, upright_xmp
from restorer.formats.atomic import atomic_path, shown
from restorer.formats.color import color_tag, profile_fits
from restorer.formats.container import CONTAINERS, Container, container_for, container_named, container_of
from restorer.formats.export import ExportOptions, ExportPlan, export_losses, plan_export
from restorer.formats.metadata import Metadata

__all__ = [
    "ExportOptions",
    "PhotoFile",
    "decode_photo",
    "export_losses",
    "read_photo",
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
    """

    image: Image
    metadata: Metadata
    format: str
    path: Path
    notes: tuple[str, ...] = ()


def read_photo(path: Path) -> PhotoFile:
    """Opens a JPEG, PNG, TIFF, WebP or BMP, known by its contents, not its name.

    Raises:
        InputError: where the file is missing, no file, unreadable, empty, no picture, too large, damaged or cut short.
    """
    name = shown(path)
    try:
        if path.is_dir():
            raise InputError(f"{name} is a folder, not a photo.")
        if path.exists() and not path.is_file():
            raise InputError(f"{name} is not an ordinary file.")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{name} does not exist.") from error
    except PermissionError as error:
        raise InputError(f"{name} cannot be read: permission denied.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name} cannot be read: {reason}.") from error
    return replace(decode_photo(data, name), path=path)


def decode_photo(data: bytes, name: str) -> PhotoFile:
    """Opens a photo from memory.

    Args:
        name: how to call it in messages.

    Raises:
        InputError: as :func:`read_photo`.
    """
    if not data:
        raise InputError(f"{name} is empty (0 bytes).")
    container = container_of(data)
    if container is None:
        known = ", ".join(each.title for each in CONTAINERS.values())
        raise InputError(f"{name} is not a picture of a known kind.", hint=f"Known are {known}.")
    decoded = _decode(container, data, name)
    return _upright(decoded, container, Path(name))


def _decode(container: Container, data: bytes, name: str) -> Decoded:
    try:
        return _codec(container).decode(data, name)
    except RestorerError:
        raise
    except MemoryError as error:
        raise WorkError(f"There is not enough memory to open {name}.") from error
    except Exception as error:
        # Decoders answer damaged data with nearly every exception there is.
        raise damaged(name, f"the {container.title} decoder says “{_first_line(error)}”") from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _upright(decoded: Decoded, container: Container, path: Path) -> PhotoFile:
    pixels = turn(decoded.pixels, decoded.orientation)
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
    return PhotoFile(image, metadata, container.name, path, notes)


def write_photo(
    path: Path,
    image: Image,
    metadata: Metadata | None = None,
    options: ExportOptions | None = None,
    *,
    overwrite: bool = False,
) -> None:
    """Writes a photo: in full, read back and compared, or not at all.

    What the format cannot hold is converted as :func:`~restorer.formats.export.export_losses` tells beforehand.

    Args:
        options: default :class:`~restorer.formats.export.ExportOptions` if None.
        overwrite: whether a file that is there may be replaced.

    Raises:
        InputError: for options the format does not have, a picture too large for it, or a target that exists or
            cannot be written.
        WorkError: where the disk is full or fails, or what was written does not read back.
    """
    options = options or ExportOptions()
    plan = plan_export(image, metadata or Metadata(), options, _target_container(path, options))
    with atomic_path(path, overwrite=overwrite) as temporary:
        encodable = plan.carry_out(image)
        try:
            data = _writing_codec(plan.container).encode(encodable)
        except MemoryError as error:
            raise WorkError(f"There is not enough memory to write {shown(path)}.") from error
        temporary.write_bytes(data)
        del data
        _verify(temporary, encodable, plan, shown(path))


def _target_container(path: Path, options: ExportOptions) -> Container:
    """The format to write, which the name of the file must not contradict."""
    if options.format is None:
        return container_for(path)
    container = container_named(options.format)
    claimed = next((each for each in CONTAINERS.values() if path.suffix.lower() in each.suffixes), container)
    if claimed is not container:
        raise InputError(f"{path.name} is named like a {claimed.title}, but {container.title} is to be written.")
    return container


def _verify(temporary: Path, encodable: Encodable, plan: ExportPlan, name: str) -> None:
    try:
        found = _decode(plan.container, temporary.read_bytes(), name).pixels
    except InputError as error:
        raise WorkError(f"{name} was not kept: what was written does not read back.") from error
    meant = encodable.pixels
    if found.shape[2] == 3 and meant.shape[2] == 4 and (meant[:, :, 3] == 255).all():
        meant = meant[:, :, :3]  # WebP drops an alpha channel that says nothing.
    same = (found.shape, found.dtype) == (meant.shape, meant.dtype)
    if not same or (plan.is_lossless and not _identical(found, meant)):
        raise WorkError(f"{name} was not kept: what was written reads back as another picture.")


def _identical(first: Pixels, second: Pixels) -> bool:
    """Whether all bits are the same, also those of values that are not numbers."""
    words = f"u{first.dtype.itemsize}"
    return np.array_equal(first.view(words), second.view(words))


def _codec(container: Container) -> Codec:
    """The module of a container; imported on first use, as each brings its own libraries."""
    if container.name == "bmp":
        from restorer.formats import _bmp

        return _bmp
    return _writing_codec(container)


def _writing_codec(container: Container) -> WritingCodec:
    if container.name == "jpeg":
        from restorer.formats import _jpeg

        return _jpeg
    if container.name == "png":
        from restorer.formats import _png

        return _png
    if container.name == "webp":
        from restorer.formats import _webp

        return _webp
    if container.name == "tiff":
        from restorer.formats import _tiff

        return _tiff
    raise AssertionError(f"{container.name} has no codec")
