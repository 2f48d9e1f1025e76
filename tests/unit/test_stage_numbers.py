"""Numbers that stages of analysis write, against loops over a run of 20 frames."""

import json

import numpy as np
import pytest
from direct_sums import nearest_image, vectors_and_distances
from stage_files import made_up

from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts
from softness.files.frames import Frame, write_segment
from softness.files.provenance import Provenance
from softness.files.records.dynamics import (
    DisplacementMap,
    PairDistributions,
    RelaxationTable,
    VanHove,
)
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import (
    Classifier,
    Distribution,
    LearnedValues,
    ReferenceFeatures,
)
from softness.files.records.memory import SoftnessDecay
from softness.files.records.regressed import MatchedThreshold, Neighbourhood, SnapshotShares
from softness.files.trajectory import Trajectory
from softness.seeds import stream
from softness.stages import (
    csd_threshold,
    displacement_map,
    distribution,
    neighbourhood,
    snapshot_shares,
    softness_decay,
    van_hove,
)

MADE_BY = Provenance("test", {})
FRAMES, PARTICLES, LENGTH, INTERVAL = 20, 108, 6.0, 0.5
TYPES = np.random.default_rng(1).permutation(np.repeat([0, 1], [86, 22]))
A = np.flatnonzero(TYPES == 0)
OF_RUN = {"temperature": 0.6, "replica": 1, "seed": 7}


def walk(seed):
    """(frames, N, 3) positions of a liquid that drifts, in which some particles are quick."""
    generator = np.random.default_rng(seed)
    start = generator.uniform(-LENGTH, LENGTH, size=(PARTICLES, 3))
    pace = np.where(start[:, :1] % LENGTH < LENGTH / 2, 0.14, 0.05)
    steps = pace * generator.normal(size=(FRAMES, PARTICLES, 3)) + [0.05, -0.02, 0.0]
    return start + np.cumsum(steps, axis=0)


def written(folder, seed):
    """A file of this run, and (frames, A particles, 3) its places about its centre."""
    positions, path = walk(seed), folder / f"run{seed}.gsd"
    log = {"time_step": INTERVAL / 100}
    frames = [Frame(100 * number, places, log) for number, places in enumerate(positions)]
    write_segment(path, frames, TYPES, LENGTH)
    return path, np.array([places[A] - places.mean(axis=0) for places in positions])


@pytest.fixture
def run(tmp_path):
    return written(tmp_path, 2)


def relaxed_in(folder, time):
    return made_up(folder / "relaxation.h5", RelaxationTable, relaxation_time=time)


def result(stage, kind, folder, settings, **files):
    """What a stage writes; each option takes a path, or a list of them."""
    line = ["--settings", json.dumps(settings), "--output", str(folder / "output.h5")]
    for option, paths in files.items():
        paths = paths if isinstance(paths, list) else [paths]
        line += [f"--{option.replace('_', '-')}", *map(str, paths)]
    stage.main(stage.arguments().parse_args(line))
    return tables.read(folder / "output.h5", kind)


def test_van_hove_counts_components_of_displacements_that_do_not_overlap(run, tmp_path):
    path, places = run
    settings = OF_RUN | {"van_hove": {"lag": 1.5, "largest": 0.4, "bin_width": 0.1}}
    found = result(van_hove, VanHove, tmp_path, settings, trajectory=path)
    assert (found.lag, found.duration, found.temperature, found.replica) == (1.5, 10.0, 0.6, 1)
    np.testing.assert_allclose(found.edges, (np.arange(10) - 4.5) / 10)
    origins = (0, 3, 6, 9, 12, 15)
    np.testing.assert_allclose(found.origin, [0.0, 1.5, 3.0, 4.5, 6.0, 7.5])
    inside, squares, fourths = np.zeros(9), np.zeros(6), np.zeros(6)
    for number, origin in enumerate(origins):
        for start, end in zip(places[origin], places[origin + 3], strict=True):
            for component in end - start:
                if -0.45 < component < 0.45:
                    inside[round(component * 10) + 4] += 1
            squares[number] += ((end - start) ** 2).sum() / len(A)
            fourths[number] += ((end - start) ** 2).sum() ** 2 / len(A)
    assert 0.5 < inside.sum() / (6 * len(A) * 3) < 1
    np.testing.assert_allclose(found.density, inside / (6 * len(A) * 3 * 0.1))
    np.testing.assert_allclose(found.square, squares, rtol=1e-5)
    np.testing.assert_allclose(found.fourth, fourths, rtol=1e-5)


