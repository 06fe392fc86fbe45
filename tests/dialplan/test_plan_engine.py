"""The engine: a call goes from node to node, and nobody falls out of the tree."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest
from paper import PaperCall, at, small

from dialplan.commands import Hangup, Prompt, SendMail, StartPage
from dialplan.engine import BUDGET, CallFacts, advance, begin
from dialplan.events import Outcome, Played
from dialplan.model import Configuration
from dialplan.run import Move, Run

NOT_ANSWERED = [outcome for outcome in Outcome if outcome is not Outcome.ANSWERED]


def with_node(configuration: Configuration, name: str, node: object) -> Configuration:
    plan = configuration.plans["main"]
    return replace(configuration, plans={"main": replace(plan, nodes={**plan.nodes, name: node})}, memo={})


class Broken:
    """A node whose code has a fault."""

    kind: ClassVar[str] = "broken"

    def __init__(self, **exits: str) -> None:
        self.exits = exits

    def enter(self, run: Run) -> Move:
        raise ZeroDivisionError("with digits 0470123456 in its text")

    def resume(self, run: Run, event: object) -> Move:
        raise ZeroDivisionError


def test_a_call_hears_the_words_and_talks_to_somebody() -> None:
    call = PaperCall(small())
    assert call.hears == ["nl:please-hold", "fr:please-hold"]
    assert call.state.answered
    assert call.listens().ringing == ["office"]
    assert call.rings(Outcome.ANSWERED).hung_up == 16
    assert call.way == ["hello.next", "ring.answered"]
    assert [hop.why for hop in call.hops] == ["said please-hold", "The office answered"]
    assert call.state.ended


def test_a_destination_alone_does_not_answer_the_call() -> None:
    call = PaperCall(
        small("start: ring\nnodes:\n  ring: {destination: one, rest: bye}\n  bye: {hangup: busy}\n")
    )
    assert not call.state.answered
    assert call.rings(Outcome.BUSY, 17).hung_up == 17
    assert not call.state.answered


def test_the_number_shown_to_the_called_phone_is_the_brands() -> None:
    call = PaperCall(small()).listens()
    assert call.asked.show == "+3232055582"  # type: ignore[union-attr]


def test_an_unknown_number_is_rejected_without_being_answered() -> None:
    call = PaperCall(small(), "+3232055583")
    assert call.asked == Hangup(1, (Prompt("number-unknown", "nl"), Prompt("number-unknown", "fr")))
    assert not call.state.answered and call.state.ended
    assert [hop.why for hop in call.hops] == ["no brand has the dialled number"]


@pytest.mark.parametrize("outcome", NOT_ANSWERED)
def test_an_outcome_without_an_exit_takes_the_rest(outcome: Outcome) -> None:
    call = PaperCall(small()).listens().rings(outcome)
    assert call.hung_up == 16
    assert call.way == ["hello.next", "ring.rest", "bye.end"]


@pytest.mark.parametrize("outcome", NOT_ANSWERED)
def test_an_outcome_takes_its_own_exit(outcome: Outcome) -> None:
    plan = f"""
        start: ring
        nodes:
          ring: {{destination: one, exits: {{{outcome}: own}}, rest: bye}}
          own: {{hangup: 99}}
          bye: {{hangup: normal}}
    """
    assert PaperCall(small(plan)).rings(outcome).hung_up == 99


def test_an_open_exit_ends_at_the_last_resort() -> None:
    call = PaperCall(small("start: ring\nnodes:\n  ring: {destination: one, exits: {busy: ring}}\n"))
    call.rings(Outcome.NO_ANSWER, 19)
    assert call.ringing == ["boss"]
    assert (
        call.hops[-1].why
        == 'Agent one did not answer within 25 s (cause 19); no exit "no-answer" and no rest'
    )
    assert call.way == ["ring.last-resort"]
    assert call.rings(Outcome.ANSWERED).hung_up == 16
    assert call.hops[-1].why == "The boss answered"


def test_the_last_resort_rings_every_phone_and_then_says_so() -> None:
    call = PaperCall(small("start: ring\nnodes:\n  ring: {destination: one}\n")).rings(Outcome.BUSY)
    rung = []
    for _ in range(2):
        rung.append(call.asked.targets[0].number)  # type: ignore[union-attr]
        call.rings(Outcome.NO_ANSWER)
    assert rung == ["+32470000009", "+32470000010"], "the private phone comes last, and it does come"
    assert call.hears == ["nl:failsafe-nobody", "fr:failsafe-nobody"]
    assert call.listens().hung_up == 16
    assert call.way == ["ring.last-resort", "last-resort.nobody", "last-resort.end"]


def test_a_last_resort_that_cannot_be_rung_or_said_still_ends() -> None:
    call = PaperCall(small("start: ring\nnodes:\n  ring: {destination: one}\n")).rings(Outcome.BUSY)
    call.fails().fails()
    assert call.hears == ["nl:failsafe-nobody", "fr:failsafe-nobody"]
    assert call.fails().hung_up == 16


def test_a_plan_names_its_own_last_resort() -> None:
    plan = "start: ring\nlast_resort: two\nnodes:\n  ring: {destination: one}\n"
    assert PaperCall(small(plan)).rings(Outcome.BUSY).ringing == ["two"]


def test_a_brand_names_its_own_failsafe() -> None:
    configuration = small("start: ring\nnodes:\n  ring: {destination: one}\n")
    brand = replace(configuration.brands["acme"], failsafe="two")
    configuration = replace(configuration, brands={"acme": brand}, memo={})
    assert PaperCall(configuration).rings(Outcome.BUSY).ringing == ["two"]


def test_a_node_that_raises_takes_its_rest() -> None:
    call = PaperCall(with_node(small(), "hello", Broken(rest="ring")))
    assert call.ringing == ["office"]
    assert call.hops[0].why == "fault in the node: ZeroDivisionError", "and nothing of what was keyed is told"


def test_a_node_that_raises_without_a_rest_ends_at_the_last_resort() -> None:
    call = PaperCall(with_node(small(), "hello", Broken()))
    assert call.ringing == ["boss"]


def test_a_command_that_failed_takes_the_rest() -> None:
    call = PaperCall(small()).listens().fails("the trunk is down")
    assert call.hung_up == 16
    assert call.hops[1][:5] == ("main", "ring", "destination", "rest", "failed: the trunk is down")


def test_words_that_cannot_be_said_do_not_keep_the_caller() -> None:
    assert PaperCall(small()).fails("no such file").ringing == ["office"]


def test_an_answer_to_something_else_takes_the_rest() -> None:
    call = PaperCall(small()).listens().answer(Played())
    assert call.way[-2:] == ["ring.rest", "bye.end"]
    assert call.hops[1].why == "fault in the node: Unexpected"


def test_a_loop_ends_at_the_last_resort() -> None:
    plan = """
        start: a
        nodes:
          a: {goto: main.b}
          b: {calendar: [{when: work, go: a}], rest: bye}
          bye: {hangup: normal}
    """
    call = PaperCall(small(plan))
    assert call.ringing == ["boss"]
    assert len(call.hops) == BUDGET + 1
    assert call.hops[-1].why == f"more than {BUDGET} steps"


def test_a_loop_through_questions_ends_too() -> None:
    call = PaperCall(small("start: a\nnodes:\n  a: {destination: one, rest: a}\n"))
    rings = 0
    while call.ringing == ["one"]:
        call.rings(Outcome.BUSY)
        rings += 1
    assert rings <= BUDGET and call.ringing == ["boss"]


def test_an_unknown_node_in_the_state_ends_at_the_last_resort() -> None:
    call = PaperCall(small())
    lost = call.state._replace(node="gone")
    step = advance(call.configuration, lost, Played(), call.now)
    assert step.state.node == "last-resort"
    assert step.hops[0].why == 'node "gone" is unknown'


def test_a_call_that_has_ended_stays_ended() -> None:
    call = PaperCall(small()).listens().rings(Outcome.ANSWERED)
    step = advance(call.configuration, call.state, Played(), call.now)
    assert step.commands == (Hangup(),) and step.hops == () and step.state == call.state


def test_the_same_state_and_event_give_the_same_step() -> None:
    call = PaperCall(small())
    again = [advance(call.configuration, call.state, Played(), call.now) for _ in range(2)]
    assert again[0] == again[1]


def test_every_hop_carries_the_time_it_was_made() -> None:
    call = PaperCall(small(), when="2026-11-23 10:00")
    call.listens().rings(Outcome.ANSWERED)
    assert [hop.at for hop in call.hops] == [at("2026-11-23 10:00:01"), at("2026-11-23 10:00:02")]


def test_a_page_says_how_bad_it_is_and_what_it_is_about_and_another_policy_may_be_chosen() -> None:
    plan = """
        start: badly
        nodes:
          badly: {set: {severity: 2, category: fiber, other: 12}, next: page}
          page: {page: standard, next: again}
          again: {page: standard, severity: 4, category: $brand_id, next: odd}
          odd: {page: standard, severity: $other, next: ring}
          ring: {destination: one, rest: bye}
          bye: {hangup: normal}
    """
    duty = """
        engineers: {ENG: {title: engineer, entry: eng}}
        roster: {handover: Mon 08:00, first_week: 2026-01-05, weeks: [ENG]}
        backup_phones: [spare]
        policies: {standard: {}, urgent: {ring: 10 s}}
        choose: [{severity: [1, 2], policy: urgent}]
    """
    call = PaperCall(small(plan, duty=duty))
    said = [(one.policy, one.severity, one.category) for one in call.told if isinstance(one, StartPage)]
    assert said == [("urgent", "2", "fiber"), ("standard", "4", "acme"), ("standard", "", "fiber")]
    whys = [hop.why for hop in call.hops if hop.kind == "page"]
    assert whys[0] == (
        'engineers are being rung for Acme, by the policy "urgent" (choose[1], severity 1 or 2)'
    )
    assert whys[1] == 'engineers are being rung for Acme, by the policy "standard"'


def test_a_page_starts_beside_the_call_and_knows_the_customer() -> None:
    plan = """
        start: who
        nodes:
          who: {collect: enter-customer-number, into: customer, digits: 3-6, next: page, rest: page}
          page: {page: standard, next: ring}
          ring: {destination: one, rest: bye}
          bye: {hangup: normal}
    """
    call = PaperCall(small(plan)).keys("4711")
    assert call.told == [StartPage("standard", "acme", "4711", language="bi")]
    assert call.ringing == ["one"], "in the same step: the caller waits for nothing"
    assert "4711" not in " ".join(hop.why for hop in call.hops)


def test_a_mail_goes_to_the_brands_mailboxes_with_all_variables() -> None:
    plan = """
        start: tell
        nodes:
          tell: {mail: plan-mail, to: [$brand.mailboxes, extra@example.com], cc: $brand.copy, next: bye}
          bye: {hangup: normal}
    """
    call = PaperCall(small(plan))
    (mail,) = call.told
    assert isinstance(mail, SendMail)
    assert (mail.to, mail.cc) == (("support@example.com", "extra@example.com"), ("all@example.com",))
    assert mail.variables is not None
    assert mail.variables["caller"] == "+32470000099" and mail.variables["brand"] == "Acme"
    assert call.hung_up == 16


def test_a_withheld_caller_is_served_like_any_other() -> None:
    step = begin(small(), CallFacts("c", "+3232055582", None), at("2026-11-23 10:00"))
    assert not step.state.ended
