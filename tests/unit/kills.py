"""Processes that die in the middle of their work, as far as the code under test can tell."""


class Killed(BaseException):
    """What no handler of errors catches."""


def killed_after(monkeypatch, owner, name, calls):
    """Let a function be called so many times, then kill the process; returns what is called."""
    real, begun = getattr(owner, name), []

    def counted(*arguments):
        if len(begun) == calls:
            raise Killed
        begun.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(owner, name, counted)
    return begun
