"""What becomes of a photo in a given format: decided once, told in words, and done."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from restorer.core.errors import InputError
from restorer.core.image import Image, Pixels
from restorer.formats import _exif
from restorer.formats._codec import Encodable
from restorer.formats.color import is_gray_profile, to_srgb_rgb
from restorer.formats.container import Container, container_named
from restorer.formats.depth import convert_depth
from restorer.formats.metadata import Metadata

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How to write a photo.

    Attributes:
        format: ``jpeg``, ``png``, ``tiff`` or ``webp``; None takes it from the ending of the file name.
        bit_depth: bits per channel, 8, 16, or 32 for floating point (TIFF); None keeps the photo's own, or the most
            the format can hold.
        quality: 1 to 100, of compression with loss.
        compression: ``auto``, or one of the format's own (``deflate``, ``lzw``, ``none``, ``lossy``, ``lossless``).
        keep_metadata: whether EXIF, XMP and IPTC go into the file; profile and resolution always do.
    """

    format: str | None = None
    bit_depth: int | None = None
    quality: int = 95
    compression: str = AUTO
    keep_metadata: bool = True


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """How this photo fits this format.

    Attributes:
        container: format to write.
        compression: one of the container's.
        quality: 1 to 100.
        depth: bits per channel in the file.
        flatten: whether transparency is filled with white.
        to_rgb: whether gray becomes three equal channels.
        to_srgb: whether the colours must be converted to sRGB, as the profile has no place in the file.
        icc: profile to embed.
        metadata: what of it is written.
        losses: sentences on everything above that the photo loses.
    """

    container: Container
    compression: str
    quality: int
    depth: int
    flatten: bool
    to_rgb: bool
    to_srgb: bool
    icc: bytes | None
    metadata: Metadata
    losses: tuple[str, ...]

    @property
    def is_lossless(self) -> bool:
        """Whether the file gives back exactly the pixels of :meth:`carry_out`."""
        return self.compression in self.container.lossless

    def carry_out(self, image: Image) -> Encodable:
        """The photo's pixels as they go into the file."""
        pixels = _srgb(image) if self.to_srgb else image.pixels
        pixels = convert_depth(pixels, self.depth)
        if self.flatten:
            pixels = _on_white(pixels)
        if self.to_rgb and pixels.shape[2] < 3:
            pixels = np.concatenate((pixels[:, :, :1].repeat(3, axis=2), pixels[:, :, 1:]), axis=2)
        metadata = self.metadata
        if metadata.exif:
            exif = _exif.with_facts(metadata.exif, image.width, image.height, metadata.dpi)
            metadata = replace(metadata, exif=exif)
        return Encodable(pixels, self.icc, metadata, self.quality, self.compression)


def plan_export(
    image: Image, metadata: Metadata, options: ExportOptions, container: Container | None = None
) -> ExportPlan:
    """Decides how the photo is written.

    Args:
        container: format to use; None takes ``options.format``.

    Raises:
        InputError: for options the format does not have, or a photo larger than it can hold.
    """
    if container is None:
        if options.format is None:
            raise InputError("The format to export to is not given.")
        container = container_named(options.format)
    compression = _checked_compression(options, container)
    longest = max(image.width, image.height)
    if longest > container.max_side_px:
        raise InputError(
            f"{container.title} holds pictures of up to {container.max_side_px} pixels a side, "
            f"this one has {image.width} × {image.height}.",
            hint="Export it as TIFF.",
        )
    depth = _checked_depth(image, options, container)
    flatten = image.has_alpha and not container.alpha
    to_rgb = image.color_channels == 1 and not container.gray
    icc, to_srgb, losses = _profile(image, container)
    losses = (*_depth_losses(image, depth), *losses)
    if flatten:
        losses += (f"Transparent parts are filled with white: {container.title} has no transparency.",)
    if to_rgb:
        losses += (f"Gray is written as three equal colour channels: {container.title} has no gray.",)
    kept, metadata_losses = _fitting(metadata if options.keep_metadata else metadata.without_description(), container)
    return ExportPlan(
        container, compression, options.quality, depth, flatten, to_rgb, to_srgb, icc, kept, (*losses, *metadata_losses)
    )


