"""Fixed policies on some seats: the rest of the game becomes part of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
from gymnasium import spaces

from envsuite.core.policy import Policy
from envsuite.core.timestep import Timestep
from envsuite.functional.struct import over, struct
from envsuite.functional.transform import Transform


@struct
class Played:
    """A state, what every seat last saw, and what the policies remember."""

    inner: Any
    timestep: Timestep[Any]
    memories: dict[str, Any]


@dataclass(frozen=True)
class PlayedBy(Transform):
    """Leaves one group, or one seat of it, to the learner; policies play everyone else.

    The policies act on what they saw before the step, at the same time as the learner. In a
    turn-based game the others' moves are played on until the learner is to move or the game is
    over; the learner's rewards of those moves are added up.

    Attributes:
        group: The learner's group, the only one in `agents`.
        policies: By group, as sorted pairs (a mapping is accepted). Needed for every other group,
            and for the learner's own where `seat` is given and it has further seats.
        seat: The learner's row in its group; `None` leaves it the whole group.

    Raises:
        ValueError: On construction, for a group or seat that the game lacks, or a missing policy.
    """

    group: str
    policies: tuple[tuple[str, Policy[Any]], ...]
    seat: int | None = None

    def __post_init__(self) -> None:
        """Accept a mapping and check that every seat is taken."""
        if isinstance(self.policies, Mapping):
            object.__setattr__(self, "policies", tuple(sorted(self.policies.items())))
        sizes = self.env.agents
        if self.group not in sizes:
            raise ValueError(f"no group {self.group!r}: the groups are {sorted(sizes)}")
        if self.seat is not None and not 0 <= self.seat < sizes[self.group]:
            raise ValueError(
                f"no seat {self.group}_{self.seat}: {self.group} has {sizes[self.group]} seats"
            )
        need = {group for group in sizes if group != self.group}
        if self.seat is not None and sizes[self.group] > 1:
            need.add(self.group)
        if missing := sorted(need - dict(self.policies).keys()):
            raise ValueError(f"no policy for {missing}: give one for each group played by others")

    @property
    def agents(self) -> Mapping[str, int]:
        """The learner's seats only."""
        return {self.group: self.env.agents[self.group] if self.seat is None else 1}

    @property
    def observation_space(self) -> spaces.Space[Any]:
        """The learner's group only."""
        return spaces.Dict({self.group: self.env.observation_space[self.group]})

    @property
    def action_space(self) -> spaces.Space[Any]:
        """The learner's group only."""
        return spaces.Dict({self.group: self.env.action_space[self.group]})

    def reset(self, key: jax.Array, params: Any) -> tuple[Played, Timestep[Any]]:
        """Begin an episode, up to the learner's first move."""
        game_key, policy_key, turn_key = jax.random.split(key, 3)
        inner, timestep = self.env.reset(game_key, params)
        sizes = self.env.agents
        memories = {
            group: policy.reset(jax.random.fold_in(policy_key, index), sizes[group])
            for index, (group, policy) in enumerate(self.policies)
        }
        state = self._to_our_turn(turn_key, Played(inner, timestep, memories), params)
        return state, self._view(state.timestep)

    def step(
        self, key: jax.Array, state: Played, action: Any, params: Any
    ) -> tuple[Played, Timestep[Any]]:
        """Play the learner's action beside the policies', up to the learner's next move."""
        step_key, turn_key = jax.random.split(key)
        following = self._move(step_key, state, action[self.group], params)
        following = self._to_our_turn(turn_key, following, params)
        return following, self._view(following.timestep)

    def inner_state(self, state: Played) -> Any:
        """The state of the game."""
        return state.inner

    def _move(self, key: jax.Array, state: Played, action: Any, params: Any) -> Played:
        """One step of the game with everyone's actions."""
        game_key, policy_key = jax.random.split(key)
        joint, memories = {}, {}
        for index, (group, policy) in enumerate(self.policies):
            seen = only(state.timestep, group)
            memories[group], joint[group] = policy.act(
                jax.random.fold_in(policy_key, index), state.memories[group], seen
            )
        if self.seat is None:
            joint[self.group] = action
        elif self.group in joint:
            joint[self.group] = joint[self.group].at[self.seat].set(action[0])
        else:
            joint[self.group] = action
        inner, timestep = self.env.step(game_key, state.inner, joint, params)
        return Played(inner, timestep, memories)

    def _to_our_turn(self, key: jax.Array, state: Played, params: Any) -> Played:
        """Play on while only others are to move."""
        if state.timestep.to_act is None:
            return state
        space = self.env.action_space[self.group]
        size = self.agents[self.group]
        dtype = jax.dtypes.canonicalize_dtype(space.dtype)  # Gymnasium's integers have 64 bits
        waiting = jnp.full((size, *(space.shape or ())), self.noop_action, dtype)

        def theirs(carry: tuple[jax.Array, Played]) -> jax.Array:
            timestep = carry[1].timestep
            assert timestep.to_act is not None
            ours = self._rows(timestep.to_act[self.group]).any()
            return ~ours & ~over(timestep)

        def play(carry: tuple[jax.Array, Played]) -> tuple[jax.Array, Played]:
            key, before = carry
            key, move_key = jax.random.split(key)
            after = self._move(move_key, before, waiting, params)
            summed = jax.tree.map(jnp.add, before.timestep.reward, after.timestep.reward)
            return key, replace(after, timestep=replace(after.timestep, reward=summed))

        return jax.lax.while_loop(theirs, play, (key, state))[1]

    def _rows(self, leaf: jax.Array) -> jax.Array:
        """The learner's rows of a leaf of its group."""
        return leaf if self.seat is None else leaf[self.seat : self.seat + 1]

    def _view(self, timestep: Timestep[Any]) -> Timestep[Any]:
        """What the learner sees; the game is over for it when it is over for everyone."""
        own = only(timestep, self.group)
        mine = jax.tree.map(
            self._rows, (own.obs, own.reward, own.terminated, own.legal, own.to_act)
        )
        obs, reward, terminated, legal, to_act = (
            None if leaf is None else {self.group: leaf} for leaf in mine
        )
        return replace(
            timestep, obs=obs, reward=reward, terminated=terminated, legal=legal, to_act=to_act
        )


def only(timestep: Timestep[Any], group: str) -> Timestep[Any]:
    """The timestep as one group sees it: arrays in place of the dictionaries by group.

    `group` is `""` in a single-agent game, whose timestep has no dictionaries.
    """
    if not group:
        return timestep
    return replace(
        timestep,
        obs=timestep.obs[group],
        reward=timestep.reward[group],
        terminated=timestep.terminated[group],
        legal=None if timestep.legal is None else timestep.legal[group],
        to_act=None if timestep.to_act is None else timestep.to_act[group],
    )
