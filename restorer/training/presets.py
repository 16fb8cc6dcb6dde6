"""Named starting points of training, as functions that return frozen configs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from restorer.core.errors import InputError
from restorer.training.config import TrainConfig
from restorer.training.presets_restore import RESTORE_PRESETS
from restorer.training.presets_vivid import vivid
from restorer.training.problems.detect import DetectConfig
from restorer.training.problems.features import FeaturesConfig
from restorer.training.problems.inpaint import InpaintConfig

_SMALL = '"widths": [32, 64, 96, 128], "dilations": [1, 2]'
_DEEP = f'{_SMALL}, "blocks": [3, 4, 5, 6]'
_FEATURES = '{"widths": [32, 48, 96, 160, 256]}'
_VIVID_SUMMARY = "Fills large holes with texture as sharp as the photo's, in several variants."


def inpaint_cpu() -> TrainConfig:
    """First half of the recipe for a processor: two hours on one core, or one on two, from nothing.

    A shallow network on small patches, many updates: what limits a processor is their number, not their precision.
    """
    return InpaintConfig(
        hyperparameters=f'{{{_SMALL}, "blocks": [2, 2, 2, 2]}}',
        images=88_000,
        patch_start=64,
        patch_end=128,
        learning_rate=1e-3,
        gradient_clip=0.1,
        hole_mse_weight=0.0,
        charbonnier_weight=1.0,
        gradient_weight=0.25,
        gray_share=0.35,
        noise_share=0.3,
    )


def inpaint_cpu_refine() -> TrainConfig:
    """Second half: the same network grown deeper, on larger patches and squared errors; another eighty minutes.

    Every photo's error counts as a share of what the harmonic fill gets wrong in it, so that skies teach as much as
    foliage.
    """
    return InpaintConfig(
        hyperparameters=f'{{{_SMALL}, "blocks": [2, 3, 4, 4]}}',
        initial="inpaint-unet",
        images=66_000,
        patch_start=96,
        patch_end=128,
        learning_rate=4e-4,
        warmup_images=1_500,
        cooldown=0.35,
        gradient_clip=0.8,
        spike_limit=2.0,
    )


def inpaint_vivid_cpu() -> TrainConfig:
    """An hour and a half on one core from `inpaint-unet`: large holes, an adversary, and a style for variants.

    Small batches, since what limits a processor is the number of updates.
    """
    clean = InpaintConfig(
        model_id="inpaint-unet-vivid",
        title="Inpaint U-Net, vivid",
        summary=_VIVID_SUMMARY,
        context_px=96,
        hyperparameters=f'{{{_SMALL}, "blocks": [2, 3, 4, 4], "style_dim": 64}}',
        interpolates_with="inpaint-unet",
        initial="inpaint-unet",
        images=40_000,
        batch_pixels=36_864,
        patch_start=96,
        patch_end=128,
        learning_rate=2e-4,
        warmup_images=200,
        cooldown=0.3,
        gradient_clip=1.0,
        ema=0.995,
        hole_mse_weight=0.1,
        free_form_share=0.6,
        coarse_share=0.25,
        styled_share=0.5,
        diversity_weight=0.004,
    )
    discriminator = '{"width": 32, "depth": 3, "spectral": false}'
    return vivid(clean, after=300, discriminator=discriminator, discriminator_learning_rate=5e-4)


def inpaint_gpu() -> InpaintConfig:
    """The processor's network grown deeper, on many more and larger patches; minutes on a large card.

    It goes on from the shipped weights: what they know took a processor hours.
    """
    return InpaintConfig(
        hyperparameters=f"{{{_DEEP}}}",
        initial="inpaint-unet",
        images=600_000,
        patch_start=128,
        patch_end=192,
        batch_pixels=393_216,
        learning_rate=8e-4,
        warmup_images=6_000,
        cooldown=0.45,
        gradient_clip=0.8,
        spike_limit=2.0,
        ema=0.998,
    )


def inpaint_cpu_continue() -> TrainConfig:
    """Goes on from `inpaint-gpu`'s weights for two hours on one core: sharper photos, and nearer to the mean.

    Photos made smaller have the fine texture back that their compression took, and a loss that is square up to six
    typical errors asks for the mean of what is likely, not for its median.
    """
    return replace(
        inpaint_gpu(),
        images=60_000,
        patch_end=160,
        batch_pixels=81_920,
        learning_rate=4e-4,
        warmup_images=400,
        cooldown=0.6,
        ema=0.999,
        hole_mse_turn=6.0,
        shrunk_share=0.75,
        least_scale=0.45,
        gray_share=0.2,
        noise_share=0.15,
        checkpoint_seconds=600.0,
    )


def inpaint_vivid_gpu() -> TrainConfig:
    """The adversarial stage on top of `inpaint-gpu`'s weights, against a discriminator that sees no grid."""
    clean = InpaintConfig(
        model_id="inpaint-unet-vivid",
        title="Inpaint U-Net, vivid",
        summary=_VIVID_SUMMARY,
        context_px=128,
        hyperparameters=f'{{{_DEEP}, "style_dim": 64}}',
        interpolates_with="inpaint-unet",
        initial="inpaint-unet",
        images=300_000,
        patch_start=128,
        patch_end=192,
        batch_pixels=393_216,
        learning_rate=3e-4,
        warmup_images=1_000,
        cooldown=0.3,
        ema=0.998,
        hole_mse_weight=0.1,
        free_form_share=0.7,
        coarse_share=0.25,
        styled_share=0.5,
        diversity_weight=0.004,
    )
    discriminator = '{"width": 48, "depth": 4, "spectral": false, "smooth": true}'
    return vivid(clean, after=2_000, discriminator=discriminator)


