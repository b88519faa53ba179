"""The numba side of the core: what compiled twins of games are made with."""
