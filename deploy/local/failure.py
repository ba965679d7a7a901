"""The one exception of the launcher: what is wrong and what to do about it, in one sentence.

Whoever starts Casella on a laptop reads this text and nothing else, so it never carries a traceback.
"""


class LaunchError(Exception):
    """Casella cannot be started here.

    Args:
        problem: What is wrong, without a full stop.
        remedy: What the reader can do about it, without a full stop.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}: {remedy}.")
