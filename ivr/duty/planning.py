"""From the configuration to a hunt: who will be rung, stage by stage, as the duty stands.

Whose phones are quiet is not decided here but at each ring: the rules go along with the phones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialplan.chains import DIRECT, LAST_RESORT, ROSTER, ChainStage, RingOrder, chain_of, level_stage
from dialplan.gathering import Candidate, Wanted, gather
from dialplan.model import Configuration, Entry, PagePolicy
from dialplan.model import Phone as EntryPhone
from dialplan.nodes.people import BRAND_PEOPLE
from dialplan.words import LANGUAGES
from ivr.duty.hunt import Hunt, Person, Phone, Skipped, Stage

__all__ = ["DIRECT", "LAST_RESORT", "ROSTER", "Wanted", "level_stage", "plan_hunt"]


def plan_hunt(
    configuration: Configuration,
    policy: PagePolicy,
    now: datetime,
    *,
    wanted: Wanted = Wanted(),  # noqa: B008 - it is frozen
    caps: Mapping[str, float] | None = None,
    chosen: str = "",
    shift: timedelta = timedelta(0),
    not_before: datetime | None = None,
) -> Hunt:
    """The hunt that `policy` asks for at `now` (aware).

    `caps`: number -> seconds after which that phone's voicemail answers; it is rung for less. `chosen`: why
    it is this policy. `shift`: how far `now` is from the real time, on a test call. `not_before`: stages that
    should have begun earlier are for the people of that moment (the page is under way).
    """
    plan = _Planning(configuration, policy, wanted, caps or {})
    stages = tuple(plan.stages(now, not_before or now))
    resort = plan.last_resort()
    return Hunt(
        (*stages, resort) if resort else stages,
        policy=policy.id,
        chosen=chosen,
        shift_s=shift.total_seconds(),
        network_causes=policy.network_fault_causes,
        fault_memory_s=policy.fault_memory_s,
    )


@dataclass(frozen=True, slots=True)
class _Planning:
    configuration: Configuration
    policy: PagePolicy
    wanted: Wanted
    caps: Mapping[str, float]

    def stages(self, now: datetime, not_before: datetime) -> Iterator[Stage]:
        """Each stage, with the people of the moment at which it begins at the latest."""
        begins = now
        for stage in chain_of(self.policy):
            planned = self._stage(stage, max(begins, not_before))
            yield planned
            begins += timedelta(seconds=_lasts_s(planned))

    def _stage(self, stage: ChainStage, at: datetime) -> Stage:
        found = gather(self.configuration, self.policy, stage, at, self.wanted)
        people = tuple(self._person(each, stage.phones) for each in found.people)
        return Stage(
            stage.name,
            people,
            ring_s=stage.ring_s,
            rounds=stage.tries,
            lasts_s=stage.within_s,
            pause_s=stage.pause_s,
            together=stage.order is RingOrder.TOGETHER,
            is_fair=stage.order is RingOrder.FAIR,
            backup=self._backup() if stage.backup else (),
            phones_together=stage.phones_together,
            heeds_quiet=stage.quiet,
            is_announced=stage.mail,
            title=stage.title,
            who=", ".join(map(str, stage.who)),
            why=found.why,
            skipped=tuple(Skipped(*each) for each in found.left_out),
        )

    def last_resort(self) -> Stage | None:
        """Whom the phone tells that nobody has accepted; None where the policy wants none."""
        resort = self.policy.last_resort
        if resort is None:
            return None
        people = tuple(self._person(each, ()) for each in self._told(resort.who))
        if not people:
            return None
        return Stage(
            LAST_RESORT,
            people,
            ring_s=resort.ring_s,
            rounds=resort.tries,
            pause_s=resort.pause_s,
            heeds_quiet=False,
            is_telling=True,
            title="last resort",
            who=", ".join(each.entry for each in people),
        )

    def _told(self, who: Sequence[str]) -> Iterator[Candidate]:
        brand, desk = self.configuration.brands.get(self.wanted.brand), self.configuration.desk
        own = {each: getattr(brand, field) if brand else "" for each, field in BRAND_PEOPLE.items()}
        named = [own.get(each, each) for each in who] or [own["$brand.failsafe"], desk.failsafe]
        usual = desk.language if desk.language in LANGUAGES else LANGUAGES[0]
        for entry in dict.fromkeys(named):
            if found := self.configuration.directory.get(entry):
                yield Candidate(entry, found.title, found.language or usual)

    def _person(self, candidate: Candidate, labels: Sequence[str]) -> Person:
        """`labels`: phones that are rung first, in that order; the others follow in the directory's."""
        entry = self.configuration.directory[candidate.entry]
        places = {label: place for place, label in enumerate(labels)}
        phones = sorted(entry.phones, key=lambda phone: places.get(str(phone.label), len(places)))
        return Person(
            entry.id,
            candidate.title,
            tuple(self._phone(phone, str(phone.label)) for phone in phones),
            candidate.language,
            entry.mail,
            entry.title,
        )

    def _phone(self, phone: EntryPhone, label: str) -> Phone:
        longest_s = self.caps.get(phone.number, 0.0)
        return Phone(phone.number, label, phone.operator, phone.only_if_needed, phone.quiet, longest_s)

    def _backup(self) -> tuple[Phone, ...]:
        entries: list[Entry] = [
            self.configuration.directory[name] for name in self.configuration.duty.backup_phones
        ]
        return tuple(self._phone(phone, entry.title) for entry in entries for phone in entry.phones)


def _lasts_s(stage: Stage) -> float:
    """How long a stage takes at most: its limit, or its rounds, every phone rung to the end."""
    phones = max((len(person.phones) for person in stage.people), default=0)
    rung = phones if stage.together else sum(len(person.phones) for person in stage.people)
    rounds = stage.rounds or 1
    whole_s = rounds * rung * stage.ring_s + (rounds - 1) * stage.pause_s
    return min(whole_s, stage.lasts_s) if stage.lasts_s and stage.rounds else stage.lasts_s or whole_s
