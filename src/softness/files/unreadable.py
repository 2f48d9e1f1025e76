"""Why a file cannot be read: the system's reason, or what is wrong with its content."""

import errno
import os
from pathlib import Path

from softness.errors import InputError

RUN_AGAIN = "delete it and run again"
"""The remedy for a file of the study whose content was read and found wrong, and for no other."""

_NO_LOCKS = (
    "its file system has no locks: mount it with them (Lustre: option flock), or set "
    "HDF5_USE_FILE_LOCKING=FALSE"
)
_LIMIT = "raise the limit (ulimit -n), or close other files"
_PERMISSION = "ask its owner to let you read it, its folder as well"
_REMEDIES = {
    errno.EAGAIN: "another program has it open for writing: close it there, then run again",
    errno.ENOLCK: _NO_LOCKS,
    errno.ENOSYS: _NO_LOCKS,
    errno.EOPNOTSUPP: _NO_LOCKS,
    errno.EMFILE: _LIMIT,
    errno.ENFILE: _LIMIT,
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.ENOENT: "check the path, or run the rule that makes it",
    errno.EISDIR: "name a file in it",
}


def unreadable(path: str | Path, error: Exception, fault: str, remedy: str) -> InputError:
    """The error for a file that could not be read, to be raised ``from`` what a library raised.

    Parameters
    ----------
    path
        The file.
    error
        What the library raised. With a number of the system (`OSError.errno`) the content was not
        looked at and may be sound: the message gives the system's reason.
    fault
        Otherwise, what is wrong with the content.
    remedy
        And what to do about it.

    Returns
    -------
    InputError
        ``path: reason: remedy``.
    """
    number = error.errno if isinstance(error, OSError) else None
    if number is not None:
        fault = f"cannot be read now: {os.strerror(number)}"
        remedy = _REMEDIES.get(number, "its content was not looked at; mend that, then run again")
    return InputError(f"{path}: {fault}: {remedy}")


def raised_in(package: str, error: BaseException) -> bool:
    """Whether an error comes from within a package, and not from the code that called it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = trace.tb_frame.f_globals.get("__name__", "") if trace is not None else ""
    return module.partition(".")[0] == package
