"""Version of this package. Apart, so that a release does not change the digest of simulations."""

__version__ = "0.1.0"
