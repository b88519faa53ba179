"""Checkpoints of a training run: tensors and JSON, nothing that runs when it is read."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from sb3_contrib import MaskablePPO
from stable_baselines3.common.vec_env import VecMonitor

from envsuite_sb3.vec_env import EngineVecEnv

NAME = re.compile(r"checkpoint-(\d+)")
TENSORS, HEADER, GAME = "tensors.safetensors", "header.json", "game.npz"


def save_checkpoint(folder: Path, model: MaskablePPO, header: Mapping[str, Any]) -> Path:
    """Keep all that the rest of the run depends on, between two rollouts.

    These are weights, the optimiser's tensors, the generators' states and the games under way, so
    that a run that goes on from here ends as if it had never stopped. The checkpoint appears under
    its name only when it is whole, and then the older ones go.

    Args:
        folder: The run's folder.
        model: Its environment is a `VecMonitor` around an `EngineVecEnv`.
        header: What else to keep; fit for JSON.

    Returns:
        The folder of the checkpoint.
    """
    monitor, venv = _environments(model)
    older = _checkpoints(folder)
    path = folder / f"checkpoint-{model.num_timesteps}"
    unfinished = Path(tempfile.mkdtemp(dir=folder, prefix=f".{path.name}-"))
    try:
        generator = np.random.get_state(legacy=False)
        assert isinstance(generator, dict)
        tensors = {
            **{f"policy.{name}": leaf for name, leaf in model.policy.state_dict().items()},
            **_optimizer_tensors(model.policy.optimizer),
            "torch_generator": torch.get_rng_state(),
            "numpy_generator": torch.from_numpy(generator["state"]["key"].astype(np.int64)),
            "last_episode_starts": torch.from_numpy(np.array(model._last_episode_starts, bool)),
            "episode_returns": torch.from_numpy(monitor.episode_returns.copy()),
            "episode_lengths": torch.from_numpy(monitor.episode_lengths.copy()),
        }
        save_file({name: leaf.contiguous() for name, leaf in tensors.items()}, unfinished / TENSORS)
        venv.save(unfinished / GAME)
        kept = {
            **header,
            "num_timesteps": model.num_timesteps,
            "updates": model._n_updates,
            "numpy_generator": {
                "position": int(generator["state"]["pos"]),
                "has_gauss": int(generator["has_gauss"]),
                "gauss": float(generator["gauss"]),
            },
        }
        (unfinished / HEADER).write_text(json.dumps(kept, indent=1), "utf-8")
        if path.exists():  # the same steps again, from a run that was killed before it went on
            shutil.rmtree(path)
        os.replace(unfinished, path)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    for one in older:
        if one != path:
            shutil.rmtree(one)
    return path


def latest_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint of a run; `None` if it has none."""
    return max(_checkpoints(folder), key=_steps, default=None)


def read_header(path: Path) -> dict[str, Any]:
    """What `save_checkpoint` kept beside the tensors.

    Raises:
        ValueError: If the file is damaged; it names the file and the remedy.
    """
    try:
        header = json.loads((path / HEADER).read_text("utf-8"))
        return {"num_timesteps": int(header["num_timesteps"]), **header}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path / HEADER, error) from error


def load_checkpoint(path: Path, model: MaskablePPO) -> None:
    """Put a model where it was when `path` was written; go on with `reset_num_timesteps=False`.

    Raises:
        ValueError: If a file is damaged, or was written by a model or a game of another kind; it
            names the file and the remedy.
    """
    monitor, venv = _environments(model)
    header = read_header(path)
    try:
        tensors = load_file(path / TENSORS)
        weights = {
            name.removeprefix("policy."): leaf
            for name, leaf in tensors.items()
            if name.startswith("policy.")
        }
        model.policy.load_state_dict(weights)
        _load_optimizer(model.policy.optimizer, tensors)
        monitor.reset()
        obs = venv.load(path / GAME)
        starts = tensors["last_episode_starts"].numpy()
        monitor.episode_returns = tensors["episode_returns"].numpy()
        monitor.episode_lengths = tensors["episode_lengths"].numpy()
        drawn = header["numpy_generator"]
        np.random.set_state(
            {
                "bit_generator": "MT19937",
                "state": {
                    "key": tensors["numpy_generator"].numpy().astype(np.uint32),
                    "pos": drawn["position"],
                },
                "has_gauss": drawn["has_gauss"],
                "gauss": drawn["gauss"],
            }
        )
        torch.set_rng_state(tensors["torch_generator"])
        model.num_timesteps, model._n_updates = header["num_timesteps"], header["updates"]
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
        raise _damaged(path, error) from error
    model._last_obs, model._last_episode_starts = obs, starts


def _environments(model: MaskablePPO) -> tuple[VecMonitor, EngineVecEnv]:
    monitor = model.get_env()
    assert isinstance(monitor, VecMonitor) and isinstance(monitor.venv, EngineVecEnv)
    return monitor, monitor.venv


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in folder.glob("checkpoint-*") if NAME.fullmatch(path.name)]


def _steps(path: Path) -> int:
    return int(path.name.rpartition("-")[2])


def _damaged(path: Path, error: Exception) -> ValueError:
    return ValueError(
        f"the checkpoint {path} is damaged or of another run ({error}): delete "
        f"{path if path.is_dir() else path.parent} to begin that run anew"
    )


def _optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    state = optimizer.state_dict()["state"]
    return {
        f"optimizer.{index}.{name}": leaf
        for index, leaves in state.items()
        for name, leaf in leaves.items()
    }


def _load_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, torch.Tensor]) -> None:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, leaf in tensors.items():
        if key.startswith("optimizer."):
            _, index, name = key.split(".")
            state.setdefault(int(index), {})[name] = leaf
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
