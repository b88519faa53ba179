"""The bar that long work shows: how far, how fast, how long yet, and how well."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Bar:
    """A bar on standard error with rate and time left.

    Attributes:
        total: How much there is to do.
    """

    def __init__(self, doing: str, total: int, *, unit: str, show: bool = True) -> None:
        """Prepare a bar.

        Args:
            doing: What is done, such as `"training"`.
            total: How much there is to do, in `unit`.
            unit: Of what is counted, such as `"steps"`.
            show: Whether to show it at all.
        """
        self.total = total
        columns: list[ProgressColumn] = [
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            MofNCompleteColumn(),
            TextColumn(f"{{task.fields[rate]}} {unit}/s"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[outcome]}"),
        ]
        self._bar = Progress(*columns, console=Console(stderr=True), disable=not show)
        self._task = self._bar.add_task(doing, start=False, total=total, rate="0", outcome="")
        self._first: int | None = None

    def start(self) -> None:
        """Show it; time counts from here."""
        self._bar.start()
        self._bar.start_task(self._task)

    def stop(self) -> None:
        """Leave it as it is, whatever ended the work."""
        self._bar.stop()

    def __enter__(self) -> Bar:
        """Show it."""
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        """Leave it as it is."""
        self.stop()

    def show(self, done: int, outcome: str = "") -> None:
        """Say how much is done by now, and how well it goes; what was done at first is no rate."""
        task = self._bar.tasks[self._task]
        if self._first is None:
            self._first = done
        elapsed = task.elapsed or 0.0
        rate = (done - self._first) / elapsed if elapsed else 0.0
        told = f"{rate:,.0f}" if rate >= 100 else f"{rate:.2f}"
        self._bar.update(
            self._task,
            completed=min(done, self.total),
            rate=told,
            outcome=outcome or task.fields["outcome"],
        )
