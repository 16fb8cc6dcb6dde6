"""Colours on a screen and in an export are those that LittleCMS computes, exactly and slowly."""

from __future__ import annotations

import numpy as np
import pytest

from restorer.core.image import ColorTag, Image
from restorer.evaluation.io.scanner_profile import scanner_profile
from restorer.formats import _profile, _transform
from restorer.formats.color import Display, gamut_fraction, has_tables, out_of_gamut, to_profile
from restorer.formats.color_chart import chart, display_difference
from restorer.formats.intent import Intent
from restorer.formats.profiles import SPACES, standard_profile

from .pictures import make_pixels

SCANNER = scanner_profile()


def photo_profiles() -> dict[str, bytes]:
    profiles = {space: standard_profile(space) for space in SPACES}
    profiles |= {f"gray {space}": standard_profile(space, gray=True) for space in SPACES}
    return profiles | {"scanner": SCANNER}


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("name", sorted(photo_profiles()))
def test_what_is_shown_is_within_one_delta_e(name, bits) -> None:
    assert display_difference(photo_profiles()[name], bits) <= 1


@pytest.mark.parametrize("intent", list(Intent))
def test_intents_are_followed(intent) -> None:
    assert display_difference(SCANNER, 16, intent=intent) <= 1
    assert display_difference(standard_profile("prophoto"), 16, intent=intent) <= 1


def test_a_linear_scanner_is_dark_where_a_lattice_would_be_coarse() -> None:
    """Where no lattice is faithful LittleCMS does the work; whichever it is, it is right."""
    assert display_difference(scanner_profile(gamma=1.0), 16) <= 1


def test_a_screen_of_its_own_profile_gets_the_values_as_they_are() -> None:
    pixels, p3 = make_pixels(8, 3), standard_profile("display-p3")
    assert np.array_equal(Display(p3)(pixels, ColorTag(p3)), pixels)
    assert not np.array_equal(Display(p3)(pixels, ColorTag(standard_profile("adobe-rgb"))), pixels)


def test_a_wide_screen_shows_untagged_photos_as_srgb() -> None:
    pixels, p3 = make_pixels(8, 3), standard_profile("display-p3")
    tagged = Display(p3)(pixels, ColorTag(standard_profile("srgb")))
    assert np.array_equal(Display(p3)(pixels, ColorTag()), tagged)
    assert np.array_equal(Display(b"damaged")(pixels, ColorTag()), pixels)


def test_gray_on_a_screen_with_another_curve() -> None:
    levels = np.arange(256, dtype=np.uint8)[None, :, None]
    shown = Display(standard_profile("prophoto"))(levels, ColorTag())
    light = np.where(levels / 255 <= 0.04045, levels / 255 / 12.92, ((levels / 255 + 0.055) / 1.055) ** 2.4)
    assert np.abs(shown - 255 * light ** (1 / 1.8)).max() <= 1


def test_only_profiles_with_tables_have_intents() -> None:
    assert has_tables(SCANNER)
    assert not has_tables(standard_profile("srgb"))
    assert not has_tables(b"damaged")


def exact_outside(icc: bytes, target: bytes, pixels: np.ndarray, tolerance: float) -> np.ndarray:
    """Where LittleCMS, in floating point, leaves 0 to 1; the space of the target is linear to see how far."""
    encoded = _profile.convert(pixels, icc, target, Intent.RELATIVE, "float32")
    return ((encoded < -tolerance) | (encoded > 1 + tolerance)).any(axis=2)


@pytest.mark.parametrize("source", ["adobe-rgb", "prophoto", "scanner"])
def test_colours_without_a_place_are_marked(source) -> None:
    icc, target = photo_profiles()[source], standard_profile("srgb")
    pixels = chart(3, 9)
    found = out_of_gamut(pixels, ColorTag(icc), target)
    assert found.any()
    assert not found.all()
    # Between clearly outside and clearly inside lies the tolerance.
    assert found[exact_outside(icc, target, pixels, 0.04)].all()
    assert not found[~exact_outside(icc, target, pixels, 1e-4)].any()


def test_nothing_is_outside_of_a_wider_space_and_gray_never_is() -> None:
    pixels = make_pixels(16, 3)
    assert not out_of_gamut(pixels, ColorTag(standard_profile("srgb")), standard_profile("prophoto")).any()
    assert not out_of_gamut(pixels, ColorTag(), standard_profile("srgb")).any()
    assert not out_of_gamut(make_pixels(16, 1), ColorTag(), standard_profile("srgb")).any()


def test_the_share_outside_is_counted_evenly() -> None:
    pixels = np.zeros((900, 1200, 4), np.uint8)
    pixels[:300, :, 1] = 255
    image = Image(pixels, ColorTag(standard_profile("adobe-rgb")))
    assert gamut_fraction(image, standard_profile("srgb")) == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("source", ["adobe-rgb", "prophoto", "display-p3"])
def test_exports_are_converted_in_16_bits(source, bits) -> None:
    icc, target = photo_profiles()[source], standard_profile("srgb")
    pixels = np.rint(chart(3, 9) / 65535 * (2**bits - 1)).astype(f"u{bits // 8}")
    found = to_profile(pixels, ColorTag(icc), target, Intent.RELATIVE)
    exact = np.clip(
        _profile.convert((pixels / (2**bits - 1)).astype(np.float32), icc, target, Intent.RELATIVE, "float32"), 0, 1
    )
    assert found.dtype == np.uint16
    assert np.abs(found - exact * 65535.0).max() < 6


def test_floating_point_stays_so_and_alpha_as_it_is() -> None:
    pixels, target = make_pixels(32, 4), standard_profile("srgb")
    found = to_profile(pixels, ColorTag(standard_profile("adobe-rgb")), target, Intent.RELATIVE)
    assert found.dtype == np.float32
    assert np.array_equal(found[:, :, 3], pixels[:, :, 3])


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_gray_stays_gray(bits) -> None:
    pixels, target = make_pixels(bits, 1), standard_profile("srgb", gray=True)
    found = to_profile(pixels, ColorTag(standard_profile("prophoto", gray=True)), target, Intent.RELATIVE)
    light = (pixels / (1.0 if bits == 32 else 2.0**bits - 1)) ** 1.8
    expected = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert found.shape == pixels.shape
    assert np.abs(found / (1.0 if bits == 32 else 65535.0) - expected).max() < 1e-4


def test_matrix_profiles_are_followed_by_tables_and_others_by_a_lattice() -> None:
    srgb = _profile.srgb_profile()
    assert isinstance(_transform.transform(standard_profile("prophoto"), srgb, Intent.PERCEPTUAL), _transform.Shaped)
    assert isinstance(_transform.transform(SCANNER, srgb, Intent.PERCEPTUAL), _transform.Lattice)
    assert _transform.transform(standard_profile("srgb", gray=True), srgb, Intent.PERCEPTUAL) is None


@pytest.mark.parametrize("icc", [b"damaged", standard_profile("srgb", gray=True)])
def test_unusable_profiles_are_passed_over(icc) -> None:
    pixels, p3 = make_pixels(16, 3), standard_profile("display-p3")
    usual = to_profile(pixels, ColorTag(), p3, Intent.RELATIVE)
    assert np.array_equal(to_profile(pixels, ColorTag(icc), p3, Intent.RELATIVE), usual)
    assert not out_of_gamut(pixels, ColorTag(icc), p3).any()
