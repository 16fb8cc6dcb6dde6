import tomllib
from pathlib import Path

import pytest

from restorer.core.brush import MAX_SIZE_PX, MIN_SIZE_PX
from restorer.core.errors import WorkError
from restorer.session.settings import BRUSH_SIZE_PX, Settings, SettingsStore, from_toml, to_toml

EVERYTHING = Settings(
    theme="dark",
    device="cuda:1",
    recent=(Path('/photos/Großmutter "1931".tif'), Path("C:\\scans\\новая\tфотография.jpg")),
    last_folder=Path("/photos"),
    window_geometry=bytes(range(256)),
    window_state=b"\x00",
    brush_size_px=1.0,
    brush_hardness=0.25,
    pen_pressure=False,
    overlay="matte",
)


@pytest.mark.parametrize("settings", [Settings(), EVERYTHING])
def test_settings_come_back_from_their_file(tmp_path, settings):
    store = SettingsStore(tmp_path / "new" / "settings.toml")
    store.save(settings)
    assert store.load() == (settings, ())
    assert [path.name for path in store.path.parent.iterdir()] == ["settings.toml"]


def test_control_characters_and_broken_names_make_valid_toml():
    awkward = Settings(recent=(Path("a\x7f\n\u2028b"), Path("broken\udcffname")))
    assert tomllib.loads(to_toml(awkward))["recent"] == ["a\x7f\n\u2028b", "broken?name"]


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


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('theme = "pink"', "theme"),
        ("theme = [1]", "theme"),
        ("brush_size_px = 0.2", "brush_size_px"),
        ("brush_size_px = nan", "brush_size_px"),
        ("brush_hardness = true", "brush_hardness"),
        ('pen_pressure = "yes"', "pen_pressure"),
        ('recent = "photo.tif"', "recent"),
        ("recent = [7]", "recent"),
        ('window_geometry = "not base64!"', "window_geometry"),
        ("device = 3", "device"),
    ],
)
def test_one_bad_value_falls_back_alone(line, name):
    other = "" if name == "overlay" else 'overlay = "outline"\n'
    settings, notices = from_toml(f"{other}{line}\n")
    assert getattr(settings, name) == getattr(Settings(), name)
    assert settings.overlay == "outline"
    assert len(notices) == 1
    assert name in notices[0]


def test_any_brush_that_can_be_painted_with_can_be_kept():
    assert (MIN_SIZE_PX, MAX_SIZE_PX) == BRUSH_SIZE_PX


def test_settings_of_another_version_are_passed_over():
    assert from_toml('of_the_future = 1\ntheme = "light"\n') == (Settings(theme="light"), ())


def test_a_file_that_cannot_be_written_says_so_and_stays(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    with pytest.raises(WorkError, match=r"settings\.toml"):
        SettingsStore(blocker / "settings.toml").save(Settings())
