"""What is worth teaching: the search for a reward network that plays well by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.evolution.returns import mean_return
from envsuite.functional import over
from envsuite_synthetic.env import Synthetic
from envsuite_synthetic.network import Network, World
from envsuite_synthetic.problem import Horizon
from envsuite_synthetic.teaching import advantage, normal_contexts
from envsuite_synthetic.units import Units

LEVELS = 17  # of each number of a continuous action
CONTEXTS = 16384  # on which the first world's reward is fitted
EPISODES = 16  # in which it is seen what an ideal policy sees


@dataclass(frozen=True, eq=False)
class IdealProblem:
    """A reward network is as good as the policy that takes the best paid action.

    A bandit's reward is all that an action is worth, so that every learner of it approaches this
    policy; it need not be trained, and costs no steps in the world. A search that begins with it
    finds in seconds what is worth teaching; learners that err then find how it is best taught. It
    is neuroevolution of the reward network, a `Problem`.

    Attributes:
        world: The kind of world that is sought.
        real: The real task without its time limit.
        units: Of the candidates.
        episodes: Of the real task.
        horizon: Of those episodes.
        mirrored: The figures of an observation that change sign in its mirror image, where what is
            to be done changes sign or order too; empty for a task that has none. Half of the
            hidden units are then the mirror images of the others, and only one half is sought:
            a policy cannot lean to one side for good, which is where a search is easily caught.
        spread: By how much the first world's contexts lie farther from their mean than what the
            ideal policy sees.
        seen_steps: After how many steps of an episode it is no longer looked what it sees: a task
            that is soon solved and then held would show little else. `None`: to its end.
        reward_deviation: Of the first world's rewards.

    Raises:
        ValueError: On construction, for an odd number of hidden units with mirror images.
    """

    world: Synthetic
    real: Env[Any, Any]
    units: Units | None
    episodes: int
    horizon: Horizon
    mirrored: Sequence[int] = ()
    spread: float = 2.0
    seen_steps: int | None = None
    reward_deviation: float = 1.0

    def __post_init__(self) -> None:
        """Refuse half a unit."""
        if self.mirrored and self.world.hidden % 2:
            raise ValueError(f"{self.world.hidden} hidden units are not halves and mirror images")

    @property
    def variants(self) -> int:
        """There is one policy."""
        return 1

    def start(self, key: jax.Array) -> Network:
        """A reward network that has learned nothing; of mirrored ones, the first half."""
        reward = self.world.initial(key).reward
        if not self.mirrored:
            return reward
        half = self.world.hidden // 2
        return replace(
            reward,
            hidden_weights=reward.hidden_weights[:, :half],
            hidden_bias=reward.hidden_bias[:half],
            out_weights=reward.out_weights[:half],
        )

    def score(
        self, key: jax.Array, candidate: Network, variant: int, generation: jax.Array
    ) -> jax.Array:
        """The mean return of the best paid actions."""
        return self._worth(key, candidate, self.horizon.at(generation))

    def judge(self, key: jax.Array, candidate: Network, variant: int) -> jax.Array:
        """The same, over episodes as long as they are in the end."""
        return self._worth(key, candidate, jnp.int32(self.horizon.last))

    def taught(self, key: jax.Array, candidate: Network) -> World:
        """A first world that teaches a reward that was found, in the candidates' units.

        Its contexts are spread about what the ideal policy sees in the real task; see `teaching`.
        An MDP's change and end have learned nothing.
        """
        reward = self._whole(jax.tree.map(jnp.asarray, candidate))
        play_key, noise_key, fit_key = jax.random.split(key, 3)
        start = normal_contexts(
            np.asarray(self._seen(play_key, candidate)), self.world.hidden, self.spread
        )
        size = self.world.observation_space.shape
        contexts = jax.vmap(start)(jax.random.normal(noise_key, (CONTEXTS, *size)))
        told = self._compared.told
        paid = advantage(fit_key, reward, contexts, told, self.reward_deviation)
        return replace(self.world.initial(key), start=start, reward=paid)

    def _seen(self, key: jax.Array, candidate: Network) -> jax.Array:
        """What the ideal policy sees in the real task, `f32[count, size]`, in units."""
        params, policy = self.real.default_params(), self.policy(candidate)

        def play(key: jax.Array) -> tuple[jax.Array, jax.Array]:
            first, key = jax.random.split(key)
            state, timestep = self.real.reset(first, params)

            def step(carry: Any, key: jax.Array) -> tuple[Any, Any]:
                state, timestep, ended = carry
                _, action = policy.act(key, None, timestep)
                following, led_to = self.real.step(key, state, action, params)
                return (following, led_to, ended | over(led_to)), (timestep.obs, ended)

            keys = jax.random.split(key, self.seen_steps or self.horizon.last)
            return jax.lax.scan(step, (state, timestep, over(timestep)), keys)[1]

        seen, ended = jax.jit(jax.vmap(play))(jax.random.split(key, EPISODES))
        seen = seen[~ended]
        return seen if self.units is None else self.units.numbers(seen)

    def _worth(self, key: jax.Array, candidate: Network, horizon: jax.Array) -> jax.Array:
        return mean_return(
            key,
            self.real,
            self.real.default_params(),
            self.policy(candidate),
            episodes=self.episodes,
            horizon=horizon,
        )

    def policy(self, candidate: Network) -> BestPaid:
        """The ideal policy of a candidate."""
        whole = self._whole(candidate)
        return BestPaid(whole if self.units is None else self.units.told(whole), self._compared)

    def _whole(self, candidate: Network) -> Network:
        """With the mirror images."""
        if not self.mirrored:
            return candidate
        weights = jnp.asarray(candidate.hidden_weights)
        seen = self.world.observation_space.shape[0]
        signs = np.ones((seen, 1), np.float32)
        signs[list(self.mirrored)] = -1
        acted = weights[seen:]
        discrete = isinstance(self.world.action_space, spaces.Discrete)
        image = jnp.concatenate([weights[:seen] * signs, acted[::-1] if discrete else -acted])
        return replace(
            candidate,
            hidden_weights=jnp.concatenate([weights, image], 1),
            hidden_bias=jnp.concatenate([candidate.hidden_bias, candidate.hidden_bias]),
            out_weights=jnp.concatenate([candidate.out_weights, candidate.out_weights]),
        )

    @cached_property
    def _compared(self) -> Compared:
        return compared(self.world.action_space)


@dataclass(frozen=True, eq=False)
class Compared:
    """Actions as the task takes them, and as the networks are told of them."""

    played: np.ndarray  # i32[actions] or f32[actions, size]
    told: np.ndarray  # f32[actions, size]


@dataclass(frozen=True, eq=False)
class BestPaid:
    """Compares all actions, and takes the best paid one; a `Policy`."""

    reward: Network
    compared: Compared

    def reset(self, key: jax.Array, agents: int) -> None:
        """There is nothing to remember."""

    def act(self, key: jax.Array, memory: None, timestep: Timestep[Any]) -> tuple[None, jax.Array]:
        """The action of the single agent."""
        paid = jax.vmap(lambda told: self.reward(jnp.concatenate([timestep.obs, told]))[0])
        return None, jnp.asarray(self.compared.played)[jnp.argmax(paid(self.compared.told))]


def compared(actions: spaces.Discrete | spaces.Box) -> Compared:
    """All choices, or for a continuous action all combinations of even levels.

    Raises:
        ValueError: For a continuous action of more than two numbers, which have too many.
    """
    if isinstance(actions, spaces.Discrete):
        count = int(actions.n)
        first = int(actions.start)
        return Compared(np.arange(first, first + count, dtype=np.int32), np.eye(count, dtype="f4"))
    if len(actions.low) > 2:
        raise ValueError(
            f"an ideal learner compares all levels of an action, and {len(actions.low)} numbers "
            "have too many; take `ideal` out of the preset"
        )
    axes = [np.linspace(*ends, LEVELS) for ends in zip(actions.low, actions.high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, len(axes))
    return Compared(grid.astype(np.float32), grid.astype(np.float32))
