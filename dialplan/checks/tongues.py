"""In which languages callers may be spoken to at each node, brand by brand."""

from __future__ import annotations

from collections.abc import Mapping

from dialplan.checks.survey import Survey
from dialplan.model import Brand
from dialplan.nodes.language import Language
from dialplan.reach import NodeId
from dialplan.words import BILINGUAL

NAMES: Mapping[str, str] = {"nl": "Dutch", "fr": "French", "de": "German", "en": "English"}


def say_languages(languages: set[str] | frozenset[str]) -> str:
    """`Dutch`, `Dutch and French`, in the usual order."""
    names = [name for code, name in NAMES.items() if code in languages]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def spoken_in(setting: str) -> frozenset[str]:
    """The languages of a setting: `bi` is Dutch and French."""
    return frozenset({"nl", "fr"}) if setting == BILINGUAL else frozenset({setting})


def languages_at(survey: Survey, brand: Brand) -> Mapping[NodeId, frozenset[str]]:
    """For each node that a brand's calls reach, what its callers may be spoken to in there."""
    known: Mapping[NodeId, frozenset[str]] | None = survey.memo.get(("languages", brand.id))
    if known is None:
        known = survey.memo["languages", brand.id] = _spread(survey, brand)
    return known


def _spread(survey: Survey, brand: Brand) -> Mapping[NodeId, frozenset[str]]:
    plans = {number.plan for number in survey.configuration.numbers.values() if number.brand == brand.id}
    waiting = [(survey.start_of(plan), one) for plan in sorted(plans) for one in spoken_in(brand.language)]
    found: dict[NodeId, set[str]] = {}
    while waiting:
        at, language = waiting.pop()
        if language in found.setdefault(at, set()):
            continue
        found[at].add(language)
        after = _after(survey, at, language)
        waiting += [(target, one) for target in survey.ways_from(at) for one in after]
    return {at: frozenset(languages) for at, languages in found.items()}


def _after(survey: Survey, at: NodeId, language: str) -> frozenset[str]:
    """The languages in which a call may leave a node that it reached in one."""
    node = survey.node(at)
    if not isinstance(node, Language):
        return frozenset({language})
    return frozenset(node.keys.values()) | {language} if node.keys else frozenset({node.language})
