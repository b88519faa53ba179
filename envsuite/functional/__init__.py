"""The JAX side of the core: structs and the environments around environments."""

from envsuite.functional.auto_reset import AutoReset as AutoReset
from envsuite.functional.auto_reset import begin_if_over as begin_if_over
from envsuite.functional.broadcast import Broadcast as Broadcast
from envsuite.functional.broadcast import OwnState as OwnState
from envsuite.functional.legal_actions import LegalActions as LegalActions
from envsuite.functional.played_by import PlayedBy as PlayedBy
from envsuite.functional.played_by import only as only
from envsuite.functional.struct import over as over
from envsuite.functional.struct import struct as struct
from envsuite.functional.struct import tree_where as tree_where
from envsuite.functional.time_limit import TimeLimit as TimeLimit
from envsuite.functional.transform import Transform as Transform
from envsuite.functional.transform import game_state as game_state
from envsuite.functional.transform import is_text as is_text
from envsuite.functional.transform import unwrapped as unwrapped
from envsuite.functional.with_params import WithParams as WithParams
