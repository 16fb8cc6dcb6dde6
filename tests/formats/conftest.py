"""Profiles, and pictures that carry them."""

from __future__ import annotations

from collections.abc import Callable

import imagecodecs
import pytest

from restorer.core.image import Image
from restorer.formats.color import color_tag
from restorer.formats.metadata import Metadata

from .pictures import IPTC, make_exif, make_pixels, make_xmp


@pytest.fixture(scope="session")
def rgb_profile() -> bytes:
    return bytes(imagecodecs.cms_profile("adobergb"))


@pytest.fixture(scope="session")
def gray_profile() -> bytes:
    """A gray profile of gamma 1.8, well away from sRGB's curve."""
    return bytes(imagecodecs.cms_profile("gray", gamma=1.8))


@pytest.fixture(scope="session")
def metadata() -> Metadata:
    return Metadata((600.0, 300.0), make_exif(), make_xmp(), IPTC)


@pytest.fixture
def make_image(rgb_profile: bytes, gray_profile: bytes) -> Callable[[int, int], Image]:
    """Builds a picture of so many bits and channels, with a profile that fits it."""

    def build(bits: int, channels: int) -> Image:
        icc = gray_profile if channels < 3 else rgb_profile
        return Image(make_pixels(bits, channels), color_tag(icc, 1 if channels < 3 else 3))

    return build
