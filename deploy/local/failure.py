"""The one exception of the launcher: what is wrong and what to do about it, in one sentence.

Whoever starts Casella on a laptop reads this text and nothing else, so it never carries a traceback. Its exit code is
the one that `casella --help` promises, where a command of it is served from here.
"""


class LaunchError(Exception):
    """Casella cannot be started here, or does not do what it was asked.

    Args:
        problem: What is wrong, without a full stop.
        remedy: What the reader can do about it, without a full stop.

    Attributes:
        problem: What is wrong, for whoever knows another remedy.
    """

    exit_code = 1

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}: {remedy}.")


class WrongInput(LaunchError):
    """What the caller gave cannot be right."""

    exit_code = 2


class NotRunning(LaunchError):
    """The Casella that is meant cannot be reached."""

    exit_code = 3
