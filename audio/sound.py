"""Reading and writing of sound files."""

from __future__ import annotations

import io
import shutil
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soundfile

from audio import alaw
from audio.writing import write_whole

Signal = npt.NDArray[np.float64]

_LONGEST_S: Final = 15 * 60


class SoundError(ValueError):
    """A sound that cannot be had: which file, and why in one sentence."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of samples in -1..1."""

    signal: Signal
    rate_hz: int

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return len(self.signal) / self.rate_hz


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """What the header of a WAV file says, and where its audio lies."""

    codec: int
    """1 PCM, 3 float, 6 A-law, 7 mu-law (RFC 2361)."""
    channels: int
    rate_hz: int
    bits: int
    data: bytes


CODEC_NAMES: Final = {1: "PCM", 3: "float", 6: "A-law", 7: "mu-law", 17: "IMA ADPCM", 49: "GSM"}


def load(path: Path) -> Sound:
    """Any sound file as one channel: by soundfile, else by pydub with ffmpeg. Raises SoundError."""
    if not path.is_file():
        raise SoundError(path, "there is no such file")
    if path.stat().st_size == 0:
        raise SoundError(path, "the file is empty")
    if path.suffix.lower() in {".alaw", ".al"}:
        return _mono(path, alaw.decode(path.read_bytes()) / 32768.0, alaw.RATE_HZ)
    try:
        data, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as cause:
        return _load_by_pydub(path, str(cause))
    return _mono(path, data, rate_hz)


def _mono(path: Path, data: Signal, rate_hz: int) -> Sound:
    """Channels are averaged; broken values and endless files are refused."""
    signal = data.mean(axis=1) if data.ndim == 2 else data
    if not len(signal):
        raise SoundError(path, "it holds no audio")
    if not np.isfinite(signal).all():
        raise SoundError(path, "it holds values that are no numbers")
    if len(signal) > _LONGEST_S * rate_hz:
        raise SoundError(path, f"it is longer than {_LONGEST_S // 60} minutes; a prompt is short")
    return Sound(signal, rate_hz)


def _load_by_pydub(path: Path, soundfile_says: str) -> Sound:
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        raise SoundError(
            path,
            f"soundfile cannot read it ({_one_line(soundfile_says)}), and ffmpeg, which reads the rest, "
            "is not installed; install ffmpeg or save it as WAV, FLAC, OGG or MP3",
        )
    return _mono(path, *_decode_by_pydub(path))


def _decode_by_pydub(path: Path) -> tuple[Signal, int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pydub  # it looks for ffmpeg when imported, and complains when there is none
    try:
        segment: Any = pydub.AudioSegment.from_file(str(path))
    except Exception as cause:  # pydub raises whatever its parsers stumble over
        raise SoundError(path, f"ffmpeg cannot read it either: {_one_line(str(cause))}") from cause
    full = float(1 << (8 * segment.sample_width - 1))
    samples = np.array(segment.get_array_of_samples(), dtype=np.float64) / full
    return samples.reshape(-1, segment.channels), int(segment.frame_rate)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:160] or "no reason given"


def wave_of(codes: bytes) -> bytes:
    """A complete WAV file (A-law, 8000 Hz, 8 bit, mono) around A-law codes."""
    file = io.BytesIO()
    soundfile.write(file, alaw.decode(codes), alaw.RATE_HZ, format="WAV", subtype="ALAW")
    return file.getvalue()


def save_wave(path: Path, codes: bytes) -> None:
    """Write A-law codes as a WAV file, whole or not at all."""
    write_whole(path, wave_of(codes))


def read_wave(path: Path) -> WaveFacts:
    """The header and the audio bytes of a WAV file. Raises SoundError."""
    try:
        return parse_wave(path.read_bytes())
    except (OSError, ValueError) as cause:
        raise SoundError(path, str(cause)) from cause


def parse_wave(content: bytes) -> WaveFacts:
    """The same of bytes; ValueError with the reason when it is no WAV. Source: RFC 2361, RIFF."""
    if len(content) < 12 or content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ValueError("it is no WAV file")
    form: tuple[int, int, int, int] | None = None
    place = 12
    while place + 8 <= len(content):
        name, size = content[place : place + 4], struct.unpack_from("<I", content, place + 4)[0]
        body = content[place + 8 : place + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            codec, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
            form = (codec, channels, rate_hz, bits)
        if name == b"data" and form:
            return WaveFacts(*form, data=body)
        place += 8 + size + (size & 1)
    raise ValueError("it is a WAV file without audio" if form else "it is a WAV file without a format")


def read_alaw(path: Path) -> bytes:
    """The A-law codes of a prompt's WAV file. Raises SoundError when it is of another kind."""
    facts = read_wave(path)
    if (facts.codec, facts.channels, facts.rate_hz) != (6, 1, alaw.RATE_HZ):
        codec = CODEC_NAMES.get(facts.codec, f"codec {facts.codec}")
        raise SoundError(
            path, f"{codec}, {facts.rate_hz} Hz, {facts.channels} channels, not A-law 8000 Hz mono"
        )
    return facts.data


def read_recording(path: Path) -> bytes:
    """What a recorder wrote (.alaw, .sln or .wav at 8 kHz) as A-law codes, for recognition."""
    if path.suffix.lower() in {".alaw", ".al"}:
        return path.read_bytes()
    if path.suffix.lower() in {".sln", ".raw"}:
        content = path.read_bytes()
        return alaw.encode(np.frombuffer(content[: len(content) & ~1], dtype="<i2")).tobytes()
    facts = read_wave(path)
    if facts.codec == 6:
        return facts.data
    if (facts.codec, facts.channels, facts.rate_hz, facts.bits) != (1, 1, alaw.RATE_HZ, 16):
        raise SoundError(path, "a recording is read as A-law or 16 bit PCM, 8000 Hz, mono")
    return alaw.encode(np.frombuffer(facts.data[: len(facts.data) & ~1], dtype="<i2")).tobytes()
