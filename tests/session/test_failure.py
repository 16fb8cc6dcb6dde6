import pytest

from restorer.session.failure import failure_report, without_folders


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('File "/home/anna/lib/restorer/engine/tiling.py", line 3', 'File "tiling.py", line 3'),
        ("No such file: '/home/anna/My Photos/opa.tif'", "No such file: 'opa.tif'"),
        ("cannot read /home/anna/photos/opa.tif: denied", "cannot read opa.tif: denied"),
        (r"cannot read C:\Users\Anna\opa.tif now", "cannot read opa.tif now"),
        (r"'\\server\share\Anna\opa.tif'", "'opa.tif'"),
        ("~/photos/opa.tif", "opa.tif"),
        ("5 / 3 and 1/2 and https://example.org/a/b", "5 / 3 and 1/2 and https://example.org/a/b"),
    ],
)
def test_folders_are_left_out(text, wanted):
    assert without_folders(text) == wanted


def test_report_has_what_is_needed_and_no_folders(tmp_path):
    photo = tmp_path / "photo.tif"
    try:
        photo.read_bytes()
    except OSError as error:
        report = failure_report(error, device="cuda:0", request={"photo": "640 x 480"})
    assert "FileNotFoundError" in report
    assert "photo.tif" in report
    assert str(tmp_path) not in report
    assert "cuda:0" in report
    assert "640 x 480" in report
    assert "numpy" in report
    assert 'File "test_failure.py"' in report
    assert "test_report_has_what_is_needed_and_no_folders" in report
