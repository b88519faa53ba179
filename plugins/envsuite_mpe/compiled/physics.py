"""How particles push each other and move, pair by pair."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.curves import softplus
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
NO_CONTACT = F(-85.0)  # so many margins apart a contact is nothing, in single precision


@kernel()
def length(x, y):
    """Of an offset: at least 1e-6."""
    return np.sqrt(max(fma(y, y, F(x * x)), NEAREST))


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
    """Write into `forces`, `f32[n, 2]`, those by which bodies that touch are pushed apart.

    Contacts of one body are added in the order of the others, as the rules add them.
    """
    forces[:] = F(0)
    agents, solid = plan[AGENTS], plan[SOLID]
    force, margin = rules[own, CONTACT_FORCE], rules[own, CONTACT_MARGIN]
    per_margin = F(F(1) / margin)
    for a in range(min(agents, solid)):
        for b in range(a + 1, solid):
            right = numbers[i, 2 * b] - numbers[i, 2 * a]
            up = numbers[i, 2 * b + 1] - numbers[i, 2 * a + 1]
            apart = length(right, up)
            inside = F((bodies[own, RADIUS, a] + bodies[own, RADIUS, b] - apart) * per_margin)
            if inside <= NO_CONTACT:
                continue
            strength = F(F(force * margin) * softplus(inside))
            right, up = F(F(strength * right) / apart), F(F(strength * up) / apart)
            forces[a, 0] -= right
            forces[a, 1] -= up
            if b < agents:
                forces[b, 0] += right
                forces[b, 1] += up


@kernel()
def move(i, numbers, bodies, rules, own, plan, moves, forces):
    """Let time pass for one step; see `envsuite_mpe.physics.move`."""
    step, first = rules[own, TIME_STEP], 2 * plan[ENTITIES]
    damping = rules[own, DAMPING]
    for agent in range(plan[AGENTS]):
        at, going = 2 * agent, first + 2 * agent
        if not moves[agent]:
            numbers[i, going], numbers[i, going + 1] = F(0), F(0)
            continue
        x, y = numbers[i, going], numbers[i, going + 1]
        per_mass = F(F(1) / bodies[own, MASS, agent])
        right = fma(F(forces[agent, 0] * step), per_mass, fma(-damping, x, x))
        up = fma(F(forces[agent, 1] * step), per_mass, fma(-damping, y, y))
        fastest = bodies[own, MAX_SPEED, agent]
        if fastest < np.inf:
            speed = length(right, up)
            allowed = F(min(speed, fastest) / speed)
            right, up = F(right * allowed), F(up * allowed)
        numbers[i, going], numbers[i, going + 1] = right, up
        if plan[SEMI_IMPLICIT]:
            x, y = right, up
        numbers[i, at] = fma(x, step, numbers[i, at])
        numbers[i, at + 1] = fma(y, step, numbers[i, at + 1])
