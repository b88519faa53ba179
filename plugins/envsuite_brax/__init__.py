"""Robots that walk, swim and stand up on Brax's physics, one agent each; see the README."""
