"""Mazes: an agent that sees little looks for its goal, in levels that a curriculum may design."""
