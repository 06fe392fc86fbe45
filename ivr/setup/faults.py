"""Why the environment cannot be made: one class each, which writes its own sentence."""

from __future__ import annotations

from pathlib import Path

DOCKER_WAY = "With Docker none of this is needed: `docker compose up`."


class SetupError(Exception):
    """The text is one sentence, or two, for the person at the keyboard."""


class VenvFailedError(SetupError):
    """Python cannot make a virtual environment, with or without pip."""

    def __init__(self, python: str, detail: str) -> None:
        super().__init__(
            f"{python} cannot make a virtual environment ({detail}); on Debian and Ubuntu the package "
            f"python3-venv brings what is missing. {DOCKER_WAY}"
        )


class PipMissingError(SetupError):
    """This Python came without pip, and the distribution's could not be had either."""

    def __init__(self, python: str, detail: str) -> None:
        super().__init__(
            f"{python} came without pip, and fetching the distribution's failed: {detail} "
            "Installing the package python3-venv helps as well."
        )


class InstallFailedError(SetupError):
    """pip did not get to its end."""

    def __init__(self, detail: str, log: Path) -> None:
        super().__init__(
            f"the project's libraries could not be installed: {detail.rstrip('.')}. All that pip said is in "
            f"{log}; with a network, start again. {DOCKER_WAY}"
        )


class FolderUnusableError(SetupError):
    """The checkout cannot be written."""

    def __init__(self, folder: Path, detail: str) -> None:
        super().__init__(f"{folder} cannot be used ({detail}); give it to this user, or clone it elsewhere.")


class CheckoutBusyError(SetupError):
    """Another process is installing into the same folder and does not finish."""

    def __init__(self, folder: Path, waited_s: float) -> None:
        super().__init__(f"another process has been installing in {folder} for {waited_s:.0f} s; end it.")
