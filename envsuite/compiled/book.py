"""What a compiled engine does for every copy, whatever the game: chance, legality, time, ends.

It keeps a book, `u32[copies, 11]`, in which each copy has a row. Other arrays have the leading axis
`[copies]`; what is per agent has `[copies, agents]`. Each function works on the copies `low` to
`high`, so that several threads can share them.
"""

from __future__ import annotations

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import split

(
    STREAM0, STREAM1,  # the copy's stream of chance
    KEY0, KEY1,  # the key of what it does now
    STEPS,  # how many it has played since its episode began
    PLAYS,  # whether it plays this step
    BEGINS,  # whether it begins an episode now
    DUE,  # whether its episode has ended and the next has not begun
    OVER,  # whether its episode ended in this step
    FRESH,  # whether its episode began after the flags that are shown
    WRONG,  # how many of its agents chose what they may not
) = range(11)  # fmt: skip
COLUMNS = 11

SAME_STEP, NEXT_STEP, DISABLED = range(3)


@kernel()
def draw(i, book):
    """Spend one draw of a stream: it goes on as `split(key)[0]`, and `split(key)[1]` is used."""
    stream0, stream1 = book[i, STREAM0], book[i, STREAM1]
    book[i, KEY0], book[i, KEY1] = split(stream0, stream1, 1)
    book[i, STREAM0], book[i, STREAM1] = split(stream0, stream1, 0)


@kernel()
def guard_choices(book, actions, legal, gone, noop, played, low, high):
    """Play the no-op, or the first legal choice, in place of illegal ones, and count them.

    Returns how many are no choice at all, legal or not.

    Args:
        book: Its column `WRONG` is added to.
        actions: `int[n, agents]`.
        legal: `bool[n, agents, choices]`, as last shown.
        gone: `bool[n, agents]`, as last shown; what the dead choose does not count.
        noop: What is played instead where it is legal.
        played: `i32[n, agents]`, written.
        low: The first copy.
        high: The copy after the last.
    """
    choices, outside = legal.shape[2], 0
    for i in range(low, high):
        for agent in range(actions.shape[1]):
            action = actions[i, agent]
            known = 0 <= action < choices
            outside += not known
            if not (known and legal[i, agent, action]):
                # the flags of an episode that ended say nothing of one that has begun since
                if not book[i, DUE] and (book[i, FRESH] or not gone[i, agent]):
                    book[i, WRONG] += 1
                action = noop
                if not legal[i, agent, noop]:
                    action = 0
                    while action < choices - 1 and not legal[i, agent, action]:
                        action += 1
            played[i, agent] = action
    return outside


@kernel()
def guard_numbers(book, actions, gone, least, most, played, low, high):
    """Play zero in place of what is not finite, clip the rest, and count the former.

    Returns how many agents' actions are not finite.

    Args:
        book: Its column `WRONG` is added to.
        actions: `f32[n, agents, k]`.
        gone: `bool[n, agents]`, as last shown.
        least: `f32[k]`.
        most: `f32[k]`.
        played: `f32[n, agents, k]`, written.
        low: The first copy.
        high: The copy after the last.
    """
    unsound = 0
    for i in range(low, high):
        for agent in range(actions.shape[1]):
            sound = True
            for k in range(actions.shape[2]):
                number = actions[i, agent, k]
                if not np.isfinite(number):
                    sound = False
                    number = np.float32(0)
                played[i, agent, k] = min(max(number, least[k]), most[k])
            unsound += not sound
            if not sound and not book[i, DUE] and (book[i, FRESH] or not gone[i, agent]):
                book[i, WRONG] += 1
    return unsound


@kernel()
def open_step(book, mode, low, high):
    """Decide which copies play, and draw their keys; called after the actions were guarded."""
    for i in range(low, high):
        book[i, PLAYS] = mode != NEXT_STEP or not book[i, DUE]
        book[i, OVER] = book[i, PLAYS]
        if book[i, PLAYS]:
            draw(i, book)


@kernel()
def judge(book, gone, low, high):
    """Leave as `OVER` only copies in which all agents of a group have terminated."""
    for i in range(low, high):
        for agent in range(gone.shape[1]):
            book[i, OVER] = book[i, OVER] and gone[i, agent]


@kernel()
def close_step(book, mode, limit, truncated, over, wrong, last_wrong, low, high):
    """Count the step, end episodes whose time is up, and draw keys for those that begin.

    Args:
        book: See the module.
        mode: Of the autoreset.
        limit: Of an episode's steps; 0 for none.
        truncated: `bool[n]`, written.
        over: `bool[n]`, written.
        wrong: `i32[n]`, written: illegal actions in this step, of the episode that is shown.
        last_wrong: `i32[n]`, written: those of an episode that ended; 0 elsewhere.
        low: The first copy.
        high: The copy after the last.
    """
    for i in range(low, high):
        due = book[i, DUE] > 0
        if book[i, PLAYS]:
            book[i, STEPS] += 1
            truncated[i] = limit > 0 and book[i, STEPS] >= limit
            book[i, OVER] = book[i, OVER] or truncated[i]
        else:
            truncated[i] = False
        ended = book[i, OVER] > 0
        begins = ended if mode == SAME_STEP else due and mode == NEXT_STEP
        over[i] = ended
        wrong[i] = np.int32(0) if begins else np.int32(book[i, WRONG])
        last_wrong[i] = np.int32(book[i, WRONG]) if ended else np.int32(0)
        book[i, WRONG] = 0
        book[i, BEGINS] = begins
        book[i, FRESH] = begins
        book[i, DUE] = ended and mode != SAME_STEP
        if begins:
            book[i, STEPS] = 0
            draw(i, book)


@kernel()
def close_alone(book, gone, reward, low, high):
    """End a step of a lone copy, of one group and without autoreset or time limit.

    Returns whether that ended the episode, how many actions were illegal, and the mean reward.
    """
    total, wrong = np.float32(0), 0
    for i in range(low, high):
        for agent in range(gone.shape[1]):
            book[i, OVER] = book[i, OVER] and gone[i, agent]
            total += reward[i, agent]
        wrong = np.int64(book[i, WRONG])
        book[i, WRONG] = 0
        book[i, STEPS] += 1
        book[i, DUE] = book[i, OVER]
        book[i, FRESH] = 0
    return book[low, OVER] > 0, wrong, total / np.float32(gone.shape[1])


@kernel()
def stand_still(book, reward, gone, low, high):
    """No reward and no flag in copies that do not play: `f32[n, agents]`, `bool[n, agents]`."""
    for i in range(low, high):
        if not book[i, PLAYS]:
            for agent in range(gone.shape[1]):
                reward[i, agent] = np.float32(0)
                gone[i, agent] = False


@kernel()
def renew(book, low, high):
    """Begin episodes by hand where `BEGINS` says so."""
    for i in range(low, high):
        if book[i, BEGINS]:
            draw(i, book)
            book[i, STEPS] = 0
            book[i, DUE] = 0
            book[i, FRESH] = 1


@kernel()
def keep(book, shown, kept, stale, low, high):
    """Copy what ended episodes showed last, and leave zeros elsewhere.

    Args:
        book: See the module.
        shown: `[n, k]`.
        kept: `[n, k]`, written; zero but for the rows in `stale`.
        stale: `bool[n]`.
        low: The first copy.
        high: The copy after the last.
    """
    for i in range(low, high):
        if book[i, OVER]:
            for k in range(shown.shape[1]):
                kept[i, k] = shown[i, k]
        elif stale[i]:
            for k in range(shown.shape[1]):
                kept[i, k] = 0
