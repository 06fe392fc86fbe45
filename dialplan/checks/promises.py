"""The promise of a call back: whether the reminder leaves the engineer time."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.checks.survey import Finding, Survey
from dialplan.times import say_duration


def check_reminders_come_in_time(survey: Survey) -> Iterator[Finding]:
    """A page policy whose reminder would come before the page begins."""
    for policy in survey.configuration.duty.policies.values():
        if policy.promise_s and policy.remind_s >= policy.promise_s:
            promise, remind = say_duration(policy.promise_s), say_duration(policy.remind_s)
            yield Finding(
                survey.place("policy", policy.id),
                f"policies {policy.id}",
                f"the engineer would be reminded {remind} before a promise of {promise} runs out: "
                "before the page begins",
            )
