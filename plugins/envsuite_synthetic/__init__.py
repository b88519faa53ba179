"""Learned worlds: synthetic bandits and MDPs in which agents learn a real task quickly."""
