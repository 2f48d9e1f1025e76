"""What the estimator takes from runs, and the barriers that it finds."""
