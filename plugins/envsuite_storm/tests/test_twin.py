"""STORM for any number against a slow twin, which knows dictionaries of cells and no arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_storm.n_player import FORWARD, STAY, TURN_LEFT, TURN_RIGHT, ZAP_AHEAD, NPlayerSTORM

GAME = NPlayerSTORM(players=5, size=4, coins=4)  # crowded, so that much happens
STEPS, GAMES = 80, 5
AHEAD = [(-1, 0), (0, -1), (1, 0), (0, 1)]


def walked(places, headings, actions, order):
    """Where all stand once nobody shares a cell, and how many were sent back for that."""
    before, after = dict(enumerate(places)), dict(enumerate(places))
    for player, action in enumerate(actions):
        if action == FORWARD:
            row, column = (
                at + by for at, by in zip(places[player], AHEAD[headings[player]], strict=True)
            )
            if 0 <= row < GAME.size and 0 <= column < GAME.size:
                after[player] = (row, column)
    sent = 0
    while True:
        cells: dict[Any, list[int]] = {}
        for player, cell in after.items():
            cells.setdefault(cell, []).append(player)
        shared = [group for group in cells.values() if len(group) > 1]
        if not shared:
            return list(after.values()), sent
        for group in shared:
            at_home = [player for player in group if after[player] == before[player]]
            keeps = at_home[0] if at_home else min(group, key=lambda player: order[player])
            for player in group:
                if player != keeps and after[player] != before[player]:
                    after[player], sent = before[player], sent + 1


def aimed(place, heading, aim):
    """The cell that a zap acts on."""
    ahead, left = AHEAD[heading], AHEAD[(heading + 1) % 4]
    first = (place[0] + ahead[0], place[1] + ahead[1])
    cell = [
        first,
        (first[0] + ahead[0], first[1] + ahead[1]),
        (first[0] + left[0], first[1] + left[1]),
        (first[0] - left[0], first[1] - left[1]),
    ][aim]
    if not all(0 <= at < GAME.size for at in cell):
        cell = first
    return cell if all(0 <= at < GAME.size for at in cell) else place


def paid(payoff, row, column):
    """What row and column player earn with what they hold."""
    shares = [[held / sum(own) for held in own] for own in (row, column)]
    return [
        sum(shares[0][a] * shares[1][b] * table[a][b] for a in (0, 1) for b in (0, 1))
        for table in payoff
    ]


def test_whole_games_agree_step_by_step():
    params = replace(GAME.default_params(), freeze_penalty=np.int32(2))
    stream = np.random.default_rng(0)
    chances = [0.08, 0.07, 0.3, 0.02, 0.2, 0.11, 0.11, 0.11]
    actions = stream.choice(8, (GAMES, STEPS, GAME.players), p=chances).astype(np.int32)

    gifts = stream.integers(0, 3, (GAMES, STEPS, GAME.players, 2), np.int32)

    def episode(key, actions, gifts):
        key, reset_key = jax.random.split(key)
        first, _ = GAME.reset(reset_key, params)

        def step(state, given):
            key, action, gifts = given
            # hands are filled, lest hardly anybody interacts
            empty = ~state.inventories.any(1, keepdims=True)
            state = replace(state, inventories=jnp.where(empty, gifts, state.inventories))
            orders = jax.random.uniform(jax.random.split(key, 3)[0], (2, GAME.players))
            following, timestep = GAME.step(key, state, {"player": action}, params)
            return following, (state, orders, following, timestep)

        return jax.lax.scan(step, first, (jax.random.split(key, STEPS), actions, gifts))[1]

    keys = jax.random.split(jax.random.key(0), GAMES)
    played = jax.device_get(jax.jit(jax.vmap(episode))(keys, actions, gifts))
    payoff = params.payoff.tolist()
    happened = {"interactions": 0, "chains": 0, "beaten": 0, "respawns": 0, "sent back": 0}
    for game in range(GAMES):
        for time in range(STEPS):
            state, (walk, zap), after, timestep = jax.tree.map(
                lambda leaf, at=(game, time): leaf[at], played
            )
            frozen = state.frozen.max(1).tolist()
            chosen = [
                STAY if clock else action
                for clock, action in zip(frozen, actions[game, time].tolist(), strict=True)
            ]
            turn = {TURN_LEFT: 1, TURN_RIGHT: -1}
            headings = [
                (heading + turn.get(action, 0)) % 4
                for heading, action in zip(state.headings.tolist(), chosen, strict=True)
            ]
            start = [tuple(place) for place in state.places.tolist()]
            places, sent = walked(start, state.headings.tolist(), chosen, walk)
            lying = {
                tuple(cell): kind
                for kind in (0, 1)
                for cell in state.coins[kind][state.lying[kind]].tolist()
            }
            held = state.inventories.tolist()
            for player, place in enumerate(places):
                if place in lying:
                    held[player][lying.pop(place)] += 1

            able = [sum(own) > 0 and not clock for own, clock in zip(held, frozen, strict=True)]
            zapped: dict[int, Any] = {}
            claims = 0
            for player, action in enumerate(chosen):
                if action < ZAP_AHEAD or not able[player]:
                    continue
                cell = aimed(places[player], headings[player], action - ZAP_AHEAD)
                gap = sum(abs(a - b) for a, b in zip(cell, places[player], strict=True))
                for target, place in enumerate(places):
                    if place == cell and able[target] and target != player:
                        claims += 1
                        claim = (gap, zap[player], player)
                        zapped[target] = min(claim, zapped.get(target, claim))
            pairs = {(claim[2], target) for target, claim in zapped.items()}
            pairs = {pair for pair in pairs if pair[::-1] not in pairs or pair[0] < pair[1]}
            reward, clocks = [0.0] * GAME.players, np.maximum(state.frozen - 1, 0)
            for row, column in pairs:
                earned = paid(payoff, held[row], held[column])
                reward[row], reward[column] = reward[row] + earned[0], reward[column] + earned[1]
                clocks[row, column] = clocks[column, row] = 2
            thawed = [clock == 1 for clock in frozen]

            np.testing.assert_allclose(timestep.reward["player"], reward, atol=1e-6)
            assert timestep.info["interactions"] == len(pairs)
            np.testing.assert_array_equal(after.frozen, clocks)
            stayed = [player for player in range(GAME.players) if not thawed[player]]
            assert [tuple(after.places[player].tolist()) for player in stayed] == [
                places[player] for player in stayed
            ]
            assert after.headings[stayed].tolist() == [headings[player] for player in stayed]
            due = [[0, 0] if up else own for own, up in zip(held, thawed, strict=True)]
            assert after.inventories.tolist() == due
            on_board = {
                tuple(cell): kind
                for kind in (0, 1)
                for cell in after.coins[kind][after.lying[kind]].tolist()
            }
            if any(thawed):
                assert after.lying.all() and lying.items() <= on_board.items()
            else:
                assert on_board == lying
            cells = [tuple(place) for place in after.places.tolist()] + list(on_board)
            assert len(set(cells)) == GAME.players + after.lying.sum(), "two things in one cell"
            happened["interactions"] += len(pairs)
            happened["chains"] += len(pairs) > len({min(pair) for pair in pairs}) or (
                len(pairs) > len({max(pair) for pair in pairs})
            )
            happened["beaten"] += claims - len(zapped)
            happened["respawns"] += any(thawed)
            happened["sent back"] += sent
    assert min(happened.values()) > 0, happened
