"""Films of episodes: frames to a GIF or MP4 file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from envsuite.core.errors import nearest

SUFFIXES = (".gif", ".mp4")


def write_video(frames: Iterable[np.ndarray], path: str | Path, fps: float) -> Path:
    """Write frames as a film; the suffix of `path` chooses GIF or MP4 (H.264).

    The film appears under its name only when it is whole: it is written beside it and then moved,
    so that a failure leaves an older film as it was. A GIF repeats for ever, and counts time in
    hundredths of a second. Frames of an MP4 with an odd side have their last row or column
    doubled, for the codec takes even sides only.

    Args:
        frames: Pictures in order, each `u8[height, width, 3]`, all of one shape; may be a
            generator, which is read once.
        path: Where to; missing folders are made.
        fps: Frames a second, more than 0.

    Returns:
        The path of the film.

    Raises:
        ImportError: If the optional packages that write films are not installed.
        ValueError: If the suffix is unknown, `fps` is not positive, there is no frame, or a frame
            is not such a picture.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        near = nearest(suffix, SUFFIXES)
        hint = f"did you mean {near}? " if near else ""
        raise ValueError(
            f"cannot write a film called {path.name!r}: {hint}Its name must end in .gif or .mp4"
        )
    if not fps > 0:
        raise ValueError(f"fps must be more than 0, not {fps}")
    write = _write_gif if suffix == ".gif" else _write_mp4
    path.parent.mkdir(parents=True, exist_ok=True)
    # on the same disk as the film, or it could not be moved in one piece
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
        unfinished = Path(folder) / f"film{suffix}"
        try:
            write(_checked(frames), unfinished, fps)
        except ImportError as error:  # imageio itself, Pillow, or FFmpeg for it
            raise ImportError(
                f'{suffix} films need optional packages: pip install "envsuite[render]" ({error})'
            ) from error
        os.replace(unfinished, path)
    return path


def _write_gif(frames: Iterator[np.ndarray], path: Path, fps: float) -> None:
    import imageio.v3 as imageio  # here, because most installs never draw

    imageio.imwrite(path, list(frames), plugin="pillow", duration=1000 / fps, loop=0)


def _write_mp4(frames: Iterator[np.ndarray], path: Path, fps: float) -> None:
    import imageio.v2 as imageio  # version 3 writes H.264 through another package only
    import imageio_ffmpeg  # noqa: F401  # missing, it should be named before anything is drawn

    # sides are made even here; the writer's own way would be to stretch the picture
    film: Any = imageio.get_writer(path, format="FFMPEG", fps=fps, macro_block_size=1)
    with film as writer:
        for frame in frames:
            height, width, _ = frame.shape
            writer.append_data(np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), "edge"))


def _checked(frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The frames, each held against the first."""
    shape = None
    for index, frame in enumerate(frames):
        frame = np.asarray(frame)
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
            raise ValueError(
                f"frame {index} is {frame.dtype}{list(frame.shape)}, not uint8[height, width, 3]"
            )
        shape = shape or frame.shape
        if frame.shape != shape:
            raise ValueError(
                f"frame {index} has the shape {frame.shape}, but the first has {shape}: "
                "all frames of a film must be equally large"
            )
        yield frame
    if shape is None:
        raise ValueError("there are no frames to write: a film needs at least one")
