"""The JAX engine: one compiled program steps all copies, on one device or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from envsuite.core.env import Env, World
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.engines import program as compiled
from envsuite.engines.base import (
    Autoreset,
    Seed,
    check_actions,
    check_autoreset,
    check_mask,
    seed_words,
)
from envsuite.engines.compilation_cache import enable_compilation_cache
from envsuite.engines.picture import draw
from envsuite.engines.program import SLOTS, Program, Slots
from envsuite.functional.legal_actions import LegalActions
from envsuite.functional.struct import struct
from envsuite.functional.transform import game_state, unwrapped

# One sixteenth of the copies restarts together: episodes of about 16 steps then cost one round
# a step, longer ones less than that, and the set-up of a round is spread over enough copies.
ROUNDS = 16


@struct
class Snapshot:
    """An engine's state: the slots, and what they last showed."""

    slots: Slots
    shown: Timestep[Any]


class JaxEngine:
    """Plays `num_envs` copies with `jit(vmap(...))`; see `Engine` for the promises.

    Arrays handed in and out are JAX arrays of float32, int32 and bool, on the device where the
    engine lives; nothing waits for the device, but for a step with autoreset disabled.

    Attributes:
        program: The pure functions behind it, for loops of your own under `jit` and `scan`.
    """

    backend = "jax"
    on_host = False

    def __init__(
        self,
        spec: EnvSpec,
        env: Env[Any, Any],
        num_envs: int,
        *,
        autoreset: Autoreset = "same-step",
        devices: Sequence[Any] | None = None,
    ) -> None:
        """Prepare; nothing is compiled before the first reset.

        Args:
            spec: What the registry says of the game.
            env: The game with its transforms.
            num_envs: How many copies.
            autoreset: See `Engine`.
            devices: The `jax.Device`s that share the copies evenly; JAX's default device if `None`.

        Raises:
            ValueError: For no copies, an unknown mode, or copies that the devices cannot share.
        """
        if num_envs < 1:
            raise ValueError(f"num_envs must be at least 1, not {num_envs}")
        enable_compilation_cache()
        self.spec = spec
        self.env = LegalActions(env)
        self.num_envs = num_envs
        self.autoreset: Autoreset = check_autoreset(autoreset)
        self.agents: Mapping[str, int] = env.agents
        self.observation_space: spaces.Space[Any] = env.observation_space
        self.action_space: spaces.Space[Any] = env.action_space
        self.params = env.default_params()
        mesh = None
        self._device: Any = None
        if devices is not None and len(devices) > 1:
            if num_envs % len(devices):
                raise ValueError(
                    f"{num_envs} copies cannot be shared evenly by {len(devices)} devices: "
                    f"take a multiple of {len(devices)}"
                )
            mesh = Mesh(np.array(devices), (SLOTS,))
            self._device = NamedSharding(mesh, PartitionSpec(SLOTS))
        elif devices:
            self._device = devices[0]
        share = num_envs // (len(devices) if devices else 1)
        self.program = Program(self.env, self.autoreset, None, max(1, share // ROUNDS), mesh)
        self._slots: Slots | None = None
        self._shown: Timestep[Any] | None = None

    def reset(self, seed: Seed = None, *, mask: Any = None, params: Any = None) -> Timestep[Any]:
        """Begin new episodes; see `Engine.reset`."""
        if params is not None:
            self._give_each_its_own()
        words = None if seed is None else self._put(seed_words(seed, self.num_envs))
        if self._slots is None or self._shown is None:
            if mask is not None and not check_mask(mask, self.num_envs).all():
                raise RuntimeError("the first reset begins every slot: call reset() without a mask")
            if words is None:
                words = self._put(seed_words(None, self.num_envs))
            task = self._task(params)
            slots, shown = compiled.begin(self.program, words, task)
        else:
            chosen = np.ones(self.num_envs, bool) if mask is None else mask
            if not isinstance(chosen, jax.Array):
                chosen = check_mask(chosen, self.num_envs)
            slots, shown = compiled.renew(
                self.program, self._slots, self._shown, self._put(chosen), words, params
            )
        self._slots, self._shown = slots, shown
        return shown

    def step(self, action: Any, params: Any = None) -> Timestep[Any]:
        """Play one step in every slot; see `Engine.step`."""
        if self._slots is None:
            raise RuntimeError("call reset() before the first step()")
        if self.autoreset == "disabled" and (due := np.asarray(self._slots.due)).any():
            ended = np.flatnonzero(due)[:8].tolist()
            raise RuntimeError(
                f"the episodes in slots {ended} are over: reset them, by reset(mask=...), "
                "before the next step()"
            )
        if params is not None:
            self._give_each_its_own()
        action = check_actions(self.action_space, action, self.agents, self.num_envs)
        slots, timestep = compiled.play(self.program, self._slots, action, params)
        info = dict(timestep.info)
        for name in ("over", "final_obs", "final_info"):
            info.pop(name, None)
        self._slots, self._shown = slots, replace(timestep, info=info)
        return timestep

    @property
    def state(self) -> Snapshot:
        """The state as a value: keep it, and put it back into this or an equal engine.

        Raises:
            RuntimeError: Before the first reset.
        """
        if self._slots is None or self._shown is None:
            raise RuntimeError("there is no state before the first reset()")
        return Snapshot(self._slots, self._shown)

    @state.setter
    def state(self, snapshot: Snapshot) -> None:
        copies = snapshot.slots.keys.shape[0]
        if copies != self.num_envs:
            raise ValueError(
                f"a state of {copies} copies does not fit an engine of {self.num_envs}"
            )
        self._slots, self._shown = snapshot.slots, snapshot.shown
        shared = _shapes(snapshot.slots.params) == _shapes(self.params)
        self.program = replace(self.program, params_axis=None if shared else 0)

    def save(self, path: str | Path) -> None:
        """Write the state to an `.npz` file, atomically; it loads without running code."""
        from envsuite.engines.snapshot_file import save

        save(self.state, Path(path), self.spec, self.num_envs)

    def load(self, path: str | Path) -> None:
        """Read a state that an engine of the same game and size wrote.

        Raises:
            ValueError: If the file is damaged, or is of another game, version or size.
        """
        from envsuite.engines.snapshot_file import load

        if self._slots is None:
            self.reset(seed=0)  # shows which arrays the state of this game is made of
        self.state = load(self.state, Path(path), self.spec, self.num_envs)

    def world(self) -> jax.Array:
        """The global state of every slot; see `Engine.world`."""
        game = unwrapped(self.env)
        if not isinstance(game, World):
            raise TypeError(f"{self.spec.id} shows no global state: {type(game).__name__} has none")
        return compiled.world(self.program, self.state.slots)

    def moment(self, slot: int = 0) -> tuple[Any, Any]:
        """State and params of one slot; see `Engine.moment`."""
        slots = self.state.slots
        state = jax.tree.map(lambda leaf: leaf[slot], game_state(self.env, slots.state))
        params = slots.params
        if self.program.params_axis is not None:
            params = jax.tree.map(lambda leaf: leaf[slot], params)
        return state, params

    def moments(self) -> tuple[Any, Any]:
        """States and params of all slots; see `Engine.moments`."""
        slots = self.state.slots
        return game_state(self.env, slots.state), slots.params

    def frame(self, slot: int = 0) -> np.ndarray:
        """A picture of one slot; see `Engine.frame`."""
        return draw(self.spec, unwrapped(self.env), *self.moment(slot))

    def _put(self, array: Any) -> jax.Array:
        return jnp.asarray(array) if self._device is None else jax.device_put(array, self._device)

    def _task(self, params: Any) -> Any:
        """The params with which all slots begin."""
        if params is not None:
            return params
        if self.program.params_axis is None:
            return self.params
        return self._one_each(self.params)

    def _one_each(self, params: Any) -> Any:
        return jax.tree.map(
            lambda leaf: jnp.broadcast_to(leaf, (self.num_envs, *jnp.shape(leaf))), params
        )

    def _give_each_its_own(self) -> None:
        """From shared params to one task per slot."""
        if self.program.params_axis is not None:
            return
        self.program = replace(self.program, params_axis=0)
        if self._slots is not None:
            self._slots = replace(self._slots, params=self._one_each(self._slots.params))


def _shapes(tree: Any) -> list[tuple[int, ...]]:
    return [jnp.shape(leaf) for leaf in jax.tree.leaves(tree)]
