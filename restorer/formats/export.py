"""What becomes of a photo in a given format: decided once, told in words, and done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from restorer.core.errors import InputError
from restorer.core.image import Image, Pixels
from restorer.formats import _exif
from restorer.formats._codec import Encodable
from restorer.formats.color import is_gray_profile, to_profile
from restorer.formats.container import Container, container_named
from restorer.formats.depth import DTYPES, convert_depth
from restorer.formats.intent import Intent
from restorer.formats.metadata import Metadata
from restorer.formats.profiles import SPACES, standard_profile

AUTO = "auto"
KEEP = "keep"
PROFILES: Mapping[str, str] = MappingProxyType(
    {KEEP: "As it is"} | {space: SPACES[space].title for space in ("srgb", "adobe-rgb", "display-p3")}
)
"""Choices of ``ExportOptions.profile``, and what to call them."""
DPI_RANGE = (1.0, 50_000.0)


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
        profile: one of :data:`PROFILES`; colours are converted, a gray photo stays gray with that space's curve.
        intent: what becomes of colours outside of that profile.
        dpi: print resolution to write; None keeps the photo's own.
    """

    format: str | None = None
    bit_depth: int | None = None
    quality: int = 95
    compression: str = AUTO
    keep_metadata: bool = True
    profile: str = KEEP
    intent: Intent = Intent.RELATIVE
    dpi: float | None = None


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
        convert_to: profile that the colours are converted to; None where they stay.
        intent: of that conversion.
        icc: profile to embed.
        metadata: what of it is written.
        infrared: ``H x W``, of the photo's dtype, to write as a further channel.
        losses: sentences on everything above that the photo loses.
    """

    container: Container
    compression: str
    quality: int
    depth: int
    flatten: bool
    to_rgb: bool
    convert_to: bytes | None
    intent: Intent
    icc: bytes | None
    metadata: Metadata
    infrared: Pixels | None = field(repr=False)
    losses: tuple[str, ...]

    @property
    def is_lossless(self) -> bool:
        """Whether the file gives back exactly the pixels it is given."""
        return self.compression in self.container.lossless

    def encodable(self, image: Image) -> Encodable:
        """The photo as it goes into the file; its rows are converted when they are asked for."""
        channels = image.channels - int(self.flatten)
        if self.to_rgb and channels < 3:
            channels += 2
        metadata = self.metadata
        if metadata.exif:
            exif = _exif.with_facts(metadata.exif, image.width, image.height, metadata.dpi)
            if self.convert_to is not None:
                exif = _exif.with_color_space(exif, is_srgb=self.icc == standard_profile("srgb"))
            metadata = replace(metadata, exif=exif)
        return Encodable(
            image,
            lambda rows: self._converted(rows, image),
            channels,
            np.dtype(DTYPES[self.depth]),
            self.icc,
            metadata,
            self.quality,
            self.compression,
            None if self.infrared is None else convert_depth(self.infrared, self.depth),
        )

    def _converted(self, rows: Pixels, image: Image) -> Pixels:
        if self.convert_to is not None:
            rows = to_profile(rows, image.color, self.convert_to, self.intent)
        if self.to_rgb and rows.shape[2] < 3:
            rows = np.concatenate((rows[:, :, :1].repeat(3, axis=2), rows[:, :, 1:]), axis=2)
        rows = convert_depth(rows, self.depth)
        return _on_white(rows) if self.flatten else rows


def check_extent(container: Container, width: int, height: int) -> None:
    """Raises InputError where a format has no room for a picture of this size; the hint tells the largest it has."""
    longest = max(width, height)
    if longest > container.max_side_px:
        share = container.max_side_px / longest
        largest = f"{int(width * share) or 1} × {int(height * share) or 1}"
        raise InputError(
            f"{container.title} holds pictures of up to {container.max_side_px} pixels a side, "
            f"this one has {width} × {height}.",
            hint=f"The largest of this shape is {largest}; TIFF holds it as it is.",
        )


def plan_export(
    image: Image,
    metadata: Metadata,
    options: ExportOptions,
    container: Container | None = None,
    *,
    infrared: Pixels | None = None,
) -> ExportPlan:
    """Decides how the photo is written.

    Args:
        container: format to use; None takes ``options.format``.
        infrared: the photo's infrared channel, if it has one.

    Raises:
        InputError: for options the format does not have, or a photo larger than it can hold.
    """
    if container is None:
        if options.format is None:
            raise InputError("The format to export to is not given.")
        container = container_named(options.format)
    compression = _checked_compression(options, container)
    check_extent(container, image.width, image.height)
    depth = _checked_depth(image, options, container)
    flatten = image.has_alpha and not container.alpha
    to_rgb = image.color_channels == 1 and not container.gray
    convert_to, icc, losses = _profile(image, options, container)
    losses = (*_depth_losses(image, depth), *losses)
    if flatten:
        losses += (f"Transparent parts are filled with white: {container.title} has no transparency.",)
    if to_rgb:
        losses += (f"Gray is written as three equal colour channels: {container.title} has no gray.",)
    kept_infrared, infrared_losses = _infrared(image, infrared, container)
    metadata = _with_dpi(metadata if options.keep_metadata else metadata.without_description(), options)
    kept, metadata_losses = _fitting(metadata, container)
    return ExportPlan(
        container,
        compression,
        options.quality,
        depth,
        flatten,
        to_rgb,
        convert_to,
        options.intent,
        icc,
        kept,
        kept_infrared,
        (*losses, *infrared_losses, *metadata_losses),
    )


def export_losses(
    image: Image,
    options: ExportOptions | str,
    metadata: Metadata | None = None,
    *,
    infrared: Pixels | None = None,
) -> tuple[str, ...]:
    """Sentences on what the photo would lose in an export; empty where nothing.

    Compression with loss, metadata left out and profiles converted by choice are not repeated here.

    Args:
        options: with its format set, or just the name of a format.

    Raises:
        InputError: as :func:`plan_export`.
    """
    if isinstance(options, str):
        options = ExportOptions(format=options)
    return plan_export(image, metadata or Metadata(), options, infrared=infrared).losses


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


def _profile(
    image: Image, options: ExportOptions, container: Container
) -> tuple[bytes | None, bytes | None, tuple[str, ...]]:
    """The profile to convert to (or None), the one to embed, and losses."""
    if options.profile not in PROFILES:
        raise InputError(
            f"Colours cannot be converted to “{options.profile}”.", hint=f"Use one of: {', '.join(PROFILES)}."
        )
    icc = image.color.icc
    gray = image.color_channels == 1
    if options.profile != KEEP:
        target = standard_profile(options.profile, gray=gray and container.gray)
        return target, target, ()
    if icc is None:
        return None, None, ()
    if is_gray_profile(icc) and not container.gray:
        target = standard_profile("srgb")
        loss = f"The gray profile {image.color.name} is replaced by sRGB: {container.title} has no gray."
        return target, target, (loss,)
    if not is_gray_profile(icc) and gray and container.name == "png":
        return None, None, (f"The colour profile {image.color.name} is left out: PNG takes none for gray pictures.",)
    return None, icc, ()


def _infrared(image: Image, infrared: Pixels | None, container: Container) -> tuple[Pixels | None, tuple[str, ...]]:
    if infrared is None:
        return None, ()
    if not container.infrared:
        return None, (f"The infrared channel is left out: {container.title} has no place for it.",)
    if infrared.shape != (image.height, image.width):
        return None, ("The infrared channel is left out: the photo has another size now.",)
    return infrared, ()


def _with_dpi(metadata: Metadata, options: ExportOptions) -> Metadata:
    if options.dpi is None:
        return metadata
    low, high = DPI_RANGE
    if not low <= options.dpi <= high:
        raise InputError(f"A resolution of {options.dpi:g} dpi is out of range.", hint=f"It goes up to {high:.0f}.")
    return replace(metadata, dpi=(options.dpi, options.dpi))


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


def _on_white(pixels: Pixels) -> Pixels:
    """The colours over white, as far as alpha lets it through; 8-bit."""
    color, alpha = pixels[:, :, :-1].astype(np.uint16), pixels[:, :, -1:].astype(np.uint16)
    mixed = color * alpha + np.uint16(255) * (np.uint16(255) - alpha)
    return ((mixed + np.uint16(127)) // np.uint16(255)).astype(np.uint8)
