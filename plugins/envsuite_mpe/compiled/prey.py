"""How scripted prey flees; see `envsuite_mpe.prey`."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.curves import heading
from envsuite.compiled.threefry import uniform
from envsuite_mpe.compiled.layout import AGENTS, EVERYONE, RADIUS, SCRIPTED
from envsuite_mpe.compiled.physics import gap, length

F = np.float32
CANDIDATES, WAYPOINTS = 100, 5


@kernel()
def flee(i, key0, key1, numbers, bodies, own, plan, forces):
    """Write the forces of all prey into `forces`, `f32[n, 2]`."""
    agents, hunters = plan[AGENTS], plan[SCRIPTED]
    for prey in range(hunters, agents):
        nearest = 0
        for other in range(1, hunters):
            if gap(i, numbers, prey, other) < gap(i, numbers, prey, nearest):
                nearest = other
        best = F(-1)
        for candidate in range(CANDIDATES):
            draw = 2 * ((prey - hunters) * CANDIDATES + candidate)
            reach = np.sqrt(uniform(key0, key1, draw))
            cosine, sine = heading(uniform(key0, key1, draw + 1))
            right, up = F(reach * cosine), F(reach * sine)
            if plan[EVERYONE]:
                free, score = far_from_all(i, numbers, bodies, own, agents, prey, right, up)
            else:
                free, score = far_from_one(
                    i, numbers, bodies, own, hunters, prey, nearest, reach, cosine, sine
                )
            if free and score > best:
                best = score
                forces[prey, 0], forces[prey, 1] = right, up


@kernel()
def far_from_one(i, numbers, bodies, own, hunters, prey, nearest, reach, cosine, sine):
    """Whether a place touches no hunter, and how far it is from the one that is nearest now."""
    x, y = fma(reach, cosine, numbers[i, 2 * prey]), fma(reach, sine, numbers[i, 2 * prey + 1])
    score = F(0)
    for other in range(hunters):
        apart = length(numbers[i, 2 * other] - x, numbers[i, 2 * other + 1] - y)
        if apart < bodies[own, RADIUS, other] + bodies[own, RADIUS, prey]:
            return False, F(0)
        if other == nearest:
            score = apart
    return True, score


@kernel()
def far_from_all(i, numbers, bodies, own, agents, prey, right, up):
    """Whether the way to a place touches no agent, and the place's distances from all of them."""
    score = F(0)
    for waypoint in range(1, WAYPOINTS + 1):
        share = F(F(waypoint) / F(WAYPOINTS))
        x = fma(share, right, numbers[i, 2 * prey])
        y = fma(share, up, numbers[i, 2 * prey + 1])
        for other in range(agents):
            if other == prey:
                continue
            apart = length(numbers[i, 2 * other] - x, numbers[i, 2 * other + 1] - y)
            if apart < bodies[own, RADIUS, other] + bodies[own, RADIUS, prey]:
                return False, F(0)
            if waypoint == WAYPOINTS:
                score += apart
    return True, score
