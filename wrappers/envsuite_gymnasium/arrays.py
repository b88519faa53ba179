"""Batches of timesteps as NumPy, JAX or torch arrays, and actions of any of them."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.errors import nearest
from envsuite.core.timestep import Timestep
from envsuite.engines.base import Engine
from envsuite_gymnasium.views import View

ArrayKind = Literal["numpy", "jax", "torch"]
KINDS = ("numpy", "jax", "torch")


class Arrays(Protocol):
    """What goes out to the learner and what comes in from it."""

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """What the learner sees of an engine's timestep, in arrays of its kind."""
        ...

    def action(self, action: Any) -> Any:
        """The learner's actions as NumPy or JAX arrays that nobody else will write to."""
        ...

    def copy(self, array: Any) -> Any:
        """An array of NumPy, JAX or this kind as one of this kind, in memory of its own."""
        ...


class NumpyArrays:
    """Writable arrays, fresh at every step; rewards are float64 as Gymnasium's are."""

    def __init__(self, view: View) -> None:
        """Prepare for what `view` shows."""
        self._view = view
        self._cast = _cast_to(view.observation_space)

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """Fetch everything at once, then copy: what JAX hands out may not be written to."""
        shown = self._view.show(jax.device_get(timestep))
        info = jax.tree.map(_copy, shown.info)
        if "final_obs" in info:
            info["final_obs"] = self._cast(info["final_obs"])
        return Timestep(
            obs=self._cast(shown.obs),
            reward=np.array(shown.reward, np.float64),
            terminated=np.array(shown.terminated),
            truncated=np.array(shown.truncated),
            legal=None if shown.legal is None else np.array(shown.legal),
            info=info,
        )

    def action(self, action: Any) -> Any:
        """Arrays of any kind, and lists of numbers."""
        return _host_copy(action)

    def copy(self, array: Any) -> np.ndarray:
        """A NumPy copy."""
        return np.array(array)


class OwnArrays:
    """The arrays of an engine that plays on the host, which are fresh and writable already."""

    def __init__(self, view: View, *, reread: bool) -> None:
        """Prepare for what `view` shows.

        Args:
            view: What the learner sees.
            reread: Whether the engine may show its observations a second time, after the learner
                has had the chance to write to them.
        """
        self._view, self._reread = view, reread

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """Nothing is copied but what must be; rewards are float64 as Gymnasium's are."""
        shown = self._view.show(timestep)
        obs = jax.tree.map(np.array, shown.obs) if self._reread else shown.obs
        return Timestep(
            obs=obs,
            reward=shown.reward.astype(np.float64),
            terminated=shown.terminated,
            truncated=shown.truncated,
            legal=shown.legal,
            info=shown.info,
        )

    def action(self, action: Any) -> Any:
        """Arrays of any kind, and lists of numbers."""
        return action if type(action) is np.ndarray else _host_copy(action)

    def copy(self, array: Any) -> np.ndarray:
        """A NumPy copy."""
        return np.array(array)


class JaxArrays:
    """JAX arrays on the engine's device; nothing waits for the device."""

    def __init__(self, view: View) -> None:
        """Prepare for what `view` shows."""
        self._show = jax.jit(view.show)

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """The same arrays, as the learner sees them."""
        return self._show(timestep)

    def action(self, action: Any) -> Any:
        """JAX arrays as they are; others are copied."""
        return action if isinstance(action, jax.Array) else _host_copy(action)

    def copy(self, array: Any) -> jax.Array:
        """A JAX array, which nobody can write to."""
        return array if isinstance(array, jax.Array) else jnp.array(array)


class TorchArrays:
    """torch tensors that share memory with arrays which JAX never reads again."""

    def __init__(self, view: View) -> None:
        """Prepare for what `view` shows."""
        import torch

        self._torch = torch

        # a tensor may be written to, an array that the engine still holds may not be: each output
        # is copied into a buffer of its own
        def show(timestep: Timestep[Any]) -> Timestep[Any]:
            return jax.tree.map(lambda leaf: jnp.array(leaf, copy=True), view.show(timestep))

        self._show = jax.jit(show)

    def show(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """Tensors on the engine's device."""
        return jax.tree.map(self._torch.from_dlpack, self._show(timestep))

    def action(self, action: Any) -> Any:
        """Tensors on the CPU are copied, and checked as NumPy's are; others stay on the device."""
        if not isinstance(action, self._torch.Tensor) or action.device.type == "cpu":
            return _host_copy(action)
        # the engine computes while the learner goes on and may write to its tensor
        copied = action.detach().clone()
        return jnp.from_dlpack(copied if copied.is_floating_point() else copied.int())

    def copy(self, array: Any) -> Any:
        """A tensor with memory of its own."""
        if isinstance(array, self._torch.Tensor):
            return array.clone()
        return self._torch.from_dlpack(jnp.array(array, copy=True))


def arrays_of(kind: str, view: View, engine: Engine, devices: int) -> Arrays:
    """The arrays called `kind`, of an engine that plays on so many devices.

    Raises:
        ValueError: For an unknown kind, or torch for copies that several devices share.
    """
    if kind not in KINDS:
        near = nearest(str(kind), KINDS)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"no kind of array {kind!r}{hint} The kinds are {list(KINDS)}")
    if kind == "numpy":
        if engine.on_host and _is_plain(view.observation_space):
            return OwnArrays(view, reread=engine.autoreset == "disabled")
        return NumpyArrays(view)
    if kind == "jax":
        return JaxArrays(view)
    if devices > 1:
        raise ValueError(
            'array="torch" needs all copies on one device, for a tensor lies on one: '
            'take array="jax", or one device'
        )
    return TorchArrays(view)


def _is_plain(space: spaces.Space[Any]) -> bool:
    """Whether an engine's arrays have the form of observations already: those of one group."""
    return isinstance(space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete)


def _host_copy(action: Any) -> np.ndarray:
    """A NumPy copy of an array of any kind."""
    if hasattr(action, "detach"):  # a tensor of torch, which need not be installed
        action = action.detach().cpu().numpy()
    try:
        return np.array(action)
    except ValueError:
        raise ValueError(f"the actions are one array, not {action!r}") from None


def _copy(leaf: Any) -> Any:
    return np.array(leaf) if isinstance(leaf, np.ndarray | np.generic) else leaf


def _cast_to(space: spaces.Space[Any]) -> Any:
    """A function that copies a batch of points of `space` into arrays of its dtype."""
    if isinstance(space, spaces.Text):
        return lambda batch: batch
    if isinstance(space, spaces.Dict):
        parts = {name: _cast_to(part) for name, part in space.items()}
        return lambda batch: {name: cast(batch[name]) for name, cast in parts.items()}
    if isinstance(space, spaces.Tuple):
        casts = tuple(_cast_to(part) for part in space)
        return lambda batch: tuple(cast(part) for cast, part in zip(casts, batch, strict=True))
    return lambda batch: np.array(batch, space.dtype)
