"""PettingZoo: every environment of the suite as `ParallelEnv` and as `AECEnv`."""

from envsuite_pettingzoo.build import aec as aec
from envsuite_pettingzoo.build import parallel as parallel
