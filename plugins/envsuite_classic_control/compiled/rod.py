"""The loops of Pendulum. A copy's row of `figures` is angle, velocity and the last torque."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite_classic_control.compiled.angles import cosine_and_sine, wrap
from envsuite_classic_control.compiled.numbers import between, clip

F = np.float32
NUMBERS = (
    "gravity", "mass", "length", "time_step", "velocity_cost", "torque_cost", "initial_angle",
    "initial_velocity",
)  # fmt: skip
(
    GRAVITY, MASS, LENGTH, TIME_STEP, VELOCITY_COST, TORQUE_COST, INITIAL_ANGLE, INITIAL_VELOCITY,
) = range(len(NUMBERS))  # columns of `numbers`  # fmt: skip
MOST_TORQUE, MOST_SPEED = range(2)  # places in `limits`
ANGLE, VELOCITY, TORQUE = range(3)  # columns of `figures`


@kernel()
def show(i, figures, limits, obs):
    """Write what is seen."""
    cosine, sine = cosine_and_sine(figures[i, ANGLE])
    obs[i, 0, 0], obs[i, 0, 1] = clip(cosine, F(-1), F(1)), clip(sine, F(-1), F(1))
    obs[i, 0, 2] = clip(figures[i, VELOCITY], -limits[MOST_SPEED], limits[MOST_SPEED])


@kernel()
def begin(book, figures, numbers, limits, obs, low, high):
    """Begin games in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if book[i, BEGINS]:
            own = i if numbers.shape[0] > 1 else 0
            angle = between(book[i, KEY0], book[i, KEY1], 0, F(-1), F(1))
            velocity = between(book[i, KEY0], book[i, KEY1], 1, F(-1), F(1))
            figures[i, ANGLE] = wrap(F(angle * numbers[own, INITIAL_ANGLE]))
            figures[i, VELOCITY] = velocity * numbers[own, INITIAL_VELOCITY]
            figures[i, TORQUE] = F(0)
            show(i, figures, limits, obs)


@kernel()
def advance(book, figures, numbers, limits, actions, obs, reward, gone, low, high):
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        own = i if numbers.shape[0] > 1 else 0
        torque = clip(actions[i, 0, 0], -limits[MOST_TORQUE], limits[MOST_TORQUE])
        angle, velocity = figures[i, ANGLE], figures[i, VELOCITY]
        length, step = numbers[own, LENGTH], numbers[own, TIME_STEP]
        moving = F(numbers[own, VELOCITY_COST] * F(velocity * velocity))
        cost = fma(numbers[own, TORQUE_COST], F(torque * torque), fma(angle, angle, moving))
        _, sine = cosine_and_sine(angle)
        pull = F(F(F(F(3) * numbers[own, GRAVITY]) / F(F(2) * length)) * step)
        drive = F(F(F(3) / F(numbers[own, MASS] * F(length * length))) * step)
        velocity = fma(pull, sine, fma(drive, torque, velocity))
        velocity = clip(velocity, -limits[MOST_SPEED], limits[MOST_SPEED])
        figures[i, ANGLE] = wrap(fma(velocity, step, angle))
        figures[i, VELOCITY], figures[i, TORQUE] = velocity, torque
        show(i, figures, limits, obs)
        reward[i, 0], gone[i, 0] = -cost, False
