"""Films hold the frames that were given, and appear whole or not at all."""

from __future__ import annotations

import sys

import imageio.v2
import imageio.v3
import numpy as np
import pytest

from envsuite.recording import write_video

COLORS = [(220, 30, 30), (30, 200, 40), (40, 60, 220)]


def plain_frames(height: int = 48, width: int = 64) -> list[np.ndarray]:
    """One frame of each colour."""
    return [np.full((height, width, 3), color, np.uint8) for color in COLORS]


@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".GIF"])
def test_a_film_shows_the_frames_in_order(tmp_path, suffix):
    path = write_video(iter(plain_frames()), tmp_path / f"film{suffix}", 10)
    assert path == tmp_path / f"film{suffix}"
    film = imageio.v2.mimread(path)
    assert len(film) == len(COLORS)
    for picture, color in zip(film, COLORS, strict=True):
        picture = np.asarray(picture)[..., :3]
        assert picture.shape == (48, 64, 3)
        # H.264 keeps colours only roughly
        assert np.abs(picture.mean((0, 1)) - color).max() < 12


def test_a_gif_keeps_time_and_repeats(tmp_path):
    path = write_video(plain_frames(), tmp_path / "film.gif", 4)
    metadata = imageio.v3.immeta(path, plugin="pillow")
    assert metadata["duration"] == 250 and metadata["loop"] == 0


def test_an_mp4_keeps_time(tmp_path):
    path = write_video(plain_frames(), tmp_path / "film.mp4", 4)
    assert imageio.v3.immeta(path, plugin="FFMPEG")["fps"] == 4


def test_odd_sides_become_even_without_stretching(tmp_path):
    frame = np.zeros((31, 33, 3), np.uint8)
    frame[:, 16:] = 255  # an edge that stretching would move
    path = write_video([frame, frame], tmp_path / "film.mp4", 5)
    picture = np.asarray(imageio.v2.mimread(path)[0])
    assert picture.shape == (32, 34, 3)
    assert picture[:, :14].max() < 60 and picture[:, 18:].min() > 195


def test_missing_folders_are_made_and_nothing_else_is_left(tmp_path):
    write_video(plain_frames(), tmp_path / "deep" / "down" / "film.gif", 10)
    assert [path.name for path in (tmp_path / "deep" / "down").iterdir()] == ["film.gif"]


def test_a_failure_leaves_the_older_film(tmp_path):
    path = write_video(plain_frames(), tmp_path / "film.mp4", 10)
    before = path.read_bytes()

    def broken():
        yield from plain_frames()
        raise RuntimeError("the game broke")

    with pytest.raises(RuntimeError, match="the game broke"):
        write_video(broken(), path, 10)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("film.mp3", "did you mean .mp4?.*gif or .mp4"),
        ("film.gf", "did you mean .gif?"),
        ("film", "'film'.*gif or .mp4"),
    ],
)
def test_an_unknown_suffix_is_named_with_the_nearest(tmp_path, name, words):
    with pytest.raises(ValueError, match=words):
        write_video(plain_frames(), tmp_path / name, 10)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([], "no frames"),
        ([np.zeros((8, 8, 3), np.float32)], "frame 0 is float32"),
        ([np.zeros((8, 8), np.uint8)], r"frame 0 is uint8\[8, 8\]"),
        ([np.zeros((8, 8, 3), np.uint8), np.zeros((8, 9, 3), np.uint8)], "frame 1 has the shape"),
    ],
)
@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_frames_that_are_no_film_are_refused(tmp_path, frames, words, suffix):
    with pytest.raises(ValueError, match=words):
        write_video(frames, tmp_path / f"film{suffix}", 10)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_time_must_pass(tmp_path, fps):
    with pytest.raises(ValueError, match="fps must be more than 0"):
        write_video(plain_frames(), tmp_path / "film.gif", fps)


@pytest.mark.parametrize(
    ("missing", "suffix"), [("imageio.v3", ".gif"), ("imageio_ffmpeg", ".mp4")]
)
def test_without_the_optional_packages_the_remedy_is_named(tmp_path, monkeypatch, missing, suffix):
    monkeypatch.setitem(sys.modules, missing, None)  # makes the import fail
    with pytest.raises(ImportError, match=r'pip install "envsuite\[render\]"'):
        write_video(plain_frames(), tmp_path / f"film{suffix}", 10)
