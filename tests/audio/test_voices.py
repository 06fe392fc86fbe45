"""Programs that speak: what they are asked, and what happens when they fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from audio import level
from audio.languages import LANGUAGES, Language
from audio.pipeline import prepare
from audio.voices import Espeak, Piper, VoiceError

SPEAKER = """\
import sys, json, pathlib
import numpy, soundfile
arguments = sys.argv[1:]
words = sys.stdin.read()
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps([arguments, words]))
target = arguments[arguments.index(OPTION) + 1]
soundfile.write(target, numpy.sin(numpy.arange(11025) / 5) * 0.2, 22050)
"""


def speaker(tmp_path: Path, option: str) -> tuple[str, ...]:
    script = tmp_path / "speaker.py"
    script.write_text(SPEAKER.replace("OPTION", repr(option)))
    return (sys.executable, str(script))


def test_piper_is_given_the_model_and_the_words(tmp_path: Path) -> None:
    model = tmp_path / "nl_BE-voice.onnx"
    model.write_bytes(b"model")
    piper = Piper(speaker(tmp_path, "--output_file"), {Language.NL: model})
    sound = piper.speak("Één ogenblik", Language.NL)
    assert sound.rate_hz == 22050
    asked = (tmp_path / "speaker.json").read_text()
    assert str(model) in asked
    assert "--noise_scale" in asked
    assert (piper.name(Language.NL), piper.name(Language.FR)) == ("piper nl_BE-voice", "")


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    piper = Piper(("piper",), {Language.NL: tmp_path / "gone.onnx"})
    with pytest.raises(VoiceError, match=r"the model .*gone\.onnx is not there"):
        piper.speak("dag", Language.NL)


def test_espeak_is_given_voice_speed_and_words(tmp_path: Path) -> None:
    espeak = Espeak(speaker(tmp_path, "-w"))
    espeak.speak("bonjour", Language.FR)
    asked = (tmp_path / "speaker.json").read_text()
    assert '"-v", "fr-be", "-s", "155"' in asked
    assert "bonjour" in asked
    assert "bonjour" not in " ".join(espeak.command)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import sys; sys.exit('no such voice')", "ended with 1: no such voice"),
        ("pass", "ended with 0: no reason given"),
        ("import time; time.sleep(30)", "said nothing within 0.5 s"),
    ],
    ids=["fails", "writes nothing", "hangs"],
)
def test_a_program_that_does_not_speak_says_why(program: str, reason: str) -> None:
    voice = Espeak((sys.executable, "-c", program), timeout_s=0.5 if "sleep" in program else 30)
    with pytest.raises(VoiceError, match=reason):
        voice.speak("dag", Language.NL)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(VoiceError, match="the program is not there"):
        Espeak(("/nowhere/espeak-ng",)).speak("dag", Language.NL)


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    from asterisk.obstacles import ObtainError
    from asterisk.obtain import default_cache, find_or_obtain
    from asterisk.package import Package

    try:
        tree = find_or_obtain(Package.ESPEAK, default_cache(), offline=True)
    except ObtainError as cause:
        pytest.skip(str(cause))
    return Espeak(tuple(tree.argv("espeak-ng")), tree.env())


@pytest.mark.parametrize("language", LANGUAGES)
def test_espeak_speaks_every_language_the_same_way_twice(espeak: Espeak, language: Language) -> None:
    first, second = (espeak.speak("Taxi, hotel, radio.", language) for _ in range(2))
    assert (first.signal == second.signal).all()
    assert 0.5 < first.length_s < 5
    assert level.loudness_dbfs(prepare(first)) == pytest.approx(-19, abs=0.5)
