"""Model files: what is read is what was written, and what cannot be read is named."""

import io
import pickle
import zipfile

import h5py
import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from softness.errors import InputError
from softness.files import models


def data():
    generator = np.random.default_rng(1)
    features = generator.normal(size=(200, 5))
    return features, features @ np.arange(5) + 0.1 * generator.normal(size=200)


REGRESSORS = {
    "ridge": Ridge(),
    "svr": SVR(kernel="linear"),
    "rbf": SVR(kernel="rbf"),
    "network": MLPRegressor(hidden_layer_sizes=(8, 8), max_iter=30, random_state=1),
    "boosting": HistGradientBoostingRegressor(max_iter=20, random_state=1),
}


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("name", REGRESSORS)
def test_a_regressor_comes_back_with_its_scaler(tmp_path, name):
    features, target = data()
    model = make_pipeline(StandardScaler(), REGRESSORS[name]).fit(features, target)
    path = tmp_path / "model.skops"
    models.save_model(path, model, '{"stage":"regress"}')
    assert (models.load_model(path).predict(features) == model.predict(features)).all()
    assert models.load_model_provenance(path) == '{"stage":"regress"}'


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("name", REGRESSORS)
def test_equal_models_give_equal_bytes(tmp_path, name):
    features, target = data()
    contents = []
    for path in (tmp_path / "a.skops", tmp_path / "b.skops"):
        model = make_pipeline(StandardScaler(), clone(REGRESSORS[name]))
        models.save_model(path, model.fit(features, target))
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def test_a_truncated_file_is_named(tmp_path):
    path = tmp_path / "model.skops"
    models.save_model(path, Ridge())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"model\.skops: truncated.*delete it and train again"):
        models.load_model(path)


def test_foreign_files_are_named(tmp_path):
    path = tmp_path / "table.h5"
    with h5py.File(path, "w") as file:
        file["weights"] = np.ones(3)
    with pytest.raises(InputError, match=r"table\.h5: truncated, or not a skops file"):
        models.load_model(path)
    with pytest.raises(InputError, match=r"absent\.skops: no such file.*run the rule"):
        models.load_model(tmp_path / "absent.skops")
    skops.io.dump([1, 2], tmp_path / "list.skops")
    with pytest.raises(InputError, match=r"list\.skops: is a skops file of another kind"):
        models.load_model(tmp_path / "list.skops")


class Stranger:
    """No part of scikit-learn."""

    def __init__(self):
        self.depth = 3


def test_types_that_are_not_scikit_learn_are_neither_written_nor_read(tmp_path):
    path = tmp_path / "stranger.skops"
    with pytest.raises(InputError, match=r"Stranger.*scikit-learn"):
        models.save_model(path, Stranger())
    assert not path.exists()
    skops.io.dump({"model": Stranger(), "provenance": "{}"}, path)
    with pytest.raises(InputError, match=r"stranger\.skops: contains .*Stranger.*unknown origin"):
        models.load_model(path)


@pytest.mark.parametrize("kind", ["an object array", "a pickle"])
def test_a_forged_array_is_refused_without_advice_to_open_it(tmp_path, kind):
    path, forged = tmp_path / "forged.skops", io.BytesIO()
    if kind == "a pickle":
        pickle.dump({"any": "object"}, forged)
    else:
        np.save(forged, np.array([{"any": "object"}]), allow_pickle=True)
    good = skops.io.dumps({"model": np.arange(5.0), "provenance": "{}"})
    with zipfile.ZipFile(io.BytesIO(good)) as parts, zipfile.ZipFile(path, "w") as archive:
        for name in parts.namelist():
            content = forged.getvalue() if name.endswith(".npy") else parts.read(name)
            archive.writestr(name, content)
    with pytest.raises(InputError, match=r"forged\.skops: damaged.*delete it and train") as raised:
        models.load_model(path)
    assert "pickle" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_nothing_is_left_of_a_write_that_failed(tmp_path):
    path = tmp_path / "model.skops"
    models.save_model(path, Ridge())
    before = path.read_bytes()
    with pytest.raises(InputError, match="Stranger"):
        models.save_model(path, Stranger())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
