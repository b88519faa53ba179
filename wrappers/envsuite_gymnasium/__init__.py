"""Gymnasium: every environment of the suite as `gymnasium.Env` and as a native `VectorEnv`."""

from envsuite_gymnasium.build import make as make
from envsuite_gymnasium.build import make_vec as make_vec
