"""envsuite: a plugin-based environment suite for reinforcement learning.

Importing it makes every registered id known to Gymnasium and PettingZoo, by name only: nothing
heavy is imported before something is built.
"""

from envsuite.core.curriculum import Belief as Belief
from envsuite.core.curriculum import Curriculum as Curriculum
from envsuite.core.curriculum import Editor as Editor
from envsuite.core.curriculum import Keeper as Keeper
from envsuite.core.curriculum import KeptLevels as KeptLevels
from envsuite.core.curriculum import Measured as Measured
from envsuite.core.curriculum import Optimum as Optimum
from envsuite.core.curriculum import Outcome as Outcome
from envsuite.core.curriculum import Proposal as Proposal
from envsuite.core.env import Env as Env
from envsuite.core.env import Levels as Levels
from envsuite.core.env import LevelText as LevelText
from envsuite.core.env import TextEnv as TextEnv
from envsuite.core.env import World as World
from envsuite.core.policy import Evaluator as Evaluator
from envsuite.core.policy import Policy as Policy
from envsuite.core.policy import Trainer as Trainer
from envsuite.core.spec import AdapterSpec as AdapterSpec
from envsuite.core.spec import EnvSpec as EnvSpec
from envsuite.core.spec import Spec as Spec
from envsuite.core.timestep import Timestep as Timestep
from envsuite.factory import make as make
from envsuite.factory import make_as as make_as
from envsuite.factory import make_curriculum as make_curriculum
from envsuite.factory import make_engine as make_engine
from envsuite.factory import make_policy as make_policy
from envsuite.factory import spec as spec
from envsuite.hooks import hookimpl as hookimpl
from envsuite.registry import add_registry_file as add_registry_file
from envsuite.registry import registry as registry

__version__ = "0.1.0"

registry().announce()
