"""Moments in the grid worlds, drawn; and what becomes of them, drawn back."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_teamgrid.env import TeamGrid
from envsuite_teamgrid.scenario import FLOOR, HALVES
from envsuite_teamgrid.state import BALL, COLORS, DOOR, EMPTY, SWITCH, UNSEEN, WALL, State

HEADINGS = ">v<^"
ACTIONS = "LRFT"
PLAIN = {symbol: symbol for symbol in "rbyRB"}  # what stands for a symbol of `scenarios.yaml`
PLAIN |= dict.fromkeys(FLOOR, ".") | dict.fromkeys("#" + HALVES, "#")
KEY = jax.random.key(0)
RESET = jax.jit(TeamGrid.reset, static_argnums=0)
STEP = jax.jit(TeamGrid.step, static_argnums=0)


def scene(env: TeamGrid, picture: str, facing: str, *, on: str = "") -> State:
    """A moment.

    Args:
        env: What is played.
        picture: The board: digits are agents, `*` balls, `.` floor, an opening or a door that is
            open. The last lines and columns may be left out where there is nothing to say.
        facing: For each agent one of > v < ^.
        on: For each switch `.` if it was never used, 1 if it is on, 0 if it is off again; left
            out where doors tell.
    """
    rules = env.rules
    count = env.goals or rules.goals
    drawn = dedent(picture).split()
    given = {(r, c): symbol for r, row in enumerate(drawn) for c, symbol in enumerate(row)}
    for (r, c), symbol in given.items():
        known = rules.board[r][c]
        stand = known in FLOOR + HALVES + "RB" and symbol in "*.0123456789"
        assert stand or symbol == PLAIN[known], f"{symbol} at {r}, {c}, where {known} is"
    agents = [where for n in range(len(facing)) for where, s in given.items() if s == str(n)]
    balls = [where for where, symbol in given.items() if symbol == "*"]
    assert len(agents) == len(facing) == env.agents["agent"] and len(balls) <= count
    gaps = []
    for half in rules.halves:  # one that is not drawn lies beyond the drawing
        cells = [(r, c) for r, c in half.tolist()]
        gaps.append(([c for c in cells if given.get(c, "#") != "#"] + cells[-1:])[0])
        assert given.get(gaps[-1]) != "#", "a half wall that is drawn whole has an opening"
    if not on:
        opened = [color for r, c, color in rules.doors if given.get((r, c), "D") not in "RBD"]
        on = "".join("1" if color in opened else "." for *_, color in rules.switches)
    colors = rules.colors or COLORS[: len(agents)]
    return State(
        places=jnp.array(agents, jnp.int32),
        headings=jnp.array([HEADINGS.index(way) for way in facing], jnp.int32),
        colors=jnp.array([COLORS.index(color) for color in colors], jnp.int32),
        gaps=jnp.array(gaps, jnp.int32).reshape(-1, 2),
        balls=jnp.array([*balls, *[(0, 0)] * (count - len(balls))], jnp.int32).reshape(-1, 2),
        lying=jnp.arange(count) < len(balls),
        # what is not drawn is taken, or, where balls land, has yet to land
        taken=(jnp.arange(count) >= len(balls)) & (rules.switch_does != "ball"),
        pressed=jnp.array([switch != "." for switch in on], bool),
        on=jnp.array([switch == "1" for switch in on], bool),
        met=jnp.bool_(False),
    )


def play(env: TeamGrid, state: State, *moves: str, **params: Any) -> tuple[State, Any]:
    """Play one letter an agent of L, R, F, T in each move: left, right, forward, toggle."""
    numbers: Any = replace(env.default_params(), **params)
    timestep: Any = None
    for move in moves:
        action = {"agent": jnp.array([ACTIONS.index(letter) for letter in move], jnp.int32)}
        state, timestep = STEP(env, KEY, state, action, numbers)
    return state, timestep


def draw(env: TeamGrid, state: State) -> str:
    """The board as `scene` takes it."""
    rows = [[PLAIN[symbol] for symbol in row] for row in env.rules.board]
    for row, column in np.asarray(state.gaps).tolist():
        rows[row][column] = "."
    for index, (*_, color) in enumerate(env.rules.switches):
        for row, column, door in env.rules.doors:
            if door == color and state.pressed[index]:
                rows[row][column] = "."
    for (row, column), lies in zip(np.asarray(state.balls).tolist(), state.lying, strict=True):
        if lies:
            rows[row][column] = "*"
    for agent, (row, column) in enumerate(np.asarray(state.places).tolist()):
        rows[row][column] = str(agent)
    return "\n".join("".join(row) for row in rows)


def same(env: TeamGrid, state: State, picture: str, facing: str) -> bool:
    """Whether a state is as drawn; the first lines and columns will do."""
    ways = "".join(HEADINGS[way] for way in np.asarray(state.headings))
    rows = draw(env, state).split()
    drawn = dedent(picture).split()
    return ways == facing and [row[: len(d)] for row, d in zip(rows, drawn, strict=False)] == drawn


def eyes(obs: Any, agent: int = 0) -> str:
    """What an agent sees, a line for each row of it.

    `_` unseen, `.` floor, `#` wall, `D` a door, `*` a ball, `s` a switch, and other agents as
    > v < ^, the way they head on the page.
    """
    signs = {UNSEEN: "_", EMPTY: ".", WALL: "#", DOOR: "D", BALL: "*", SWITCH: "s"}
    seen = np.asarray(obs["agent"])[agent].swapaxes(0, 1)
    return "\n".join(
        "".join(signs.get(kind, HEADINGS[state % 4]) for kind, _, state in row)
        for row in seen.tolist()
    )


def paid(timestep: Any) -> list[float]:
    """The reward of each."""
    return np.asarray(timestep.reward["agent"]).tolist()


def over(timestep: Any) -> bool:
    """Whether it is over for all, and for nobody alone."""
    ends = np.asarray(timestep.terminated["agent"])
    assert ends.all() == ends.any() == bool(timestep.info["won"])
    return bool(ends.all())
