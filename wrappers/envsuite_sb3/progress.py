"""What a run shows and keeps while it learns: a bar, a curve, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from stable_baselines3.common.callbacks import BaseCallback

from envsuite.runs.bar import Bar


class RunCallback(BaseCallback):
    """Follows a run through its rollouts.

    Attributes:
        curve: A point for each rollout in which an episode ended: `steps`, `seconds`, `episodes`,
            `return`, `length`, and `win_rate` where the game says who won.
        seconds: How long the run has learned so far, over all its parts.
    """

    def __init__(
        self,
        *,
        steps: int,
        slots_per_copy: int,
        keep: Callable[[], None],
        checkpoint_rollouts: int,
        curve: list[dict[str, Any]],
        seconds: float,
        show: bool,
    ) -> None:
        """Prepare to follow a run.

        Args:
            steps: How many environment steps the whole run has.
            slots_per_copy: How many slots of the `VecEnv` belong to one copy of the game.
            keep: Called between two rollouts, every `checkpoint_rollouts`, to write a checkpoint.
            checkpoint_rollouts: See there.
            curve: What an earlier part of the run left; gains the new points.
            seconds: How long the earlier parts took.
            show: Whether to show the bar.
        """
        super().__init__()
        self.curve = curve
        self._steps = steps
        self._share = slots_per_copy
        self._keep = keep
        self._every = checkpoint_rollouts
        self._rollouts = 0
        self._earlier = seconds
        self._began = time.monotonic()
        self._ended: list[dict[str, Any]] = []
        self._bar = Bar("training", steps, unit="steps", show=show)

    @property
    def seconds(self) -> float:
        """How long the run has learned so far, over all its parts."""
        return self._earlier + time.monotonic() - self._began

    def _on_training_start(self) -> None:
        self._began = time.monotonic()
        self._bar.start()
        self._bar.show(self.num_timesteps // self._share)

    def _on_rollout_start(self) -> None:
        if self._rollouts and self._rollouts % self._every == 0:
            self._keep()

    def _on_step(self) -> bool:
        for slot in self.locals["dones"].nonzero()[0]:
            if slot % self._share == 0:  # the slots of a copy end together and report alike
                self._ended.append(self.locals["infos"][slot])
        return True

    def _on_rollout_end(self) -> None:
        self._rollouts += 1
        steps = self.num_timesteps // self._share
        outcome = ""
        if self._ended:
            point = {"steps": steps, "seconds": round(self.seconds, 2), **_means(self._ended)}
            self.curve.append(point)
            self._ended = []
            name = "win_rate" if "win_rate" in point else "return"
            outcome = f"{name.replace('_', ' ')} {point[name]:.2f}"
        self._bar.show(steps, outcome)

    def close(self) -> None:
        """Leave the bar as it is, whatever ended the run."""
        self._bar.stop()


def _means(ended: list[dict[str, Any]]) -> dict[str, Any]:
    count = len(ended)
    means = {
        "episodes": count,
        "return": sum(float(info["episode"]["r"]) for info in ended) / count,
        "length": sum(float(info["episode"]["l"]) for info in ended) / count,
    }
    if all("is_success" in info for info in ended):
        means["win_rate"] = sum(info["is_success"] for info in ended) / count
    return means
