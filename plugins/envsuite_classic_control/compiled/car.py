"""The loops of both mountain cars. A copy's row of `figures` is what its observation shows."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite_classic_control.compiled.angles import cosine_and_sine
from envsuite_classic_control.compiled.numbers import between, clip

F = np.float32
NUMBERS = (
    "force", "gravity", "goal_position", "goal_velocity", "initial_low", "initial_high",
)  # fmt: skip
REWARDS = ("goal_reward", "fuel_cost")  # further columns, of the car with a throttle
FORCE, GRAVITY, GOAL_POSITION, GOAL_VELOCITY, LOW, HIGH, GOAL_REWARD, FUEL_COST = range(8)
LEFT, RIGHT, SPEED = range(3)  # places in `limits`
POSITION, VELOCITY = range(2)  # columns of `figures`


@kernel()
def arrived(i, figures, numbers, own):
    """Whether the car is at the goal or beyond, and fast enough."""
    return (
        figures[i, POSITION] >= numbers[own, GOAL_POSITION]
        and figures[i, VELOCITY] >= numbers[own, GOAL_VELOCITY]
    )


@kernel()
def show(i, figures, limits, obs):
    """Write what is seen."""
    obs[i, 0, POSITION] = clip(figures[i, POSITION], limits[LEFT], limits[RIGHT])
    obs[i, 0, VELOCITY] = clip(figures[i, VELOCITY], -limits[SPEED], limits[SPEED])


@kernel()
def begin(book, figures, numbers, limits, obs, low, high):
    """Begin games in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if book[i, BEGINS]:
            own = i if numbers.shape[0] > 1 else 0
            figures[i, POSITION] = between(
                book[i, KEY0], book[i, KEY1], 0, numbers[own, LOW], numbers[own, HIGH]
            )
            figures[i, VELOCITY] = F(0)
            show(i, figures, limits, obs)


@kernel()
def roll(i, figures, engine, force, gravity, limits):
    """One step with a share of the engine's force; see `envsuite_classic_control.valley`."""
    cosine, _ = cosine_and_sine(F(F(3) * figures[i, POSITION]))
    change = fma(engine, force, -F(gravity * cosine))
    velocity = clip(F(figures[i, VELOCITY] + change), -limits[SPEED], limits[SPEED])
    position = clip(F(figures[i, POSITION] + velocity), limits[LEFT], limits[RIGHT])
    figures[i, POSITION] = position
    figures[i, VELOCITY] = F(0) if position <= limits[LEFT] and velocity < 0 else velocity


@kernel()
def advance(book, figures, numbers, limits, actions, obs, reward, gone, low, high):
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        own = i if numbers.shape[0] > 1 else 0
        reward[i, 0] = F(0)
        if not arrived(i, figures, numbers, own):
            if actions.ndim == 3:  # a throttle: known when this is compiled
                throttle = actions[i, 0, 0]
                engine = clip(throttle, F(-1), F(1))
                roll(i, figures, engine, numbers[own, FORCE], numbers[own, GRAVITY], limits)
                if arrived(i, figures, numbers, own):
                    reward[i, 0] = numbers[own, GOAL_REWARD]
                reward[i, 0] -= F(numbers[own, FUEL_COST] * F(throttle * throttle))
            else:
                engine = F(actions[i, 0] - 1)
                roll(i, figures, engine, numbers[own, FORCE], numbers[own, GRAVITY], limits)
                reward[i, 0] = F(-1)
        show(i, figures, limits, obs)
        gone[i, 0] = arrived(i, figures, numbers, own)
