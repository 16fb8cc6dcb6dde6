"""Everything a training run depends on, as one frozen value that goes into the checkpoint and the card."""

from __future__ import annotations

from dataclasses import dataclass

from restorer.core.params import param


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """A run of the fidelity loop. Progress counts images (patches seen), never steps or time."""

    task: str = param("inpaint", "Task that the weights are for.")
    model_id: str = param("inpaint-unet", "Id of the exported weights.")
    title: str = param("Inpaint U-Net", "Name shown to people.")
    summary: str = param("Fills scratches, dust, creases and small holes.", "One sentence for the card.")
    context_px: int = param(64, "Pixels around a region that the network wants to see.", low=0, unit="px")
    architecture: str = param("inpaint-unet", "Network, as listed in ARCHITECTURES.")
    hyperparameters: str = param("{}", "Keyword arguments of the network, as JSON.")
    images: int = param(88_000, "Patches to see in all.", low=1)
    seed: int = param(1, "Seed of weights, crops, masks and augmentation.", low=0)
    patch_start: int = param(64, "Side of the patches of the first part.", low=16, high=1024, unit="px")
    patch_end: int = param(128, "Side of the patches of the last part.", low=16, high=1024, unit="px")
    batch_pixels: int = param(65_536, "Pixels a batch, so that larger patches mean smaller batches.", low=256)
    learning_rate: float = param(1e-3, "Peak learning rate of AdamW.", low=0.0, high=1.0)
    weight_decay: float = param(1e-4, "Weight decay of AdamW.", low=0.0, high=1.0)
    warmup_images: int = param(2_000, "Patches over which the learning rate rises.", low=0)
    cooldown: float = param(0.3, "Last part of the run over which the learning rate falls to zero.", low=0.0, high=1.0)
    gradient_clip: float = param(0.1, "Largest norm of the gradient.", low=0.0)
    ema: float = param(0.999, "Decay of the averaged weights, a step.", low=0.0, high=1.0)
    charbonnier_eps: float = param(0.01, "Where the loss turns from square to absolute.", low=1e-6, high=1.0)
    gradient_weight: float = param(0.25, "Weight of the loss on image gradients.", low=0.0)
    gray_share: float = param(0.35, "Share of patches made monochrome or toned, as old photos are.", low=0.0, high=1.0)
    noise_share: float = param(0.3, "Share of patches that get grain.", low=0.0, high=1.0)
    threads: int = param(0, "CPU threads; 0 leaves it to torch.", low=0)
    checkpoint_seconds: float = param(60.0, "Time between checkpoints and evaluations.", low=1.0, unit="s")

    def patch_at(self, progress: float) -> int:
        """Patch side at ``progress`` 0 to 1: start, middle, end for 40, 35 and 25 % of the run; a multiple of 16."""
        middle = (self.patch_start + self.patch_end) // 2
        side = self.patch_start if progress < 0.4 else middle if progress < 0.75 else self.patch_end
        return max(16, side // 16 * 16)

    def batch_at(self, progress: float) -> int:
        return max(1, self.batch_pixels // self.patch_at(progress) ** 2)

    def learning_rate_at(self, images: int) -> float:
        """Warm-up, then constant, then linear to zero: a longer run can be decided on before the cooldown begins."""
        if images < self.warmup_images:
            return self.learning_rate * (images + 1) / self.warmup_images
        left = (self.images - images) / max(1.0, self.cooldown * self.images)
        return self.learning_rate * min(1.0, max(0.0, left))
