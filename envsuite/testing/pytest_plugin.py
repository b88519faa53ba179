"""`pytest --envsuite "acme/*"`: the suite's checks as tests, one for each id and check.

Installed with the suite; without the option it collects nothing and imports nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("envsuite").addoption(
        "--envsuite",
        action="append",
        default=[],
        metavar="ID",
        help="check the environments whose id matches, such as 'acme/*'; may be repeated",
    )


def pytest_collection(session: pytest.Session) -> None:
    """Refuse a pattern that matches no id, before anything runs."""
    patterns = session.config.getoption("--envsuite")
    if not patterns:
        return
    from envsuite.registry import registry

    ids = list(registry().environments)
    for pattern in patterns:
        if not any(fnmatchcase(id, pattern) for id in ids):
            raise pytest.UsageError(
                f"--envsuite {pattern}: no id matches; `envsuite list` names them"
            )


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Put one test for each id and check behind those that were collected."""
    patterns = config.getoption("--envsuite")
    if patterns:
        from envsuite.registry import registry

        for id in registry().environments:
            if any(fnmatchcase(id, pattern) for pattern in patterns):
                for check in ("check", "check_engine", "check_vector"):
                    name = f"{check}[{id}]"
                    items.append(Conformance.from_parent(session, name=name, id=id, check=check))
    yield


class Conformance(pytest.Item):
    """One check of one id."""

    def __init__(self, *, id: str, check: str, **kwargs: Any) -> None:
        """Remember what to check."""
        super().__init__(**kwargs)
        self.env_id = id
        self.check = check

    def runtest(self) -> None:
        """Run the check."""
        import envsuite.testing

        getattr(envsuite.testing, self.check)(self.env_id)

    def teardown(self) -> None:
        """A run over every id compiles more than one process may hold."""
        from envsuite.testing.compiled_programs import forget_in_time

        forget_in_time()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A broken promise is told without a traceback."""
        from envsuite.testing import CheckError

        if isinstance(excinfo.value, CheckError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where it stands."""
        return self.path, None, self.name
