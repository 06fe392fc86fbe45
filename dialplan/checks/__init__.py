"""What is looked at once every file has been read: the configuration as a whole.

First the names: whatever is named must exist. Then, if nothing is wrong so far, the rules. A rule is one
function that takes a `Survey` and yields findings. Adding one means writing it in the module of its subject,
naming it in `RULES`, and giving it a folder in `tests/dialplan/bad/` and a row in `docs/checks.md`.
"""

from __future__ import annotations

from datetime import date

from dialplan.catalogue import Prompts
from dialplan.checks import (
    alarms,
    beforehand,
    chains,
    coverage,
    duty,
    hours,
    lines,
    messages,
    names,
    people,
    promises,
    speech,
    ways,
)
from dialplan.checks.references import check_references
from dialplan.checks.survey import USUAL_DAY, Finding, Rule, Survey, name_of
from dialplan.model import Configuration
from dialplan.reading import Reading

__all__ = [
    "RULES", "USUAL_DAY", "Finding", "Rule", "Survey", "check_references", "name_of", "run_checks",
]  # fmt: skip

RULES: tuple[Rule, ...] = (
    names.check_brands_have_numbers,
    names.check_unused_plans,
    names.check_unused_names,
    ways.check_unreachable_nodes,
    ways.check_open_exits,
    ways.check_endless_loops,
    ways.check_silent_loops,
    ways.check_ringing_loops,
    hours.check_shadowed_hours,
    hours.check_special_days_first,
    hours.check_closed_for_good,
    lines.check_parallel_ringing,
    lines.check_switched_away,
    lines.check_engineers_have_pins,
    speech.check_spoken_keys,
    speech.check_prompts_in_all_languages,
    speech.check_languages_offered,
    messages.check_messages_are_sent,
    messages.check_callers_are_called_back,
    people.check_engineers_have_mail,
    people.check_pages_have_pins,
    people.check_shared_mail,
    people.check_shared_phones,
    people.check_backup_is_another,
    people.check_foreign_phones,
    people.check_shared_cost_phones,
    people.check_phones_in_a_circle,
    people.check_failsafe_apart,
    duty.check_engineers_in_roster,
    duty.check_lone_weeks,
    duty.check_empty_swaps,
    duty.check_overlapping_swaps,
    coverage.check_duty_gaps,
    coverage.check_double_duty,
    coverage.check_unreachable_engineers,
    coverage.check_too_little_rest,
    coverage.check_asked_on_leave,
    duty.check_levels,
    duty.check_levels_differ,
    duty.check_backup_phones,
    beforehand.check_drills_are_held,
    beforehand.check_handshakes_reach_somebody,
    chains.check_chains_ring_somebody,
    chains.check_stages_ring_somebody,
    chains.check_tries_fit,
    chains.check_levels_are_rung,
    chains.check_quiet_chains,
    chains.check_choices_are_reached,
    chains.check_backup_on_another_network,
    chains.check_last_resort,
    promises.check_reminders_come_in_time,
    alarms.check_alarms_caught,
    alarms.check_alarms_in_a_circle,
)


def run_checks(
    configuration: Configuration, reading: Reading, prompts: Prompts | None = None, today: date = USUAL_DAY
) -> None:
    """Every rule over a configuration whose names all exist. `today`: from when on hours are judged."""
    survey = Survey(configuration, reading, prompts or Prompts(), today)
    for rule in RULES:
        name = name_of(rule)
        for finding in rule(survey):
            keep = reading.fault if finding.is_fault else reading.warn
            keep(finding.place, finding.where, finding.message, rule=name)
