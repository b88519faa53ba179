"""MABrax: one robot, whose joints several agents drive, on Brax's physics."""
