"""One round of one stage: which of a person's phones is rung next, his own or a back-up.

In a round each phone of a person is rung once: one after the other, or all together; those kept for need when
the others are over. A back-up phone stands in where the network has failed, and comes first where the network
of the person's operator has failed lately.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.duty.hunt import Attempt, Person, Phone, Planned, Stage
from ivr.storage.states import AttemptState


@dataclass(frozen=True, slots=True)
class PersonsTurn:
    """What a round still holds for a person: phones to ring now, or a ring to wait for, or nothing."""

    wanted: tuple[Planned, ...] = ()
    is_waiting: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the round has nothing more for this person."""
        return not self.wanted and not self.is_waiting


@dataclass(frozen=True, slots=True)
class Turn:
    """A round (`number` from 0) with its attempts, seen at `at`. `faulty`: operators that fail."""

    stage: Stage
    number: int
    attempts: Sequence[Attempt]
    at: datetime
    faulty: frozenset[str]

    def of(self, person: Person) -> PersonsTurn:
        """A person's turn."""
        mine = [one for one in self.attempts if one.entry == person.entry]
        own = {one.number: one for one in mine if not one.backup}
        spares = [one for one in mine if one.backup]
        if any(one.is_open for one in spares):
            return PersonsTurn(is_waiting=True)
        for group in self._groups(person):
            missing = [phone for phone in group if phone.number not in own]
            made = [own[phone.number] for phone in group if phone.number in own]
            is_waiting = any(one.is_open for one in made)
            spare = None if is_waiting else self._instead(made, spares) or self._first(missing, spares)
            wanted = [self._plan(person, spare, is_backup=True)] if spare else []
            wanted = wanted or [self._plan(person, phone) for phone in missing]
            if wanted or is_waiting:
                return PersonsTurn(tuple(wanted), is_waiting)
        return PersonsTurn()

    def _groups(self, person: Person) -> list[list[Phone]]:
        """Phones that are rung together, in order; those kept for need come alone, at the end."""
        usual, kept = person.phones_at(self.at, heeds_quiet=self.stage.heeds_quiet)
        together = [usual] if self.stage.phones_together and usual else [[phone] for phone in usual]
        return [*together, *([phone] for phone in kept)]

    def _instead(self, made: Sequence[Attempt], spares: Sequence[Attempt]) -> Phone | None:
        """The back-up phone that is next after a fault of the network, until one is reached."""
        failed = any(one.state is AttemptState.NETWORK for one in made)
        if not failed or any(one.state is not AttemptState.NETWORK for one in spares):
            return None
        rung = {one.number for one in spares}
        left = [phone for phone in self.stage.backup if phone.number not in rung]
        return min(left, key=lambda phone: phone.operator in self.faulty, default=None)

    def _first(self, missing: Sequence[Phone], spares: Sequence[Attempt]) -> Phone | None:
        """The back-up phone that comes before phones whose network has failed lately.

        One for a person and a round, on another network, and not one that was rung in this round already: it
        is in the same hands as a minute ago.
        """
        if spares or not missing or not all(phone.operator in self.faulty for phone in missing):
            return None
        rung = {one.number for one in self.attempts if one.backup}
        return next(
            (
                phone
                for phone in self.stage.backup
                if phone.operator not in self.faulty and phone.number not in rung
            ),
            None,
        )

    def _plan(self, person: Person, phone: Phone, *, is_backup: bool = False) -> Planned:
        return Planned(self.stage.name, self.number, person, phone, self.stage.ring_s, is_backup)
