"""Where what is in the arrays of the compiled twin.

A world's row of `numbers`, `f32[copies, k]`, is the positions of all entities, x and y in turns,
then the velocities of all agents, then the words of all speakers; `goals` is `i32[copies, goals]`.
"""

RADIUS, MASS, ACCELERATION, MAX_SPEED = range(4)  # rows of `bodies`, by entity

(
    TIME_STEP, DAMPING, CONTACT_FORCE, CONTACT_MARGIN, AGENT_SPREAD, LANDMARK_SPREAD,
    LOCAL_RATIO, VIEW_RADIUS,
) = range(8)  # columns of `rules`  # fmt: skip
RULES = (
    "time_step", "damping", "contact_force", "contact_margin", "agent_spread", "landmark_spread",
    "local_ratio", "view_radius",
)  # fmt: skip

(
    AGENTS,  # how many
    ENTITIES,  # how many agents and landmarks
    SOLID,  # how many of them push each other apart; they come first
    VOCABULARY,
    SEMI_IMPLICIT,
    SCENARIO,  # its place in `SCENARIOS`
    HUNTERS,  # how many agents hunt, or do not know the goal; they come first
    FOOD,  # the first of the food
    FORESTS,  # the first of the forests
    VIEW,  # who sees whom: one of the three below
    EVERYONE,  # whether scripted prey keeps off everyone
    SCRIPTED,  # the first agent that follows a script
    CHANNELS,  # of a goal's colour
    SHIFT,  # of the channel of the first goal
    CONSTANTS,  # how many figures that never change stand at the head of the sources
) = range(15)  # places in `plan`  # fmt: skip
OPEN, NEAR, HIDING = range(3)  # everyone is seen; those who are near; those not in a forest

START, MOVES, SPEAKS, FIRST_WORD = range(4)  # columns of `groups`

PLUS, MINUS, MASK = range(3)  # rows of a table of what is seen; see `sources.py`
