"""Starting points of training for restoration and super-resolution, as functions that return frozen configs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from restorer.training.config import TrainConfig
from restorer.training.presets_vivid import vivid
from restorer.training.problems.restore import RestoreConfig
from restorer.training.problems.super_resolve import SuperResolveConfig

_FAST_NETWORK = '{"widths": [32, 64, 128], "blocks": [1, 2, 2]}'
_FAST_CONTEXT_PX = 32


def restore_cpu() -> TrainConfig:
    """Noise, JPEG and blur with the fast network; an hour on one core."""
    return RestoreConfig(
        hyperparameters=_FAST_NETWORK,
        context_px=_FAST_CONTEXT_PX,
        images=120_000,
        patch_start=64,
        patch_end=96,
        batch_pixels=49_152,
        learning_rate=1e-3,
        warmup_images=1_500,
        cooldown=0.5,
        ema=0.998,
        checkpoint_seconds=300.0,
    )


def restore_gpu() -> RestoreConfig:
    """Noise, JPEG and blur with a network four times as large, on many more patches; minutes on a large card."""
    return RestoreConfig(
        priority=10,
        images=300_000,
        patch_start=96,
        patch_end=160,
        batch_pixels=393_216,
        learning_rate=8e-4,
        warmup_images=8_000,
        cooldown=0.5,
        spike_limit=5.0,
    )


def restore_gpu_refine() -> TrainConfig:
    """Goes on from `restore-unet`: more noise, larger patches, photos made smaller; minutes on a large card.

    The photos to learn from are compressed. Where they are made smaller, they have the fine texture that a network
    otherwise learns to take for noise.
    """
    return replace(
        restore_gpu(),
        initial="restore-unet",
        patch_start=128,
        patch_end=192,
        learning_rate=4e-4,
        cooldown=0.7,
        noise_share=0.4,
        jpeg_share=0.2,
        shrunk_share=0.8,
        evenness=0.2,
    )


def denoise_cpu() -> TrainConfig:
    """Noise alone, from `restore-unet`'s weights: all of that network for one task; two hours on one core.

    Photos made smaller have what compression took from the fine texture and from half of the colours' resolution, which
    a network otherwise learns to take for noise. The loss is close to the square, which PSNR counts.
    """
    return RestoreConfig(
        model_id="denoise-unet",
        title="Denoise U-Net",
        summary="Takes away noise and grain, as much as wanted, and keeps fine texture.",
        serves="denoise",
        priority=20,
        initial="restore-unet",
        noise_share=0.85,
        jpeg_share=0.0,
        blur_share=0.0,
        shrunk_share=0.9,
        least_scale=0.4,
        charbonnier_eps=0.02,
        images=120_000,
        patch_start=96,
        patch_end=128,
        batch_pixels=73_728,
        learning_rate=4e-4,
        warmup_images=1_500,
        cooldown=0.6,
        checkpoint_seconds=300.0,
    )


def denoise_fast_cpu() -> TrainConfig:
    """Noise alone, for processors: the fast network; forty minutes on one core."""
    return RestoreConfig(
        model_id="denoise-fast",
        title="Denoise, fast",
        summary="Takes away noise and grain, as much as wanted; four times as fast.",
        serves="denoise",
        hyperparameters=_FAST_NETWORK,
        context_px=_FAST_CONTEXT_PX,
        noise_share=0.85,
        jpeg_share=0.0,
        blur_share=0.0,
        images=100_000,
        patch_start=64,
        patch_end=96,
        batch_pixels=49_152,
        learning_rate=1e-3,
        warmup_images=1_500,
        cooldown=0.5,
        ema=0.998,
        checkpoint_seconds=300.0,
    )


def denoise_fast_gpu() -> TrainConfig:
    """The same on many more and larger patches; minutes on a large card."""
    return replace(
        denoise_fast_cpu(),
        images=600_000,
        patch_start=96,
        patch_end=160,
        batch_pixels=524_288,
        warmup_images=12_000,
        ema=0.999,
        spike_limit=5.0,
        checkpoint_seconds=60.0,
    )


def _sr_fast(scale: int) -> SuperResolveConfig:
    return SuperResolveConfig(
        model_id=f"sr-fast-x{scale}",
        title=f"Super-resolution {scale}×, fast",
        summary=f"Makes photos {scale} times larger, true to what is there; five times as fast.",
        hyperparameters=f'{{"num_feat": 32, "num_conv": 16, "upscale": {scale}}}',
        context_px=18,
        images=100_000,
        patch_start=32 * scale,
        patch_end=48 * scale,
        batch_pixels=16 * (32 * scale) ** 2,
        learning_rate=1e-3,
        warmup_images=1_500,
        cooldown=0.5,
        ema=0.998,
        spike_limit=5.0,
        checkpoint_seconds=300.0,
    )


def _sr_fast_gpu(scale: int) -> SuperResolveConfig:
    return replace(
        _sr_fast(scale),
        images=1_000_000,
        patch_start=48 * scale,
        patch_end=64 * scale,
        batch_pixels=64 * (48 * scale) ** 2,
        warmup_images=12_000,
        ema=0.999,
        checkpoint_seconds=60.0,
    )


def _sr(scale: int) -> SuperResolveConfig:
    return replace(
        _sr_fast_gpu(scale),
        model_id=f"sr-x{scale}",
        title=f"Super-resolution {scale}×",
        summary=f"Makes photos {scale} times larger, true to what is there.",
        hyperparameters=f'{{"num_feat": 64, "num_conv": 20, "upscale": {scale}}}',
        context_px=22,
        priority=10,
        images=600_000,
        learning_rate=8e-4,
    )


def sr_fast_x2_cpu() -> TrainConfig:
    """Twice as large, for processors; forty minutes on one core."""
    return _sr_fast(2)


def sr_fast_x4_cpu() -> TrainConfig:
    """Four times as large, for processors; forty minutes on one core."""
    return _sr_fast(4)


def sr_fast_x2_gpu() -> TrainConfig:
    """Twice as large, the processor's network on ten times as many patches; minutes on a large card."""
    return _sr_fast_gpu(2)


