"""The loop of the learners that learn from a replay buffer: play a little, learn a little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.core.env import Env
from envsuite.functional import struct
from envsuite_agents.interface import Interface
from envsuite_agents.networks import check_network
from envsuite_agents.playing import Playing, advance, begin
from envsuite_agents.replay import Replay, add, empty, sample
from envsuite_agents.running import check_counts


@struct
class Transition:
    """One step of one copy, or a batch of them."""

    obs: jax.Array  # f32[size]
    action: jax.Array  # i32[], or f32[actions] from -1 to 1
    reward: jax.Array  # f32[]
    terminated: jax.Array  # bool[]; a time limit is no end
    next_obs: jax.Array  # f32[size]: of the same episode
    next_legal: jax.Array | None  # bool[actions]
    legal: jax.Array | None  # bool[actions]: before the step


@struct
class State:
    """A run between two updates."""

    key: jax.Array
    learned: Any  # networks and their moments
    playing: Playing
    replay: Replay
    steps: jax.Array  # i32[]: played so far, of all copies together


@dataclass(frozen=True)
class Schedule:
    """The counts of the loop, and the networks' shape: fields that these learners share.

    Attributes:
        steps: Environment steps of all copies together; the last update is finished.
        num_envs: How many copies of the game are played at once.
        buffer_size: How many steps are kept; never more than are played, and whole updates.
        learning_starts: Steps played by chance before anything is learned.
        train_frequency: Steps in each copy between two updates.
        gradient_steps: Gradient steps of an update.
        batch_size: Steps drawn for each of them.
        hidden: The sizes of the hidden layers, of all networks alike.
        activation: What follows each of them.

    Raises:
        ValueError: On construction, for numbers with which nothing can be learned.
    """

    steps: int
    num_envs: int = 1
    buffer_size: int = 1_000_000
    learning_starts: int = 100
    train_frequency: int = 1
    gradient_steps: int = 1
    batch_size: int = 256
    hidden: tuple[int, ...] = (256, 256)
    activation: str = "relu"

    def __post_init__(self) -> None:
        """Accept a list of layers; refuse what cannot be learned with."""
        object.__setattr__(self, "hidden", tuple(self.hidden))
        check_counts(
            self,
            *("steps", "num_envs", "buffer_size", "train_frequency", "gradient_steps"),
            "batch_size",
        )
        check_network(self.hidden, self.activation)
        if self.learning_starts < 0:
            raise ValueError(f"learning_starts must be at least 0, not {self.learning_starts}")

    @property
    def update_steps(self) -> int:
        """Environment steps between two updates."""
        return self.num_envs * self.train_frequency

    @property
    def iterations(self) -> int:
        """How many updates a run has."""
        return -(-self.steps // self.update_steps)


def begin_run(
    key: jax.Array,
    learner: Schedule,
    learned: Any,
    game: Interface,
    env: Env[Any, Any],
    params: Any,
) -> State:
    """The first episodes, and room for what will be played.

    The buffer never has more room than the run has steps, and holds whole updates.
    """
    key, play_key = jax.random.split(key)
    playing = begin(play_key, env, params, learner.num_envs)
    count = learner.update_steps
    capacity = count * max(1, min(learner.buffer_size // count, learner.iterations))
    size = game.observation_size
    masks = None if playing.legal is None else np.zeros(game.actions.size, bool)
    action = np.zeros((), np.int32) if game.discrete else np.zeros(game.actions.size, np.float32)
    number, numbers = np.zeros((), np.float32), np.zeros(size, np.float32)
    row = Transition(numbers, action, number, np.zeros((), bool), numbers, masks, masks)  # pyright: ignore[reportArgumentType] - shapes and dtypes only
    return State(key, learned, playing, empty(row, capacity), jnp.int32(0))


def play_and_learn(
    state: State,
    learner: Schedule,
    env: Env[Any, Any],
    params: Any,
    *,
    noise: Callable[[jax.Array, tuple[int, ...]], Any],
    choose: Callable[[Playing, Any, jax.Array], jax.Array],
    played: Callable[[jax.Array], jax.Array],
    learn: Callable[[jax.Array, Any, Transition], Any],
) -> State:
    """One update: play a little, keep it, and learn from what was kept.

    Args:
        state: The run so far.
        learner: Its counts.
        env: The game, with its time limit.
        params: Shared by all copies.
        noise: Draws at once, with leading axes `[steps, copies]`, what choosing needs of chance.
        choose: From what is seen, the noise of one step and how many steps were played before it,
            the actions as they are kept; the first `learning_starts` are to be drawn by chance.
        played: Kept actions as the game takes them.
        learn: One gradient step: from a key, what is learned so far and a batch.
    """
    # few draws, and large ones: each is compiled apart, and costs a kernel of its own
    drawn = jax.random.split(state.key, 3 + 2 * learner.gradient_steps)
    key, keys_key, noise_key = drawn[:3]
    times = (learner.train_frequency, learner.num_envs)
    keys = jax.random.split(keys_key, (times[0], 2, times[1]))
    counts = state.steps + learner.num_envs * np.arange(times[0], dtype=np.int32)

    def step(playing: Playing, drawn: Any) -> tuple[Playing, Transition]:
        keys, noise, count = drawn
        action = choose(playing, noise, count)
        following, led_to = advance(keys, env, params, playing, played(action))
        return following, Transition(
            obs=playing.obs,
            action=action,
            reward=led_to.reward,
            terminated=led_to.terminated,
            next_obs=led_to.obs,
            next_legal=led_to.legal,
            legal=playing.legal,
        )

    playing, rows = jax.lax.scan(step, state.playing, (keys, noise(noise_key, times), counts))
    rows = jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), rows)
    replay, steps = add(state.replay, rows), state.steps + learner.update_steps

    def gradient_step(learned: Any, keys: jax.Array) -> tuple[Any, None]:
        batch = sample(keys[0], replay, learner.batch_size)
        return learn(keys[1], learned, batch), None

    learned = jax.lax.cond(
        steps > learner.learning_starts,
        lambda: jax.lax.scan(gradient_step, state.learned, drawn[3:].reshape(-1, 2))[0],
        lambda: state.learned,
    )
    return State(key, learned, playing, replay, steps)
