"""What is said: prompts that lack a language, languages nobody lists, keys that are spoken and not there."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.checks.spoken_keys import keys_spoken
from dialplan.checks.survey import Finding, Survey, plan_of
from dialplan.checks.tongues import languages_at, say_languages, spoken_in
from dialplan.model import Brand
from dialplan.nodes.destination import Destination
from dialplan.nodes.language import Language
from dialplan.nodes.menu import Menu
from dialplan.nodes.speech import PROMPT
from dialplan.reach import NodeId
from dialplan.reading import Reference
from dialplan.run import Node
from dialplan.words import LANGUAGES, Words


def check_prompts_in_all_languages(survey: Survey) -> Iterator[Finding]:
    """A prompt that is not there in a language in which it would be said: callers would hear nothing."""
    for reference in survey.reading.references:
        if reference.of != PROMPT:
            continue
        if not any(survey.prompts.lacks(reference.name, language) for language in LANGUAGES):
            continue
        for who, languages in _hearers(survey, reference):
            missing = {one for one in languages if survey.prompts.lacks(reference.name, one)}
            if missing:
                message = f'"{reference.name}" is not there in {say_languages(missing)}, which {who} may hear'
                yield Finding(reference.place, reference.where, message, is_fault=True)
                break


def _hearers(survey: Survey, reference: Reference) -> Iterator[tuple[str, frozenset[str]]]:
    """Who may hear what is named there, and in which languages."""
    first, _, field = reference.where.partition(" ")
    brands = survey.configuration.brands
    if reference.place.file.startswith("plans/"):
        at = (plan_of(reference.place.file), first)
        yield from ((f"callers of {one.title}", _at(survey, one, at)) for one in brands.values())
    elif first in brands and field == "spoken":
        yield "engineers", _of_engineers(survey)
    elif first in brands:
        everywhere = languages_at(survey, brands[first]).values()
        yield f"callers of {brands[first].title}", frozenset().union(*everywhere)


def _at(survey: Survey, brand: Brand, at: NodeId) -> frozenset[str]:
    return languages_at(survey, brand).get(at, frozenset())


def _of_engineers(survey: Survey) -> frozenset[str]:
    """An engineer is spoken to in the language of his entry, else in the policy's first."""
    configuration = survey.configuration
    policies = configuration.duty.policies.values()
    entries = {engineer.entry for engineer in configuration.duty.engineers}
    entries |= {level.entry for policy in policies for level in policy.levels}
    own = {configuration.directory[entry].language for entry in entries}
    usual = {policy.languages[0] for policy in policies if policy.languages}
    return frozenset(own - {""} | (usual if "" in own else set()))


def check_languages_offered(survey: Survey) -> Iterator[Finding]:
    """A language in which a brand's callers may be spoken to, though the brand does not list it."""
    for brand in survey.configuration.brands.values():
        strange = spoken_in(brand.language) - set(brand.languages)
        if strange:
            message = f"begins in {say_languages(strange)}, which is not among its languages"
            yield Finding(survey.place("brand", brand.id), brand.id, message)
    for at, node in survey.nodes():
        if isinstance(node, Language):
            offered = set(node.keys.values()) or {node.language}
            yield from _not_offered(survey, at, offered)


def _not_offered(survey: Survey, at: NodeId, offered: set[str]) -> Iterator[Finding]:
    for brand in survey.configuration.brands.values():
        strange = offered - set(brand.languages)
        if strange and at in languages_at(survey, brand):
            message = f"offers {say_languages(strange)}, which is not among the languages of {brand.title}"
            yield survey.at_node(at, message)


def check_spoken_keys(survey: Survey) -> Iterator[Finding]:
    """A menu or queue whose words name a key that it lacks, or that has a key which its words do not name."""
    if not survey.prompts.words:
        return
    for at, node in survey.nodes():
        for words, keys, others in _questions(node):
            if keys and all(isinstance(word, str) and word in survey.prompts.words for word in words):
                yield from _compare_keys(survey, at, words, keys, others)


def _questions(node: Node) -> Iterator[tuple[Words, frozenset[str], frozenset[str]]]:
    """The words of each question of a node, its choices, and the keys that mean something else there.

    A choice of several keys is left out: "twelve" is said in too many ways.
    """
    if isinstance(node, Menu):
        choices = frozenset(key for key in node.keys if len(key) == 1)
        yield node.words, choices, frozenset(node.repeat)
    elif isinstance(node, Language):
        yield node.words, frozenset(node.keys), frozenset()
    elif isinstance(node, Destination) and node.queue is not None:
        queue = node.queue
        spoken = (word for words in (queue.welcome, queue.first, *queue.periodic) for word in words)
        prompts = tuple(word for word in spoken if isinstance(word, str))
        yield prompts, frozenset(queue.keys), frozenset()


def _compare_keys(
    survey: Survey, at: NodeId, words: Words, keys: frozenset[str], others: frozenset[str]
) -> Iterator[Finding]:
    spoken = {language: _keys_said(survey, words, language) for language in LANGUAGES}
    if all(said - others == keys - others for said in spoken.values()):
        return
    lacking: dict[str, set[str]] = {}
    unsaid: dict[str, set[str]] = {}
    silent: set[str] = set()
    for language in _languages_heard(survey, at):
        said = spoken[language]
        for key in said - keys - others:
            lacking.setdefault(key, set()).add(language)
        if not said:
            silent.add(language)
        for key in keys - said if said else ():
            unsaid.setdefault(key, set()).add(language)
    for key, languages in sorted(lacking.items()):
        yield survey.at_node(at, f"says key {key} in {say_languages(languages)}, but has no such key")
    for key, languages in sorted(unsaid.items()):
        yield survey.at_node(at, f"has key {key}, but does not say it in {say_languages(languages)}")
    if silent:
        names = f"key{'s' * (len(keys) > 1)} {', '.join(sorted(keys))}"
        yield survey.at_node(at, f"has {names}, but its words name no key in {say_languages(silent)}")


def _keys_said(survey: Survey, words: Words, language: str) -> frozenset[str]:
    return keys_spoken(" . ".join(survey.prompts.text(str(word), language) for word in words))


def _languages_heard(survey: Survey, at: NodeId) -> frozenset[str]:
    brands = survey.configuration.brands.values()
    return frozenset().union(*(_at(survey, brand, at) for brand in brands)) or frozenset(LANGUAGES)