def detect_cpu() -> TrainConfig:
    """Finding damage, first half: forty minutes on one core, from nothing."""
    return DetectConfig(
        images=34_000,
        patch_start=96,
        patch_end=160,
        batch_pixels=51_200,
        learning_rate=1.5e-3,
        warmup_images=600,
        cooldown=0.25,
        ema=0.998,
        checkpoint_seconds=300.0,
    )


def detect_cpu_refine() -> TrainConfig:
    """Finding damage, second half: another hour, on larger patches of which more are undamaged."""
    return DetectConfig(
        initial="damage-unet",
        images=20_000,
        patch_start=144,
        patch_end=192,
        batch_pixels=73_728,
        learning_rate=1e-3,
        warmup_images=300,
        cooldown=0.4,
        ema=0.998,
        clean_share=0.5,
        found_weight=0.8,
        thin_weight=0.5,
        checkpoint_seconds=300.0,
    )


def detect_gpu() -> DetectConfig:
    """Finding damage with a network three times as large, on twenty times as many patches; minutes on a large card."""
    return DetectConfig(
        hyperparameters='{"widths": [32, 64, 128], "blocks": [2, 2, 4]}',
        context_px=163,
        images=700_000,
        patch_start=160,
        patch_end=256,
        batch_pixels=409_600,
        learning_rate=1.5e-3,
        warmup_images=5_000,
        cooldown=0.45,
        ema=0.998,
        clean_share=0.3,
        bank_layers=3_000,
        shapes_share=0.4,
    )


def detect_cpu_continue() -> TrainConfig:
    """Goes on from `detect-gpu`'s weights: sharper photos, pieces of marks as whole photos have; an hour on one core.

    The rate falls almost from the beginning: with batches of four patches a high one forgets more than it learns.
    """
    return replace(
        detect_gpu(),
        initial="damage-unet",
        images=24_000,
        patch_start=192,
        patch_end=256,
        batch_pixels=200_704,
        learning_rate=4e-4,
        warmup_images=300,
        cooldown=0.9,
        clean_share=0.15,
        linework_share=0.2,
        least_scale=0.4,
        most_scale=1.6,
        found_weight=1.0,
        thin_weight=0.5,
        bank_layers=1_500,
        bank_side=512,
        shapes_share=0.4,
        aged_share=0.5,
        checkpoint_seconds=600.0,
    )


def features_cpu() -> TrainConfig:
    """The network that compares pictures; a quarter of an hour on one core that has nothing else to do."""
    return FeaturesConfig(
        hyperparameters=_FEATURES,
        images=36_000,
        patch_start=64,
        patch_end=96,
        batch_pixels=196_608,
        learning_rate=1e-3,
        warmup_images=2_000,
        cooldown=0.4,
        gradient_clip=5.0,
        ema=0.996,
        checkpoint_seconds=300.0,
    )


def features_gpu() -> TrainConfig:
    """The same network on a hundred times as many pairs, in batches that fill the embedding."""
    return FeaturesConfig(
        hyperparameters=_FEATURES,
        images=4_000_000,
        patch_start=96,
        patch_end=192,
        batch_pixels=4_718_592,
        learning_rate=1e-3,
        warmup_images=40_000,
        cooldown=0.4,
        gradient_clip=5.0,
    )


PRESETS: dict[str, Callable[[], TrainConfig]] = {
    "detect-cpu": detect_cpu,
    "detect-cpu-refine": detect_cpu_refine,
    "detect-cpu-continue": detect_cpu_continue,
    "detect-gpu": detect_gpu,
    "features-cpu": features_cpu,
    "features-gpu": features_gpu,
    "inpaint-cpu": inpaint_cpu,
    "inpaint-cpu-refine": inpaint_cpu_refine,
    "inpaint-cpu-continue": inpaint_cpu_continue,
    "inpaint-vivid-cpu": inpaint_vivid_cpu,
    "inpaint-gpu": inpaint_gpu,
    "inpaint-vivid-gpu": inpaint_vivid_gpu,
    **RESTORE_PRESETS,
}


def get_preset(name: str) -> TrainConfig:
    """Raises InputError, naming the presets there are."""
    if name not in PRESETS:
        raise InputError(f"There is no training preset {name!r}.", hint=f"Known: {', '.join(PRESETS)}.")
    return PRESETS[name]()


def describe_presets() -> str:
    """A line for each preset: its name and the first sentence of what it is."""
    width = max(len(name) for name in PRESETS)
    lines = []
    for name, preset in PRESETS.items():
        summary = (preset.__doc__ or "").strip().splitlines()[0]
        lines.append(f"{name:<{width}}  {summary}")
    return "\n".join(lines)
