"""What agents see: each number is a difference of two sources, times a mask; see `sources.py`."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite_mpe.compiled.layout import (
    AGENTS,
    CHANNELS,
    CONSTANTS,
    ENTITIES,
    FORESTS,
    HIDING,
    MASK,
    MINUS,
    NEAR,
    OPEN,
    PLUS,
    SHIFT,
    VIEW,
    VIEW_RADIUS,
)
from envsuite_mpe.compiled.physics import gap, touch

F = np.float32


@kernel()
def gather(i, numbers, goals, bodies, rules, own, plan, shades, sources, masks):
    """Write the sources and the masks of copy `i`; the constants stand there already."""
    agents, first = plan[AGENTS], plan[CONSTANTS]
    place = first + numbers.shape[1]
    for k in range(numbers.shape[1]):
        sources[first + k] = numbers[i, k]
    for goal in range(goals.shape[1]):
        entity = agents + goals[i, goal]
        sources[place], sources[place + 1] = numbers[i, 2 * entity], numbers[i, 2 * entity + 1]
        place += 2
    for goal in range(goals.shape[1]):
        for channel in range(plan[CHANNELS]):
            sources[place] = shades[1 if channel == goals[i, goal] + plan[SHIFT] else 0]
            place += 1
    if plan[VIEW] == NEAR:
        radius, entities = rules[own, VIEW_RADIUS], plan[ENTITIES]
        for agent in range(agents):
            for other in range(entities):
                seen = gap(i, numbers, agent, other) <= radius
                masks[1 + agent * entities + other] = F(seen)
    elif plan[VIEW] == HIDING:
        hide(i, numbers, bodies, own, plan, place, sources, masks)


@kernel()
def hide(i, numbers, bodies, own, plan, place, sources, masks):
    """Who is in which forest, and who sees whom for that.

    Two see each other in the same forest and in the open; the leader, the first agent, sees all.
    """
    agents, entities = plan[AGENTS], plan[ENTITIES]
    forests = entities - plan[FORESTS]
    for agent in range(agents):
        for forest in range(forests):
            inside = touch(i, numbers, bodies, own, agent, plan[FORESTS] + forest)
            sources[place + agent * forests + forest] = F(1) if inside else F(-1)
    for agent in range(agents):
        for other in range(agents):
            together, outside = False, True
            for forest in range(forests):
                mine = sources[place + agent * forests + forest] > 0
                its = sources[place + other * forests + forest] > 0
                together = together or (mine and its)
                outside = outside and not (mine or its)
            masks[1 + agent * entities + other] = F(together or outside or agent == 0)


@kernel()
def show(i, numbers, goals, bodies, rules, plan, shades, tables, sources, masks, obs):
    """Write what all groups see of copy `i`."""
    own = i if rules.shape[0] > 1 else 0
    gather(i, numbers, goals, bodies, rules, own, plan, shades, sources, masks)
    masked = plan[VIEW] != OPEN
    for group in range(len(tables)):
        table, seen = tables[group], obs[group][i]
        if masked:
            for k in range(table.shape[1]):
                number = sources[table[PLUS, k]] - sources[table[MINUS, k]]
                seen[k] = number * masks[table[MASK, k]]
        else:
            for k in range(table.shape[1]):
                seen[k] = sources[table[PLUS, k]] - sources[table[MINUS, k]]
