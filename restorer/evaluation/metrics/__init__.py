"""Figures of merit. Pictures are ``H x W x C`` arrays of one range (0 to 255 unless ``peak`` says otherwise);
regions are ``H x W`` bool, True = inside."""

from restorer.evaluation.metrics.fidelity import psnr, seam_ratio
from restorer.evaluation.metrics.gradient import gmsd
from restorer.evaluation.metrics.haar import haarpsi
from restorer.evaluation.metrics.spectrum import spectrum_distance
from restorer.evaluation.metrics.structure import ms_ssim, ssim, ssim_map

__all__ = ["gmsd", "haarpsi", "ms_ssim", "psnr", "seam_ratio", "spectrum_distance", "ssim", "ssim_map"]
