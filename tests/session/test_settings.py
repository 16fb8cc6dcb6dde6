from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from restorer.core.brush import MAX_SIZE_PX, MIN_SIZE_PX
from restorer.core.errors import WorkError
from restorer.session.settings import BRUSH_SIZE_PX, Settings
from restorer.session.settings_file import SettingsStore

EVERYTHING = Settings(
    theme="dark",
    language="en",
    device="cuda:1",
    memory_gib=3.5,
    largest_photo_gib=12.0,
    autosave_s=20.0,
    recent=(Path('/photos/Großmutter "1931".tif'), Path("C:\\scans\\новая\tфотография.jpg")),
    last_folder=Path("/photos"),
    window_geometry=bytes(range(256)),
    window_state=b"\x00",
    brush_size_px=1.0,
    brush_hardness=0.25,
    pen_pressure=False,
    smooth_edges=False,
    wand_tolerance=22.0,
    wand_contiguous=False,
    wand_sample_px=5.0,
    ribbon_widen_px=0.0,
    overlay="matte",
    wheel="pan",
    surround="50",
    shortcut_preset="krita",
    shortcuts={"export": ("Ctrl+Alt+S", "F2"), "quit": ()},
)
OLD = """# Settings of Restorer. Written by the program; may be edited while it is closed.
theme = "light"
device = "cpu"
recent = ["/photos/a.tif"]
window_geometry = "AAEC"
brush_size_px = 31.5
pen_pressure = false
overlay = "outline"
of_a_friend = "kept"
"""


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "settings.toml")


@pytest.mark.parametrize("settings", [Settings(), EVERYTHING])
def test_settings_come_back_from_their_file(tmp_path, settings):
    store = SettingsStore(tmp_path / "new" / "settings.toml")
    store.save(settings)
    assert store.load() == (settings, ())
    assert [path.name for path in store.path.parent.iterdir()] == ["settings.toml"]


def test_control_characters_and_broken_names_make_valid_toml(store):
    store.save(Settings(recent=(Path("a\x7f\n\u2028b"), Path("broken\udcffname"))))
    tables = tomllib.loads(store.path.read_text("utf-8"))
    assert tables["photos"]["recent"] == ["a\x7f\n\u2028b", "broken?name"]


def test_no_file_means_defaults(tmp_path):
    assert SettingsStore(tmp_path / "settings.toml").load() == (Settings(), ())


@pytest.mark.parametrize("content", [b"theme = dark", b"\xff\xfe\x00", b"[[["])
def test_a_broken_file_is_set_aside_and_said(tmp_path, content):
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    settings, notices = SettingsStore(path).load()
    assert settings == Settings()
    assert len(notices) == 1
    assert "settings.toml" in notices[0]
    assert not path.exists()
    assert (tmp_path / "settings.toml.broken").read_bytes() == content


def test_a_second_broken_file_does_not_replace_the_first(store):
    for content in ("[[[", "]]]", "==="):
        store.path.write_text(content)
        _, notices = store.load()
    assert "settings.toml.broken.3" in notices[0]
    kept = sorted(path.name for path in store.path.parent.iterdir())
    assert kept == ["settings.toml.broken", "settings.toml.broken.2", "settings.toml.broken.3"]
    assert (store.path.parent / "settings.toml.broken").read_text() == "[[["


@pytest.mark.parametrize(
    ("table", "line", "field"),
    [
        ("appearance", 'theme = "pink"', "theme"),
        ("appearance", "theme = [1]", "theme"),
        ("appearance", 'language = "tlh"', "language"),
        ("brush", "size_px = 0.2", "brush_size_px"),
        ("brush", "size_px = nan", "brush_size_px"),
        ("brush", "hardness = true", "brush_hardness"),
        ("brush", 'pen_pressure = "yes"', "pen_pressure"),
        ("photos", 'recent = "photo.tif"', "recent"),
        ("photos", "recent = [7]", "recent"),
        ("photos", "autosave_s = 0", "autosave_s"),
        ("window", 'geometry = "not base64!"', "window_geometry"),
        ("device", "use = 3", "device"),
        ("shortcuts", 'keys = {open = "Ctrl+O"}', "shortcuts"),
        ("shortcuts", "keys = {open = [1]}", "shortcuts"),
    ],
)
def test_one_bad_value_falls_back_alone(store, table, line, field):
    store.path.write_text(f'version = 2\n[canvas]\noverlay = "outline"\n[{table}]\n{line}\n')
    settings, notices = store.load()
    assert getattr(settings, field) == getattr(Settings(), field)
    assert settings.overlay == "outline"
    assert len(notices) == 1
    assert f"{table}.{line.split(' ')[0]}" in notices[0]


def test_settings_without_tables_are_taken_over(store):
    store.path.write_text(OLD, "utf-8")
    expected = Settings(
        theme="light",
        device="cpu",
        recent=(Path("/photos/a.tif"),),
        window_geometry=b"\0\1\2",
        brush_size_px=31.5,
        pen_pressure=False,
        overlay="outline",
    )
    assert store.load() == (expected, ())
    store.save(expected)
    assert store.load() == (expected, ())
    tables = tomllib.loads(store.path.read_text("utf-8"))
    assert tables["version"] == 2
    assert tables["of_a_friend"] == "kept"
    assert "theme" not in tables


def test_names_nobody_knows_are_kept_and_so_is_a_later_version(store):
    store.path.write_text(
        'version = 7\nhint = "?"\n[canvas]\noverlay = "matte"\nrulers = true\n[plugins.grain]\nseed = 5\n'
    )
    settings, notices = store.load()
    assert (settings.overlay, notices) == ("matte", ())
    store.save(Settings(overlay="off"))
    tables = tomllib.loads(store.path.read_text("utf-8"))
    assert (tables["version"], tables["hint"], tables["plugins"]) == (7, "?", {"grain": {"seed": 5}})
    assert tables["canvas"]["rulers"] is True
    assert tables["canvas"]["overlay"] == "off"


def test_a_setting_that_is_gone_leaves_the_file(store):
    store.save(Settings(last_folder=Path("/photos"), shortcuts={"quit": ()}))
    store.save(Settings())
    tables = tomllib.loads(store.path.read_text("utf-8"))
    assert "last_folder" not in tables["photos"]
    assert tables["shortcuts"]["keys"] == {}


def test_any_brush_that_can_be_painted_with_can_be_kept():
    assert (MIN_SIZE_PX, MAX_SIZE_PX) == BRUSH_SIZE_PX


def test_a_file_that_cannot_be_written_says_so_and_stays(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    with pytest.raises(WorkError, match=r"settings\.toml"):
        SettingsStore(blocker / "settings.toml").save(Settings())
