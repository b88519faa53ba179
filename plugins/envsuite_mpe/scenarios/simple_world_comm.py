"""SimpleWorldComm: a hunt with food, forests to hide in, and a leader who sees into them."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_mpe.chase import leaving, touches
from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import distance, joined, offsets, to_all, without_self

CATCH, MEAL = 5.0, 2.0
NEAR_PREY, NEAR_FOOD = 0.1, 0.05  # for each unit of distance
LEAVING = 2.0


@dataclass(frozen=True)
class SimpleWorldComm:
    """Adversaries hunt good agents, who look for food and hide in forests.

    The adversaries' leader sees everyone and tells the others a word. Landmarks are obstacles,
    then food, then forests; agents pass through food and forests.

    Attributes:
        adversaries: How many hunt beside the leader.
        good_agents: How many are hunted.
        landmarks: How many obstacles.
        food: How many places with food.
        forests: How many forests.
    """

    adversaries: int = 3
    good_agents: int = 2
    landmarks: int = 1
    food: int = 2
    forests: int = 2

    @property
    def entities(self) -> Entities:
        """Agents and obstacles are solid."""
        return Entities(
            agents=(
                AgentKind(
                    "leadadversary", 1, radius=0.075, acceleration=3.0, max_speed=1.0, speaks=True
                ),
                AgentKind(
                    "adversary", self.adversaries, radius=0.075, acceleration=3.0, max_speed=1.0
                ),
                AgentKind("agent", self.good_agents, radius=0.045, acceleration=4.0, max_speed=1.3),
            ),
            landmarks=(
                LandmarkKind("landmark", self.landmarks, radius=0.2),
                LandmarkKind("food", self.food, radius=0.03),
                LandmarkKind("forest", self.forests, radius=0.3),
            ),
            learners=("adversary", "leadadversary", "agent"),
            solid=("leadadversary", "adversary", "agent", "landmark"),
            vocabulary=4,
            landmark_spread=0.9,
        )

    @property
    def hunters(self) -> int:
        """The leader and the other adversaries."""
        return 1 + self.adversaries

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Own velocity and place, landmarks, the others; then what each side needs.

        Adversaries: the velocities of good agents, whether they themselves are in each forest (1
        or -1), the leader's word. Good agents: whether they are in each forest, the velocities of
        the other good agents. Zeros stand for those who are not seen.
        """
        seen, hunters, agents = offsets(state), self.hunters, self.hunters + self.good_agents
        inside = touches(state, params, slice(0, agents), self.entities.rows["forest"])
        visible = self._visible(inside)[..., None]
        common = joined(
            state.velocities,
            state.positions[:agents],
            seen[:, agents:],
            without_self(jnp.where(visible, seen[:, :agents], 0.0)),
        )
        here = jnp.where(inside, 1.0, -1.0)
        fleeing = jnp.where(visible[:, hunters:], state.velocities[hunters:], 0.0)
        hunting = joined(
            common[:hunters], fleeing[:hunters], here[:hunters], to_all(state.words, hunters)
        )
        return {
            "leadadversary": hunting[:1],
            "adversary": hunting[1:],
            "agent": joined(common[hunters:], here[hunters:], without_self(fleeing[hunters:])),
        }

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """What adversaries earn and what good agents lose by touches and by being apart.

        Every adversary earns 5 for each touch, whosever, and loses a tenth of the distance to the
        nearest good agent. A good agent loses 5 for each touch, twice what leaving the middle
        costs, and a twentieth of the distance to the nearest food, and earns 2 for each food it
        touches.
        """
        rows, hunters = self.entities.rows, slice(0, self.hunters)
        gaps = distance(offsets(state))
        caught = touches(state, params, rows["agent"], hunters)
        hunting = CATCH * caught.sum() - NEAR_PREY * gaps[hunters, rows["agent"]].min(axis=1)
        meals = touches(state, params, rows["agent"], rows["food"])
        fleeing = (
            MEAL * meals.sum(axis=1)
            - CATCH * caught.sum(axis=1)
            - LEAVING * leaving(state.positions[rows["agent"]])
            - NEAR_FOOD * gaps[rows["agent"], rows["food"]].min(axis=1)
        )
        return {"leadadversary": hunting[:1], "adversary": hunting[1:], "agent": fleeing}

    def _visible(self, inside: jax.Array) -> jax.Array:
        """Who sees whom, `bool[n, n]`, from who is in which forest, `bool[n, forests]`.

        Two see each other in the same forest and in the open; the leader sees everyone.
        """
        together = (inside[:, None] & inside[None]).any(axis=-1)
        outside = ~inside.any(axis=-1)
        leader = np.arange(inside.shape[0]) == 0
        return together | (outside[:, None] & outside[None]) | leader[:, None]
