"""Curricula: who chooses the levels that a learner plays."""
