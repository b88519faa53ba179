"""TeamGrid: grid worlds for teams that see little, after TEAMGrid and distributed option-critic."""
