import subprocess
import sys

import numpy as np
import pytest

from restorer.session.sample import damaged_sample


@pytest.fixture(scope="module")
def sample():
    return damaged_sample()


def test_the_mask_is_exact(sample):
    damaged, mask, clean = sample
    outside = mask.plane == 0
    assert np.array_equal(damaged.pixels[outside], clean.pixels[outside])
    hurt = (damaged.pixels != clean.pixels).any(axis=2)
    assert hurt[~outside].mean() > 0.9


def test_the_damage_is_plain_to_see(sample):
    damaged, mask, clean = sample
    difference = np.abs(damaged.pixels.astype(int) - clean.pixels.astype(int)).max(axis=2)
    assert 0.02 < mask.coverage() < 0.12
    assert (difference > 30).mean() > 0.015


def test_it_is_a_warm_toned_portrait_of_print_size(sample):
    damaged, _, clean = sample
    assert 900 <= damaged.height <= 1200
    assert damaged.width < damaged.height
    red, green, blue = clean.pixels.reshape(-1, 3).mean(axis=0)
    assert red > green > blue


def test_the_same_seed_gives_the_same_damage(sample):
    assert damaged_sample()[0].digest() == sample[0].digest()
    assert damaged_sample(seed=9)[1].plane.tobytes() != sample[1].plane.tobytes()


def test_making_it_needs_no_torch():
    code = "import sys; from restorer.session import sample; sample.damaged_sample(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
