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
LANES = 16  # copies whose chance is drawn side by side

SAME_STEP, NEXT_STEP, DISABLED = range(3)


@kernel()
def draw(i, book):
    """Spend one draw of a stream: it goes on as `split(key)[0]`, and `split(key)[1]` is used."""
    stream0, stream1 = book[i, STREAM0], book[i, STREAM1]
    book[i, KEY0], book[i, KEY1] = split(stream0, stream1, 1)
    book[i, STREAM0], book[i, STREAM1] = split(stream0, stream1, 0)


@kernel()
def draw_for_players(book, low, high):
    """`draw` for the copies that play.

    Sixteen at a time and without a branch, so that the compiler hashes them side by side; a lone
    copy has nobody beside it.
    """
    if high - low == 1:
        if book[low, PLAYS]:
            draw(low, book)
        return
    rows = np.empty((6, LANES), np.uint32)
    stream0, stream1, key0, key1, next0, next1 = rows
    for first in range(low, high, LANES):
        count = min(LANES, high - first)
        for lane in range(count):
            stream0[lane], stream1[lane] = book[first + lane, STREAM0], book[first + lane, STREAM1]
        for lane in range(LANES):
            key0[lane], key1[lane] = split(stream0[lane], stream1[lane], 1)
            next0[lane], next1[lane] = split(stream0[lane], stream1[lane], 0)
        for lane in range(count):
            i = first + lane
            if book[i, PLAYS]:
                book[i, KEY0], book[i, KEY1] = key0[lane], key1[lane]
                book[i, STREAM0], book[i, STREAM1] = next0[lane], next1[lane]


@kernel()
def guard_choices(book, asked, legal, gone, noop, played, low, high):
    """Play the no-op, or the first legal choice, in place of illegal ones, and count them.

    Returns how many are no choice at all, legal or not.

    Args:
        book: Its column `WRONG` is added to.
        asked: For each group `i64[n, agents]`.
        legal: For each group `bool[n, agents, choices]`, as last shown.
        gone: For each group `bool[n, agents]`, as last shown; what the dead choose does not count.
        noop: What is played instead where it is legal.
        played: For each group `i32[n, agents]`, written.
        low: The first copy.
        high: The copy after the last.
    """
    outside = 0
    for group in range(len(asked)):
        choices = legal[group].shape[2]
        for i in range(low, high):
            for agent in range(asked[group].shape[1]):
                action = asked[group][i, agent]
                known = 0 <= action < choices
                outside += not known
                if not (known and legal[group][i, agent, action]):
                    # the flags of an episode that ended say nothing of one that has begun since
                    if not book[i, DUE] and (book[i, FRESH] or not gone[group][i, agent]):
                        book[i, WRONG] += 1
                    action = noop
                    if not legal[group][i, agent, noop]:
                        action = 0
                        while action < choices - 1 and not legal[group][i, agent, action]:
                            action += 1
                played[group][i, agent] = action
    return outside


@kernel()
def guard_numbers(book, asked, gone, least, most, played, low, high):
    """Play zero in place of what is not finite, clip the rest, and count the former.

    Returns how many agents' actions are not finite.

    Args:
        book: Its column `WRONG` is added to.
        asked: For each group `f32[n, agents, k]`.
        gone: For each group `bool[n, agents]`, as last shown.
        least: For each group `f32[k]`.
        most: For each group `f32[k]`.
        played: For each group `f32[n, agents, k]`, written.
        low: The first copy.
        high: The copy after the last.
    """
    unsound = 0
    for group in range(len(asked)):
        for i in range(low, high):
            for agent in range(asked[group].shape[1]):
                sound = True
                for k in range(asked[group].shape[2]):
                    number = asked[group][i, agent, k]
                    if not np.isfinite(number):
                        sound = False
                        number = np.float32(0)
                    played[group][i, agent, k] = min(max(number, least[group][k]), most[group][k])
                unsound += not sound
                counts = not book[i, DUE] and (book[i, FRESH] or not gone[group][i, agent])
                if not sound and counts:
                    book[i, WRONG] += 1
    return unsound


@kernel()
def open_step(book, mode, low, high):
    """Decide which copies play, and draw their keys; after the actions were guarded."""
    for i in range(low, high):
        book[i, PLAYS] = mode != NEXT_STEP or not book[i, DUE]
        book[i, OVER] = book[i, PLAYS]
    draw_for_players(book, low, high)


# Threads take turns at Python's lock each time that they come back from a compiled function, so
# what follows one another at every step is one function.


@kernel()
def open_choices(book, mode, asked, legal, gone, noop, played, low, high):
    """`guard_choices`, and `open_step` unless an action is no choice at all."""
    outside = guard_choices(book, asked, legal, gone, noop, played, low, high)
    if not outside:
        open_step(book, mode, low, high)
    return outside


@kernel()
def open_numbers(book, mode, asked, gone, least, most, played, low, high):
    """`guard_numbers`, and `open_step` unless an action is not finite."""
    unsound = guard_numbers(book, asked, gone, least, most, played, low, high)
    if not unsound:
        open_step(book, mode, low, high)
    return unsound


@kernel()
def close_step(book, mode, limit, gone, truncated, over, wrong, last_wrong, low, high):
    """Count the step, end episodes, and draw keys for those that begin.

    An episode ends when all agents of all groups have terminated, or when its time is up.

    Args:
        book: See the module.
        mode: Of the autoreset.
        limit: Of an episode's steps; 0 for none.
        gone: For each group `bool[n, agents]`.
        truncated: `bool[n]`, written.
        over: `bool[n]`, written.
        wrong: `i32[n]`, written: illegal actions in this step, of the episode that is shown.
        last_wrong: `i32[n]`, written: those of an episode that ended; 0 elsewhere.
        low: The first copy.
        high: The copy after the last.
    """
    for i in range(low, high):
        due = book[i, DUE] > 0
        for group in range(len(gone)):
            for agent in range(gone[group].shape[1]):
                book[i, OVER] = book[i, OVER] and gone[group][i, agent]
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


@kernel()
def close_still(book, mode, limit, gone, truncated, over, wrong, last_wrong, reward, low, high):
    """`close_step`, and no reward and no flag in copies that do not play.

    `reward` is for each group `f32[n, agents]`.
    """
    close_step(book, mode, limit, gone, truncated, over, wrong, last_wrong, low, high)
    for group in range(len(gone)):
        for i in range(low, high):
            if not book[i, PLAYS]:
                for agent in range(gone[group].shape[1]):
                    reward[group][i, agent] = np.float32(0)
                    gone[group][i, agent] = False


@kernel()
def close_keeping(
    book, mode, limit, gone, truncated, over, wrong, last_wrong, obs, last_obs, notes, last_notes,
    stale, low, high,
):  # fmt: skip
    """`close_step`, and `keep` for what was observed and told.

    `obs` is for each group `[n, k]`, and so is `last_obs`; `notes` and `last_notes` are `[n, k]`.
    """
    close_step(book, mode, limit, gone, truncated, over, wrong, last_wrong, low, high)
    for group in range(len(obs)):
        keep(book, obs[group], last_obs[group], stale, low, high)
    keep(book, notes, last_notes, stale, low, high)


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
def renew(book, low, high):
    """Begin episodes by hand where `BEGINS` says so."""
    for i in range(low, high):
        if book[i, BEGINS]:
            draw(i, book)
            book[i, STEPS] = 0
            book[i, DUE] = 0
            book[i, FRESH] = 1
