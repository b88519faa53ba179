"""Where the numbers of a battle lie: rows of arrays `[copies, rows, units]`."""

# f32[copies, 8, units]
X, Y, HEALTH, COOLDOWN, MOVE_X, MOVE_Y, POINT_X, POINT_Y = range(8)

# i32[copies, 4, units]
TYPE, ATTACK, SHOT, LAST = range(4)

# f32[1 or copies, 7, unit types]
T_HEALTH, T_DAMAGE, T_RANGE, T_SIGHT, T_SPEED, T_RADIUS, T_COOLDOWN = range(7)
TABLES = (
    "health",
    "damage",
    "attack_range",
    "sight_range",
    "speed",
    "radius",
    "weapon_cooldown",
)

# f32[1 or copies, 11]
(
    BONUS, SECONDS, NOISE_LOW, NOISE_HIGH, ALLY_X, ALLY_Y, ENEMY_X, ENEMY_Y, SPREAD, WIDTH, HEIGHT,
) = range(11)  # fmt: skip

# i64[14]: what the configuration fixes; the last ten are flags
(
    ALLIES, TICKS, DRAWS, VIEW, WALLS, RANDOM_TARGETS, ENEMY_SHOOTS, ZERO_SUM, SEE_ENEMY_ACTIONS,
    BOTH_LEARN, MARINES, GENERATED, INSIDE, BY_CHANCE,
) = range(14)  # fmt: skip
LIST, WHOLE, PEER = range(3)  # the views: `unit_list`, and either kind of `conic`
