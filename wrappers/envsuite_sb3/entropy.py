"""The entropy bonus: large while there is much to find, small when it is time to settle."""

from __future__ import annotations

from typing import Any

from stable_baselines3.common.callbacks import BaseCallback


class EntropySchedule(BaseCallback):
    """Lets the entropy coefficient fall in a straight line over a run.

    Stable-Baselines3 has schedules for the learning rate and the clip range, but not for this.
    """

    model: Any  # of an algorithm with `ent_coef`, which the base class does not promise

    def __init__(self, first: float, last: float, timesteps: int) -> None:
        """Prepare.

        Args:
            first: The coefficient of the first rollout.
            last: The coefficient after `timesteps`.
            timesteps: Of the whole run, as `num_timesteps` counts them.
        """
        super().__init__()
        self._first, self._last, self._timesteps = first, last, timesteps

    def _on_rollout_start(self) -> None:
        done = min(1.0, self.num_timesteps / self._timesteps)
        self.model.ent_coef = self._first + done * (self._last - self._first)

    def _on_step(self) -> bool:
        return True
