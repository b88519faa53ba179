"""MPE: particles that push, chase, hide and talk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite_mpe.actions import action_space, decode
from envsuite_mpe.choice import not_offered
from envsuite_mpe.entities import Entities
from envsuite_mpe.physics import contact_forces, move
from envsuite_mpe.scenario import Scenario, Scripted, make_scenario
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import one_hot

ACTIONS = ("discrete", "continuous")
INTEGRATION = ("explicit", "semi-implicit")


@dataclass(frozen=True)
class MPE(Env[State, Params]):
    """Particles in the plane that push, chase, hide and talk; a scenario says to what end.

    All act at once: they push themselves, bodies that touch push each other apart, everyone moves
    for a tenth of a unit of time, words are heard. No scenario ends by itself. See the README for
    the rules of each.

    Attributes:
        scenario: A name in `SCENARIOS`.
        adversaries: How many, in place of the scenario's own number; so are the next four.
        good_agents: How many.
        landmarks: How many; where there are several kinds, the obstacles.
        food: How many places with food (simple_world_comm).
        forests: How many forests (simple_world_comm).
        evade: Whom scripted prey keeps off: `"nearest"` predator or `"everyone"` (simple_facmac).
        actions: `"discrete"` or `"continuous"`.
        integration: `"explicit"`: a push moves nobody before the next step. `"semi-implicit"`: it
            does at once, as in OpenAI's first release and in FACMAC's.

    Raises:
        ValueError: On construction, for a scenario or an option that is not there, or a number
            that makes no world.
    """

    scenario: str = "simple_spread"
    _: KW_ONLY
    adversaries: int | None = None
    good_agents: int | None = None
    landmarks: int | None = None
    food: int | None = None
    forests: int | None = None
    evade: str | None = None
    actions: str = "discrete"
    integration: str = "explicit"

    def __post_init__(self) -> None:
        """Refuse what makes no world."""
        for name, offered in (("actions", ACTIONS), ("integration", INTEGRATION)):
            if getattr(self, name) not in offered:
                raise not_offered(name, getattr(self, name), offered)
        _ = self.rules

    @cached_property
    def rules(self) -> Scenario:
        """The scenario that is played."""
        options = ("adversaries", "good_agents", "landmarks", "food", "forests", "evade")
        return make_scenario(self.scenario, {name: getattr(self, name) for name in options})

    @cached_property
    def entities(self) -> Entities:
        """Who and what there is."""
        return self.rules.entities

    @property
    def agents(self) -> Mapping[str, int]:
        """Who is played from outside, the team that a single learner plays first."""
        return {name: self.entities.kind(name).count for name in self.entities.learners}

    @property
    def observation_space(self) -> spaces.Dict:
        """By group, what one agent sees: `f32[features]`, which nothing bounds."""
        return spaces.Dict(
            {
                name: spaces.Box(-np.inf, np.inf, (self._features[name],), np.float32)
                for name in self.agents
            }
        )

    @property
    def action_space(self) -> spaces.Dict:
        """By group, what one agent may do: pushes, words or both; see `decode`."""
        kind, vocabulary = self.entities.kind, self.entities.vocabulary
        return spaces.Dict(
            {name: action_space(kind(name), vocabulary, self.actions) for name in self.agents}
        )

    @property
    def world_space(self) -> spaces.Box:
        """Where `world` lies."""
        size = jax.eval_shape(self.world, self._shapes).shape
        return spaces.Box(-np.inf, np.inf, size, np.float32)

    def default_params(self) -> Params:
        """The numbers of the scenario; physics are the same in all."""
        entities = self.entities
        everyone = (*entities.agents, *entities.landmarks)

        def table(values: list[float], kinds: tuple[Any, ...]) -> np.ndarray:
            return np.repeat(np.array(values, np.float32), [kind.count for kind in kinds])

        return Params(
            radius=table([kind.radius for kind in everyone], everyone),
            mass=np.ones(entities.agent_count, np.float32),
            acceleration=table([kind.acceleration for kind in entities.agents], entities.agents),
            max_speed=table([kind.max_speed for kind in entities.agents], entities.agents),
            time_step=np.float32(0.1),
            damping=np.float32(0.25),
            contact_force=np.float32(100.0),
            contact_margin=np.float32(0.001),
            agent_spread=np.float32(1.0),
            landmark_spread=np.float32(entities.landmark_spread),
            local_ratio=np.float32(0.5),
            view_radius=np.float32(1.5),
        )

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Scatter everything, at rest and silent, and draw the goals."""
        params = jax.tree.map(jnp.asarray, params)
        entities, shapes = self.entities, self._shapes
        place_key, goal_key = jax.random.split(key)
        is_agent = np.arange(shapes.positions.shape[0]) < entities.agent_count
        spread = jnp.where(is_agent, params.agent_spread, params.landmark_spread)
        draws = jax.random.uniform(place_key, shapes.positions.shape)
        goals = jax.random.uniform(goal_key, shapes.goals.shape) * entities.landmark_count
        state = State(
            positions=spread[:, None] * (2.0 * draws - 1.0),
            velocities=jnp.zeros(shapes.velocities.shape, jnp.float32),
            words=jnp.zeros(shapes.words.shape, jnp.float32),
            goals=jnp.floor(goals).astype(jnp.int32),
        )
        reward = {name: jnp.zeros(size) for name, size in self.agents.items()}
        return state, self._timestep(state, reward, params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Everyone pushes and speaks at once; then a tenth of a unit of time passes."""
        params = jax.tree.map(jnp.asarray, params)
        entities = self.entities
        forces, words = self._act(key, state, action, params)
        forces = forces + contact_forces(state, params, solid=entities.solid_count)
        positions, velocities = move(
            state,
            forces,
            params,
            moves=entities.moves,
            semi_implicit=self.integration == "semi-implicit",
        )
        following = State(positions, velocities, words, state.goals)
        return following, self._timestep(following, self.rules.reward(following, params), params)

    def world(self, state: State) -> jax.Array:
        """All positions, velocities of agents, words, and each goal one-hot: `f32[k]`."""
        goals = one_hot(state.goals, self.entities.landmark_count)
        parts = (state.positions, state.velocities, state.words, goals)
        return jnp.concatenate([part.ravel() for part in parts])

    def _act(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[jax.Array, jax.Array]:
        """What everyone does: own forces `f32[n, 2]` and words `f32[speakers, vocabulary]`."""
        entities = self.entities
        forces, words = [], [jnp.zeros((0, entities.vocabulary), jnp.float32)]
        for kind in entities.agents:
            rows = entities.rows[kind.name]
            if kind.name not in entities.learners:
                assert isinstance(self.rules, Scripted)
                forces.append(self.rules.script(key, state, params))
                continue
            pushes, said = decode(
                action[kind.name], kind, entities.vocabulary, actions=self.actions
            )
            if pushes is None:
                pushes = jnp.zeros((kind.count, 2), jnp.float32)
            if said is not None:
                words.append(said)
            forces.append(params.acceleration[rows, None] * pushes)
        return jnp.concatenate(forces), jnp.concatenate(words)

    def _timestep(
        self, state: State, reward: dict[str, jax.Array], params: Params
    ) -> Timestep[Any]:
        """What those who are played from outside see of a state; nobody ever ends."""
        obs = self.rules.observe(state, params)
        return Timestep(
            obs={name: obs[name] for name in self.agents},
            reward={name: reward[name] for name in self.agents},
            terminated={name: jnp.zeros(size, bool) for name, size in self.agents.items()},
        )

    @cached_property
    def _features(self) -> dict[str, int]:
        """By group, how many numbers one agent sees: what `observe` shows, so that it is true."""
        params = jax.tree.map(jnp.asarray, self.default_params())
        seen = jax.eval_shape(self.rules.observe, self._shapes, params)
        return {name: rows.shape[1] for name, rows in seen.items()}

    @cached_property
    def _shapes(self) -> State:
        """What a state is made of."""
        entities = self.entities
        agents, everyone = entities.agent_count, entities.agent_count + entities.landmark_count

        def floats(*shape: int) -> Any:
            return jax.ShapeDtypeStruct(shape, jnp.float32)

        return State(
            positions=floats(everyone, 2),
            velocities=floats(agents, 2),
            words=floats(entities.speaker_count, entities.vocabulary),
            goals=jax.ShapeDtypeStruct((entities.goals,), jnp.int32),  # type: ignore[arg-type]
        )
