"""JaxNav: robots with lidar find their way to their goals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite_jaxnav.collision import touches_map, touches_robot
from envsuite_jaxnav.driving import STAND, Limits, action_space, decode, drive, wrap
from envsuite_jaxnav.generate import Generator
from envsuite_jaxnav.ground import Ground
from envsuite_jaxnav.layout import Layout, read_layout
from envsuite_jaxnav.lidar import Lidar, readings
from envsuite_jaxnav.mutate import Mutation
from envsuite_jaxnav.observe import observation_space, observe
from envsuite_jaxnav.options import check_options
from envsuite_jaxnav.reward import Sharing, earned
from envsuite_jaxnav.shapes import Body
from envsuite_jaxnav.state import Params, State, check_shapes, level_of, with_level
from envsuite_jaxnav.world import world_space, world_vector

# compiled as a whole also where they are called by themselves
_draw = jax.jit(Generator.draw, static_argnums=0)
_edit = jax.jit(Mutation.apply, static_argnums=0)


@dataclass(frozen=True)
class JaxNav(Env[State, Params]):
    """Robots with lidar find their way to their goals, around walls and each other.

    The level is in the params: walls, obstacles, starts and goals. Each reset draws another one,
    unless the params say that they are the level to play (`drawn`), as those of `sample` do, or the
    game has a named `level`. One robot makes a game of a single agent, several a group `robot`.
    See the README for the rules.

    Attributes:
        level: A hand-made level: a name in `levels.yaml`, `"CircleCross"`, or
            `{"drawing": ..., "robots": ...}` as the entries there are.
        robots: How many; by default as many as the level has, and else 1.
        size: Rows and columns of the map, the walls around it counted; by default the level's, and
            else 11 and 11.
        actions: `"continuous"` or `"discrete"`.
        observation: `"normalised"`, or `"raw"`: in metres, seconds and radians.
        finished: What becomes of a robot at its goal: it does `"stop"` there; it may `"drive"` on
            and crash, until all have finished, as in JaxMARL; or it does `"vanish"`, as then do
            robots that crash.
        shared: What robots share of their rewards: `"all"`, or what is `"sparse"`: goals, crashes,
            time.
        robot: `"square"`, `"circle"` or `"jackal"`.
        radius: Metres; see `Body`.
        cell_size: Metres.
        min_speed: Metres a second; below 0 for robots that can drive backwards.
        max_speed: Metres a second.
        max_turn: Radians a second, either way.
        lidar_beams: How many.
        lidar_range: Metres.
        lidar_arc: Radians; see `Lidar`.
        fill: In drawn levels, the share of inner cells of which fewer are walls.
        obstacles: In drawn levels, the most polygons.
        corners: Of a polygon.
        places: Where robots start and go in drawn levels: `"anywhere"`, or in the middle of
            `"cells"`; see `Generator`.
        solvable: Whether in drawn and mutated levels every robot has a way to its goal.
        goal_distance: The least and the most that `"anywhere"` draws for the way to a goal,
            metres; by default a cell and a radius, and the longer side of the map less these.
        edits: How many `mutate` makes.

    Raises:
        ValueError: On construction, for an option that is not there or a number that makes no
            game; in `reset`, for a level of another shape.
    """

    level: str | Layout | Mapping[str, Any] | None = None
    _: KW_ONLY
    robots: int | None = None
    size: tuple[int, int] | None = None
    actions: str = "continuous"
    observation: str = "normalised"
    finished: str = "stop"
    shared: str = "all"
    robot: str = "square"
    radius: float = 0.3
    cell_size: float = 1.0
    min_speed: float = 0.0
    max_speed: float = 1.0
    max_turn: float = 0.6
    lidar_beams: int = 200
    lidar_range: float = 6.0
    lidar_arc: float = 2 * math.pi
    fill: float = 0.3
    obstacles: int = 0
    corners: int = 6
    places: str = "anywhere"
    solvable: bool = True
    goal_distance: tuple[float, float] | None = None
    edits: int = 20

    def __post_init__(self) -> None:
        """Bring what YAML, JSON or a keyword gave into a form that hashes, and check it."""
        if isinstance(self.level, Mapping):
            object.__setattr__(self, "level", read_layout(self.level))
        for name in ("size", "goal_distance"):
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        check_options(self)

    @cached_property
    def layout(self) -> Layout | None:
        """The hand-made level, if there is one."""
        return None if self.level is None else read_layout(self.level, self.robots)

    @property
    def robot_count(self) -> int:
        """How many robots there are."""
        return len(self.layout.robots) if self.layout else self.robots or 1

    @cached_property
    def ground(self) -> Ground:
        """What levels stand on."""
        rows, columns = self.layout.size if self.layout else self.size or (11, 11)
        kind = (self.cell_size, self.fill, self.obstacles, self.corners, self.body)
        return Ground(rows, columns, *kind)

    @property
    def body(self) -> Body:
        """What a robot looks like."""
        return Body(self.robot, self.radius)

    @property
    def limits(self) -> Limits:
        """What a robot can do."""
        return Limits(self.min_speed, self.max_speed, self.max_turn)

    @property
    def lidar(self) -> Lidar:
        """What a robot sees by."""
        return Lidar(self.lidar_beams, self.lidar_range, self.lidar_arc)

    @property
    def generator(self) -> Generator:
        """How levels are drawn."""
        least = self.ground.margin
        nearest, farthest = self.goal_distance or (least, float(self.ground.extent.max()) - least)
        return Generator(
            self.ground, self.robot_count, self.places, self.solvable, nearest, farthest
        )

    @property
    def agents(self) -> Mapping[str, int]:
        """`{"robot": n}`; empty for a single robot."""
        return {"robot": self.robot_count} if self.robot_count > 1 else {}

    @property
    def noop_action(self) -> int:
        """Stand."""
        return STAND

    @property
    def observation_space(self) -> spaces.Space[Any]:
        """What one robot sees, `f32[beams + 5]`."""
        normalised = self.observation == "normalised"
        box = observation_space(limits=self.limits, lidar=self.lidar, normalised=normalised)
        return spaces.Dict({group: box for group in self.agents}) if self.agents else box

    @property
    def action_space(self) -> spaces.Space[Any]:
        """Speed and turn, `f32[2]`, or one of 15 pairs of them."""
        own = action_space(self.limits, self.actions)
        return spaces.Dict({group: own for group in self.agents}) if self.agents else own

    @property
    def world_space(self) -> spaces.Box:
        """Where `world` lies."""
        return world_space(self.ground, self.robot_count)

    def world(self, state: State) -> jax.Array:
        """The map, and all about all robots, `f32[k]`; see `world_vector`."""
        return world_vector(state, self.ground, self.limits)

    def default_params(self) -> Params:
        """The named level; or an empty one, and word that each reset is to draw another."""
        ground, layout = self.ground, self.layout
        level = ground.written_level(layout) if layout else ground.empty_level(self.robot_count)
        share = 0.0 if layout else 0.5  # JaxMARL's
        return Params(
            walls=level.walls,
            obstacles=level.obstacles,
            starts=level.starts,
            headings=level.headings,
            goals=level.goals,
            drawn=np.bool_(layout is None),
            own_share=np.full(2, share, np.float32),
        )

    def sample(self, key: jax.Array) -> Params:
        """Draw a level; see `Generator.draw`."""
        return with_level(self.default_params(), _draw(self.generator, key))

    def mutate(self, key: jax.Array, level: Params) -> Params:
        """Edit a level; see `Mutation`."""
        return with_level(level, _edit(Mutation(self.generator, self.edits), key, level_of(level)))

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Put the robots at their starts, at rest."""
        check_shapes(params, self.default_params())
        level_key, share_key = jax.random.split(key)
        given = level = jax.tree.map(jnp.asarray, level_of(params))
        if self.layout is None:
            draw = partial(_draw, self.generator, level_key)
            level = jax.lax.cond(params.drawn, draw, lambda: given)
        level = replace(level, walls=level.walls | self.ground.edge)
        low, high = params.own_share
        nobody = jnp.zeros(self.robot_count, bool)
        state = State(
            positions=level.starts,
            headings=wrap(level.headings),
            velocities=jnp.zeros((self.robot_count, 2)),
            reached=nobody,
            hit_map=nobody,
            hit_robot=nobody,
            level=level,
            own_share=low + (high - low) * jax.random.uniform(share_key),
        )
        return state, self._timestep(state, self.look(state, params), jnp.zeros(len(nobody)))

    def step(
        self, key: jax.Array, state: State, action: Any, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """All drive at once; then who is at its goal has reached it, and who touches crashed."""
        params = jax.tree.map(jnp.asarray, params)
        asked = decode(action["robot"] if self.agents else action[None], self.actions)
        moving = ~self._standing(state)
        positions, headings, velocities = drive(state, asked, moving, params, limits=self.limits)
        level, present, body = state.level, self._present(state), self.body
        hit_map = touches_map(positions, headings, level, body=body, cell=self.cell_size)
        hit_robot = touches_robot(positions, headings, present, body=body)
        away = jnp.sqrt(((state.level.goals - positions) ** 2).sum(-1))
        following = replace(
            state,
            positions=positions,
            headings=headings,
            velocities=velocities,
            reached=state.reached | (moving & (away <= params.goal_radius)),
            hit_map=state.hit_map | (moving & hit_map),
            hit_robot=state.hit_robot | (moving & hit_robot),
        )
        seen = self.look(following, params)
        sharing = Sharing(self.shared == "sparse", self.finished == "drive", self.radius)
        reward = earned(state, following, asked, seen, params, sharing=sharing)
        return following, self._timestep(following, seen, reward)

    @partial(jax.jit, static_argnums=0)  # pictures ask for it too, one at a time
    def look(self, state: State, params: Params) -> jax.Array:
        """What all lidars read, `f32[n, beams]`, metres."""
        ends = self.lidar.ranges(
            state.positions,
            state.headings,
            self._present(state),
            state.level,
            body=self.body,
            cell=self.cell_size,
        )
        return readings(ends, params.lidar_resolution, self.lidar_range)

    def _standing(self, state: State) -> jax.Array:
        """Who no longer drives, `bool[n]`."""
        return state.crashed if self.finished == "drive" else state.crashed | state.reached

    def _present(self, state: State) -> jax.Array:
        """Whom others see and touch, `bool[n]`."""
        gone = self.finished == "vanish"
        return ~self._standing(state) if gone else jnp.ones(self.robot_count, bool)

    def _timestep(self, state: State, seen: jax.Array, reward: jax.Array) -> Timestep[Any]:
        """What the robots see of a state."""
        normalised = self.observation == "normalised"
        obs = observe(state, seen, limits=self.limits, lidar=self.lidar, normalised=normalised)
        terminated = state.reached | state.crashed
        if self.finished == "drive":  # who may still drive has not ended before all have
            terminated = jnp.broadcast_to(terminated.all(), terminated.shape)
        flags = {"reached": state.reached, "hit_map": state.hit_map, "hit_robot": state.hit_robot}
        if not self.agents:
            info = {name: flag[0] for name, flag in flags.items()}
            return Timestep(obs[0], reward[0], terminated[0], info=info)
        flags["won"] = state.reached.all() & ~state.crashed.any()
        return Timestep({"robot": obs}, {"robot": reward}, {"robot": terminated}, info=flags)
