"""Backends: many copies of a game behind one protocol."""
