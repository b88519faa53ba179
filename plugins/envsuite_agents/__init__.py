"""Agents that come with the suite, one module each."""