def test_the_threshold_of_the_csd_flags_as_many_samples_as_that_of_p_hop(tmp_path):
    """Over the frames at which both are known: p_hop may begin later, or earlier."""
    runs, hops, samples, flags = [], [], [], []
    for seed, first, rows in ((2, 6, 10), (3, 2, 12)):
        path, places = written(tmp_path, seed)
        values = np.random.default_rng(seed).uniform(0, 0.25 + 0.01 * seed, size=(rows, len(A)))
        of_hop = {"interval": INTERVAL, "frames": FRAMES, "first_frame": first}
        arrays = {"particle": A, "values": values}
        hops.append(made_up(tmp_path / f"hop{seed}.h5", HopIndicator, **of_hop, **arrays))
        runs.append(path)
        csd, hop = [], []
        for frame in range(max(first, 4), first + rows):
            steps = [places[t] - places[t - 1] for t in range(frame - 3, frame + 1)]
            csd += list(np.mean([(step**2).sum(axis=1) for step in steps], axis=0))
            hop += list(values[frame - first] > 0.2)
        samples.append(sorted(csd, reverse=True))
        flags.append(sum(hop))
    settings = {"temperature": 0.6, "threshold": 0.2, "window": 2.0}
    files = {"trajectories": runs, "hop": hops}
    found = result(csd_threshold, MatchedThreshold, tmp_path, settings, **files)
    together = sorted([*samples[0], *samples[1]], reverse=True)
    assert (found.temperature, found.hop_threshold) == (0.6, 0.2)
    assert found.share == pytest.approx(sum(flags) / len(together))
    # The largest that is not flagged, since the comparison is strict.
    assert found.exact == pytest.approx(together[sum(flags)], rel=1e-4)
    alone = [each[flagged] for each, flagged in zip(samples, flags, strict=True)]
    np.testing.assert_allclose(found.of_replicas, alone, rtol=1e-4)
    assert found.threshold == pytest.approx(0.002 * round(together[sum(flags)] / 0.002))
    assert 0.02 < found.threshold < 0.1


