"""What comes in may be anything; what goes out is a telephone prompt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audio import alaw, level, pipeline
from audio.resample import resample
from audio.sound import Sound
from tests.audio.conftest import speechlike

RATES = [8000, 11025, 16000, 22050, 32000, 44100, 48000]


def tone(hertz: float, rate_hz: int, length_s: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(length_s * rate_hz)) / rate_hz)


def rms_db(signal: np.ndarray) -> float:
    inner = signal[400:-400]
    return float(20 * np.log10(np.sqrt((inner**2).mean()) * np.sqrt(2) + 1e-9))


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("hertz", [300, 1000, 3400])
def test_the_telephone_band_passes_unchanged(rate_hz: int, hertz: int) -> None:
    assert rms_db(resample(tone(hertz, rate_hz), rate_hz, 8000)) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("rate_hz", [16000, 22050, 44100, 48000])
@pytest.mark.parametrize("hertz", [4100, 5000, 7000])
def test_what_would_fold_back_is_gone(rate_hz: int, hertz: int) -> None:
    assert rms_db(resample(tone(hertz, rate_hz), rate_hz, 8000)) < -70


def test_resampling_keeps_the_time_axis() -> None:
    signal = np.zeros(22050)
    signal[11025] = 1.0
    resampled = resample(signal, 22050, 8000)
    assert len(resampled) == 8000
    assert int(np.abs(resampled).argmax()) == 4000


def test_a_rate_that_is_no_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="sampling rate of 0 Hz"):
        resample(np.ones(10), 0, 8000)


@example(seed=48989, rate_hz=16000, length_s=1.0, loudness=0.30078125, offset=0.044921875)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32 - 1),
    rate_hz=st.sampled_from(RATES),
    length_s=st.floats(0.3, 2.0),
    loudness=st.floats(0.01, 1.0),
    offset=st.floats(-0.2, 0.2),
)
def test_any_speech_becomes_a_good_prompt(
    seed: int, rate_hz: int, length_s: float, loudness: float, offset: float
) -> None:
    sound = Sound(speechlike(seed, rate_hz, length_s, loudness) + offset, rate_hz)
    codes = pipeline.convert(sound)
    signal = alaw.decode(codes) / 32768.0
    assert len(codes) % alaw.FRAME_SAMPLES == 0
    assert level.loudness_dbfs(signal) == pytest.approx(pipeline.TARGET.loudness_dbfs, abs=1.0)
    assert level.peak_dbfs(signal) <= pipeline.TARGET.peak_dbfs + 0.2
    span = level.sounding(signal)
    assert span is not None
    assert span.start <= pipeline.samples(80)
    assert len(signal) - span.end <= pipeline.samples(100)


def test_silence_at_both_ends_is_cut_to_sixty_milliseconds() -> None:
    quiet = np.zeros(8000)
    signal = np.concatenate([quiet, 0.2 * tone(500, 8000), quiet])
    assert len(level.trim(signal, pipeline.samples(60))) == pytest.approx(4000 + 2 * 480, abs=80)


def test_sound_up_to_the_edge_gets_its_silence() -> None:
    assert len(level.trim(0.2 * tone(500, 8000), 480)) == 4000 + 2 * 480


def test_pauses_within_are_kept() -> None:
    pause = np.zeros(8000)
    signal = np.concatenate([0.2 * tone(500, 8000), pause, 0.2 * tone(500, 8000)])
    assert len(level.trim(signal, 0)) == pytest.approx(16000, abs=80)


def test_pauses_do_not_count_for_loudness() -> None:
    word = 0.2 * tone(500, 8000)
    apart = np.concatenate([word, np.zeros(16000), word])
    assert level.loudness_dbfs(apart) == pytest.approx(level.loudness_dbfs(word), abs=0.2)


def test_a_peak_is_bent_smoothly_and_the_rest_left_alone() -> None:
    signal = 0.1 * tone(500, 8000)
    signal[2000:2010] = 1.0
    limited = level.limit(signal, 0.5)
    assert np.abs(limited).max() <= 0.5 + 1e-9
    assert np.allclose(limited[:1900], signal[:1900])
    assert np.abs(np.diff(limited / np.where(signal == 0, 1, signal))[1921:2079]).max() < 1


def test_fades_begin_and_end_near_nothing() -> None:
    faded = level.fade(np.ones(800), 40)
    assert faded[0] < 0.01
    assert faded[-1] < 0.01
    assert (faded[40:-40] == 1).all()


def test_direct_current_and_hum_are_taken_away() -> None:
    signal = 0.3 + 0.2 * tone(50, 8000, 1.0) + 0.1 * tone(1000, 8000, 1.0)
    cleaned = level.without_rumble(signal, 8000)
    assert abs(cleaned[500:-500].mean()) < 0.01
    assert rms_db(cleaned) == pytest.approx(-20, abs=0.5)


def test_nothing_but_silence_is_refused() -> None:
    with pytest.raises(pipeline.SilentSoundError):
        pipeline.convert(Sound(np.zeros(8000), 8000))
    with pytest.raises(pipeline.SilentSoundError):
        pipeline.convert(Sound(np.full(8000, 0.5), 8000))


def test_the_same_sound_gives_the_same_bytes() -> None:
    sound = Sound(speechlike(7, 44100, 1.0), 44100)
    assert pipeline.convert(sound) == pipeline.convert(sound)
