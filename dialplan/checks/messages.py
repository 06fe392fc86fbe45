"""Messages that callers leave, and call-backs: that somebody hears of the one, and can make the other."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.checks.survey import Finding, Survey
from dialplan.nodes.call_back import CallBack
from dialplan.nodes.destination import Destination
from dialplan.nodes.mail import Mail
from dialplan.nodes.record import Record


def check_messages_are_sent(survey: Survey) -> Iterator[Finding]:
    """A message that no mail takes to anybody: it is kept, and nobody hears of it."""
    for at, node in survey.nodes():
        if not isinstance(node, Record) or node.template or at not in survey.reached:
            continue
        after = survey.spread({at}, survey.ways_from)
        if not any(isinstance(mail := survey.node(one), Mail) and mail.recordings for one in after):
            message = (
                'the message goes nowhere: write "send" here, or "recordings: yes" at a mail node behind it'
            )
            yield survey.at_node(at, message)


def check_callers_are_called_back(survey: Survey) -> Iterator[Finding]:
    """A call-back node whose people are not those of a destination: nobody would call back."""
    for at, node in survey.nodes():
        if isinstance(node, CallBack) and not isinstance(survey.node((at[0], node.of)), Destination):
            message = f'"{node.of}" rings nobody: name the destination whose people call back'
            yield survey.at_node(at, message, is_fault=True)
