"""The errors that are addressed to the user: what is wrong, its value, and the remedy."""


class InputError(ValueError):
    """An argument, a setting or a file that cannot be used.

    The message names the thing, its value and the remedy in one line; stages print it as it is,
    without a traceback, and end with a non-zero exit code.
    """


STOPPED = "stopped: "
"""Beginning of the line that a stage prints when it is out of time."""


class OutOfTime(Exception):
    """The time limit is nearly reached. What was done is kept, and the same command resumes there.

    The message tells what was done and what remains.
    """


def in_one_line(error: OSError) -> str:
    """What the system says, and of which file."""
    return f"{error.filename or 'system'}: {error.strerror or error}"
