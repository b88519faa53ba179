"""The loops of CartPole. A copy's row of `figures` is what its observation shows, unclipped."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite_classic_control.compiled.angles import cosine_and_sine
from envsuite_classic_control.compiled.numbers import between, clip

F = np.float32
NUMBERS = (
    "gravity", "cart_mass", "pole_mass", "half_length", "force", "time_step", "step_reward",
    "last_reward", "initial_low", "initial_high",
)  # fmt: skip
(
    GRAVITY, CART_MASS, POLE_MASS, HALF_LENGTH, FORCE, TIME_STEP, STEP_REWARD, LAST_REWARD, LOW,
    HIGH,
) = range(len(NUMBERS))  # columns of `numbers`  # fmt: skip
POSITION, VELOCITY, ANGLE, TURNING = range(4)  # columns of `figures`


@kernel()
def show(i, figures, limits, obs):
    """Write what is seen; returns whether the game has ended."""
    for k in range(4):
        obs[i, 0, k] = figures[i, k]
    obs[i, 0, POSITION] = clip(figures[i, POSITION], F(-2) * limits[0], F(2) * limits[0])
    obs[i, 0, ANGLE] = clip(figures[i, ANGLE], F(-2) * limits[1], F(2) * limits[1])
    return abs(figures[i, POSITION]) > limits[0] or abs(figures[i, ANGLE]) > limits[1]


@kernel()
def begin(book, figures, numbers, limits, obs, low, high):
    """Begin games in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if book[i, BEGINS]:
            own = i if numbers.shape[0] > 1 else 0
            for k in range(4):
                figures[i, k] = between(
                    book[i, KEY0], book[i, KEY1], k, numbers[own, LOW], numbers[own, HIGH]
                )
            show(i, figures, limits, obs)


@kernel()
def push(i, figures, numbers, own, action):
    """Push for one time step; see `envsuite_classic_control.cartpole`."""
    force = numbers[own, FORCE] if action == 1 else -numbers[own, FORCE]
    pole, length, step = numbers[own, POLE_MASS], numbers[own, HALF_LENGTH], numbers[own, TIME_STEP]
    mass, moment = F(numbers[own, CART_MASS] + pole), F(pole * length)
    angle, turning = figures[i, ANGLE], figures[i, TURNING]
    cosine, sine = cosine_and_sine(angle)
    even = F(fma(F(moment * F(turning * turning)), sine, force) / mass)
    inertia = F(length * F(F(4 / 3) - F(F(pole * F(cosine * cosine)) / mass)))
    faster = F(fma(numbers[own, GRAVITY], sine, F(-F(cosine * even))) / inertia)
    acceleration = F(even - F(F(F(moment * faster) * cosine) / mass))
    figures[i, POSITION] = fma(step, figures[i, VELOCITY], figures[i, POSITION])
    figures[i, VELOCITY] = fma(step, acceleration, figures[i, VELOCITY])
    figures[i, ANGLE] = fma(step, turning, angle)
    figures[i, TURNING] = fma(step, faster, turning)


@kernel()
def advance(book, figures, numbers, limits, actions, obs, reward, gone, low, high):
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        own = i if numbers.shape[0] > 1 else 0
        if show(i, figures, limits, obs):
            reward[i, 0], gone[i, 0] = F(0), True
            continue
        push(i, figures, numbers, own, actions[i, 0])
        gone[i, 0] = show(i, figures, limits, obs)
        reward[i, 0] = numbers[own, LAST_REWARD if gone[i, 0] else STEP_REWARD]
