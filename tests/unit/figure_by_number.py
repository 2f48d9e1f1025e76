"""A figure of the registry, from data to claims, numbers and drawing."""

from softness.figures import registry


class FigureByNumber:
    """What a figure makes of data, in one step; and whatever its modules define."""

    def __init__(self, number):
        self.entry = registry.find(number)
        self._modules = (self.entry.findings_module(), self.entry.module())

    def claims(self, data):
        return self._modules[0].claims(self._modules[0].compute(data))

    def table(self, data):
        return self._modules[0].table(self._modules[0].compute(data))

    def plot(self, data):
        return self._modules[1].plot(self._modules[0].compute(data))

    def html(self, data):
        return self._modules[1].html(self._modules[0].compute(data))

    def latex(self, data):
        return self._modules[1].latex(self._modules[0].compute(data))

    def __getattr__(self, name):
        holder = next(each for each in self._modules if hasattr(each, name))
        return getattr(holder, name)
