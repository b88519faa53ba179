"""How particles push each other and move, pair by pair."""

import math

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite_mpe.compiled.layout import (
    AGENTS,
    CONTACT_FORCE,
    CONTACT_MARGIN,
    DAMPING,
    ENTITIES,
    MASS,
    MAX_SPEED,
    RADIUS,
    SEMI_IMPLICIT,
    SOLID,
    TIME_STEP,
)

F = np.float32
NEAREST = F(1e-12)  # the least square of a distance
# So many margins apart, the exponential of a contact is zero in single precision.
NO_CONTACT = F(-104.0)


@kernel()
def length(x, y):
    """Of an offset: at least 1e-6."""
    return np.sqrt(max(F(x * x + y * y), NEAREST))


@kernel()
def gap(i, numbers, a, b):
    """The distance of two entities."""
    return length(
        numbers[i, 2 * b] - numbers[i, 2 * a], numbers[i, 2 * b + 1] - numbers[i, 2 * a + 1]
    )


@kernel()
def touch(i, numbers, bodies, own, a, b):
    """Whether two entities touch."""
    return gap(i, numbers, a, b) < bodies[own, RADIUS, a] + bodies[own, RADIUS, b]


@kernel()
def push_apart(i, numbers, bodies, rules, own, plan, forces):
    """Add to `forces`, `f32[n, 2]`, those by which bodies that touch are pushed apart."""
    agents, solid = plan[AGENTS], plan[SOLID]
    force, margin = rules[own, CONTACT_FORCE], rules[own, CONTACT_MARGIN]
    for a in range(min(agents, solid)):
        for b in range(a + 1, solid):
            right = numbers[i, 2 * b] - numbers[i, 2 * a]
            up = numbers[i, 2 * b + 1] - numbers[i, 2 * a + 1]
            apart = length(right, up)
            inside = F((bodies[own, RADIUS, a] + bodies[own, RADIUS, b] - apart) / margin)
            if inside <= NO_CONTACT:
                continue
            softened = F(max(inside, F(0)) + F(math.log1p(F(math.exp(-abs(inside))))))
            strength = F(force * margin * softened / apart)
            forces[a, 0] -= strength * right
            forces[a, 1] -= strength * up
            if b < agents:
                forces[b, 0] += strength * right
                forces[b, 1] += strength * up


@kernel()
def move(i, numbers, bodies, rules, own, plan, moves, forces):
    """Let time pass for one step; see `envsuite_mpe.physics.move`."""
    step, first = rules[own, TIME_STEP], 2 * plan[ENTITIES]
    kept = F(F(1) - rules[own, DAMPING])
    for agent in range(plan[AGENTS]):
        at, going = 2 * agent, first + 2 * agent
        if not moves[agent]:
            numbers[i, going], numbers[i, going + 1] = F(0), F(0)
            continue
        x, y = numbers[i, going], numbers[i, going + 1]
        mass = bodies[own, MASS, agent]
        right = F(x * kept + forces[agent, 0] / mass * step)
        up = F(y * kept + forces[agent, 1] / mass * step)
        speed = length(right, up)
        allowed = F(min(speed, bodies[own, MAX_SPEED, agent]) / speed)
        right, up = F(right * allowed), F(up * allowed)
        numbers[i, going], numbers[i, going + 1] = right, up
        if plan[SEMI_IMPLICIT]:
            x, y = right, up
        numbers[i, at] += x * step
        numbers[i, at + 1] += y * step