def export_losses(image: Image, options: ExportOptions | str, metadata: Metadata | None = None) -> tuple[str, ...]:
    """Sentences on what the photo would lose in an export; empty where nothing.

    Compression with loss and metadata left out by choice are not repeated here.

    Args:
        options: with its format set, or just the name of a format.

    Raises:
        InputError: as :func:`plan_export`.
    """
    if isinstance(options, str):
        options = ExportOptions(format=options)
    return plan_export(image, metadata or Metadata(), options).losses


def _checked_compression(options: ExportOptions, container: Container) -> str:
    if not 1 <= options.quality <= 100:
        raise InputError(f"The quality {options.quality} is out of range.", hint="It goes from 1 to 100.")
    compression = container.compressions[0] if options.compression == AUTO else options.compression
    if compression not in container.compressions:
        known = ", ".join(container.compressions)
        raise InputError(f"{container.title} has no compression “{options.compression}”.", hint=f"It has: {known}.")
    return compression


def _checked_depth(image: Image, options: ExportOptions, container: Container) -> int:
    if options.bit_depth is None:
        return min(image.bit_depth, max(container.depths))
    if options.bit_depth not in container.depths:
        known = " or ".join(str(depth) for depth in container.depths)
        raise InputError(f"{container.title} holds {known} bits per channel, not {options.bit_depth}.")
    return options.bit_depth


def _depth_losses(image: Image, depth: int) -> tuple[str, ...]:
    if depth >= image.bit_depth:
        return ()
    if image.bit_depth == 32:
        return (f"Floating point values are rounded to {depth} bits, and those beyond black and white cut off.",)
    return (f"{image.bit_depth} bits per channel are rounded to {depth}.",)


def _profile(image: Image, container: Container) -> tuple[bytes | None, bool, tuple[str, ...]]:
    """The profile to embed, whether to convert to sRGB instead, and losses."""
    icc = image.color.icc
    if icc is None:
        return None, False, ()
    if is_gray_profile(icc) and not container.gray:
        return None, True, (f"The gray profile {image.color.name} is replaced by sRGB: {container.title} has no gray.",)
    if not is_gray_profile(icc) and image.color_channels == 1 and container.name == "png":
        return None, False, (f"The colour profile {image.color.name} is left out: PNG takes none for gray pictures.",)
    return icc, False, ()


def _fitting(metadata: Metadata, container: Container) -> tuple[Metadata, tuple[str, ...]]:
    """What of the metadata the container can hold, and sentences on the rest."""
    losses: tuple[str, ...] = ()
    limits = {"exif": container.max_exif_bytes, "xmp": container.max_xmp_bytes, "iptc": container.max_iptc_bytes}
    for name, limit in limits.items():
        block: bytes | None = getattr(metadata, name)
        if block is None or len(block) <= limit:
            continue
        metadata = replace(metadata, **{name: None})
        if limit == 0:
            losses += (f"{name.upper()} metadata are left out: {container.title} has no place for them.",)
        else:
            size = f"{len(block) / 1024:.0f} KiB"
            losses += (f"{name.upper()} metadata are left out: {size} are more than {container.title} can hold.",)
    return metadata, losses


def _srgb(image: Image) -> Pixels:
    rgb = to_srgb_rgb(image)
    if not image.has_alpha:
        return rgb
    return np.concatenate((rgb, convert_depth(image.pixels[:, :, -1:], 8)), axis=2)


def _on_white(pixels: Pixels) -> Pixels:
    """The colours over white, as far as alpha lets it through; 8-bit."""
    color, alpha = pixels[:, :, :-1].astype(np.uint16), pixels[:, :, -1:].astype(np.uint16)
    mixed = color * alpha + np.uint16(255) * (np.uint16(255) - alpha)
    return ((mixed + np.uint16(127)) // np.uint16(255)).astype(np.uint8)
