"""What agents earn by arriving in a state, scenario by scenario; see `envsuite_mpe.scenarios`."""

import math

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite_mpe.compiled.layout import (
    AGENTS,
    ENTITIES,
    FOOD,
    FORESTS,
    HUNTERS,
    LOCAL_RATIO,
    SCENARIO,
    VOCABULARY,
)
from envsuite_mpe.compiled.physics import gap, touch

F = np.float32
(
    SIMPLE, ADVERSARY, CRYPTO, FACMAC, PUSH, REFERENCE, SPEAKER_LISTENER, SPREAD, TAG, WORLD_COMM
) = range(10)  # the order of `envsuite_mpe.scenario.SCENARIOS`  # fmt: skip


@kernel()
def square(i, numbers, a, b):
    """The square of the distance of two entities, from zero on."""
    x = numbers[i, 2 * b] - numbers[i, 2 * a]
    y = numbers[i, 2 * b + 1] - numbers[i, 2 * a + 1]
    return F(x * x + y * y)


@kernel()
def adversary(i, numbers, agents, hunters, goal, earned):
    """SimpleAdversary."""
    theirs, ours = F(0), F(np.inf)
    for agent in range(agents):
        apart = gap(i, numbers, agent, goal)
        if agent < hunters:
            theirs += apart
            earned[agent] = -apart
        else:
            ours = min(ours, apart)
    earned[hunters:agents] = theirs - ours


@kernel()
def crypto(i, numbers, entities, agents, vocabulary, message, earned):
    """SimpleCrypto: the errors of Eve and Bob."""
    first = 2 * (entities + agents)
    for listener in range(2):
        silent, error = True, F(0)
        for word in range(vocabulary):
            said = numbers[i, first + listener * vocabulary + word]
            silent = silent and said == 0
            wrong = F(said - F(word == message))
            error += F(wrong * wrong)
        earned[listener] = F(0) if silent else error
    eve, bob = earned[0], earned[1]
    earned[0], earned[1], earned[2] = -eve, eve - bob, eve - bob


@kernel()
def reference(i, numbers, goals, share, earned):
    """SimpleReference."""
    first, second = gap(i, numbers, 0, 2 + goals[i, 0]), gap(i, numbers, 1, 2 + goals[i, 1])
    shared = F(-(first + second) / F(2))
    earned[0] = share * -second + (F(1) - share) * shared
    earned[1] = share * -first + (F(1) - share) * shared


@kernel()
def spread(i, numbers, bodies, own, agents, entities, share, earned):
    """SimpleSpread."""
    shared = F(0)
    for landmark in range(agents, entities):
        least = F(np.inf)
        for agent in range(agents):
            least = min(least, gap(i, numbers, agent, landmark))
        shared -= least
    earned[:agents] = F(0)
    for agent in range(agents):
        for other in range(agent):
            if touch(i, numbers, bodies, own, agent, other):
                earned[agent] -= F(1)
                earned[other] -= F(1)
    for agent in range(agents):
        earned[agent] = share * earned[agent] + (F(1) - share) * shared


@kernel()
def leaving(i, numbers, agent):
    """What it costs to be far from the middle."""
    cost = F(0)
    for axis in range(2):
        far = abs(numbers[i, 2 * agent + axis])
        if far < F(0.9):
            continue
        if far < F(1):
            cost += F(F(10) * F(far - F(0.9)))
        else:
            cost += min(F(math.exp(min(F(F(2) * far - F(2)), F(3)))), F(10))
    return cost


@kernel()
def hunt(i, numbers, bodies, own, agents, hunters, worth, earned):
    """All hunters earn for every touch; in `earned` of the hunted is how often each is touched."""
    caught = F(0)
    for prey in range(hunters, agents):
        earned[prey] = F(0)
        for hunter in range(hunters):
            if touch(i, numbers, bodies, own, prey, hunter):
                earned[prey] += F(1)
        caught += earned[prey]
    earned[:hunters] = worth * caught


@kernel()
def world_comm(i, numbers, bodies, own, agents, hunters, food, forests, earned):
    """SimpleWorldComm, after `hunt`."""
    for hunter in range(hunters):
        least = F(np.inf)
        for prey in range(hunters, agents):
            least = min(least, gap(i, numbers, hunter, prey))
        earned[hunter] -= F(0.1) * least
    for prey in range(hunters, agents):
        least, meals = F(np.inf), F(0)
        for place in range(food, forests):
            least = min(least, gap(i, numbers, prey, place))
            if touch(i, numbers, bodies, own, prey, place):
                meals += F(1)
        away = leaving(i, numbers, prey)
        earned[prey] = F(2) * meals - F(5) * earned[prey] - F(2) * away - F(0.05) * least


@kernel()
def earn(i, numbers, goals, bodies, rules, own, plan, earned):
    """Write what every agent of copy `i` earns into `earned`, `f32[n]`."""
    scenario, agents, entities = plan[SCENARIO], plan[AGENTS], plan[ENTITIES]
    hunters, share = plan[HUNTERS], rules[own, LOCAL_RATIO]
    if scenario == SIMPLE:
        earned[0] = -square(i, numbers, 0, 1)
    elif scenario == ADVERSARY:
        adversary(i, numbers, agents, hunters, agents + goals[i, 0], earned)
    elif scenario == CRYPTO:
        crypto(i, numbers, entities, agents, plan[VOCABULARY], goals[i, 0], earned)
    elif scenario == PUSH:
        goal = agents + goals[i, 0]
        earned[1] = -gap(i, numbers, 1, goal)
        earned[0] = -earned[1] - gap(i, numbers, 0, goal)
    elif scenario == REFERENCE:
        reference(i, numbers, goals, share, earned)
    elif scenario == SPEAKER_LISTENER:
        earned[:2] = -square(i, numbers, 1, agents + goals[i, 0])
    elif scenario == SPREAD:
        spread(i, numbers, bodies, own, agents, entities, share, earned)
    else:
        worth = F(5) if scenario == WORLD_COMM else F(10)
        hunt(i, numbers, bodies, own, agents, hunters, worth, earned)
        if scenario == TAG:
            for prey in range(hunters, agents):
                earned[prey] = -worth * earned[prey] - leaving(i, numbers, prey)
        elif scenario == WORLD_COMM:
            world_comm(i, numbers, bodies, own, agents, hunters, plan[FOOD], plan[FORESTS], earned)
