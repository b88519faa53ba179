"""The loops over copies: scatter worlds, play a step of them."""

import numpy as np

from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import split, uniform
from envsuite_mpe.actions import DOWN, LEFT, PUSHES, RIGHT, UP
from envsuite_mpe.compiled.layout import (
    ACCELERATION,
    AGENT_SPREAD,
    AGENTS,
    ENTITIES,
    FIRST_WORD,
    LANDMARK_SPREAD,
    MOVES,
    SCRIPTED,
    SPEAKS,
    START,
    VOCABULARY,
)
from envsuite_mpe.compiled.physics import move, push_apart
from envsuite_mpe.compiled.prey import flee
from envsuite_mpe.compiled.rewards import earn
from envsuite_mpe.compiled.sight import show

F = np.float32


@kernel()
def begin(
    book, numbers, goals, bodies, rules, plan, shades, constants, size, tables, obs, low, high
):
    """Scatter the worlds of those copies whose book says so, at rest and silent; show them."""
    agents, entities = plan[AGENTS], plan[ENTITIES]
    sources, masks = np.zeros(size, np.float32), np.ones(1 + agents * entities, np.float32)
    sources[: constants.size] = constants
    for i in range(low, high):
        if not book[i, BEGINS]:
            continue
        own = i if rules.shape[0] > 1 else 0
        place0, place1 = split(book[i, KEY0], book[i, KEY1], 0)
        goal0, goal1 = split(book[i, KEY0], book[i, KEY1], 1)
        numbers[i] = F(0)
        for k in range(2 * entities):
            spread = rules[own, AGENT_SPREAD if k < 2 * agents else LANDMARK_SPREAD]
            numbers[i, k] = spread * F(F(2) * uniform(place0, place1, k) - F(1))
        for goal in range(goals.shape[1]):
            goals[i, goal] = np.int32(F(uniform(goal0, goal1, goal) * F(entities - agents)))
        show(i, numbers, goals, bodies, rules, plan, shades, tables, sources, masks, obs)


@kernel()
def act(i, numbers, bodies, own, plan, groups, group, actions, forces):
    """Write the forces and words of one group in copy `i`; see `envsuite_mpe.actions.decode`."""
    vocabulary = plan[VOCABULARY]
    words = 2 * (plan[ENTITIES] + plan[AGENTS]) + vocabulary * groups[group, FIRST_WORD]
    moves, speaks = groups[group, MOVES], groups[group, SPEAKS]
    for member in range(actions.shape[1]):
        agent = groups[group, START] + member
        right, up = F(0), F(0)
        if actions.ndim == 3:  # numbers: known when this is compiled, which leaves out the rest
            if moves:
                right = actions[i, member, RIGHT] - actions[i, member, LEFT]
                up = actions[i, member, UP] - actions[i, member, DOWN]
            if speaks:
                for word in range(vocabulary):
                    said = actions[i, member, (PUSHES if moves else 0) + word]
                    numbers[i, words + member * vocabulary + word] = said
        else:
            action = actions[i, member]
            way, said = (action % PUSHES, action // PUSHES) if moves else (0, action)
            right = F(way == RIGHT) - F(way == LEFT)
            up = F(way == UP) - F(way == DOWN)
            if speaks:
                for word in range(vocabulary):
                    numbers[i, words + member * vocabulary + word] = F(word == said)
        forces[agent, 0] = bodies[own, ACCELERATION, agent] * right
        forces[agent, 1] = bodies[own, ACCELERATION, agent] * up


@kernel()
def advance(
    book, numbers, goals, bodies, rules, plan, groups, moves, shades, constants, size, tables,
    actions, obs, reward, low, high,
):  # fmt: skip
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    agents, entities = plan[AGENTS], plan[ENTITIES]
    sources, masks = np.zeros(size, np.float32), np.ones(1 + agents * entities, np.float32)
    sources[: constants.size] = constants
    own_forces, contacts = np.zeros((agents, 2), np.float32), np.zeros((agents, 2), np.float32)
    earned = np.zeros(agents, np.float32)
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        own = i if rules.shape[0] > 1 else 0
        own_forces[:] = F(0)
        for group in range(len(actions)):
            act(i, numbers, bodies, own, plan, groups, group, actions[group], own_forces)
        if plan[SCRIPTED] < agents:
            flee(i, book[i, KEY0], book[i, KEY1], numbers, bodies, own, plan, own_forces)
        push_apart(i, numbers, bodies, rules, own, plan, contacts)
        contacts += own_forces
        move(i, numbers, bodies, rules, own, plan, moves, contacts)
        show(i, numbers, goals, bodies, rules, plan, shades, tables, sources, masks, obs)
        earn(i, numbers, goals, bodies, rules, own, plan, earned)
        for group in range(len(reward)):
            first = groups[group, START]
            for member in range(reward[group].shape[1]):
                reward[group][i, member] = earned[first + member]
