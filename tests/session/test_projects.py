"""Project files: what is saved comes back; what is damaged or hostile does no harm."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import pickle
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from support.working import fill, looks, make_scan, open_scan, stroke, work_on

from restorer.core.document import Document
from restorer.core.errors import InputError, RestorerError, WorkError
from restorer.core.image import Image
from restorer.core.progress import CancelToken
from restorer.formats.project_file import read_project
from restorer.formats.raster import PhotoFile, decode_photo
from restorer.formats.recipe_file import RecipeFile
from restorer.session.projects import MissingSourceError, OpenedProject, SaveOrder, open_project, save_project
from restorer.session.session import Session
from restorer.session.sources import search_source


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return make_scan(tmp_path / "Großmutter 祖母.tif")


@pytest.fixture
def worked(session: Session, scan: Path) -> Iterator[tuple[Document, PhotoFile]]:
    document, file = open_scan(session, scan)
    work_on(document)
    yield document, file
    document.close()


Save = Callable[..., Path]


@pytest.fixture
def save(worked: tuple[Document, PhotoFile], scan: Path, tmp_path: Path) -> Save:
    def save(name: str = "work.restore", *, embed: bool = False, overwrite: bool = False) -> Path:
        path = tmp_path / name
        document, file = worked
        save_project(SaveOrder.of(path, document, file, scan, embed=embed, overwrite=overwrite))
        return path

    return save


def opened(session: Session, path: Path, source: Path | None = None) -> OpenedProject:
    return open_project(session, read_project(path), source)


def test_everything_comes_back(session: Session, worked: tuple[Document, PhotoFile], save: Save, scan: Path) -> None:
    expected = looks(worked[0])
    again = opened(session, save())
    assert looks(again.document) == expected
    assert (again.source, again.is_newer) == (scan, False)
    assert not again.document.is_modified
    for tip in [branch.tip for branch in again.document.history.branches()]:
        assert again.document.switch(tip) is not None
    again.document.jump(0)
    assert again.document.image.digest() == again.file.image.digest()
    again.document.close()


def test_saving_again_gives_the_same_bytes_and_goes_on_from_there(session: Session, save: Save, tmp_path: Path) -> None:
    first = save().read_bytes()
    assert save(overwrite=True).read_bytes() == first
    again = opened(session, tmp_path / "work.restore")
    fill(again.document, 77)
    expected = looks(again.document)
    save_project(
        SaveOrder.of(tmp_path / "b.restore", again.document, again.file, again.source, embed=False, overwrite=False)
    )
    third = opened(session, tmp_path / "b.restore")
    assert looks(third.document) == expected
    again.document.close()
    third.document.close()


def test_other_programs_find_a_recipe_and_a_picture_in_it(save: Save, worked: tuple[Document, PhotoFile]) -> None:
    with zipfile.ZipFile(save()) as archive:
        assert archive.namelist()[0] == "mimetype"
        recipe = RecipeFile.from_text(archive.read("recipe.json").decode(), name="recipe.json")
        picture = decode_photo(archive.read("preview.png"), "preview.png").image
    assert recipe.recipe == worked[0].history.recipe()
    assert (picture.width, picture.height) == (worked[0].image.width, worked[0].image.height)


def test_project_and_photo_move_together(session: Session, save: Save, scan: Path, tmp_path: Path) -> None:
    path = save()
    (tmp_path / "elsewhere").mkdir()
    for file in (path, scan):
        shutil.move(file, tmp_path / "elsewhere" / file.name)
    again = opened(session, tmp_path / "elsewhere" / path.name)
    assert again.source == tmp_path / "elsewhere" / scan.name
    again.document.close()


def test_a_photo_that_is_gone_is_found_by_its_contents(
    session: Session, save: Save, scan: Path, tmp_path: Path
) -> None:
    path = save()
    folder = tmp_path / "archive" / "1911"
    folder.mkdir(parents=True)
    make_scan(tmp_path / "archive" / "other.tif", seed=5)
    moved = Path(shutil.move(scan, folder / "renamed.tif"))
    with pytest.raises(MissingSourceError, match="not where it was") as missing:
        opened(session, path)
    assert missing.value.project.preview
    source = missing.value.project.source
    assert search_source(source, tmp_path / "archive", CancelToken()) == moved
    assert search_source(source, tmp_path / "archive" / "none", CancelToken()) is None
    again = opened(session, path, moved)
    assert again.source == moved
    again.document.close()


def test_another_photo_in_its_place_is_noticed(session: Session, save: Save, scan: Path) -> None:
    path = save()
    make_scan(scan.with_name("small.tif"), side=20)
    scan.unlink()
    with pytest.raises(InputError, match="belongs to a photo of"):
        opened(session, path, scan.with_name("small.tif"))


def test_an_embedded_photo_needs_no_file(session: Session, save: Save, scan: Path, worked) -> None:
    path = save(embed=True)
    scan.unlink()
    again = opened(session, path)
    assert again.source is None
    assert again.document.name == scan.name
    assert looks(again.document) == looks(worked[0])
    again.document.close()


def test_a_photo_without_a_file_is_embedded(session: Session, tmp_path: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    file = PhotoFile(Image(pixels), decode_photo(_png(pixels), "x.png").metadata, "png", Path("Pasted photo.png"))
    document = session.make_document(file)
    stroke(document, 10)
    save_project(SaveOrder.of(tmp_path / "p.restore", document, file, None, embed=False, overwrite=False))
    again = opened(session, tmp_path / "p.restore")
    assert np.array_equal(again.document.image.pixels, pixels)
    assert again.document.mask.plane.any()
    document.close()
    again.document.close()


def _png(pixels: np.ndarray) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", pixels)[1])


def test_the_photo_itself_is_never_written_over(worked: tuple[Document, PhotoFile], scan: Path, save: Save) -> None:
    before = scan.read_bytes()
    with pytest.raises(InputError, match="never overwritten"):
        save_project(SaveOrder.of(scan, *worked, scan, embed=False, overwrite=True))
    assert scan.read_bytes() == before
    save()
    with pytest.raises(InputError, match="exists"):
        save()


def test_a_newer_project_is_read_and_marked_and_one_too_new_is_refused(session: Session, save: Save) -> None:
    path = save()
    _rewrite(path, lambda manifest: manifest.update(restorer_project=2, future={"x": 1}))
    again = opened(session, path)
    assert again.is_newer
    again.document.close()
    _rewrite(path, lambda manifest: manifest.pop("history"))
    with pytest.raises(InputError, match="newer version") as refused:
        read_project(path)
    assert "Update" in refused.value.hint


# -- damage and malice


def _rewrite(path: Path, change: Callable[[dict], object]) -> None:
    """Changes the manifest of a project file."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()
    _write(path, members)


