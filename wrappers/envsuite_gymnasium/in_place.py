"""One copy of a game played where its arrays lie, which takes a few microseconds a step."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from envsuite.engines.base import Engine
from envsuite.engines.in_place import Place, PlaysInPlace
from envsuite_gymnasium.views import Alone, Team, View

FEW = 8  # an engine changes between two places, until it is given another task


class InPlace:
    """What `GymnasiumEnv` does at every step, with everything prepared that can be.

    It shows what the view shows of a batch of one; a test holds the two together.
    """

    def __init__(self, place: Place, view: Alone | Team) -> None:
        """Take hold of the arrays."""
        self._due = view.action_space.shape
        self._kinds = "iu" if np.issubdtype(place.actions.dtype, np.integer) else "fiu"
        self._actions = place.actions.reshape(self._due or ())
        self._whole = isinstance(view, Team)
        self._obs = place.obs.reshape(-1) if self._whole else place.obs[0]
        legal = place.legal
        if legal is not None:
            legal = legal.reshape(-1) if self._whole else legal[0]
        self.legal = legal
        self._mask = None if legal is None else legal.view(np.int8)
        self._turn, self._gone = place.turn, place.terminated
        self._figures = list(place.info.items())

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Play one step; what is handed out lies in memory of its own.

        Raises:
            ValueError: If the shape, dtype or range of the action does not fit, or it is NaN.
        """
        array = action if type(action) is np.ndarray else np.asarray(action)
        if array.shape != self._due or array.dtype.kind not in self._kinds:
            kinds = "integers" if self._kinds == "iu" else "floats"
            raise ValueError(
                f"the action has shape {list(array.shape)} and dtype {array.dtype}; "
                f"due are {kinds} of shape {list(self._due or ())}"
            )
        self._actions[...] = array
        over, wrong, reward = self._turn()
        info = {name: figure[0] for name, figure in self._figures}
        info["illegal_actions"] = wrong
        if self._whole:
            info["agents_terminated"] = self._gone.copy()
        if self._mask is not None:
            info["action_mask"] = self._mask.copy()
        return self._obs.copy(), reward, over, False, info


class Places:
    """The places in which an environment plays, each prepared once."""

    def __init__(self, engine: Engine, view: View) -> None:
        """Find out whether the engine can play in place what the view shows."""
        seen = view.observation_space
        plain = isinstance(seen, spaces.Box) and seen.dtype == np.float32
        self._engine = engine if plain and isinstance(engine, PlaysInPlace) else None
        self._view = view if isinstance(view, Alone | Team) else None
        self._known: dict[Place, InPlace] = {}

    def now(self) -> InPlace | None:
        """Where the episode that runs is played; `None` if not in place."""
        if self._engine is None or self._view is None:
            return None
        place = self._engine.place()
        if place is None:
            return None
        if place not in self._known:
            if len(self._known) >= FEW:
                self._known.clear()
            self._known[place] = InPlace(place, self._view)
        return self._known[place]
