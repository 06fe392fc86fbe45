"""`python -m ivr.cli.saying <language> <file>`: read the words on standard input aloud, into an A-law file.

A process of its own, started by the service when an alarm comes in: what speaks is slow to import, and
must not make calls wait. Nothing is fetched; exit code 3 when nothing on this machine can speak.
"""

from __future__ import annotations

import sys
from pathlib import Path

NO_VOICE = 3


def main(words: list[str]) -> int:
    """The command line."""
    from asterisk.obstacles import ObtainError
    from asterisk.obtain import default_cache, find_or_obtain
    from asterisk.package import Package

    language, target = words
    try:
        tree = find_or_obtain(Package.ESPEAK, default_cache(), offline=True)
    except ObtainError as cause:
        sys.stderr.write(f"{cause}\n")
        return NO_VOICE
    return _say(sys.stdin.read(), language, Path(target), tuple(tree.argv("espeak-ng")), tree.env())


def _say(
    text: str, language: str, target: Path, command: tuple[str, ...], environment: dict[str, str] | None
) -> int:
    from audio.languages import Language
    from audio.pipeline import SilentSoundError, convert
    from audio.voices import Espeak, VoiceError
    from audio.writing import write_whole

    try:
        sound = Espeak(command, environment, timeout_s=15.0).speak(text, Language(language))
        write_whole(target, convert(sound))
    except (VoiceError, SilentSoundError, OSError) as cause:
        sys.stderr.write(f"{cause}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
