"""Who acts, who trains, who judges: structural protocols (`curriculum` has who chooses tasks).

Third parties satisfy these without importing us. All are values: what they remember is passed in
and handed back, so that they run inside `jit`, `vmap` and `scan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep

if TYPE_CHECKING:
    import jax

M = TypeVar("M")
W = TypeVar("W")
H = TypeVar("H")


@runtime_checkable
class Policy(Protocol[M]):
    """Chooses the actions of `k` agents of one group (or of the single agent).

    A registered policy is a callable `target(env, group, **config)` that returns one; `group` is
    `""` in a single-agent game.
    """

    def reset(self, key: jax.Array, agents: int) -> M:
        """The memory with which an episode begins, for `agents` agents; `None` if it has none."""
        ...

    def act(self, key: jax.Array, memory: M, timestep: Timestep[Any]) -> tuple[M, jax.Array]:
        """Choose actions; leaves of `timestep` have the leading axis `[k]` (none if single)."""
        ...


@runtime_checkable
class Trainer(Protocol):
    """Learns to play an id; a registered trainer is a callable `target(**config)`."""

    def train(
        self, env_id: str, *, steps: int, seed: int, folder: Path, **options: Any
    ) -> Mapping[str, Any]:
        """Train for `steps` environment steps and leave the result in `folder`.

        Called again on the same folder it goes on from the last checkpoint there.

        Returns:
            The record that was written to `folder/record.json`; `"agent"` in it is the name under
            which the trainer is registered, by which `load` is found again.
        """
        ...

    def load(self, folder: Path, env: Env[Any, Any], group: str) -> Policy[Any]:
        """What `train` left in a folder, as a greedy policy for a group of a game.

        A trainer may take `greedy=False` besides, for a policy that draws its actions.
        """
        ...


@runtime_checkable
class Learner(Protocol[W, H]):
    """Learns a single-agent game in pure functions: a whole run fits inside `jit` and `vmap`.

    So a population of games, of seeds or of hyperparameters is learned at once, by mapping over
    `params`, `key` or `settings`. What changes a shape (steps, layers, batch sizes) is a field of
    the learner, a frozen dataclass; what changes a number (learning rate, exploration) belongs to
    `settings`, a pytree.
    """

    @property
    def steps(self) -> int:
        """The environment steps of a run."""
        ...

    def default_settings(self) -> H:
        """The numbers it learns with."""
        ...

    def learn(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: H) -> W:
        """Learn from scratch, for as many steps as the learner has; return the policy's weights.

        `env` is a game with its time limit and without automatic restarts.
        """
        ...

    def policy(self, env: Env[Any, Any], weights: W, *, greedy: bool = False) -> Policy[Any]:
        """Weights as a policy: as the learner explores at its end, or its best guess."""
        ...


@runtime_checkable
class Evaluator(Protocol):
    """Judges policies; a registered evaluator is a callable `target(**config)`."""

    def evaluate(
        self,
        key: jax.Array,
        env: Env[Any, Any],
        params: Any,
        policies: Mapping[str, Policy[Any]],
        episodes: int,
    ) -> Mapping[str, Any]:
        """Play `episodes` with `policies` by group (`""` for a single agent); return figures."""
        ...
