"""A configuration out of its YAML files: everything that is wrong with it at once, or everything typed.

`load` reads a folder, `load_texts` the texts of the files by their names, as a release keeps them. Both give
the configuration and its warnings, or raise `ConfigurationFaults` with every fault and its place.
"""

from __future__ import annotations

import gc
import hashlib
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path

from dialplan.catalogue import known_of
from dialplan.cells import Cell, Table
from dialplan.checks import USUAL_DAY, check_references, run_checks
from dialplan.document import compose
from dialplan.faults import ConfigurationFaults, Fault, Place, nearest_of
from dialplan.fields import identifier
from dialplan.files.alarms import read_alarms
from dialplan.files.brands import read_brands
from dialplan.files.bulk import read_bulk
from dialplan.files.calendars import read_calendars
from dialplan.files.data import warn_of_unread_data
from dialplan.files.desk import read_desk
from dialplan.files.directory import read_directory
from dialplan.files.duty import read_duty
from dialplan.files.events import judge_files
from dialplan.files.groups import read_groups, warn_of_empty_groups
from dialplan.files.lists import read_lists
from dialplan.files.numbers import Numbers, settle
from dialplan.files.origins import read_origins
from dialplan.files.plans import read_plan
from dialplan.files.skills import read_skills
from dialplan.files.tables import read_tables
from dialplan.files.watches import ICAL, warn_of_unread_rosters
from dialplan.model import Configuration, Plan
from dialplan.reading import Reading, Section, as_section
from dialplan.sharing import Sharing

DESK, BRANDS, DIRECTORY = "desk.yaml", "brands.yaml", "directory.yaml"
CALENDARS, DUTY = "calendars.yaml", "duty.yaml"
FILES = (DESK, BRANDS, DIRECTORY, CALENDARS, DUTY)
PLANS = "plans/"
SCENARIOS = "scenarios/"
FOLDERS = ("plans", "scenarios")
SUFFIX = ".yaml"
OPTIONAL = (ORIGINS, LISTS, TABLES, SKILLS, GROUPS, ALARMS) = (
    "origins.yaml", "lists.yaml", "tables.yaml", "skills.yaml", "groups.yaml", "alarms.yaml",
)  # fmt: skip
"""Files that need not be there: an absent one is as good as an empty one."""
ENCLOSED = (
    "plans/*.yaml", "scenarios/*.yaml", "calendars/*.ics",
    "tables/*.csv", "tables/*.xlsx", "numbers/*.csv", "numbers/*.xlsx",
    "rosters/*.csv", "rosters/*.xlsx",
)  # fmt: skip
"""What belongs to a configuration beside the files of the folder itself."""
BINARY = "base64,"
"""How the text of a file begins that is no text (`.xlsx`)."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration that can be used, and what somebody should look at all the same."""

    configuration: Configuration
    warnings: tuple[Fault, ...] = ()


def load(
    folder: Path,
    prompts: Collection[str] | None = None,
    templates: Collection[str] | None = None,
    today: date = USUAL_DAY,
) -> Loaded:
    """The configuration of a folder.

    `prompts`: the ids of the catalogue, or a mapping of each id to its languages or to its words by language;
    `templates`: the names of the mail templates; None: not looked up. `today`: hours are judged from then on.
    """
    texts, faults = _read_files(folder)
    if not texts and faults:
        raise ConfigurationFaults(faults)
    return _build(texts, prompts, templates, faults, today)


def load_texts(
    files: Mapping[str, str],
    prompts: Collection[str] | None = None,
    templates: Collection[str] | None = None,
    today: date = USUAL_DAY,
    *,
    is_kept: bool = False,
) -> Loaded:
    """The configuration of texts by file name (`desk.yaml`, `plans/night.yaml`); else as `load`.

    `is_kept`: it was live before, and good enough by the rules of its day: what the rules of today find in it
    are warnings.
    """
    return _build(dict(files), prompts, templates, [], today, is_kept)


