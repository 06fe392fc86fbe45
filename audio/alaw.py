"""A-law (ITU-T G.711) by table: 8 bit codes to 16 bit samples and back.

Bits of a code are sign, three of segment, four of interval, with the even bits inverted (xor 0x55).
Samples are 16 bit: the 13 bits of the recommendation, shifted left by three, at the middle of each
interval. Golden values: 0xD5 is +8, 0x55 is -8, 0xAA is +32256, 0x2A is -32256.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
Codes = npt.NDArray[np.uint8]

RATE_HZ: Final = 8000
FRAME_SAMPLES: Final = 160
"""One RTP packet of 20 ms."""

SILENCE: Final = 0xD5
FULL_SCALE: Final = 32256
"""The largest sample A-law can express."""


def _decode_one(code: int) -> int:
    bits = code ^ 0x55
    segment, interval = (bits >> 4) & 7, bits & 15
    magnitude = (interval << 4) + 8
    if segment:
        magnitude = (magnitude + 256) << (segment - 1)
    return magnitude if bits & 0x80 else -magnitude


def _encode_all() -> Codes:
    """The code of every 16 bit sample, from -32768 on."""
    samples = np.arange(-32768, 32768, dtype=np.int32)
    magnitudes = np.minimum(np.abs(samples), 32767)
    segments = np.searchsorted(1 << np.arange(8, 15), magnitudes, side="right")
    bits = (segments << 4) | ((magnitudes >> (np.maximum(segments, 1) + 3)) & 15)
    codes: Codes = ((np.where(samples >= 0, 0x80, 0) | bits) ^ 0x55).astype(np.uint8)
    return codes


DECODED: Final[Samples] = np.array([_decode_one(code) for code in range(256)], dtype=np.int16)
"""The sample of each code."""

_ENCODED: Final[Codes] = _encode_all()


def decode(codes: bytes | Codes) -> Samples:
    """The 16 bit samples of A-law codes."""
    if not isinstance(codes, np.ndarray):
        codes = np.frombuffer(codes, dtype=np.uint8)
    return DECODED[codes]


def encode(samples: npt.NDArray[np.integer]) -> Codes:
    """The A-law codes of samples in -32768..32767."""
    return _ENCODED[samples.astype(np.int32) + 32768]


def silence(length_ms: int) -> bytes:
    """That many milliseconds of A-law silence."""
    return bytes([SILENCE]) * (length_ms * RATE_HZ // 1000)
