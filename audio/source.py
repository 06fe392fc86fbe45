"""`catalogue.yaml` read with the place of every fault, all faults at once.

Form of an entry (see `prompts/README.md`):

    office-closed:
      use: Played by the day plans outside office hours.
      nl: Ons kantoor is gesloten.            # words
      fr: {words: Colt., say: Kolt.}          # words, and how a synthesiser is to be told them
      de: [{de: Guten Tag}, {fr: bonjour}]    # segments by several voices
    welcome:
      all: [{nl: goededag}, {fr: bonjour}]    # the same audio whatever the language
    pause:
      all: {silence_ms: 200}
    beep:
      all: {tone_hz: 987, tone_ms: 300}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from audio.catalogue import Catalogue, Prompt, Segment, Silence, Tone, Words, nearest
from audio.languages import LANGUAGES, Language

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ENTRY_KEYS: Final = ("use", "all", *(language.value for language in LANGUAGES))
_SEGMENT_KEYS: Final = ("say", "silence_ms", "tone_hz", "tone_ms", *_ENTRY_KEYS[2:])
_LONGEST_WORDS: Final = 2000
_LONGEST_MS: Final = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a catalogue file. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.where}: {self.reason}"


class CatalogueError(Exception):
    """A catalogue that cannot be used, with every fault of it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def load_catalogue(path: Path) -> Catalogue:
    """Read the catalogue file. Raises CatalogueError with all faults, an unreadable file included."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise CatalogueError([Fault(str(path), 1, 1, "file", f"it cannot be read: {cause}")]) from cause
    return parse_catalogue(text, path.name)


def parse_catalogue(text: str, file: str = "catalogue.yaml") -> Catalogue:
    """The catalogue of a text. Raises CatalogueError with all faults."""
    reader = _Reader(file)
    prompts = reader.read(_compose(text, file))
    if reader.faults:
        raise CatalogueError(reader.faults)
    return Catalogue(prompts)


def _compose(text: str, file: str) -> Node | None:
    """With libyaml where it is there, ten times as fast; what it refuses is read again for clearer words."""
    fast = getattr(yaml, "CSafeLoader", None)
    if fast is not None:
        with suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=fast)
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = cause.problem or cause.context or "it is no YAML"
        raise CatalogueError([Fault(file, line, column, "YAML", reason)]) from cause
    except yaml.YAMLError as cause:
        raise CatalogueError([Fault(file, 1, 1, "YAML", str(cause).splitlines()[0])]) from cause


@dataclass(slots=True)
class _Reader:
    """Walks the nodes, collects prompts, and notes every fault with its place."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def note(self, node: Node, where: str, reason: str) -> None:
        mark = node.start_mark
        self.faults.append(Fault(self.file, mark.line + 1, mark.column + 1, where, reason))

    def read(self, root: Node | None) -> dict[str, Prompt]:
        if root is None:
            self.faults.append(Fault(self.file, 1, 1, "catalogue", "it is empty"))
            return {}
        if not isinstance(root, MappingNode):
            self.note(root, "catalogue", "prompts are written as `id:` with their words below")
            return {}
        found = [self.prompt(name, key, value) for name, key, value in self.items(root, "catalogue")]
        return {prompt.id: prompt for prompt in found}

    def items(self, node: MappingNode, where: str) -> Iterator[tuple[str, Node, Node]]:
        """Keys as text; a key that stands twice, or is no text, is a fault."""
        seen: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.note(key, where, "a key must be a word")
                continue
            if key.value in seen:
                self.note(key, where, f'"{key.value}" stands already in line {seen[key.value]}')
                continue
            seen[key.value] = key.start_mark.line + 1
            yield key.value, key, value

    def prompt(self, name: str, key: Node, value: Node) -> Prompt:
        if not _ID.fullmatch(name):
            self.note(key, name, "an id is made of small letters, digits and single hyphens")
        parts = self.entry(name, value)
        use = self.text(name, "use", parts["use"]) if "use" in parts else ""
        spoken = self.spoken(name, value, parts)
        return Prompt(name, use, spoken, "all" in parts, key.start_mark.line + 1)

    def entry(self, name: str, value: Node) -> dict[str, Node]:
        if not isinstance(value, MappingNode):
            self.note(value, name, "its words stand below it, one line for each language")
            return {}
        parts: dict[str, Node] = {}
        for part, key, node in self.items(value, name):
            if part in _ENTRY_KEYS:
                parts[part] = node
            else:
                self.note(key, name, _unknown(part, _ENTRY_KEYS))
        return parts

    def spoken(self, name: str, value: Node, parts: dict[str, Node]) -> dict[Language, tuple[Segment, ...]]:
        own = [language for language in LANGUAGES if language in parts]
        if "all" in parts:
            if own:
                self.note(parts[own[0]], name, f'"all" leaves no room for "{own[0]}"')
            segments = self.segments(f"{name} all", parts["all"], None)
            return dict.fromkeys(LANGUAGES, segments)
        if not own and isinstance(value, MappingNode):
            self.note(value, name, "it has no words in any language")
        return {language: self.segments(f"{name} {language}", parts[language], language) for language in own}

    def segments(self, where: str, node: Node, language: Language | None) -> tuple[Segment, ...]:
        if isinstance(node, SequenceNode):
            if not node.value:
                self.note(node, where, "the list is empty")
            found = [
                self.segment(f"{where}[{place}]", item, language) for place, item in enumerate(node.value)
            ]
            return tuple(segment for segment in found if segment)
        segment = self.segment(where, node, language)
        return (segment,) if segment else ()

    def segment(self, where: str, node: Node, language: Language | None) -> Segment | None:
        if isinstance(node, ScalarNode):
            if language is None:
                self.note(node, where, "say whose voice: `{nl: ...}`")
                return None
            return self.words(where, language, node, None)
        if isinstance(node, MappingNode):
            return self.written_out(where, node, language)
        self.note(node, where, "words, or `{nl: ...}`, are expected here")
        return None

    def written_out(self, where: str, node: MappingNode, language: Language | None) -> Segment | None:
        known = (*_SEGMENT_KEYS, *(("words",) if language else ()))
        parts: dict[str, Node] = {}
        for part, key, value in self.items(node, where):
            if part in known:
                parts[part] = value
            else:
                self.note(key, where, _unknown(part, known))
        return self.chosen(where, node, language, parts)

    def chosen(
        self, where: str, node: Node, language: Language | None, parts: dict[str, Node]
    ) -> Segment | None:
        """Exactly one of words, silence and tone."""
        voices = [name for name in parts if name in {"words", *LANGUAGES}]
        sounds = [name for name in ("silence_ms", "tone_hz") if name in parts]
        if len(voices) + len(sounds) != 1:
            self.note(node, where, "one of words, silence_ms and tone_hz is needed, and only one")
            return None
        if voices:
            voice = language if voices[0] == "words" and language else Language(voices[0])
            return self.words(where, voice, parts[voices[0]], parts.get("say"))
        if sounds == ["silence_ms"]:
            return Silence(self.number(where, parts["silence_ms"], 20, _LONGEST_MS))
        if "tone_ms" not in parts:
            self.note(node, where, "tone_hz wants tone_ms beside it")
            return None
        hertz = self.number(where, parts["tone_hz"], 300, 3400)
        return Tone(hertz, self.number(where, parts["tone_ms"], 20, _LONGEST_MS))

    def words(self, where: str, language: Language, node: Node, say: Node | None) -> Words:
        spoken = self.text(where, "say", say) if say else ""
        return Words(language, self.text(where, "words", node), spoken)

    def text(self, where: str, what: str, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            self.note(node, where, f"{what}: plain text is expected")
            return ""
        text = " ".join(str(node.value).split())
        if node.tag == "tag:yaml.org,2002:null" or not text:
            self.note(node, where, f"{what}: there are no words")
        elif node.tag == "tag:yaml.org,2002:bool" and not node.style:
            self.note(node, where, f"{what}: YAML reads `{text}` as yes or no; put it in quotes")
        elif len(text) > _LONGEST_WORDS:
            self.note(node, where, f"{what}: longer than {_LONGEST_WORDS} characters")
        return text

    def number(self, where: str, node: Node, least: int, most: int) -> int:
        text = str(node.value) if isinstance(node, ScalarNode) else ""
        if text.isdecimal() and least <= int(text) <= most:
            return int(text)
        self.note(node, where, f"a whole number from {least} to {most} is expected")
        return least


def _unknown(name: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    hint = f'; did you mean "{near}"?' if near else f"; known are {', '.join(known)}"
    return f'unknown key "{name}"{hint}'
