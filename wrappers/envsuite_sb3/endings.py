"""What some copies of an engine tell and show, as when their episodes end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def figures_of(info: Mapping[str, Any], copies: np.ndarray) -> list[dict[str, Any]]:
    """Figures of some copies, as Python numbers; those with an axis of agents are left out."""
    told = {
        name: values[copies].tolist()
        for name, values in info.items()
        if isinstance(values, np.ndarray) and values.ndim == 1
    }
    return [{name: column[row] for name, column in told.items()} for row in range(len(copies))]


def rows_of(obs: Any, copies: np.ndarray) -> Any:
    """What some copies show: of arrays, of arrays by group, or of a list of texts."""
    if isinstance(obs, Mapping):
        return {group: rows[copies] for group, rows in obs.items()}
    return obs[copies] if isinstance(obs, np.ndarray) else [obs[copy] for copy in copies]
