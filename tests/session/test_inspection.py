import json

import numpy as np
import pytest

from restorer.core.errors import InputError
from restorer.core.image import Image
from restorer.core.step import Recipe, Step
from restorer.formats.color import color_tag
from restorer.formats.metadata import Metadata
from restorer.formats.profiles import standard_profile
from restorer.formats.raster import write_photo
from restorer.session.export import export_photo
from restorer.session.inspection import inspect_photo
from restorer.session.provenance import provenance_for


def test_a_restored_scan(tmp_path):
    icc = standard_profile("adobe-rgb")
    image = Image(np.zeros((30, 40, 3), np.uint16), color_tag(icc, 3))
    recipe = Recipe((Step("inpaint", 1, {"grow_px": 2}, "inpaint-unet", "ab" * 32),))
    export_photo(
        tmp_path / "a.tif",
        image,
        Metadata((600.0, 300.0), iptc=b"\x1c\x02\x05\x00\x03Oma"),
        infrared=np.zeros((30, 40), np.uint16),
        provenance=provenance_for(recipe, 0.125),
    )

    found = inspect_photo(tmp_path / "a.tif")

    assert (found.format, found.width, found.height, found.bit_depth, found.channels) == ("TIFF", 40, 30, 16, "RGB")
    assert (found.infrared, found.profile, found.dpi) == (True, "Adobe RGB (1998) compatible", (600.0, 300.0))
    assert set(found.metadata) == {"icc", "xmp", "iptc"}
    assert found.generated_fraction == 0.125
    report = json.loads(json.dumps(found.to_json()))
    assert report["provenance"]["steps"][0]["model_hash"] == "ab" * 32
    assert report["digital_source_type"].endswith("compositeWithTrainedAlgorithmicMedia")


def test_a_photo_of_another_program(tmp_path):
    write_photo(tmp_path / "a.png", Image(np.zeros((3, 4, 2), np.uint8)))
    report = inspect_photo(tmp_path / "a.png").to_json()
    assert (report["format"], report["channels"], report["pages"]) == ("PNG", "gray + alpha", 1)
    assert report["profile"] is report["dpi"] is report["provenance"] is report["generated_fraction"] is None
    assert report["metadata"] == {}


def test_damage_is_found(tmp_path):
    write_photo(tmp_path / "a.png", Image(np.zeros((30, 40, 3), np.uint8)))
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[:-20])
    with pytest.raises(InputError, match="damaged or cut short"):
        inspect_photo(tmp_path / "a.png")
