"""Announces ids to PettingZoo: strings only, nothing is imported before something is made."""

from __future__ import annotations

from collections.abc import Iterable

import pettingzoo

from envsuite.core.spec import EnvSpec


def register(specs: Iterable[EnvSpec]) -> None:
    """Make ids known to `pettingzoo.make`, as parallel and as AEC environments.

    Doing so again is harmless. Versions of PettingZoo without a registry are left alone.
    """
    if not hasattr(pettingzoo, "register"):
        return
    for spec in specs:
        options = {"max_cycles": spec.max_steps, "kwargs": {"spec": spec.id}}
        # `pettingzoo.register` warns of every repetition
        if spec.id not in pettingzoo.parallel_registry:
            pettingzoo.register("parallel", spec.id, "envsuite_pettingzoo:parallel", **options)
        if spec.id not in pettingzoo.aec_registry:
            pettingzoo.register("aec", spec.id, "envsuite_pettingzoo:aec", **options)
