"""The random agent: what it may draw, and how evenly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

from envsuite.core.policy import Policy
from envsuite.core.timestep import Timestep
from envsuite.functional import Transform
from envsuite_agents.random import RandomPolicy
from envsuite_primer.bandit import Bandit
from envsuite_primer.guess import Guess

KEY = jax.random.key(0)


@dataclass(frozen=True)
class Seated(Transform):
    """A game with other actions and other seats; the policy asks no more of it than these."""

    actions: Any
    seats: tuple[tuple[str, int], ...] = ()

    @property
    def agents(self) -> dict[str, int]:
        """The seats by group."""
        return dict(self.seats)

    @property
    def action_space(self) -> Any:
        """The given one."""
        return self.actions


def seen(agents: tuple[int, ...], legal: Any = None) -> Timestep[Any]:
    """What `agents` see; `()` for the single agent."""
    return Timestep(
        obs=jnp.zeros(agents),
        reward=jnp.zeros(agents),
        terminated=jnp.zeros(agents, bool),
        legal=None if legal is None else jnp.array(legal),
    )


def draws(policy: RandomPolicy, timestep: Timestep[Any], times: int) -> np.ndarray:
    """Actions under `times` different keys, `[times, ...]`."""
    keys = jax.random.split(KEY, times)
    return np.asarray(jax.jit(jax.vmap(lambda key: policy.act(key, None, timestep)[1]))(keys))


def assert_even(actions: np.ndarray, options: list[int]) -> None:
    """Each option is drawn as often as any other, within four standard errors; nothing else is."""
    assert set(np.unique(actions).tolist()) == set(options)
    share = 1 / len(options)
    error = (share * (1 - share) / actions.size) ** 0.5
    for option in options:
        assert abs((actions == option).mean() - share) < 4 * error


def team(space: Any, size: int = 3) -> RandomPolicy:
    other = spaces.Discrete(2)
    both = spaces.Dict({"red": space, "blue": other})
    game = Seated(Bandit(), both, (("red", size), ("blue", 1)))
    return RandomPolicy(game, "red")


def test_it_is_a_policy_without_memory():
    policy = team(spaces.Discrete(4))
    assert isinstance(policy, Policy)
    assert policy.reset(KEY, 3) is None
    assert policy == team(spaces.Discrete(4))


def test_each_agent_draws_evenly_among_what_is_legal_for_it():
    legal = [[True, True, True, True], [False, True, False, True], [True, False, False, False]]
    actions = draws(team(spaces.Discrete(4)), seen((3,), legal), 3000)
    assert actions.shape == (3000, 3) and actions.dtype == np.int32
    assert_even(actions[:, 0], [0, 1, 2, 3])
    assert_even(actions[:, 1], [1, 3])
    assert not actions[:, 2].any()


def test_without_a_mask_every_action_is_drawn():
    actions = draws(team(spaces.Discrete(3)), seen((3,)), 2000)
    for agent in range(3):
        assert_even(actions[:, agent], [0, 1, 2])


def test_agents_draw_apart_from_each_other():
    actions = draws(team(spaces.Discrete(2), size=2), seen((2,), [[True] * 2] * 2), 3000)
    assert_even(2 * actions[:, 0] + actions[:, 1], [0, 1, 2, 3])  # all pairs alike


def test_the_single_agent_has_no_axis():
    policy = RandomPolicy(Bandit(arms=3))
    actions = draws(policy, seen((), [True, False, True]), 2000)
    assert actions.shape == (2000,)
    assert_even(actions, [0, 2])


def test_a_box_is_filled_evenly():
    box = spaces.Box(np.array([-1.0, 2.0], np.float32), np.array([1.0, 6.0], np.float32))
    actions = draws(team(box), seen((3,)), 2000)
    assert actions.shape == (2000, 3, 2) and actions.dtype == np.float32
    assert all(box.contains(action) for action in actions.reshape(-1, 2))
    scaled = (actions - box.low) / (box.high - box.low)
    for low in (0.0, 0.25, 0.5, 0.75):  # a quarter of the draws in each quarter of each side
        inside = ((scaled >= low) & (scaled < low + 0.25)).reshape(-1, 2).mean(axis=0)
        np.testing.assert_allclose(inside, 0.25, atol=4 * (3 / 16 / 6000) ** 0.5)


def test_several_discrete_actions_are_drawn_at_once():
    actions = draws(team(spaces.MultiDiscrete([2, 3], start=[0, 5])), seen((3,)), 2000)
    assert actions.shape == (2000, 3, 2)
    assert_even(actions[..., 0].ravel(), [0, 1])
    assert_even(actions[..., 1].ravel(), [5, 6, 7])


def test_the_same_key_draws_the_same():
    policy = team(spaces.Discrete(50))
    first, again, other = (
        policy.act(jax.random.key(seed), None, seen((3,)))[1].tolist() for seed in (1, 1, 2)
    )
    assert first == again != other


def test_what_cannot_be_played_is_refused():
    game = team(spaces.Discrete(2)).env
    with pytest.raises(ValueError, match="no group 'rad': did you mean 'red'?"):
        RandomPolicy(game, "rad")
    with pytest.raises(ValueError, match=r"no group '': The groups are \['blue', 'red'\]"):
        RandomPolicy(game)
    with pytest.raises(TypeError, match="a bounded Box of floats"):
        team(spaces.Box(-np.inf, np.inf, (2,)))
    with pytest.raises(TypeError, match="there is no even draw from MultiBinary"):
        team(spaces.MultiBinary(3))
    with pytest.raises(TypeError, match="a game of words"):
        RandomPolicy(Guess())  # pyright: ignore[reportArgumentType]