def read_texts(folder: Path) -> dict[str, str]:
    """The texts of a folder, as `load_texts` takes them. Raises ConfigurationFaults."""
    texts, faults = _read_files(folder)
    if faults:
        raise ConfigurationFaults(faults)
    return texts


def _read_files(folder: Path) -> tuple[dict[str, str], list[Fault]]:
    texts: dict[str, str] = {}
    if not folder.is_dir():
        return texts, [Fault(str(folder), 1, 1, "", "there is no such folder")]
    faults: list[Fault] = []
    patterns = ("*.y*ml", "plans/*.y*ml", "scenarios/*.y*ml", *ENCLOSED)
    found = sorted({path for pattern in (*patterns, *_lookalikes(folder)) for path in folder.glob(pattern)})
    for path in found:
        name = path.relative_to(folder).as_posix()
        text = _read_file(path, name)
        if isinstance(text, Fault):
            faults.append(text)
            texts[name] = ""
        else:
            texts[name] = text
    return texts, faults


def _lookalikes(folder: Path) -> Iterator[str]:
    """Folders of which somebody may think that they are read: `plan`, `Scenarios`."""
    with suppress(OSError):
        for each in folder.iterdir():
            if each.is_dir() and each.name not in FOLDERS and nearest_of(each.name, FOLDERS):
                yield f"{escape(each.name)}/*.y*ml"