def test_distributions_are_histograms_and_sums_of_powers_in_blocks_of_time(tmp_path):
    paths, blocks, populations = [], [0, 0, 0, 0, 1, 1, 1, 2, 2, 2], []
    for replica in (0, 1):
        generator = np.random.default_rng(replica)
        # Frames 3, 5 ... 21 of four particles: 10 tau, in blocks of at least 3.2.
        frames = np.repeat(np.arange(3, 23, 2), 4)
        values = generator.normal([0.0, 3.0], [1.0, 2.0], size=(40, 2)).astype(np.float32)
        populations.append(values)
        of_run = {"temperature": 0.6, "replica": replica, "interval": INTERVAL, "stride": 2}
        arrays = {"names": np.array(["softness", "other"], "S"), "event": np.zeros((1, 2))}
        arrays |= {"population_frame": frames, "population": values}
        paths.append(made_up(tmp_path / f"{replica}.h5", LearnedValues, **of_run, **arrays))
    files = {"values": paths, "relaxation": relaxed_in(tmp_path, 1.6)}
    found = result(distribution, Distribution, tmp_path, {"block_length": 2.0}, **files)
    assert found.temperature == 0.6
    assert found.names.tolist() == [b"softness", b"other"]
    np.testing.assert_allclose(found.edges, np.arange(-100, 101) / 10, atol=1e-12)
    counts, powers = np.zeros((2, 200)), np.zeros((2, 3, 2, 5))
    for replica, variable, row in np.ndindex(2, 2, 40):
        value = float(populations[replica][row, variable])
        counts[variable, int(np.floor(value * 10)) + 100] += 1
        for power in range(5):
            powers[replica, blocks[row // 4], variable, power] += value**power
    np.testing.assert_array_equal(found.counts, counts)
    np.testing.assert_allclose(found.powers, powers, rtol=1e-6)


def test_displacement_maps_correlate_displacements_of_neighbours(run, tmp_path):
    path, places = run
    block = {"lag": 0.5, "neighbour_distance": 1.4}
    settings, relaxation = OF_RUN | {"displacement_map": block}, relaxed_in(tmp_path, 3.1)
    files = {"trajectory": path, "relaxation": relaxation}
    found = result(displacement_map, DisplacementMap, tmp_path, settings, **files)
    # Half of 3.1 tau, in whole frames.
    assert (found.lag, found.box_length) == (1.5, LENGTH)
    sizes = np.linalg.norm(places[3] - places[0], axis=1)
    np.testing.assert_allclose(found.displacement, sizes, atol=1e-5)
    assert (np.abs(found.positions) <= LENGTH / 2).all()
    apart = nearest_image(found.positions - places[0], LENGTH)
    np.testing.assert_allclose(apart, 0, atol=1e-5)

    def pearson(values, near):
        first, second = near
        return np.corrcoef(values[first], values[second])[0, 1]

    # Two lags from one origin to the next; both orders of each pair.
    generator, correlation, chance = stream(7, "displacement map", 0.6, 1), [], []
    for origin in (0, 6, 12):
        sizes = np.linalg.norm(places[origin + 3] - places[origin], axis=1)
        near = np.nonzero(vectors_and_distances(places[origin], LENGTH)[1] < 1.4)
        correlation.append(pearson(sizes, near))
        shuffles = [pearson(generator.permutation(sizes), near) for _ in range(200)]
        chance.append(np.quantile(shuffles, 0.99))
    np.testing.assert_allclose(found.correlation, correlation, atol=1e-5)
    np.testing.assert_allclose(found.chance, chance, atol=1e-5)
    assert (found.correlation > found.chance).all()


class InLongBox(Trajectory):
    """The same run in a box whose edges differ."""

    EDGES = np.array([LENGTH, 2 * LENGTH, 4 * LENGTH])

    def __init__(self, path):
        super().__init__(path)
        self.box_length = self.EDGES

    def positions(self, frame):
        return walk(2)[frame] * self.EDGES / LENGTH


def test_displacement_maps_keep_the_edges_of_the_box(run, tmp_path, monkeypatch):
    monkeypatch.setattr(displacement_map, "Trajectory", InLongBox)
    block = {"lag": 0.5, "neighbour_distance": 2.4}
    settings = OF_RUN | {"displacement_map": block}
    files = {"trajectory": run[0], "relaxation": relaxed_in(tmp_path, 3.1)}
    found = result(displacement_map, DisplacementMap, tmp_path, settings, **files)
    edges = InLongBox.EDGES
    np.testing.assert_array_equal(found.box_length, edges)
    places = (walk(2) - walk(2).mean(axis=1, keepdims=True))[:, A] * edges / LENGTH
    assert (np.abs(found.positions) <= edges / 2).all()
    np.testing.assert_allclose(nearest_image(found.positions - places[0], edges), 0, atol=1e-9)
    sizes = np.linalg.norm(places[3] - places[0], axis=1)
    first, second = np.nonzero(vectors_and_distances(places[0], edges)[1] < 2.4)
    expected = np.corrcoef(sizes[first], sizes[second])[0, 1]
    assert found.correlation[0] == pytest.approx(expected)


RADII = (0.5, 1.0, 1.5)
FEATURES = {
    "radial": {"first": 0.5, "last": 1.5, "step": 0.5, "width": 0.2},
    "angular": {"first": 1.0, "last": 1.0, "step": 0.5, "degrees": [2]},
}
COLUMNS = [f"radial_{species}_{radius:g}" for species in "AB" for radius in RADII]


def radial(positions):
    """(A particles, 6) radial features, every pair and every radius."""
    _, distances = vectors_and_distances(positions, LENGTH, A)
    end = 1.5 + 5 * 0.2
    near = np.where(distances < end, distances, np.inf)
    gaussian = [np.exp(-((near - radius) ** 2) / (2 * 0.2**2)) for radius in RADII]
    return np.array(
        [each[:, species == TYPES].sum(axis=1) for species in (0, 1) for each in gaussian]
    ).T


def test_softness_decays_in_groups_by_its_value_at_the_origin(run, tmp_path):
    """At lags of whole intervals in the run, at shorter ones in its bursts."""
    path, _ = run
    # Whole bursts at 0, 5 and 7.5 tau, the last one after the last origin of the run, and one that
    # is cut; frames at these steps, in walk 5.
    offsets = np.array([0, 10, 30, 100])
    steps = np.concatenate([offsets, 1000 + offsets, 1500 + offsets, 1800 + offsets[:2]])
    begins, bursts = steps - np.tile(offsets, 4)[: len(steps)], tmp_path / "bursts.gsd"
    of_bursts = walk(5)[: len(steps)]
    log = {"time_step": INTERVAL / 100}
    frames = [
        Frame(int(step), places, {**log, "burst_begin": int(begin)})
        for step, places, begin in zip(steps, of_bursts, begins, strict=True)
    ]
    write_segment(bursts, frames, TYPES, LENGTH)
    generator = np.random.default_rng(4)
    every = np.array([radial(positions) for positions in walk(2)])
    weights, mean, scale = generator.normal(size=(2, 6)), every[0].mean(axis=0), every.std((0, 1))
    planes = {"left_out_weights": weights, "left_out_bias": [0.3, 0.4]}
    planes |= {"left_out_spread": [2.0, 3.0], "covariance": np.eye(6), "weights": np.ones(6)}
    planes |= {"columns": np.array(COLUMNS, "S"), "mean": mean, "scale": scale}
    planes |= {"jackknife_weights": np.ones((1, 6)), "half_weights": np.ones((2, 6))}
    softness = made_up(tmp_path / "softness.h5", Classifier, **planes)
    # By the plane that never saw replica 1, with its spread.
    projected = ((every - mean) / scale) @ weights[1] / 3.0
    # Both planes are shifted to one level at their replicas' mean features.
    means = mean + 0.1 * scale * generator.normal(size=(2, 6))
    levels = ((means - mean) / scale * weights).sum(axis=1) / [2.0, 3.0]
    aligned = levels.mean() - levels[1]
    assert abs(aligned) > 0.01
    named = {"columns": planes["columns"], "mean": means}
    reference = made_up(tmp_path / "reference.h5", ReferenceFeatures, **named)
    projected = projected + aligned
    # Sums of the powers of two blocks of a population whose mean is 0.2 and whose spread is 0.4.
    powers = np.zeros((2, 2, 2, 5))
    powers[0, :, 1, :3] = 1.0
    powers[1, :, 1, :3] = [[10, 5.0, 4.0], [30, 3.0, 4.0]]
    named = {"names": np.array(["other", "softness"], "S"), "powers": powers}
    known = made_up(tmp_path / "known.h5", Distribution, **named, counts=np.zeros((2, 1)))
    values = (projected - 0.2) / 0.4
    quick = np.array([radial(positions) for positions in of_bursts])
    quick = (((quick - mean) / scale) @ weights[1] / 3.0 + aligned - 0.2) / 0.4
    settings = OF_RUN | {"features": FEATURES, "longest": 0.5, "lags_per_decade": 3}
    settings |= {"origins": 4, "block_length": 2.0}
    settings |= {"bins": {"lowest": -1.0, "highest": 1.0, "number": 4}}
    files = {"trajectory": path, "bursts": bursts, "softness": softness, "distribution": known}
    files |= {"relaxation": relaxed_in(tmp_path, 2.0), "reference": reference}
    found = result(softness_decay, SoftnessDecay, tmp_path, settings, **files)
    assert (found.temperature, found.replica) == (0.6, 1)
    np.testing.assert_array_equal(found.edges, [-np.inf, -0.5, 0.0, 0.5, np.inf])
    lags = {0: 0, 3: 1, 4: 2, 5: 4, 6: 9}
    np.testing.assert_allclose(found.time, np.array([0, 0.1, 0.3, 1, 2, 4, 9]) * INTERVAL)
    sums, counts = np.zeros((2, 5, 7)), np.zeros((2, 5, 7))
    # Origins at 0, 1.5, 3.5 and 5 tau, in blocks of 5, and those of the bursts.
    origins = [(values, frame, block, lags) for frame, block in ((0, 0), (3, 0), (7, 0), (10, 1))]
    origins += [(quick, frame, block, {0: 0, 1: 1, 2: 2}) for frame, block in ((0, 0), (4, 1))]
    for series, origin, block, after in origins:
        for particle in range(len(A)):
            group = sum(series[origin, particle] >= edge for edge in (-0.5, 0.0, 0.5))
            for row in (group, 4):
                for place, lag in after.items():
                    sums[block, row, place] += series[origin + lag, particle]
                    counts[block, row, place] += 1
    assert (counts > 0).all()
    np.testing.assert_array_equal(found.counts, counts)
    np.testing.assert_allclose(found.sums, sums, atol=1e-3)


def counted(path, snapshot, hop, cumulative):
    """Counts of runs of which (runs, times, particles) p_hop and its maximum until then are known.

    Thresholds are 0.1, 0.2 and 0.3; a value is in the bin of the number that it exceeds.
    """
    thresholds = np.array([0.1, 0.2, 0.3])
    runs, times, particles = hop.shape
    arrays = {}
    for kind, values in (("hop", hop), ("hop_cumulative", cumulative)):
        counts = np.zeros((2, 4, times, particles), np.uint32)
        squares = np.zeros((2, 3, times), np.int64)
        for run, time in np.ndindex(runs, times):
            for particle in range(particles):
                place = sum(values[run, time, particle] > thresholds)
                counts[run % 2, place, time, particle] += 1
            for level, threshold in enumerate(thresholds):
                squares[run % 2, level, time] += sum(values[run, time] > threshold) ** 2
        arrays |= {kind: counts, f"{kind}_crowd_square": squares}
    arrays |= {"runs": np.arange(runs), "particle": np.arange(particles)}
    arrays |= {"hop_threshold": thresholds, "hop_time": 5.0 + np.arange(times)}
    no_csd = np.zeros((2, 1, 1, particles), np.uint32)
    arrays |= {"csd": no_csd, "csd_cumulative": no_csd}
    moved = np.zeros((2, 1, particles), np.int64)
    arrays |= {"displacement": moved, "square": moved}
    return made_up(path, EnsembleCounts, temperature=0.6, snapshot=snapshot, **arrays)


def test_shares_of_snapshots_are_means_over_particles_with_errors_of_runs(tmp_path):
    paths, shares = [], []
    for replica, number in ((0, 0), (0, 1), (1, 0)):
        hop = np.random.default_rng((replica, number)).uniform(0, 0.3, size=(5, 4, 9))
        values = {"instant": hop, "cumulative": np.maximum.accumulate(hop, axis=1)}
        paths.append(tmp_path / f"{replica}_{number}.h5")
        counted(paths[-1], 1_000_000 * replica + number, *values.values())
        shares.append([(each > 0.2).mean(axis=2) for each in values.values()])
    settings = {"threshold": 0.2, "replicas": [0, 0, 1]}
    found = result(snapshot_shares, SnapshotShares, tmp_path, settings, ensembles=paths)
    assert (found.temperature, found.threshold, found.runs) == (0.6, 0.2, 5)
    assert found.snapshot.tolist() == [0, 1, 0]
    assert found.replica.tolist() == [0, 0, 1]
    assert found.time.tolist() == [5.0, 6.0, 7.0, 8.0]
    for kind, snapshot in np.ndindex(2, 3):
        of_runs = shares[snapshot][kind]
        np.testing.assert_allclose(found.mean[kind, snapshot], of_runs.mean(axis=0))
        error = of_runs.std(axis=0, ddof=1) / np.sqrt(5)
        np.testing.assert_allclose(found.error[kind, snapshot], error, atol=1e-12)
    assert found.mean.min() > 0


def test_the_neighbourhood_ends_where_the_mean_of_all_replicas_has_its_second_minimum(tmp_path):
    """Each replica counts alike, however many blocks it has; only AA counts."""
    distance = np.arange(0.05, 4.0, 0.1)
    peak = 3 * np.exp(-(((distance - 1.05) / 0.1) ** 2)) + 1

    def g_aa(minimum, depth):
        return peak - depth * np.exp(-(((distance - minimum) / 0.25) ** 2))

    # If every block counted alike, the minimum would lie at 2.35.
    replicas = [[g_aa(2.45, 0.5)] * 3, [g_aa(2.05, 0.7)]]
    paths = []
    for number, blocks in enumerate(replicas):
        others = peak - np.exp(-(((distance - 2.4) / 0.1) ** 2))
        values = np.array([[block, others, others] for block in blocks])
        arrays = {"distance": distance, "values": values, "frames": np.ones(len(blocks))}
        paths.append(made_up(tmp_path / f"pairs{number}.h5", PairDistributions, **arrays))
    settings = {"temperature": 0.6, "neighbourhood": "auto"}
    files = {"pair_distribution": paths}
    found = result(neighbourhood, Neighbourhood, tmp_path, settings, **files)
    mean = np.mean([np.mean(blocks, axis=0) for blocks in replicas], axis=0)
    smooth = [mean[place - 2 : place + 3].mean() for place in range(2, len(mean) - 2)]
    # Between 1.8 and 2.6 distances of the first peak, at 1.05.
    candidates = [place for place in range(len(smooth)) if 1.9 < distance[place + 2] < 2.7]
    expected = distance[min(candidates, key=smooth.__getitem__) + 2]
    assert found.temperature == 0.6
    assert found.distance == pytest.approx(expected)
    assert expected == pytest.approx(2.15)
    given = settings | {"neighbourhood": 1.7}
    assert result(neighbourhood, Neighbourhood, tmp_path, given).distance == 1.7
