"""What was done to a photo, in its XMP: written, read back, continued, and understood by other programs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import PIL.Image
import pytest

from restorer.core.image import Image
from restorer.core.step import Recipe, Step
from restorer.formats.metadata import Metadata
from restorer.formats.provenance import Provenance, SourceType, from_xmp, into_xmp, read_properties, source_type_of
from restorer.formats.raster import read_photo
from restorer.session.export import export_photo

from .pictures import IPTC, make_exif, make_pixels, make_xmp

STEP = Step("inpaint", 1, {"detail": 20.0, "note": "<&\"' ä"}, "inpaint-unet", "ab" * 32, 3, "cd" * 32)
RECORD = Provenance(SourceType.COMPOSITE_WITH_TRAINED_MEDIA.uri, "Restorer 1.2", "2026-11-21", 0.031, Recipe((STEP,)))
CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/print"
ATTRIBUTES = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><R:RDF xmlns:R="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<R:Description R:about="" xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' xmlns:dc="http://purl.org/dc/elements/1.1/"
 e:DigitalSourceType="{CAPTURE}" dc:format="image/tiff"/></R:RDF></x:xmpmeta>""".encode()


@pytest.mark.parametrize("before", [None, make_xmp(), ATTRIBUTES, b"no XML", b"<a><b></a>"])
def test_it_is_read_back(before) -> None:
    packet = into_xmp(before, RECORD)
    assert from_xmp(packet) == RECORD
    assert source_type_of(packet) == RECORD.source_type


def test_other_properties_stay_byte_for_byte() -> None:
    before = make_xmp()
    after = into_xmp(before, RECORD)
    start = next(index for index, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    assert after.endswith(before[start:])
    assert after.startswith(b'<?xpacket begin="\xef\xbb\xbf"')


def test_what_was_said_of_the_source_before_is_replaced_and_not_doubled() -> None:
    assert source_type_of(ATTRIBUTES) == CAPTURE
    packet = into_xmp(ATTRIBUTES, RECORD)
    assert packet.count(b"digitalsourcetype/") == 1
    assert read_properties(packet)["{http://purl.org/dc/elements/1.1/}format"] == "image/tiff"


def test_a_second_restoration_continues_the_first() -> None:
    second = Provenance(SourceType.HUMAN_EDITS.uri, "Restorer 2", "2027-01-01", 0.5, Recipe((Step("tone", 1),)))
    found = from_xmp(into_xmp(into_xmp(None, RECORD), second))
    assert found.recipe.steps == (STEP, Step("tone", 1))
    assert found.generated_fraction == pytest.approx(0.531)
    assert (found.program, found.date) == ("Restorer 2", "2027-01-01")
    assert found.source_type == RECORD.source_type, "a generated part stays one"


def test_generated_media_are_not_made_milder() -> None:
    trained = RECORD.source_type.replace("compositeWithT", "t")
    packet = ATTRIBUTES.replace(CAPTURE.encode(), trained.encode())
    assert from_xmp(into_xmp(packet, RECORD)).source_type == trained


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_packets_in_other_encodings(encoding) -> None:
    mark = "\ufeff".encode(encoding)
    packet = into_xmp(mark + ATTRIBUTES.decode().encode(encoding), RECORD)
    assert from_xmp(packet) == RECORD
    assert b"image/tiff" in packet


@pytest.mark.parametrize(
    "field", [b"<restorer:GeneratedFraction>2", b"<restorer:GeneratedFraction>x", b"<restorer:Recipe>{}"]
)
def test_a_record_that_makes_no_sense_is_none(field) -> None:
    name = field.split(b">")[0] + b">"
    before, _, after = into_xmp(None, RECORD).partition(name)
    _, closing, rest = after.partition(b"</restorer")
    assert from_xmp(before + field + closing + rest) is None


def test_entities_are_not_unfolded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    assert read_properties(bomb) is None
    assert from_xmp(into_xmp(bomb, RECORD)) == RECORD


def exported(folder: Path, name: str) -> Path:
    metadata = Metadata((600.0, 600.0), make_exif(), make_xmp(), IPTC)
    export_photo(folder / name, Image(make_pixels(8, 3)), metadata, provenance=RECORD)
    return folder / name


@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg", "a.webp"])
def test_every_format_carries_it(tmp_path, name) -> None:
    assert from_xmp(read_photo(exported(tmp_path, name)).metadata.xmp) == RECORD


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="needs exiftool")
@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg", "a.webp"])
class TestExifTool:
    def ask(self, path: Path, *arguments: str) -> dict[str, object]:
        command = ["exiftool", "-json", "-G1", "-a", *arguments, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return dict(json.loads(done.stdout)[0])

    def test_it_reads_the_record_and_everything_else(self, tmp_path, name) -> None:
        found = self.ask(exported(tmp_path, name))
        assert found["XMP-iptcExt:DigitalSourceType"] == RECORD.source_type
        assert found["XMP-restorer:Program"] == "Restorer 1.2"
        assert str(found["XMP-restorer:Date"]) == "2026-11-21"
        assert found["XMP-restorer:GeneratedFraction"] == pytest.approx(0.031)
        assert Recipe.from_text(str(found["XMP-restorer:Recipe"]), name="x") == RECORD.recipe
        assert found["ExifIFD:DateTimeOriginal"] == "1935:05:17 12:00:00"
        assert found["IFD0:Artist"] == "A. Fotografin"
        if name != "a.webp":
            assert found["IPTC:By-line"] == "A.F"
        errors = [value for key, value in found.items() if key.endswith(("Error", "Warning"))]
        assert errors == []

    def test_what_it_rewrites_is_still_read(self, tmp_path, name) -> None:
        path = exported(tmp_path, name)
        command = ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=Oma", "-XMP-photoshop:City=Wien", str(path)]
        subprocess.run(command, check=True, timeout=60)
        packet = read_photo(path).metadata.xmp
        assert b"Wien" in packet
        assert from_xmp(packet) == RECORD
        continued = from_xmp(into_xmp(packet, RECORD))
        assert continued.recipe.steps == (STEP, STEP)


def test_a_packet_with_no_room_beside_it_makes_way(tmp_path) -> None:
    metadata = Metadata(xmp=make_xmp() + b" " * 65_000)
    export_photo(tmp_path / "a.jpg", Image(make_pixels(8, 3)), metadata, provenance=RECORD)
    assert from_xmp(read_photo(tmp_path / "a.jpg").metadata.xmp) == RECORD
    with PIL.Image.open(tmp_path / "a.jpg") as picture:
        assert len(picture.info["xmp"]) < 4000
