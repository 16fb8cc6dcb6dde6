"""Everything a training run depends on, as one frozen value that goes into the checkpoint and the card."""

from __future__ import annotations

from dataclasses import dataclass

from restorer.core.params import param


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Settings that the loop itself reads; each kind of problem derives its own from this.

    Progress counts images (patches seen), never steps or time.
    """

    problem: str = param("", "Kind of problem, as listed in PROBLEMS.")
    model_id: str = param("", "Id of the exported weights.")
    title: str = param("", "Name shown to people.")
    summary: str = param("", "One sentence for the card.")
    context_px: int = param(0, "Pixels around a region that the network wants to see.", low=0, unit="px")
    architecture: str = param("", "Network, as listed in ARCHITECTURES.")
    hyperparameters: str = param("{}", "Keyword arguments of the network, as JSON.")
    interpolates_with: str = param("", "Id of the model whose weights may be mixed with these; empty for none.")
    initial: str = param("", "Weights to start from: an installed model's id, or a .safetensors file.")

    images: int = param(88_000, "Patches to see in all.", low=1)
    minutes: float = param(
        0.0,
        "Length of the run by the clock, evaluations included, in place of its number of patches; 0 counts those.",
        low=0.0,
        unit="min",
    )
    seed: int = param(1, "Seed of weights, crops, masks and augmentation.", low=0)
    patch_start: int = param(64, "Side of the patches of the first part.", low=16, high=1024, unit="px")
    patch_end: int = param(128, "Side of the patches of the last part.", low=16, high=1024, unit="px")
    batch_pixels: int = param(65_536, "Pixels a batch, so that larger patches mean smaller batches.", low=256)
    learning_rate: float = param(1e-3, "Peak learning rate of AdamW.", low=0.0, high=1.0)
    weight_decay: float = param(1e-4, "Weight decay of AdamW.", low=0.0, high=1.0)
    warmup_images: int = param(2_000, "Patches over which the learning rate rises.", low=0)
    cooldown: float = param(0.3, "Last part of the run over which the learning rate falls to zero.", low=0.0, high=1.0)
    gradient_clip: float = param(1.0, "Largest norm of a gradient; the discriminator's too.", low=0.0)
    spike_limit: float = param(
        0.0, "Back to the average where the loss grows to so many times its usual size; 0 never.", low=0.0
    )
    ema: float = param(0.999, "Decay of the averaged weights, a step.", low=0.0, high=1.0)

    adversarial_weight: float = param(
        0.0, "How hard the discriminator pulls at the picture, against all other losses; 0 trains without.", low=0.0
    )
    adversarial_after: int = param(0, "Patches after which it pulls; it learns from the first one on.", low=0)
    objective: str = param("hinge", "Adversarial objective, as listed in OBJECTIVES.")
    feature_matching_weight: float = param(0.0, "Weight of matching its features, in its pull.", low=0.0)
    discriminator: str = param("{}", "Keyword arguments of the discriminator, as JSON.")
    discriminator_learning_rate: float = param(2e-4, "The discriminator's own learning rate.", low=0.0, high=1.0)
    penalty: str = param("none", "Regularisation of the discriminator.", choices=("none", "r1", "wgan-gp"))
    penalty_weight: float = param(10.0, "Weight of that penalty.", low=0.0)
    penalty_interval: int = param(16, "Steps between penalties (lazy regularisation).", low=1)
    diff_augment: str = param("", "What DiffAugment does to both sides: color, translation, cutout; empty for nothing.")

    threads: int = param(0, "CPU threads; 0 leaves it to torch.", low=0)
    devices: int = param(1, "Graphics cards to train on together.", low=1)
    precision: str = param("auto", "Of the forward pass; auto: bf16 on graphics cards.", choices=("auto", "32", "bf16"))
    compile: bool = param(False, "Compile the network: slower to start, faster later.")
    checkpoint_seconds: float = param(60.0, "Time between checkpoints and evaluations.", low=1.0, unit="s")

    def patch_at(self, progress: float) -> int:
        """Patch side at ``progress`` 0 to 1: start, middle, end for 40, 35 and 25 % of the run; a multiple of 16."""
        middle = (self.patch_start + self.patch_end) // 2
        side = self.patch_start if progress < 0.4 else middle if progress < 0.75 else self.patch_end
        return max(16, side // 16 * 16)

    def batch_at(self, progress: float) -> int:
        """Patches a step at ``progress``."""
        return max(1, self.batch_pixels // self.patch_at(progress) ** 2)

    def progress_at(self, images: int, seconds: float) -> float:
        """How much of the run is done after so many patches and seconds: 0 to 1, and 1 from its end on.

        By the clock a run fits any machine, for instance one that is lent by the minute; but only one that counts
        patches can be repeated to the bit.
        """
        done = seconds / (60 * self.minutes) if self.minutes else images / self.images
        return min(1.0, done)

    def learning_rate_share_at(self, images: int, progress: float) -> float:
        """Share of the peak learning rates after ``images`` patches, at ``progress`` 0 to 1: warm-up, then constant,
        then linear to zero (WSD), so that a longer run can be decided on before the cooldown begins."""
        if images < self.warmup_images:
            return (images + 1) / self.warmup_images
        return min(1.0, (1 - progress) / max(1e-9, self.cooldown))
