"""The Kob-Andersen liquid as a stage's settings have it."""


def liquid_settings(particles, density=1.2):
    return {
        "particles": particles,
        "density": density,
        "species": ["A", "B"],
        "fractions": [0.8, 0.2],
        "epsilon": {"AA": 1.0, "AB": 1.5, "BB": 0.5},
        "sigma": {"AA": 1.0, "AB": 0.8, "BB": 0.88},
        "cutoff": "common",
        "cutoff_distance": 2.5,
    }
