"""The rules of pursuit, by example and against a slow twin of plain Python."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.core.env import World
from envsuite_primer.pursuit import EAST, MOVES, NORTH, SOUTH, STAY, WEST, Params, Pursuit, State

KEY = jax.random.key(0)
GAME = Pursuit()
STEP = jax.jit(Pursuit.step, static_argnums=0)  # compiled once for each configuration


def scene(picture: str) -> tuple[Pursuit, State]:
    """Read a torus: `H` a hunter, `P` a prey, `X` a caught one; each kind numbered row by row."""
    cells = np.array([line.split() for line in picture.split("\n") if line.strip()])
    prey = np.argwhere((cells == "P") | (cells == "X"))
    hunters = np.argwhere(cells == "H")
    game = Pursuit(size=len(cells), hunters=len(hunters), prey=len(prey), sight=1)
    alive = [cells[tuple(place)] == "P" for place in prey]
    return game, State(jnp.array(hunters, jnp.int32), jnp.array(prey, jnp.int32), jnp.array(alive))


def play(game, state, hunter, prey, params=None):
    action = {"hunter": jnp.array(hunter), "prey": jnp.array(prey)}
    return STEP(game, KEY, state, action, params or game.default_params())


def test_standing_on_prey_catches_it():
    game, state = scene("""
        H . .
        P . .
        . . .
    """)
    state, timestep = play(game, state, [SOUTH], [STAY])
    assert not state.alive.any()
    assert timestep.reward["prey"].tolist() == [-1]
    np.testing.assert_allclose(timestep.reward["hunter"], [0.99])
    assert timestep.terminated["hunter"].all() and timestep.terminated["prey"].all()
    assert timestep.info["won"] and timestep.info["caught"] == 1


def test_the_prey_may_run_into_the_hunter():
    game, state = scene("""
        H . P
        . . .
        . . .
    """)
    state, _ = play(game, state, [STAY], [EAST])  # over the edge, for the torus is round
    assert not state.alive.any()


def test_two_who_swap_cells_pass_each_other():
    game, state = scene("""
        H P .
        . . .
        . . .
    """)
    state, timestep = play(game, state, [EAST], [WEST])
    assert state.alive.all()
    np.testing.assert_allclose(timestep.reward["hunter"], [-0.01])
    np.testing.assert_allclose(timestep.reward["prey"], [0.01])


def test_two_hunters_on_one_prey_catch_it_once_and_both_are_paid():
    game, state = scene("""
        . H . .
        H P . .
        . . . .
        . . . P
    """)
    state, timestep = play(game, state, [SOUTH, EAST], [STAY, STAY])
    assert state.alive.tolist() == [False, True]
    np.testing.assert_allclose(timestep.reward["hunter"], [0.99, 0.99])
    assert timestep.info["caught"] == 1 and not timestep.info["won"]


def test_the_caught_keep_their_row_but_neither_move_nor_earn_nor_choose():
    game, state = scene("""
        H P . .
        . . . .
        . . . P
        . H . .
    """)
    state, timestep = play(game, state, [EAST, STAY], [STAY, STAY])
    assert timestep.terminated["prey"].tolist() == [True, False]
    assert timestep.legal["prey"].tolist() == [[True, False, False, False, False], [True] * 5]
    state, timestep = play(game, state, [SOUTH, STAY], [SOUTH, NORTH])
    assert state.prey.tolist() == [[0, 1], [1, 3]]
    np.testing.assert_allclose(timestep.reward["prey"], [0, 0.01])
    assert timestep.terminated["prey"].tolist() == [True, False]
    assert not timestep.terminated["hunter"].any()


def test_one_cannot_be_caught_twice():
    game, state = scene("""
        H X . .
        . . . .
        . P . .
        . . . H
    """)
    _, timestep = play(game, state, [EAST, STAY], [STAY, STAY])
    np.testing.assert_allclose(timestep.reward["hunter"], [-0.01, -0.01])
    assert timestep.reward["prey"][0] == 0


def test_nothing_moves_or_pays_after_the_end():
    game, state = scene("""
        H . .
        . X .
        . . .
    """)
    following, timestep = play(game, state, [EAST], [EAST])
    assert following.hunters.tolist() == state.hunters.tolist()
    assert timestep.reward["hunter"].tolist() == [0] and timestep.reward["prey"].tolist() == [0]
    assert timestep.legal["hunter"].tolist() == [[True, False, False, False, False]]


def test_one_sees_the_square_around_oneself_over_the_edge_too():
    game, state = scene("""
        P . . . .
        . H . . .
        . . X . .
        . . . . .
        H . . . P
    """)
    _, timestep = play(game, state, [STAY, STAY], [STAY, STAY, STAY])

    def around(group, row):
        return timestep.obs[group][row].reshape(2, 3, 3).astype(int).tolist()

    # the hunter in the north-west sees a prey beside it, not itself, and not the caught
    assert around("hunter", 0) == [[[0] * 3] * 3, [[1, 0, 0], [0, 0, 0], [0, 0, 0]]]
    # the one in the south-west sees prey west and south, both over an edge
    assert around("hunter", 1) == [[[0] * 3] * 3, [[0, 0, 0], [1, 0, 0], [0, 1, 0]]]
    # the prey in the corner sees both hunters and the other prey over the corner
    assert around("prey", 0) == [
        [[0, 1, 0], [0, 0, 0], [0, 0, 1]],
        [[1, 0, 0], [0, 0, 0], [0, 0, 0]],
    ]
    assert not timestep.obs["prey"][1].any(), "the caught sees nothing"


def test_the_world_holds_every_place_and_who_lives():
    game, state = scene("""
        H . . .
        . P . .
        . . X .
        . . . .
    """)
    assert isinstance(game, World)
    world = game.world(state)
    np.testing.assert_allclose(world, [0, 0, 0.25, 0.25, 0.5, 0.5, 1, 0])
    assert game.world_space.contains(np.asarray(world))


def test_params_set_what_a_catch_and_a_step_are_worth():
    game, state = scene("""
        H P .
        . . .
        . . .
    """)
    _, timestep = play(game, state, [EAST], [STAY], Params(catch_reward=5.0, step_penalty=0.5))
    assert timestep.reward["hunter"].tolist() == [4.5]
    assert timestep.reward["prey"].tolist() == [-5.0]


def test_everyone_begins_on_a_cell_of_their_own_and_every_cell_is_used():
    game = Pursuit(size=3, hunters=4, prey=4, sight=1)
    keys = jax.random.split(KEY, 200)
    states, _ = jax.jit(jax.vmap(game.reset, (0, None)))(keys, game.default_params())
    cells = np.concatenate([states.hunters, states.prey], axis=1) @ [3, 1]
    assert all(len(set(row)) == 8 for row in cells.tolist())
    assert set(cells[:, 0].tolist()) == set(range(9))


def test_whole_games_agree_with_a_slow_twin():
    """Forty games of random moves; the twin knows sets of cells and no arrays."""
    rng = np.random.default_rng(0)
    moves = {
        group: rng.integers(0, 5, (40, 30, size), np.int32) for group, size in GAME.agents.items()
    }
    params = GAME.default_params()

    def play_on(state, action):
        state, timestep = GAME.step(KEY, state, action, params)
        return state, (state, timestep)

    def episode(key, actions):
        state, timestep = GAME.reset(key, params)
        return (state, timestep), jax.lax.scan(play_on, state, actions)[1]

    keys = jax.random.split(KEY, 40)
    games = jax.device_get(jax.jit(jax.vmap(episode))(keys, moves))
    assert games[1][1].info["won"].any() and not games[1][1].info["won"][:, -1].all()
    for index in range(40):
        (state, _), steps = jax.tree.map(lambda leaf, index=index: leaf[index], games)
        hunters = [tuple(place) for place in state.hunters.tolist()]
        prey = [tuple(place) for place in state.prey.tolist()]
        alive = [True] * GAME.prey
        for time in range(30):
            state, timestep = jax.tree.map(lambda leaf, time=time: leaf[time], steps)
            before, running = list(alive), any(alive)
            if running:
                chosen = moves["hunter"][index, time]
                hunters = [_moved(*pair) for pair in zip(hunters, chosen, strict=True)]
            for one, chosen in enumerate(moves["prey"][index, time]):
                if alive[one]:
                    prey[one] = _moved(prey[one], chosen)
                    alive[one] = prey[one] not in set(hunters)

            assert [tuple(place) for place in state.hunters.tolist()] == hunters
            assert [tuple(place) for place in state.prey.tolist()] == prey
            assert timestep.terminated["prey"].tolist() == [not lives for lives in alive]
            due = (sum(before) - sum(alive) - 0.01) if running else 0
            np.testing.assert_allclose(timestep.reward["hunter"], [due] * 3, atol=1e-6)
            # a living prey sees as many cells with hunters as there are within two steps
            near = [{at for at in hunters if _distance(one, at) <= 2} for one in prey]
            counts = timestep.obs["prey"][:, :25].sum(axis=1).tolist()
            assert counts == [len(n) * lives for n, lives in zip(near, alive, strict=True)]
            for group, space in GAME.observation_space.items():
                assert all(space.contains(row) for row in timestep.obs[group])
                assert timestep.legal[group].any(axis=1).all()


def _moved(place, action):
    return tuple(int(at + by) % GAME.size for at, by in zip(place, MOVES[action], strict=True))


def _distance(one, other):
    """How many steps of a king on the torus."""
    gaps = [abs(a - b) for a, b in zip(one, other, strict=True)]
    return max(min(gap, GAME.size - gap) for gap in gaps)


def test_the_same_key_scatters_alike_and_another_differently():
    keys = jax.vmap(jax.random.key)(jnp.array([1, 1, 2]))
    states, _ = jax.jit(jax.vmap(GAME.reset, (0, None)))(keys, GAME.default_params())
    first, again, other = states.hunters.tolist()
    assert first == again != other


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"prey": 0}, "prey must be a whole number from 1 up, not 0"),
        ({"size": 7.5}, "size must be a whole number from 1 up, not 7.5"),
        ({"size": 4, "sight": 2}, "choose a size of at least 5"),
        ({"size": 3, "sight": 1, "hunters": 8}, "8 hunters and 2 prey do not fit on 9 cells"),
    ],
)
def test_numbers_that_make_no_game_are_refused(config, words):
    with pytest.raises(ValueError, match=words):
        Pursuit(**config)
