"""HDF5 tables: what goes in comes out, equal content gives equal bytes, damage is named."""

from dataclasses import dataclass

import h5py
import numpy as np
import pytest

from softness.errors import InputError
from softness.files import tables
from softness.files.provenance import Provenance, canonical_json

MADE_BY = Provenance("test", {"b": 1, "a": [0.1, 2]}, versions={"numpy": "2"})


@dataclass(frozen=True)
class Decay:
    """A record with two fields that share a dimension."""

    lag: np.ndarray = tables.array("lags", "tau")
    values: np.ndarray = tables.array("origins lags")
    temperature: np.ndarray = tables.array("", "eps_AA/k_B")


@dataclass(frozen=True)
class Other:
    """Another kind of record."""

    lag: np.ndarray = tables.array("lags", "tau")


@pytest.fixture
def decay():
    return Decay(np.arange(400.0), np.random.default_rng(1).random((9, 400)), np.array(0.45))


@pytest.fixture
def file(tmp_path, decay):
    path = tmp_path / "decay.h5"
    tables.write(path, decay, MADE_BY)
    return path


def test_a_record_comes_back(file, decay):
    found = tables.read(file, Decay)
    np.testing.assert_array_equal(found.values, decay.values)
    assert float(found.temperature) == 0.45


def test_units_shapes_and_provenance_stand_in_the_file(file):
    with h5py.File(file) as content:
        assert content["lag"].attrs["unit"] == "tau"
        assert content["values"].attrs["dimensions"] == "origins lags"
    assert tables.read_provenance(file) == MADE_BY.as_text()


@dataclass(frozen=True)
class Box:
    """A record whose edges may be one number."""

    edges: np.ndarray = tables.array("[space]", "sigma_AA")
    centre: np.ndarray = tables.array("space", "sigma_AA")


@pytest.mark.parametrize(("edges", "dimensions"), [(5.0, ""), ([5.0, 6.0, 7.0], "space")])
def test_a_vector_of_equal_elements_may_be_one_number(edges, dimensions, tmp_path):
    path = tmp_path / "box.h5"
    tables.write(path, Box(np.array(edges), np.zeros(3)), MADE_BY)
    np.testing.assert_array_equal(tables.read(path, Box).edges, edges)
    with h5py.File(path) as content:
        assert content["edges"].attrs["dimensions"] == dimensions
    with pytest.raises(InputError, match=r"edges has shape \(3, 3\), expected \(space\)"):
        tables.write(path, Box(np.ones((3, 3)), np.zeros(3)), MADE_BY)


def test_equal_content_gives_equal_bytes(file, decay, tmp_path):
    again = tmp_path / "again.h5"
    tables.write(again, decay, MADE_BY)
    assert again.read_bytes() == file.read_bytes()


def test_settings_in_another_order_are_the_same_text():
    assert canonical_json({"a": 1, "b": [0.1]}) == canonical_json({"b": [0.1], "a": 1})


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.h5: no such file"):
        tables.read(tmp_path / "nothing.h5", Decay)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_file_is_named(file, share):
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"decay\.h5: truncated: delete it"):
        tables.read(file, Decay)


def test_a_file_that_is_no_hdf5_is_named(tmp_path):
    path = tmp_path / "text.h5"
    path.write_text("hello")
    with pytest.raises(InputError, match=r"text\.h5: not an HDF5 file"):
        tables.read(path, Decay)


def test_a_foreign_hdf5_file_is_named(tmp_path):
    path = tmp_path / "foreign.h5"
    with h5py.File(path, "w") as file:
        file["x"] = 1
    with pytest.raises(
        InputError, match=r"foreign\.h5: is not a file of this project, expected Decay"
    ):
        tables.read(path, Decay)


def test_another_kind_of_record_is_named(file):
    with pytest.raises(InputError, match="holds Decay, expected Other"):
        tables.read(file, Other)


def test_a_lacking_field_is_named(file):
    with h5py.File(file, "r+") as content:
        del content["values"]
    with pytest.raises(InputError, match=r"decay\.h5: lacks values"):
        tables.read(file, Decay)


def test_shapes_that_do_not_fit_are_named(tmp_path, decay):
    wrong = Decay(decay.lag[:-1], decay.values, decay.temperature)
    with pytest.raises(
        InputError, match=r"values has shape \(9, 400\), expected \(origins, lags\)"
    ):
        tables.write(tmp_path / "wrong.h5", wrong, MADE_BY)
    assert list(tmp_path.iterdir()) == []
