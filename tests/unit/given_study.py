"""A study of given trajectories, as small as a configuration allows."""

TEMPERATURES = (0.7, 0.75, 0.8, 2.0)


def given_study(path, replicas=2, **trajectories):
    """Settings of a study whose files are named by a pattern of {temperature} and {replica}."""
    places = [(t, replica) for t in TEMPERATURES for replica in range(replicas)]
    return {
        "study": "given",
        "replicas": replicas,
        "liquid": {"particles": 500},
        "temperatures": [{"temperature": t, "production": 60} for t in TEMPERATURES],
        "trajectories": {
            "species": ["A", "B"],
            "files": [
                {
                    "path": str(path).format(temperature=t, replica=replica),
                    "temperature": t,
                    "replica": replica,
                }
                for t, replica in places
            ],
            **trajectories,
        },
        "roles": {
            "training": 0.7,
            "transfer_test": 0.75,
            "fluidity": [2.0],
            "barrier_fit": {"below": 0.9, "sensitivity": 1.0},
        },
        "pair_distribution": {"largest_distance": 3.5, "frames": 10, "blocks": 2},
        "self_scattering": {"origins": 10, "least_origins": 5},
        "features": {"radial": {"last": 2.5}, "angular": {"last": 2.5}},
        "samples": {"activated": 150, "extremes": 100, "tail": 0.02, "quiet": {"duration": 6}},
        "barriers": {"stride": 5},
    }