def sr_fast_x4_gpu() -> TrainConfig:
    """Four times as large, the processor's network on ten times as many patches; minutes on a large card."""
    return _sr_fast_gpu(4)


def sr_x2_gpu() -> TrainConfig:
    """Twice as large, a network five times as large as the processor's; minutes on a large card."""
    return _sr(2)


def sr_x4_gpu() -> TrainConfig:
    """Four times as large, a network five times as large as the processor's; minutes on a large card."""
    return _sr(4)


def sr_x4_vivid_gpu() -> TrainConfig:
    """The adversarial stage on top of `sr-x4-gpu`'s weights: texture as sharp as in a photo."""
    clean = replace(
        _sr(4),
        model_id="sr-x4-vivid",
        title="Super-resolution 4×, vivid",
        summary="Makes photos four times larger, with texture as sharp as in a photo.",
        interpolates_with="sr-x4",
        initial="sr-x4",
        images=150_000,
        patch_start=192,
        patch_end=192,
        batch_pixels=24 * 192**2,
        learning_rate=2e-4,
        warmup_images=1_000,
        cooldown=0.4,
        ema=0.998,
        spike_limit=0.0,
        charbonnier_weight=0.4,
        consistency_weight=2.0,
        perceptual_weight=0.01,
    )
    discriminator = '{"width": 48, "depth": 3, "spectral": false, "smooth": true}'
    return vivid(clean, after=1_500, discriminator=discriminator)


RESTORE_PRESETS: dict[str, Callable[[], TrainConfig]] = {
    "restore-cpu": restore_cpu,
    "restore-gpu": restore_gpu,
    "restore-gpu-refine": restore_gpu_refine,
    "denoise-cpu": denoise_cpu,
    "denoise-fast-cpu": denoise_fast_cpu,
    "denoise-fast-gpu": denoise_fast_gpu,
    "sr-fast-x2-cpu": sr_fast_x2_cpu,
    "sr-fast-x4-cpu": sr_fast_x4_cpu,
    "sr-fast-x2-gpu": sr_fast_x2_gpu,
    "sr-fast-x4-gpu": sr_fast_x4_gpu,
    "sr-x2-gpu": sr_x2_gpu,
    "sr-x4-gpu": sr_x4_gpu,
    "sr-x4-vivid-gpu": sr_x4_vivid_gpu,
}
