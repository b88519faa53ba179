"""Hanabi: two to five players see every hand but their own, and build fireworks together."""
