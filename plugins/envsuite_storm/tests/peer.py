"""JaxMARL 0.2.0's STORM beside ours: its states as ours, and ours as its.

It numbers cells from the opposite corner, the other axis first, and keeps a grid of what is where.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxmarl import make

from envsuite_storm.state import State

COPIES = 60


class Peer:
    """One of the peer's environments.

    Attributes:
        env: The peer's own.
        codes: How its grid writes coins to cooperate and to defect, a beam, and the first player.
    """

    def __init__(self, id: str, **options: Any) -> None:
        """Make it by its own names."""
        self.env: Any = make(id, **options)
        self.two = id == "storm_2p"
        self.codes = (3, 4, 6, 1) if self.two else (3, 4, 2, 5)

    @cached_property
    def template(self) -> Any:
        """A state of zeros, for its types."""
        shapes = jax.eval_shape(self.env.reset, jax.random.PRNGKey(0))[1]
        return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)

    def state(self, state: Any) -> Any:
        """A state whose leaves are arrays without weak types, as a scan wants it."""
        return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.asarray(leaf).dtype), state)

    def ours(self, state: Any) -> State:
        """The peer's state as ours."""
        grid = jnp.asarray(state.grid)
        size = len(grid)
        if self.two:
            spots = jnp.stack([state.red_pos, state.blue_pos]).astype(jnp.int32)
            held = jnp.stack([state.red_inventory, state.blue_inventory])
            frozen = jnp.maximum(state.freeze, 0) * (1 - jnp.eye(2))
        else:
            spots, held = state.agent_locs.astype(jnp.int32), state.agent_invs
            frozen = jnp.maximum(state.freeze, 0)
        cooperate, defect, beam, _ = self.codes
        coins = jnp.stack([state.red_coins, state.blue_coins]).astype(jnp.int32)
        kinds = jnp.array([cooperate, defect])[:, None]
        return State(
            places=size - 1 - spots[:, 1::-1],
            headings=spots[:, 2],
            coins=size - 1 - coins[..., ::-1],
            lying=grid[coins[..., 0], coins[..., 1]] == kinds,
            inventories=held.astype(jnp.int32),
            frozen=frozen.astype(jnp.int32),
            beams=(grid == beam).T[::-1, ::-1],
            inner_step=jnp.int32(state.step),
            inner_episode=jnp.int32(state.outer_t),
        )

    def theirs(self, state: State) -> Any:
        """Our state as the peer's."""
        size = len(state.beams)
        places, coins, lying, beams, clocks, held, headings = jax.tree.map(
            np.asarray,
            (
                state.places,
                state.coins,
                state.lying,
                state.beams,
                state.frozen,
                state.inventories,
                state.headings,
            ),
        )
        cooperate, defect, beam, first = self.codes
        ours = np.where(beams, beam, 0)
        for kind, code in enumerate((cooperate, defect)):
            ours[tuple(coins[kind][lying[kind]].T)] = code
        ours[tuple(places.T)] = first + np.arange(len(places))
        spots = np.concatenate([size - 1 - places[:, ::-1], headings[:, None]], axis=1)
        fields: dict[str, Any] = dict(grid=ours.T[::-1, ::-1])
        fields |= dict(zip(("red_coins", "blue_coins"), size - 1 - coins[..., ::-1], strict=True))
        fields |= dict(step=state.inner_step, outer_t=state.inner_episode)
        clocks = np.where(clocks > 0, clocks, -1)
        if self.two:
            fields |= dict(red_pos=spots[0], blue_pos=spots[1], freeze=clocks[0, 1])
            fields |= dict(red_inventory=held[0], blue_inventory=held[1])
        else:
            fields |= dict(agent_locs=spots, agent_invs=held, freeze=clocks)
        typed = {
            name: jnp.asarray(value, getattr(self.template, name).dtype)
            for name, value in fields.items()
        }
        return replace(self.template, **typed)

    def step(self, seed: jax.Array, state: Any, actions: jax.Array) -> tuple[Any, ...]:
        """Observations `f32[n, features]`, state and rewards `f32[n]`."""
        joint = tuple(actions) if self.two else actions
        observations, state, rewards, _, _ = self.env.step_env(
            jax.random.PRNGKey(seed), state, joint
        )
        if self.two:
            rewards = jnp.stack(jax.tree.leaves(rewards))
            observations = jnp.stack(
                [
                    jnp.concatenate([own["observation"].ravel(), own["inventory"]])
                    for own in observations
                ]
            )
        return observations.reshape(len(actions), -1), self.state(state), rewards


@dataclass(frozen=True)
class Beside:
    """The peer beside ours, `COPIES` steps at once, so that all tests share one compiled program.

    What they return has the leading axis `[COPIES]`. `before`, `due` and `after` are states as
    ours: before the step, after the peer's, after ours. `theirs` and `ours` are the rewards,
    `f32[n]`; `observed` is what the peer shows of its state, and `shown` what ours shows of it,
    `f32[n, features]`.
    """

    peer: Peer
    game: Any

    @cached_property
    def reset(self) -> Any:
        """`COPIES` keys to as many first states of the peer's."""
        return jax.jit(jax.vmap(lambda key: self.peer.state(self.peer.env.reset(key)[1])))

    @cached_property
    def step(self) -> Any:
        """`(seeds, the peer's states, actions)` to the peer's states, and what was seen."""
        params = self.game.default_params()

        def one(seed: jax.Array, theirs: Any, actions: jax.Array) -> tuple[Any, dict[str, Any]]:
            before = self.peer.ours(theirs)
            observed, following, rewards = self.peer.step(seed, theirs, actions)
            due = self.peer.ours(following)
            joint = {"player": actions}
            if self.peer.two:
                joint = {"red": actions[:1], "blue": actions[1:]}
            after, timestep = self.game.step(jax.random.key(seed), before, joint, params)
            return following, {
                "before": before,
                "due": due,
                "after": after,
                "theirs": rewards,
                "ours": jnp.concatenate([*timestep.reward.values()]),
                "observed": observed,
                "shown": self.game.observe(due),
            }

        return jax.jit(jax.vmap(one))

    def play(self, state: State, *actions: int) -> dict[str, Any]:
        """One step from one state of ours under `COPIES` seeds."""
        copies = jax.tree.map(lambda leaf: jnp.stack([leaf] * COPIES), self.peer.theirs(state))
        chosen = jnp.tile(jnp.array(actions, jnp.int32), (COPIES, 1))
        return jax.device_get(self.step(jnp.arange(COPIES), copies, chosen)[1])

    def games(self, steps: int, chances: list[float]) -> dict[str, Any]:
        """`COPIES` games of the peer's under random actions, with the axes `[steps, COPIES]`."""
        stream = np.random.default_rng(0)
        players = 2 if self.peer.two else self.game.players
        keys = jax.random.split(jax.random.PRNGKey(0), COPIES)
        theirs = self.reset(keys)
        played = []
        for time in range(steps):
            actions = stream.choice(len(chances), (COPIES, players), p=chances).astype(np.int32)
            before = theirs
            theirs, seen = self.step(jnp.arange(COPIES) + COPIES * time, theirs, actions)
            played.append(jax.device_get({**seen, "actions": actions, "peer": before}))
        return jax.tree.map(lambda *leaves: np.stack(leaves), *played)
