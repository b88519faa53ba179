"""The cores of the CPU as devices of JAX."""

from __future__ import annotations

import os

import jax


def use_cores(count: int | None = None) -> None:
    """Let each of `count` cores (all, if `None`) be a device, before anything is computed.

    A population of small programs is computed faster by one device a core than by one device
    that spreads each small operation over all. XLA's devices share one pool of threads, whose
    tasks wait for one another: it must be larger than their number, or they wait for ever.

    Raises:
        RuntimeError: If JAX has computed something already.
    """
    count = count or os.cpu_count() or 1
    os.environ.setdefault("NPROC", str(4 * count))  # the size of that pool
    jax.config.update("jax_num_cpu_devices", count)