def _read_file(path: Path, name: str) -> str | Fault:
    if path.exists() and not (path.is_file() or path.is_dir()):
        return Fault(name, 1, 1, "", "is no plain file")  # a pipe would be waited for, a device never ends
    try:
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            return BINARY + b64encode(content).decode()
        return content.decode("utf-8-sig")
    except OSError as error:
        return Fault(name, 1, 1, "", f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        *before, last = error.object[: error.start].decode(errors="replace").split("\n")
        line, column = len(before) + 1, len(last) + 1
        return Fault(name, line, column, "", "is not UTF-8 text")


def _build(
    texts: dict[str, str],
    prompts: Collection[str] | None,
    templates: Collection[str] | None,
    faults: list[Fault],
    today: date,
    is_kept: bool = False,
) -> Loaded:
    reading = Reading(faults=list(faults))
    unread = {fault.file for fault in faults}
    with uncollected():
        configuration = _read_all(reading, texts, unread, frozenset(prompts or ()))
        check_references(configuration, reading, _frozen(prompts), _frozen(templates))
        if not reading.faults:
            run_checks(configuration, reading, known_of(prompts), today)
            if is_kept:
                reading.warnings.extend(reading.faults)
                reading.faults.clear()
    warnings = tuple(sorted(set(reading.warnings)))
    if reading.faults:
        raise ConfigurationFaults(sorted(set(reading.faults)), warnings)
    return Loaded(configuration, warnings)


@contextmanager
def uncollected() -> Iterator[None]:
    """A large configuration is a million things that stay: the collector would go through them again and
    again while they are made, for twice the time, and calls would wait for it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _frozen(names: Collection[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _read_all(
    reading: Reading, texts: dict[str, str], unread: set[str], prompts: frozenset[str]
) -> Configuration:
    _warn_of_strangers(reading, texts)
    desk = read_desk(_section(reading, texts, DESK, unread))
    directory = read_directory(_section(reading, texts, DIRECTORY, unread))
    written = Numbers(reading, {})
    brands = read_brands(_section(reading, texts, BRANDS, unread), desk, written)
    calendars = read_calendars(_section(reading, texts, CALENDARS, unread), texts)
    duty = read_duty(_section(reading, texts, DUTY, unread), calendars, texts)
    judge_files(reading, calendars, texts, [key[1] for key in reading.places if key[0] == ICAL])
    warn_of_unread_rosters(reading, texts)
    origins = read_origins(_optional(reading, texts, ORIGINS, unread))
    lists = read_lists(_optional(reading, texts, LISTS, unread), texts)
    tables = read_tables(_optional(reading, texts, TABLES, unread), texts)
    skills = read_skills(_optional(reading, texts, SKILLS, unread))
    alarms = read_alarms(_optional(reading, texts, ALARMS, unread))
    plans = _read_plans(reading, texts, unread)
    plans |= read_bulk(reading, texts, written, brands)
    groups_section = _optional(reading, texts, GROUPS, unread)
    own_groups, lines = read_groups(groups_section, written)
    warn_of_empty_groups(groups_section, own_groups, written)
    numbers, groups = settle(written, own_groups, lines, brands)
    warn_of_unread_data(reading, texts)
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(texts.items())}
    fingerprint = hashlib.sha256("\n".join(f"{name} {digest}" for name, digest in digests.items()).encode())
    return Configuration(
        desk=desk,
        brands=brands,
        numbers=numbers,
        groups=groups,
        directory=directory,
        calendars=calendars,
        duty=duty,
        plans=plans,
        skills=skills,
        extensions={entry.extension: entry.id for entry in directory.values() if entry.extension},
        origins=origins,
        lists=lists,
        tables=tables,
        alarms=alarms,
        prompts=prompts,
        fingerprint=fingerprint.hexdigest(),
        digests=digests,
    )


def _read_plans(reading: Reading, texts: dict[str, str], unread: set[str]) -> dict[str, Plan]:
    plans: dict[str, Plan] = {}
    sharing = Sharing()
    for name in texts:
        if not name.startswith(PLANS) or not name.endswith(SUFFIX):
            continue
        plan = name.removeprefix(PLANS).removesuffix(SUFFIX)
        reading.places["plan", plan] = Place(name)
        section = _section(reading, texts, name, unread)
        if section.parsed_key(plan, section.place, identifier):
            read = read_plan(section, plan)
            plans[plan] = replace(read, nodes=sharing.share(read.nodes))
            section.close()
    return plans


def _section(reading: Reading, texts: dict[str, str], name: str, unread: set[str]) -> Section:
    """The top of a file. One that cannot be read is one fault, not one for everything missing in it."""
    quiet = Section(Reading(reading.country, reading.timezone), Table(Place(name), {}, {}), "")
    cell = None if name in unread else _compose(reading, texts, name)
    section = None if cell is None else as_section(reading, cell, "")
    if section is None:
        reading.broken.add(name)
    return section or quiet


def _compose(reading: Reading, texts: Mapping[str, str], name: str) -> Cell | None:
    if name not in texts:
        reading.fault(Place(name), "", "the file is missing")
        return None
    cell, faults = compose(name, texts[name])
    reading.faults.extend(faults)
    if cell is None and not faults:
        reading.fault(Place(name), "", "the file is empty")
    return cell


def _optional(reading: Reading, texts: dict[str, str], name: str, unread: set[str]) -> Section:
    """The top of a file that need not be there. One in which only comments stand is empty as well."""
    lines = (line.strip() for line in texts.get(name, "").splitlines())
    if name in unread or any(line and not line.startswith("#") for line in lines):
        return _section(reading, texts, name, unread)
    return Section(reading, Table(Place(name), {}, {}), "")


def _warn_of_strangers(reading: Reading, texts: Mapping[str, str]) -> None:
    for name in texts:
        if name in FILES or name in OPTIONAL or _is_enclosed(name):
            continue
        near = _meant(name)
        reading.warn(
            Place(name),
            "",
            "is no file of a configuration and is not read" + (f'; is it "{near}"?' if near else ""),
        )


def _meant(name: str) -> str:
    """The file that was meant: neither `plans/night.yml` nor `plan/night.yaml` is a plan."""
    folder, _, file = name.rpartition("/")
    if folder:
        meant = nearest_of(folder.split("/")[0], FOLDERS)
        return f"{meant}/{file.removesuffix('yml')}yaml" if file.endswith(".yml") else f"{meant}/{file}"
    return nearest_of(name, (*FILES, *OPTIONAL))


def _is_enclosed(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in ENCLOSED)
