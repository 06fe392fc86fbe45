"""With what plans compare the values of each variable, and values that stand for all others.

Two values between which no comparison lies are one to the plans. So it is enough to try one value on each
side of everything that a value is compared with: of digits of one length, which are numbers in a row, every
first one of a stretch; of other texts whatever begins alike and then goes on otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dialplan.extensions import EXTENSION
from dialplan.keyed import ANY, DIGITS, Form
from dialplan.lists import NumberList
from dialplan.model import Configuration
from dialplan.nodes.destination import Destination
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.set import SetNode, Template
from dialplan.nodes.switch import SwitchNode
from dialplan.numbers import calling_code, display
from dialplan.run import Node

OTHER = "other"
"""A value that nothing is compared with."""
FAR = 5
"""So long a beginning of a telephone number may tell a country or a zone; behind it a digit is like any."""


@dataclass(slots=True)
class Marks:
    """With what one variable is compared: whole values, beginnings, and ranges of whole numbers."""

    values: dict[str, None] = field(default_factory=dict)
    beginnings: dict[str, None] = field(default_factory=dict)
    spans: dict[tuple[int, int], None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values) + len(self.beginnings) + len(self.spans)

    def add(self, other: Marks) -> None:
        """Those of another as well."""
        self.values |= other.values
        self.beginnings |= other.beginnings
        self.spans |= other.spans


def marks_of(configuration: Configuration, nodes: Iterable[Node]) -> Mapping[str, Marks]:
    """What each variable is compared with, also by the variables into which it is put."""
    nodes = list(nodes)
    found: dict[str, Marks] = {}
    for node in nodes:
        for variable, marks in _compared(configuration, node):
            found.setdefault(variable, Marks()).add(marks)
    templates = [item for node in nodes if isinstance(node, SetNode) for item in node.values.items()]
    for _ in templates:
        before = sum(map(len, found.values()))
        for name, template in templates:
            for variable, marks in list(_taken_apart(template, found.get(name, Marks()))):
                found.setdefault(variable, Marks()).add(marks)
        if sum(map(len, found.values())) == before:
            break
    return found


def _compared(configuration: Configuration, node: Node) -> Iterator[tuple[str, Marks]]:
    """A variable that a node compares: with cases, entries of lists, or keys of tables."""
    marks = Marks()
    if isinstance(node, SwitchNode):
        for pattern in (pattern for _, patterns in node.cases for pattern in patterns):
            if pattern.span is not None:
                marks.spans[pattern.span] = None
            elif pattern.prefix is not None:
                marks.beginnings[pattern.prefix] = None
            else:
                marks.values[pattern.value] = None
        yield node.variable, marks
    elif isinstance(node, ListNode):
        for listed in (configuration.lists[name] for name in node.lists if name in configuration.lists):
            marks.add(_of_list(configuration, listed))
        yield node.variable, marks
    elif isinstance(node, LookupNode) and node.table in configuration.tables:
        country = configuration.desk.country
        for key in configuration.tables[node.table].rows:
            marks.values |= dict.fromkeys((key, keyed(key, country)))
        yield node.variable, marks
    elif isinstance(node, Destination):
        for who in (who[1:] for who in node.people if who.startswith("$") and not who.startswith("$brand.")):
            known = configuration.extensions if who == EXTENSION else configuration.directory
            yield who, Marks(dict.fromkeys(known))


def _of_list(configuration: Configuration, listed: NumberList) -> Marks:
    country = configuration.desk.country
    values = (form for key in listed.exact for form in (key, keyed(key, country)))
    beginnings = (form for key in listed.prefixes for form in (key, *_dialled(key, country)))
    return Marks(dict.fromkeys(values), dict.fromkeys(beginnings))


def keyed(key: str, country: str) -> str:
    """A key as a caller keys it: numbers as they are dialled at home."""
    if not key.startswith("+"):
        return key
    shown = display(key, country)
    return "".join(sign for sign in shown.replace("+", "00") if sign.isdigit())


def _dialled(beginning: str, country: str) -> Iterator[str]:
    """How telephone numbers that begin so begin when they are keyed."""
    if beginning.startswith("+"):
        yield f"00{beginning[1:]}"
        home = f"+{calling_code(country)}"
        if beginning.startswith(home):
            yield f"0{beginning.removeprefix(home)}"


def _taken_apart(template: Template, marks: Marks) -> Iterator[tuple[str, Marks]]:
    """What the variables of a template would have to be for it to meet a mark: of one the rest of the text,
    of several each the whole."""
    variables = [text for is_variable, text in template if is_variable]
    if len(variables) != 1:
        yield from ((variable, marks) for variable in variables)
        return
    at = next(index for index, (is_variable, _) in enumerate(template) if is_variable)
    before, after = (
        "".join(text for _, text in part).casefold() for part in (template[:at], template[at + 1 :])
    )
    found = Marks()
    for value in marks.values:
        small = value.casefold()
        if small.startswith(before) and small.endswith(after) and len(small) >= len(before) + len(after):
            found.values[value[len(before) : len(value) - len(after)]] = None
    for beginning in marks.beginnings:
        if beginning.casefold().startswith(before):
            rest = beginning[len(before) :]
            found.beginnings[rest] = None
            found.values |= dict.fromkeys(rest[:at] for at in range(len(rest)))  # `after` may go on from it
    for first, last in marks.spans:
        for edge in (first, last):
            for text in (str(edge // 10 ** len(after)), str(edge // 10 ** len(after) + 1)):
                rest = text.removeprefix(before)
                found.spans[int(rest or "0"), int(rest or "0")] = None
    yield variables[0], found


def telling_digits(marks: Marks, least: int, most: int) -> Iterator[str]:
    """Digits in every length from `least` to `most`: the first of each stretch in which all are alike."""
    values = {value for value in marks.values if _is_digits(value)}
    beginnings = [text for text in marks.beginnings if _is_digits(text)]
    for length in range(least, most + 1):
        edges = {0}
        for value in (int(value) for value in values if len(value) == length):
            edges |= {value, value + 1}
        for text in (text for text in beginnings if len(text) <= length):
            unit = 10 ** (length - len(text))
            edges |= {int(text) * unit, (int(text) + 1) * unit}
        for first, last in marks.spans:
            edges |= {first, last + 1}
        yield from (str(edge).zfill(length) for edge in sorted(edges) if edge < 10**length)


def telling_forms(marks: Marks, form: Form) -> Iterator[str]:
    """Digits that fit a form: the first of each stretch in which all are alike as they are written."""
    places = [at for at, sign in enumerate(sign for sign in form.pattern if sign in DIGITS + ANY)]
    signs = [sign for sign in form.pattern if sign in DIGITS + ANY]
    free = [at for at in places if signs[at] == ANY]

    def digits(index: int) -> str:
        filled = list(signs)
        for at, digit in zip(free, str(index).zfill(len(free)) if free else "", strict=True):
            filled[at] = digit
        return "".join(filled)

    edges = {0}
    for text in (*marks.values, *marks.beginnings):
        edges.add(_first(len(free), lambda at, text=text: form.write(digits(at)) >= text))  # type: ignore[misc]
        edges.add(_first(len(free), lambda at, text=text: form.write(digits(at))[: len(text)] > text))  # type: ignore[misc]
        edges.add(_first(len(free), lambda at, text=text: form.write(digits(at)) > text))  # type: ignore[misc]
    if form.pattern.isalnum():
        for edge in (edge for first, last in marks.spans for edge in (first, last + 1)):
            edges.add(_first(len(free), lambda at, edge=edge: int(digits(at)) >= edge))  # type: ignore[misc]
    yield from (digits(edge) for edge in sorted(edges) if edge < 10 ** len(free))


def _first(places: int, holds: Callable[[int], bool]) -> int:
    """The first number of so many digits for which something holds that goes on holding; past them: none."""
    low, high = 0, 10**places
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def telling_texts(marks: Marks) -> Iterator[str]:
    """Texts of any kind: what is compared, what begins alike and goes on otherwise, something else, and
    nothing."""
    yield from marks.values
    for text in _roots(marks.beginnings):
        yield text
        yield from (f"{text}{sign}" for sign in (*DIGITS, "~"))
    longest = max((len(text) for text in (*marks.values, *marks.beginnings) if _is_digits(text)), default=0)
    longest = max((longest, *(len(str(last)) for _, last in marks.spans)))
    if marks.spans:
        yield from telling_digits(marks, 1, longest + 1)
    yield from (OTHER, "")


def telling_numbers(marks: Marks) -> Iterator[str]:
    """Telephone numbers, E.164: those that are compared, and for every beginning some that go on otherwise.
    Some are of a length that their country does not have."""
    values = [value for value in marks.values if value.startswith("+")]
    yield from values
    roots = set(_roots(text for text in marks.beginnings if text.startswith("+")))
    for root in sorted(roots, key=lambda text: (len(text), text)):
        others = [digit for digit in DIGITS if root + digit not in roots]
        for text in (root, *(root + digit for digit in others[: 10 if len(root) <= FAR else 2])):
            yield from _completed(text, marks.values)


def _completed(beginning: str, taken: Mapping[str, None]) -> Iterator[str]:
    """Numbers that begin so and stand for themselves, in the lengths that numbers have here and near."""
    for length in (12, 11, 13, 15):
        for tail in ("5110000000", "2110000000", "7234567890", "0123456789"):
            number = beginning + (tail * 2)[: max(0, length - len(beginning))]
            if number not in taken and len(number) <= 16:
                yield number
                break


def _roots(beginnings: Iterable[str]) -> Iterator[str]:
    """Every beginning, and every beginning of it."""
    yield from dict.fromkeys(text[:length] for text in beginnings for length in range(len(text) + 1))


def _is_digits(text: str) -> bool:
    return text.isdecimal() and text.isascii()
