"""The parts under the beat tracker: checkpoint reader, networks, decoder, tempo, bars."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from casset.media.audio import bar_dbn, bars, beatnet, checkpoint, onsets, tempo


def archive(path: Path, pickled: bytes, **storages: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("model/data.pkl", pickled)
        for key, content in storages.items():
            out.writestr(f"model/data/{key}", content)
    return path


def test_a_checkpoint_that_names_a_foreign_function_is_refused(tmp_path: Path) -> None:
    mark = tmp_path / "ran"

    class Touch:
        def __reduce__(self):  # type: ignore[no-untyped-def]
            return (Path.touch, (mark,))

    path = archive(tmp_path / "evil.pt", pickle.dumps({"weight": Touch()}, protocol=2))
    with pytest.raises(checkpoint.UnsafeCheckpoint, match="refused"):
        checkpoint.read_tensors(path)
    assert not mark.exists()


def test_a_checkpoint_may_not_reach_outside_its_storage(tmp_path: Path) -> None:
    # A hand-made pickle: _rebuild_tensor_v2(storage of 4 floats, offset 2, size (4,), stride (1,)).
    head = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n("
    storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ"
    path = archive(
        tmp_path / "far.pt", head + storage + b"K\x02K\x04\x85K\x01\x85tR.", **{"0": bytes(16)}
    )
    with pytest.raises(checkpoint.UnsafeCheckpoint, match="outside its storage"):
        checkpoint.read_tensors(path)


@pytest.mark.parametrize("content", [b"", b"not a zip", bytes(100)])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(checkpoint.UnsafeCheckpoint, match="Install BeatNet"):
        checkpoint.read_tensors(path)


def test_the_three_models_are_read_and_give_probabilities() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 3 * beatnet.SAMPLE_RATE).astype(np.float32)
    heard = beatnet.features(sound)
    assert heard.shape == (150, 272)
    (chances,) = beatnet.mean_activations([heard])
    assert chances.shape == (150, 2)
    assert (chances >= 0).all()
    assert (chances.sum(axis=1) <= 1).all()


def test_lanes_of_the_network_meet_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    clicks = np.zeros(30 * beatnet.SAMPLE_RATE, np.float32)
    for at in range(0, len(clicks) - 2000, beatnet.SAMPLE_RATE // 2):
        clicks[at : at + 400] = rng.normal(0, 0.5, 400)
    heard = beatnet.features(clicks)
    network = beatnet.networks()[0]
    (whole,) = network.activations([heard])
    monkeypatch.setattr(beatnet, "LANE", 700)
    (lanes,) = network.activations([heard])
    assert np.abs(whole - lanes).mean() < 2e-3


def test_the_decoder_finds_a_grid_of_clear_activations() -> None:
    activations = np.full((3000, 2), 0.01)
    activations[25::50, 0] = 0.9
    activations[25::150] = (0.05, 0.9)
    path = bar_dbn.decode(activations, 100, 3, (75, 150))
    assert np.allclose(np.diff(path.times), 0.5)
    assert np.allclose(path.times[path.numbers == 1] % 1.5, 0.25)


def test_the_decoder_prefers_the_metre_that_fits() -> None:
    activations = np.full((3000, 2), 0.01)
    activations[25::50, 0] = 0.9
    activations[25::150] = (0.05, 0.9)
    three, four = (bar_dbn.decode(activations, 100, m, (75, 150)).log_likelihood for m in (3, 4))
    assert three > four


def test_the_decoder_finds_nothing_in_nothing() -> None:
    assert len(bar_dbn.decode(np.zeros((0, 2)), 100, 4, (75, 150)).times) == 0


def test_tempo_is_not_quantised_to_frames() -> None:
    beats = np.round(np.arange(60) * 60 / 181.3, 2)
    assert tempo.regression_bpm(beats) == pytest.approx(181.3, abs=0.2)


def test_one_missed_beat_does_not_move_the_tempo() -> None:
    beats = np.delete(np.arange(80) * 0.5, 40)
    assert tempo.regression_bpm(beats) == pytest.approx(120, abs=0.01)


def test_stability_falls_from_a_machine_to_rubato() -> None:
    machine = np.arange(80) * 0.5
    rubato = np.cumsum(0.5 * (1 + 0.15 * np.sin(np.arange(80) / 3)))
    assert tempo.stability(machine) == pytest.approx(1)
    assert tempo.stability(rubato) < 0.6


def test_halving_keeps_the_strong_beats_and_doubling_fills_the_gaps() -> None:
    beats = np.arange(10) * 0.5
    strength = np.tile([0.2, 0.9], 5)
    assert tempo.halved(beats, strength).tolist() == beats[1::2].tolist()
    assert np.allclose(np.diff(tempo.doubled(beats)), 0.25)


def test_bars_start_anew_where_the_tempo_leaps() -> None:
    beats = np.concatenate([np.arange(18) * 0.66, 18 * 0.66 + np.arange(24) * 0.44])
    odds = np.full(len(beats), -3.0)
    odds[0:18:4] = 3.0
    odds[18::4] = 3.0
    metre, numbers = bars.number(beats, dict.fromkeys(bars.METRES, odds))
    assert metre == 4
    assert (numbers[18::4] == 1).all()
    assert (numbers[0:17:4] == 1).all()


def test_beats_move_onto_their_onsets() -> None:
    onset = np.zeros(210 * 12)
    true = np.arange(1, 11) * 1.0
    onset[np.round(true * 210).astype(int)] = 5.0
    moved = onsets.refine(true + 0.02, onset)
    assert np.abs(moved - true).max() < 0.006


def test_an_archive_of_tensors_is_read_as_it_was_written(tmp_path: Path) -> None:
    head = b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n("
    storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ"
    rest = b"K\x00K\x02K\x03\x86K\x03K\x01\x86tRs."
    values = np.arange(6, dtype="<f4")
    path = archive(tmp_path / "good.pt", head + storage + rest, **{"0": values.tobytes()})
    read = checkpoint.read_tensors(path)
    assert read["w"].tolist() == [[0, 1, 2], [3, 4, 5]]
