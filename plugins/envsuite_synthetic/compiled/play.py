"""The loops over copies: draw a first observation, play a step.

A network is four arrays with the leading axis `[copies]`, or `[1]` where all share one; see
`envsuite_synthetic.network.Network`.
"""

import numpy as np

from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite.compiled.normal import normal

F = np.float32


@kernel()
def propagate(own, network, inputs, hidden, outputs):
    """Write a network's `outputs` for `inputs`, by way of `hidden`; all `f32[...]`."""
    first, first_bias, second, second_bias = network
    hidden[:] = first_bias[own]
    for k in range(inputs.size):
        if inputs[k] != F(0):  # of a choice, all numbers but one are 0
            for j in range(hidden.size):
                hidden[j] += inputs[k] * first[own, k, j]
    outputs[:] = second_bias[own]
    for j in range(hidden.size):
        if hidden[j] > F(0):
            for k in range(outputs.size):
                outputs[k] += hidden[j] * second[own, j, k]


@kernel()
def begin(book, seen, ended, start, obs, low, high):
    """Begin in those of the copies `low` to `high` whose book says so, and show them."""
    size = seen.shape[1]
    noise, hidden = np.zeros(size, np.float32), np.zeros(start[1].shape[1], np.float32)
    for i in range(low, high):
        if book[i, BEGINS]:
            for k in range(size):
                noise[k] = normal(book[i, KEY0], book[i, KEY1], k)
            propagate(i if start[0].shape[0] > 1 else 0, start, noise, hidden, seen[i])
            ended[i] = False
            obs[i, 0] = seen[i]


@kernel()
def tell(i, told, size, action, first):
    """Write an action behind the observation: a choice as 1 in its place, numbers as they are."""
    if action.ndim == 2:  # known when this is compiled, which leaves out the other half
        told[size:] = F(0)
        told[size + action[i, 0] - first] = F(1)
    else:
        told[size:] = action[i, 0]


@kernel()
def advance(
    book, seen, ended, worlds, bandit, first, width, action, obs, reward, terminated, low, high
):
    """Play a step in those of the copies `low` to `high` whose book says so, and show them.

    `worlds` are the networks of reward, change and end; in a bandit the reward's three times.
    """
    paying, changing, ending = worlds
    size = seen.shape[1]
    told, hidden = np.zeros(size + width, np.float32), np.zeros(paying[1].shape[1], np.float32)
    change, number = np.zeros(size, np.float32), np.zeros(1, np.float32)
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        own = i if paying[0].shape[0] > 1 else 0
        told[:size] = seen[i]
        tell(i, told, size, action, first)
        propagate(own, paying, told, hidden, number)
        reward[i, 0] = F(0) if ended[i] else number[0]
        if bandit:
            ended[i] = True
        elif not ended[i]:
            propagate(own, changing, told, hidden, change)
            seen[i] += change
            propagate(own, ending, seen[i], hidden, number)
            ended[i] = number[0] > F(0)
        terminated[i, 0] = ended[i]
        obs[i, 0] = seen[i]
