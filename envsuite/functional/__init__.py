"""The JAX side of the core: structs and the environments around environments."""

from envsuite.functional.struct import over as over
from envsuite.functional.struct import struct as struct
from envsuite.functional.struct import tree_where as tree_where
from envsuite.functional.time_limit import TimeLimit as TimeLimit
from envsuite.functional.transform import Transform as Transform
from envsuite.functional.transform import unwrapped as unwrapped