def _write(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _try(session: Session, path: Path) -> str:
    """Opens it and goes everywhere in it; the message where it was refused."""
    try:
        again = opened(session, path)
    except RestorerError as error:
        return str(error)
    try:
        for cursor in range(len(again.document.history.entries) + 1):
            again.document.jump(cursor)
    finally:
        again.document.close()
    return ""


class _Boom:
    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, ("touch code-was-run",))


def test_hostile_archives_write_nothing_outside_and_run_nothing(
    session: Session, save: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run" / "here"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    good = save().read_bytes()
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    boom = pickle.dumps(_Boom())
    group = next(name for name in members if name.startswith("groups/"))
    hostile: dict[str, dict[str, bytes]] = {
        "slip": {**members, "../../escaped": b"x"},
        "absolute": {**members, "/etc/restorer-escaped": b"x"},
        "drive": {**members, "c:\\escaped": b"x"},
        "deep": {**members, "groups/../../escaped": b"x"},
        "pickled group": {**members, group: boom},
        "pickled manifest": {**members, "manifest.json": boom},
        "pickled type": {**members, "mimetype": boom},
        "no manifest": {name: data for name, data in members.items() if name != "manifest.json"},
        "no group": {name: data for name, data in members.items() if name != group},
        "bomb": {**members, "manifest.json": b"[" * 200_000},
        "empty": {},
    }
    path = folder / "bad.restore"
    before = sorted(tmp_path.rglob("*"))
    for name, content in hostile.items():
        _write(path, content)
        assert "bad.restore" in _try(session, path), name
        path.unlink()
    for data in (b"", b"PK", b"PK\x05\x06" + bytes(18), boom, good[:100]):
        path.write_bytes(data)
        assert "bad.restore" in _try(session, path)
    path.unlink()
    assert sorted(tmp_path.rglob("*")) == before


HUGE = (
    lambda m: m["photo"].update(width=10**9),
    lambda m: m["photo"].update(width=True),
    lambda m: m["history"].update(cursor=10**9),
    lambda m: m["history"].update(tip=999),
    lambda m: m["history"]["entries"][0].update(parent=77),
    lambda m: m["history"]["entries"][0].update(id=2),
    lambda m: m["history"]["entries"][1].update(plan=[99]),
    lambda m: m["history"]["entries"][1].update(image=999),
    lambda m: m["history"]["entries"][1].update(image=m["history"]["entries"][0]["mask"]),
    lambda m: m["history"]["entries"][1]["new"][0].update(size=[10**7, 10**7]),
    lambda m: m["history"].update(entries=[m["history"]["entries"][0]] * 3),
    lambda m: m["groups"].clear(),
    lambda m: next(iter(m["groups"].values())).update(sha256="0" * 64),
    lambda m: m.update(groups=[1]),
    lambda m: m.update(view={"zoom": "big"}),
    lambda m: m.update(restorer_project="1"),
    lambda m: m["source"].update(page=10**6),
    lambda m: m["source"].update(sha256=5),
)


@pytest.mark.parametrize("number", range(len(HUGE)))
def test_manifests_that_cannot_be_true_are_refused_in_a_sentence(session: Session, save: Save, number: int) -> None:
    path = save()
    _rewrite(path, HUGE[number])
    said = _try(session, path)
    assert said
    assert "work.restore" in said or "page" in said
    assert "\n" not in said


@pytest.mark.parametrize("kind", ["project", "recipe"])
def test_two_hundred_mutated_files(session: Session, save: Save, tmp_path: Path, kind: str, capsys) -> None:
    """Bytes changed, cut off, doubled or swapped: a sentence, or a document that can be gone through."""
    from restorer.formats.recipe_file import read_recipe, write_recipe

    rng = random.Random(7)
    path = save()
    if kind == "recipe":
        with zipfile.ZipFile(path) as archive:
            text = archive.read("recipe.json").decode()
        path = tmp_path / "r.json"
        write_recipe(path, RecipeFile.from_text(text, name="r.json"))
    good = path.read_bytes()
    before = sorted(each for each in tmp_path.rglob("*"))
    refused = 0
    for _ in range(200):
        path.write_bytes(_mutated(good, rng))
        if kind == "project":
            refused += bool(_try(session, path))
        else:
            try:
                for mask in read_recipe(path).masks.values():
                    mask.unpack("r.json")
            except RestorerError:
                refused += 1
    print(f"{kind}: 200 mutated files, {refused} refused, none did harm")  # noqa: T201
    assert refused > 100
    assert sorted(tmp_path.rglob("*")) == before


def _mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    match rng.randrange(5):
        case 0:
            return bytes(changed[: rng.randrange(len(changed))])
        case 1:
            for _ in range(rng.randint(1, 30)):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
        case 2:
            at = rng.randrange(len(changed))
            changed[at : at + rng.randint(1, 200)] = rng.randbytes(rng.randint(0, 200))
        case 3:
            at, to = sorted(rng.randrange(len(changed)) for _ in range(2))
            changed[at:at] = changed[at:to][:5000]
        case _:
            at = max(0, len(changed) - rng.randrange(min(4000, len(changed))))
            for _ in range(5):
                changed[rng.randrange(at, len(changed)) if at < len(changed) else 0] ^= 1 << rng.randrange(8)
    return bytes(changed)


# -- trouble with the disk


def test_a_full_disk_leaves_the_old_project(save: Save, worked: tuple[Document, PhotoFile], monkeypatch) -> None:
    path = save()
    before = path.read_bytes()
    stroke(worked[0], 30)
    from restorer.formats import archive

    def full(*_: object) -> Iterator[bytes]:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_chunks", full)
        with pytest.raises(WorkError, match=r"[Nn]o space left"):
            save(overwrite=True)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []
    save(overwrite=True)
    assert path.read_bytes() != before


def test_a_folder_that_is_gone_is_named(worked: tuple[Document, PhotoFile], scan: Path, tmp_path: Path) -> None:
    order = SaveOrder.of(tmp_path / "gone" / "a.restore", *worked, scan, embed=False, overwrite=False)
    with pytest.raises(InputError, match="there is no folder"):
        save_project(order)
    (tmp_path / "gone").mkdir()
    save_project(dataclasses.replace(order))
    assert (tmp_path / "gone" / "a.restore").is_file()
