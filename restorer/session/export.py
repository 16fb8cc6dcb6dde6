"""Saving a photo: where to, and never over the one it came from."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import count
from pathlib import Path

from restorer.core.errors import InputError
from restorer.core.image import Image, Pixels
from restorer.core.placement import Placement
from restorer.formats.atomic import shown
from restorer.formats.container import EXPORT_CONTAINERS, container_for, container_named
from restorer.formats.metadata import Metadata
from restorer.formats.provenance import Provenance, from_xmp, into_xmp
from restorer.formats.raster import ExportOptions, write_photo
from restorer.tasks.resampling import resampled_plane

_FALLBACK = "png"
"""Suggested for photos of a format that is only read; keeps every bit of 8 and 16."""


def suggested_path(source: Path | str, format: str | None = None) -> Path:
    """Where to save the restored photo: ``<stem>_restored.<suffix>`` beside it, numbered where that is taken.

    Args:
        source: the photo's own path, or just a name.
        format: name of the format to write, such as ``tiff``; the source's own if None.

    Raises:
        InputError: for a format that cannot be written.
    """
    source = Path(source)
    suffix = container_named(format or _own_format(source)).suffixes[0]
    stem = source.stem if source.stem.endswith("_restored") else f"{source.stem}_restored"
    names = (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}" for number in count(1))
    return next(path for path in map(source.with_name, names) if not os.path.lexists(path))


def check_target(target: Path, *, originals: tuple[Path, ...] = (), overwrite: bool = False) -> None:
    """Refuses a target before any work is done for it.

    Args:
        originals: files that must never be written, ``overwrite`` or not.

    Raises:
        InputError: where the target is an original, exists, is a folder, is in no folder or one that is read-only.
    """
    name = shown(target)
    for original in originals:
        if is_same_file(target, original):
            raise InputError(
                f"{name} is the file that was opened, and originals are never overwritten.",
                hint="Choose another name.",
            )
    if os.path.isdir(target):
        raise InputError(f"{name} is a folder, not a file to write.")
    if os.path.lexists(target) and not overwrite:
        raise InputError(f"{name} exists already.", hint="Choose another name, or allow it to be replaced.")
    folder = target.parent
    if not os.path.isdir(folder):
        raise InputError(f"{name} cannot be written: there is no folder {shown(folder)}.")
    if not is_writable(folder):
        raise InputError(f"{name} cannot be written: the folder {shown(folder)} is read-only.")


def export_photo(
    target: Path,
    image: Image,
    metadata: Metadata,
    options: ExportOptions | None = None,
    *,
    original: Path | None = None,
    overwrite: bool = False,
    infrared: Pixels | None = None,
    provenance: Provenance | None = None,
    placement: Placement | None = None,
) -> None:
    """Writes a photo in one go, carrying its resolution, profile and metadata.

    Args:
        metadata, infrared: what the photo was opened with.
        original: the file it came from, which is never written.
        provenance: record of what was done, for the XMP; it stays where other metadata are left out.
        placement: where ``image`` lies in the photo as it was opened, which resolution and infrared then follow.

    Raises:
        InputError: as :func:`check_target`, or for a name that tells no format.
        WorkError: where writing failed; there is no half-written file.
    """
    check_target(target, originals=() if original is None else (original,), overwrite=overwrite)
    options = options or ExportOptions()
    if placement is not None:
        metadata = metadata.placed(placement)
        infrared = resampled_plane(infrared, placement) if infrared is not None else None
    if provenance is not None:
        metadata, options = with_provenance(target, metadata, options, provenance)
    write_photo(target, image, metadata, options, overwrite=overwrite, infrared=infrared)


def with_provenance(
    target: Path, metadata: Metadata, options: ExportOptions, provenance: Provenance
) -> tuple[Metadata, ExportOptions]:
    """Metadata and options of an export that carries the record.

    Where the format has no room for the photo's own XMP and the record, the record goes first.

    Raises:
        InputError: for a name that tells no format.
    """
    kept = metadata if options.keep_metadata else metadata.without_description()
    container = container_named(options.format) if options.format else container_for(target)
    packet = into_xmp(kept.xmp, provenance)
    if len(packet) > container.max_xmp_bytes:
        packet = into_xmp(None, provenance.after(from_xmp(kept.xmp) if kept.xmp else None))
    return replace(kept, xmp=packet), replace(options, keep_metadata=True)


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, as far as its permissions tell."""
    return os.access(folder, os.W_OK | os.X_OK)


def is_same_file(first: Path, second: Path) -> bool:
    """Whether two names mean one file, links and files yet to be written included."""
    try:
        return first.samefile(second)
    except OSError:
        return os.path.realpath(first) == os.path.realpath(second)


def _own_format(source: Path) -> str:
    suffix = source.suffix.lower()
    return next((container.name for container in EXPORT_CONTAINERS if suffix in container.suffixes), _FALLBACK)
