"""Means and slopes of values with weights, over whatever of them is defined."""

import numpy as np


def inverse_variance(draws: np.ndarray) -> np.ndarray:
    """(...) weights from (draws, ...); 0 where too few are finite, or none differs."""
    finite = np.isfinite(draws)
    number = np.maximum(finite.sum(axis=0), 1)
    mean = np.where(finite, draws, 0.0).sum(axis=0) / number
    variance = (np.where(finite, draws - mean, 0.0) ** 2).sum(axis=0) / number
    return np.divide(1.0, variance, out=np.zeros(variance.shape), where=variance > 0)


def mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the last axis of what is defined; nan if nothing is."""
    weights = np.where(np.isfinite(values), weights, 0.0)
    total = weights.sum(axis=-1)
    weighted = (weights * np.nan_to_num(values)).sum(axis=-1)
    return np.divide(weighted, total, out=np.full(total.shape, np.nan), where=total > 0)


def slope(x: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Slope of the weighted straight line through what is defined; nan with fewer than two."""
    weights = np.where(np.isfinite(values), weights, 0.0)
    centre = np.nan_to_num(mean(np.where(weights > 0, x, np.nan), weights))
    away = np.where(weights > 0, x - centre[..., None], 0.0)
    square = (weights * away**2).sum(axis=-1)
    product = (weights * away * np.nan_to_num(values)).sum(axis=-1)
    return np.divide(product, square, out=np.full(square.shape, np.nan), where=square > 0)
