"""What agents can do, and what it means: a push, a word, or both."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite_mpe.entities import AgentKind
from envsuite_mpe.view import one_hot

STAY, LEFT, RIGHT, DOWN, UP = range(5)
PUSHES = 5


def action_space(kind: AgentKind, vocabulary: int, actions: str) -> spaces.Space:
    """What one agent of a kind may do; see `decode`."""
    words = vocabulary if kind.speaks else 0
    pushes = PUSHES if kind.moves else 0
    if actions == "continuous":
        return spaces.Box(0.0, 1.0, (pushes + words,), np.float32)
    return spaces.Discrete(max(pushes, 1) * max(words, 1))


def decode(
    action: jax.Array, kind: AgentKind, vocabulary: int, actions: str
) -> tuple[jax.Array | None, jax.Array | None]:
    """What the actions of all `k` agents of a kind mean.

    Args:
        action: Discrete, `i32[k]`: stay, left, right, down, up; a speaker adds 5 times the number
            of the word, and one that does not move says the number itself. Or continuous,
            `f32[k, ...]` in [0, 1]: how much to stay (which does nothing), to push left, right,
            down and up, where the two of a pair cancel; then the word as it is to be heard.
        kind: Whose they are.
        vocabulary: How many words there are.
        actions: `"discrete"` or `"continuous"`.

    Returns:
        Pushes `f32[k, 2]`, x and y in [-1, 1], and words `f32[k, vocabulary]`; `None` for what the
        kind does not do.
    """
    pushes = words = None
    if actions == "continuous":
        if kind.moves:
            pushes = jnp.stack(
                [action[:, RIGHT] - action[:, LEFT], action[:, UP] - action[:, DOWN]], axis=1
            )
        if kind.speaks:
            words = action[:, PUSHES if kind.moves else 0 :]
        return pushes, words
    if kind.moves:
        way = action % PUSHES
        right = (way == RIGHT).astype(jnp.float32) - (way == LEFT)
        up = (way == UP).astype(jnp.float32) - (way == DOWN)
        pushes = jnp.stack([right, up], axis=1)
    if kind.speaks:
        words = one_hot(action // PUSHES if kind.moves else action, vocabulary)
    return pushes, words
