"""MABrax: several agents drive the joints of one robot, and walk only together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite_mabrax.partition import Part, Parts, check_parts, deal, deal_as_jaxmarl
from envsuite_mabrax.physics import BACKENDS, advance, begin, driven, gravity_and_gear
from envsuite_mabrax.robots import Robot, find_robot, not_offered
from envsuite_mabrax.sharing import HOMOGENISATION, Sharing
from envsuite_mabrax.state import Params, State

INDICES = ("joints", "jaxmarl")


@dataclass(frozen=True)
class MABrax(Env[State, Params]):
    """One robot, whose joints are dealt out to several agents; all earn what the robot earns.

    An agent sees the torso, the positions and velocities of the joints it drives, and the positions
    of the joints next to them. Multi-agent MuJoCo (arXiv:2003.06709, appendix B) on Brax.

    Attributes:
        robot: `"ant"`, `"halfcheetah"`, `"hopper"`, `"humanoid"` or `"walker2d"`.
        partition: One of the robot's in `robots.yaml`, such as `"4x2"`, or agents and the joints
            that each drives, such as `{"front": ["hip_1", "ankle_1"], ...}`. Joints that are left
            out stay limp.
        sight: How many neighbours away the joints may be whose positions an agent sees.
        homogenisation: What makes rows equally long: `"pad"`, `"max"`, `"concat"` or `"none"`; see
            `Sharing`.
        indices: `"joints"`: who sees and does what follows from the joints. `"jaxmarl"`: the lists
            of JaxMARL 0.2.0, some of which are shifted; see the README.
        backend: Brax's physics: `"positional"`, `"generalized"`, `"spring"` or `"mjx"`.

    Raises:
        ValueError: On construction, for a choice that is not there, a partition that deals out a
            joint twice, or `"jaxmarl"` indices of a partition that JaxMARL lacks.
        TypeError: On construction, for a partition that is neither a name nor a mapping.
    """

    robot: str = "ant"
    partition: str | Mapping[str, Sequence[str]] | Parts = "4x2"
    _: KW_ONLY
    sight: int = 1
    homogenisation: str = "pad"
    indices: str = "joints"
    backend: str = "positional"

    def __post_init__(self) -> None:
        """Refuse what makes no team, and keep the partition as a value."""
        for name, offered in (
            ("homogenisation", HOMOGENISATION),
            ("indices", INDICES),
            ("backend", BACKENDS),
        ):
            if getattr(self, name) not in offered:
                raise not_offered(name, getattr(self, name), offered)
        if isinstance(self.sight, bool) or not isinstance(self.sight, int) or self.sight < 0:
            raise ValueError(f"sight is a number of joints, 0 or more, not {self.sight!r}")
        object.__setattr__(self, "partition", check_parts(self._robot, self.partition))
        if self.indices == "jaxmarl":
            if self.sight != 1:
                raise ValueError('indices="jaxmarl" are made for sight=1: leave sight out')
            _ = self.parts

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What each agent sees and does, in the order of the rows."""
        partition: Any = self.partition
        if self.indices == "jaxmarl":
            return deal_as_jaxmarl(self._robot, partition)
        return deal(self._robot, partition, self.driven, self.sight)

    @cached_property
    def joints(self) -> tuple[str, ...]:
        """The robot's joints, in the order in which they are observed."""
        return self._robot.joints

    @cached_property
    def driven(self) -> tuple[str, ...]:
        """The same in the order of Brax's actions, which is not always that one."""
        return driven(self._robot, self.backend)

    @property
    def agents(self) -> Mapping[str, int]:
        """One group, `agent`; with `homogenisation="none"`, a group for each agent."""
        return self.sharing.agents

    @property
    def observation_space(self) -> spaces.Dict:
        """By group, what one agent sees: `f32[features]`, which nothing bounds."""
        return spaces.Dict(
            {
                group: spaces.Box(-np.inf, np.inf, (size,), np.float32)
                for group, size in self.sharing.features.items()
            }
        )

    @property
    def action_space(self) -> spaces.Dict:
        """By group, one agent's torques: `f32[joints]`, as shares of the strongest, -1 to 1."""
        return spaces.Dict(
            {
                group: spaces.Box(-1.0, 1.0, (size,), np.float32)
                for group, size in self.sharing.choices.items()
            }
        )

    @property
    def world_space(self) -> spaces.Box:
        """Where `world` lies."""
        return spaces.Box(-np.inf, np.inf, (self._robot.size,), np.float32)

    def default_params(self) -> Params:
        """The robot's own."""
        gravity, gear = gravity_and_gear(self.robot, self.backend)
        robot = self._robot
        return Params(robot.forward, robot.control, robot.alive, gravity, gear)

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Stand up, a little off balance."""
        robot = begin(self.robot, self.backend, key, params.gravity, params.gear)
        state = State(robot)
        return state, self._timestep(state, jnp.zeros(()), jnp.bool_(False), params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """All push at once; Brax moves the robot for one control step."""
        whole = self.sharing.act(action)
        robot = advance(self.robot, self.backend, state.robot, whole, params.gravity, params.gear)
        paid = self._paid(robot)
        reward = (
            params.forward_weight * paid["forward"]
            + params.control_weight * paid["control"]
            + params.alive_reward * paid["alive"]
        )
        state = State(robot)
        return state, self._timestep(state, reward, robot.done > 0.5, params)

    def world(self, state: State) -> jax.Array:
        """What Brax observes of the whole robot, `f32[k]`; see the README."""
        return state.robot.obs

    @cached_property
    def _robot(self) -> Robot:
        return find_robot(self.robot)

    @cached_property
    def sharing(self) -> Sharing:
        """How rows are made equal, and actions told apart."""
        robot = self._robot
        return Sharing(self.parts, robot.size, len(robot.joints), self.homogenisation)

    def _paid(self, robot: Any) -> dict[str, jax.Array]:
        """The parts of the reward, before weights."""
        pays = self._robot.pays
        return {
            part: jnp.asarray(robot.metrics[pays[part]], jnp.float32)
            if part in pays
            else jnp.zeros(())
            for part in ("forward", "control", "alive")
        }

    def _timestep(
        self, state: State, reward: jax.Array, fallen: jax.Array, params: Params
    ) -> Timestep[Any]:
        """What the agents see of a state; they share reward and fate."""
        robot = state.robot
        reward = jnp.asarray(reward, jnp.float32)
        paid = self._paid(robot)
        return Timestep(
            obs=self.sharing.observe(robot.obs),
            reward={group: jnp.full(size, reward) for group, size in self.agents.items()},
            terminated={group: jnp.full(size, fallen) for group, size in self.agents.items()},
            info={
                "x_position": jnp.asarray(robot.metrics["x_position"], jnp.float32),
                "x_velocity": jnp.asarray(robot.metrics["x_velocity"], jnp.float32),
                "forward_reward": jnp.asarray(params.forward_weight * paid["forward"], jnp.float32),
                "control_reward": jnp.asarray(params.control_weight * paid["control"], jnp.float32),
                "alive_reward": jnp.asarray(params.alive_reward * paid["alive"], jnp.float32),
            },
        )
