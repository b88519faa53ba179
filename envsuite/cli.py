"""The command `envsuite`; its commands are in `envsuite.commands`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; says which extra to install where it is missing."""
    try:
        from envsuite.commands.app import app
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        sys.exit(
            f"The command line needs {error.name}, which is not installed: "
            'pip install "envsuite[cli]"'
        )
    app()


if __name__ == "__main__":
    main()
