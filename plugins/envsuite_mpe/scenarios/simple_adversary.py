"""SimpleAdversary: reach the goal without telling the adversary which landmark it is."""

from __future__ import annotations

from dataclasses import dataclass

import jax

from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import distance, joined, offsets, to_all, without_self


@dataclass(frozen=True)
class SimpleAdversary:
    """Good agents know which landmark is the goal; the adversary has to find out.

    One good agent near the goal is enough, so they can spread and give nothing away.

    Attributes:
        adversaries: How many do not know the goal.
        good_agents: How many know it.
        landmarks: How many landmarks, one of which is the goal.
    """

    adversaries: int = 1
    good_agents: int = 2
    landmarks: int = 2

    @property
    def entities(self) -> Entities:
        """All pass through each other."""
        return Entities(
            agents=(
                AgentKind("adversary", self.adversaries, radius=0.15),
                AgentKind("agent", self.good_agents, radius=0.15),
            ),
            landmarks=(LandmarkKind("landmark", self.landmarks, radius=0.08),),
            learners=("agent", "adversary"),
            goals=1,
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """All landmarks and the others; good agents see before these where the goal lies."""
        seen, agents = offsets(state), self.adversaries + self.good_agents
        common = joined(seen[:, agents:], without_self(seen[:, :agents]))
        goal = seen[self.adversaries :, agents + state.goals[0]]
        return {
            "adversary": common[: self.adversaries],
            "agent": joined(goal, common[self.adversaries :]),
        }

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Adversaries: less the distance to the goal.

        Good agents, all alike: less the distance of the nearest of them, plus the distances of
        all adversaries.
        """
        goal = self.adversaries + self.good_agents + state.goals[0]
        gaps = distance(offsets(state)[:, goal])
        theirs, ours = gaps[: self.adversaries], gaps[self.adversaries :]
        return {"adversary": -theirs, "agent": to_all(theirs.sum() - ours.min(), self.good_agents)}
