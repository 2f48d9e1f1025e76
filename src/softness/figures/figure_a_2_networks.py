"""Figure A.2: barriers by networks with more or fewer examples for each parameter."""

from matplotlib.figure import Figure

from softness.figures import draw_models
from softness.findings.barrier_curves import BarrierCurves


def plot(barriers: BarrierCurves) -> Figure:
    """Delta E (a) and Sigma (b) against x, by all networks."""
    return draw_models.barrier_figure(barriers)
