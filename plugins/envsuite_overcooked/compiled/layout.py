"""Where what is in the arrays of the compiled twin."""

ROW, COLUMN, FACING, HAND = range(4)  # of a cook's row of `cooks`, `i32[copies, 2, 4]`
ONIONS, REMAINING = range(2)  # of a pot's row of `pots`, `i32[copies, pots, 2]`

DELIVERY, PLACEMENT, PLATED, SOUP, SHAPING = range(5)  # columns of `worth`, `f32`
COOK_TIME, HORIZON = range(2)  # columns of `times`, `i32`

ANY_PLACE, ANY_FACING, ANY_CONTENTS = range(3)  # of `chances`: what is left to chance at a start

# Planes of an observation: the cooks', then where the kitchen's begin, and those that change.
OWN, OTHER, OWN_FACING, OTHER_FACING, KITCHEN = 0, 1, 2, 6, 10
(
    IN_POT, IN_SOUP, TO_COOK, READY, PLATE_HERE, ONION_HERE, HURRYING
) = 16, 18, 20, 21, 22, 23, 25  # fmt: skip
