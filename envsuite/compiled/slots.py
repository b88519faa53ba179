"""What a compiled engine does for every copy, whatever the game: chance, legality, time.

All arrays have the leading axis `[copies]`; what is per agent has `[copies, agents]`.
"""

from __future__ import annotations

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import split


@kernel()
def draw(streams, where, now):
    """Spend one draw of the streams `u32[n, 2]` of the copies `where: bool[n]`.

    The stream goes on as `split(key)[0]`; `split(key)[1]`, the key to use, is put into `now`.
    """
    for i in range(streams.shape[0]):
        if where[i]:
            key0, key1 = streams[i, 0], streams[i, 1]
            now[i, 0], now[i, 1] = split(key0, key1, 1)
            streams[i, 0], streams[i, 1] = split(key0, key1, 0)


@kernel()
def guard_choices(actions, legal, dead, noop, played, wrong):
    """Play the no-op, or the first legal choice, in place of illegal ones, and count them.

    Args:
        actions: `i32[n, agents]`.
        legal: `bool[n, agents, choices]`, as last shown.
        dead: `bool[n, agents]`, as last shown; what the dead choose does not count.
        noop: What is played instead where it is legal.
        played: `i32[n, agents]`, written.
        wrong: `i32[n]`, added to.
    """
    choices = legal.shape[2]
    for i in range(actions.shape[0]):
        for agent in range(actions.shape[1]):
            action = actions[i, agent]
            if not (0 <= action < choices and legal[i, agent, action]):
                if not dead[i, agent]:
                    wrong[i] += 1
                action = noop
                if not legal[i, agent, noop]:
                    action = 0
                    while action < choices - 1 and not legal[i, agent, action]:
                        action += 1
            played[i, agent] = action


@kernel()
def guard_numbers(actions, dead, low, high, played, wrong):
    """Play zero in place of what is not finite, clip the rest, and count the former.

    Args:
        actions: `f32[n, agents, k]`.
        dead: `bool[n, agents]`.
        low: `f32[k]`.
        high: `f32[k]`.
        played: `f32[n, agents, k]`, written.
        wrong: `i32[n]`, added to.
    """
    for i in range(actions.shape[0]):
        for agent in range(actions.shape[1]):
            sound = True
            for k in range(actions.shape[2]):
                number = actions[i, agent, k]
                if not np.isfinite(number):
                    sound = False
                    number = np.float32(0)
                played[i, agent, k] = min(max(number, low[k]), high[k])
            if not sound and not dead[i, agent]:
                wrong[i] += 1


@kernel()
def tick(steps, limit, active, truncated):
    """Count a step in the copies that are `active`; a `limit` of 0 is none."""
    for i in range(steps.shape[0]):
        if active[i]:
            steps[i] += 1
            truncated[i] = limit > 0 and steps[i] >= limit


@kernel()
def judge(terminated, over):
    """Leave in `over: bool[n]` only copies in which all agents of a group have terminated."""
    for i in range(over.shape[0]):
        for agent in range(terminated.shape[1]):
            over[i] = over[i] and terminated[i, agent]
