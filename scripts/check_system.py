"""Say at once, and on any Python, whether this machine can run the project."""

import platform
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
# The oldest C library that the pinned packages run with.
GLIBC = (2, 28)


def problem():
    """Return one line on what is missing, or None."""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        return "Python {}.{} found, 3.11 to 3.13 needed: make PYTHON=python3.12 ...".format(
            *version
        )
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        machine = platform.system() + " on " + platform.machine()
        return machine + " found, Linux on x86-64 needed (docs/reproduce.md)"
    library, number = platform.libc_ver()
    if library != "glibc" or tuple(map(int, number.split(".")[:2])) < GLIBC:
        return "C library {} {} found, glibc 2.28 or newer needed".format(library, number)
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return "Python's venv module is missing: on Debian and Ubuntu, apt install python3-venv"
    return None


if __name__ == "__main__":
    missing = problem()
    if missing:
        sys.exit("error: " + missing)
