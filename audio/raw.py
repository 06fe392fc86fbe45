"""Prompts as Asterisk can play them without transcoding.

Asterisk's `format_wav` reads 16 bit PCM only, so an A-law WAV file cannot be played as it is. Its
`format_pcm` reads headerless A-law from files ending in `.alaw` or `.al` and hands the bytes to the
channel as they are. (Source: formats/format_wav.c, formats/format_pcm.c.)
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audio.shelf import wave_files
from audio.writing import write_whole

SUFFIX: Final = ".alaw"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did; `faults` are files that are no A-law WAV files, each with its sentence."""

    written: int
    kept: int
    removed: int
    faults: tuple[str, ...] = ()


def export_raw(prompts_dir: Path, out_dir: Path, *, keep_gone: bool = False) -> Exported:
    """Write `<out_dir>/<language>/<id>.alaw` for every prompt, each file in one step.

    A file that has the time of its source is left alone; one whose source is gone is removed, unless
    `keep_gone`: calls in progress may still play it.
    A broken prompt is named in the report and the last good file stays, so that a call is never silent.
    """
    written, kept, wanted, faults = 0, 0, set[Path](), list[str]()
    for key, source in wave_files(prompts_dir):
        target = out_dir / key.language.value / f"{key.id}{SUFFIX}"
        wanted.add(target)
        try:
            is_new = _export(source, target)
        except (ValueError, OSError) as cause:
            faults.append(str(cause))
            continue
        written, kept = written + is_new, kept + (not is_new)
    removed = 0 if keep_gone else _sweep(out_dir, wanted)
    return Exported(written, kept, removed, tuple(faults))


def _export(source: Path, target: Path) -> bool:
    """Whether the target had to be written. The source's time is put on it to tell by the next time."""
    changed_ns = source.stat().st_mtime_ns
    if target.is_file() and target.stat().st_mtime_ns == changed_ns:
        return False
    from audio.pipeline import whole_frames  # numpy, which a start with nothing to export does without
    from audio.sound import read_alaw

    write_whole(target, whole_frames(read_alaw(source)))
    os.utime(target, ns=(changed_ns, changed_ns))
    return True


def _sweep(out_dir: Path, wanted: set[Path]) -> int:
    stale = [path for path in out_dir.glob(f"*/*{SUFFIX}") if path not in wanted]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
