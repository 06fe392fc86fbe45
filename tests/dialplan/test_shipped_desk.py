"""The desk as it is shipped: what every number does by day, by night, on a holiday and on a Saturday."""

from __future__ import annotations

import pytest
from paper import BRUSSELS, CONFIG, at, known_prompts, shipped

from dialplan.commands import Prompt
from dialplan.diff import describe_changes
from dialplan.simulate import Simulation, simulate
from dialplan.source import load_texts, read_texts

DESK_NUMBERS = {
    "03 205 55 82": ("fuzer", "welcome-fuzer"),
    "03 680 45 82": ("fuzer", "welcome-fuzer"),
    "03 205 55 42": ("escaux", "welcome-escaux"),
    "03 680 45 42": ("escaux", "welcome-escaux"),
    "03 205 58 84": ("colt", "welcome-colt"),
    "03 680 48 84": ("colt", "welcome-colt"),
    "03 205 59 77": ("fuzer-mobile-emergency", "welcome-fuzer-mobile"),
    "03 680 49 77": ("fuzer-mobile-emergency", "welcome-fuzer-mobile"),
    "03 205 59 72": ("fuzer-mobile-legal", "welcome-fuzer-mobile"),
    "03 680 49 72": ("fuzer-mobile-legal", "welcome-fuzer-mobile"),
}
PUBLIC_NUMBERS = {
    "+32 2 788 74 99": ("fuzer", "welcome-fuzer"),
    "+32 2 788 74 70": ("escaux", "welcome-escaux"),
    "+32 800 39808": ("colt", "welcome-colt"),
    "+32 2 788 74 89": ("fuzer-mobile-emergency", "welcome-fuzer-mobile"),
    "+32 2 788 74 88": ("fuzer-mobile-legal", "welcome-fuzer-mobile"),
}
MAILBOXES = {
    "fuzer": "support@fuzer.net",
    "escaux": "support@escaux.com",
    "colt": "support.colt@escaux.com",
    "fuzer-mobile-emergency": "support@fuzer.net",
    "fuzer-mobile-legal": "support@fuzer.net",
}
MONDAY_TEN = "2026-11-23 10:00"
NIGHT = "2026-11-23 02:30"
SATURDAY_EVENING = "2026-11-21 21:14"
HOLIDAY = "2026-11-11 10:00"
OPEN_END = "2026-11-23 17:59"
CLOSED = "2026-11-23 18:00"


def call(number: str, when: str, **more: object) -> Simulation:
    return simulate(shipped(), number, "+32470000099", at(when), **more)  # type: ignore[arg-type]


def rang_by_call(story: Simulation) -> list[str]:
    return [rung.entry for rung in story.rang if rung.by == "call"]


def assert_night(story: Simulation, brand: str, welcome: str) -> None:
    assert story.brand == brand
    assert story.heard == (welcome, "night-desk-connecting")
    assert rang_by_call(story) == ["agent-1"]
    assert story.ended == "answered by agent-1"
    assert [mail.to for mail in story.mails] == [(MAILBOXES[brand],)]
    assert story.mails[0].cc == ("service-team.ext@escaux.com",)
    assert len([rung for rung in story.rang if rung.by == "page"]) == 6


def test_there_are_fifteen_numbers_for_callers_and_one_for_engineers() -> None:
    assert len(shipped().numbers) == 16 == len(DESK_NUMBERS) + len(PUBLIC_NUMBERS) + 1
    assert shipped().numbers["+32470000090"].group == "engineers"


@pytest.mark.parametrize("when", [MONDAY_TEN, NIGHT, SATURDAY_EVENING, HOLIDAY])
@pytest.mark.parametrize("number", DESK_NUMBERS)
def test_the_desks_own_numbers_are_the_night_flow_at_any_hour(number: str, when: str) -> None:
    story = call(number, when)
    assert story.plan == "night"
    assert_night(story, *DESK_NUMBERS[number])


@pytest.mark.parametrize("when", [MONDAY_TEN, OPEN_END])
@pytest.mark.parametrize("number", PUBLIC_NUMBERS)
def test_a_public_number_rings_the_brands_office_in_office_hours(number: str, when: str) -> None:
    brand, welcome = PUBLIC_NUMBERS[number]
    story = call(number, when)
    assert story.heard == (welcome, "office-connecting")
    assert rang_by_call(story) == [f"{brand}-office"]
    assert story.ended == f"answered by {brand}-office"
    assert story.mails == () and len(story.rang) == 1


@pytest.mark.parametrize("when", [NIGHT, SATURDAY_EVENING, HOLIDAY, CLOSED])
@pytest.mark.parametrize("number", PUBLIC_NUMBERS)
def test_a_public_number_reaches_the_night_desk_at_any_other_time(number: str, when: str) -> None:
    story = call(number, when)
    assert story.plan == "day-and-night"
    assert_night(story, *PUBLIC_NUMBERS[number])


def test_the_trace_says_why_it_is_night() -> None:
    saturday = [hop.why for hop in call("+3227887499", SATURDAY_EVENING).steps if hop.kind == "calendar"]
    assert saturday == ["Saturday 21:14 is outside office-hours (Mon-Fri 08:00-18:00)"]
    holiday = [hop.why for hop in call("+3227887499", HOLIDAY).steps if hop.kind == "calendar"]
    assert holiday == ["11 November is a Belgian holiday: Armistice Day"]


def test_an_office_that_does_not_answer_hands_over_to_the_desk() -> None:
    story = call("+3227887499", MONDAY_TEN, outcomes={"fuzer-office": "no-answer"})
    assert story.heard == ("welcome-fuzer", "office-connecting", "still-trying", "night-desk-connecting")
    assert rang_by_call(story) == ["fuzer-office", "agent-1"]


def test_busy_agents_are_tried_again_and_then_the_last_person() -> None:
    busy = {"agent-1": "busy", "agent-2": "busy"}
    story = call("03 205 55 82", NIGHT, outcomes=busy)
    assert "all-agents-busy" in story.heard and "engineer-calls-back" not in story.heard
    assert rang_by_call(story) == ["agent-1", "agent-2", "agent-1", "agent-2", "night-desk-mobile"]
    assert story.ended == "answered by night-desk-mobile"


def test_nobody_at_all_is_told_so_and_the_page_goes_on() -> None:
    nobody = dict.fromkeys(("agent-1", "agent-2", "night-desk-mobile"), "no-answer")
    story = call("03 205 55 82", NIGHT, outcomes=nobody)
    assert story.heard[-1] == "nobody-reached-callback" and "engineer-calls-back" in story.heard
    assert story.ended == "hung up by the plan (cause 16)"
    assert [mail.template for mail in story.mails] == ["call-in"]


def test_the_welcome_is_said_once_and_the_rest_in_both_languages() -> None:
    story = call("03 205 55 82", NIGHT)
    connecting = "night-desk-connecting"
    assert story.spoken == (Prompt("welcome-fuzer", "nl"), Prompt(connecting, "nl"), Prompt(connecting, "fr"))
    french_first = call("03 205 55 82", NIGHT, dutch_first=False)
    assert french_first.spoken[1:] == (Prompt(connecting, "fr"), Prompt(connecting, "nl"))


def test_the_shipped_check_warns_of_an_address_and_of_pins_that_nobody_has_yet() -> None:
    loaded = load_texts(read_texts(CONFIG), known_prompts())
    assert [(warning.file, warning.message) for warning in loaded.warnings] == [
        ("directory.yaml", "MSS and SVO have the same address: mss@example.com"),
        (
            "plans/engineers.yaml",
            "aca, ade, tsc, adu, wti, mab, mss, svo have no PIN in desk.yaml, and cannot come in; "
            "`dutyline pin aca` makes one",
        ),
    ]


def test_nobodys_real_number_is_shipped() -> None:
    named = {"proximus-1": "+32477110105", "proximus-2": "+32474981211"}
    for entry in shipped().directory.values():
        for phone in entry.phones:
            assert phone.number == named.get(entry.id, phone.number)
            assert entry.id in named or phone.number.startswith("+324700000")


def test_managers_have_a_private_phone_only_for_need_and_level_one_has_none() -> None:
    policy = shipped().duty.policies["standard"]
    assert [(level.number, level.entry) for level in policy.levels] == [(1, "tsc"), (2, "aca"), (3, "ade")]
    kept = {
        name: [p.label for p in shipped().directory[name].phones if p.only_if_needed]
        for name in ("tsc", "aca", "ade")
    }
    assert kept == {"tsc": [], "aca": ["private"], "ade": ["private"]}
    assert (policy.ring_s, policy.page_for_s, policy.direct_tries, policy.direct_within_s) == (
        30,
        600,
        2,
        300,
    )


def test_loading_again_changes_nothing() -> None:
    again = load_texts(read_texts(CONFIG), known_prompts()).configuration
    assert describe_changes(shipped(), again) == []
    assert again == shipped()


def test_a_plan_that_rings_past_closing_time_is_judged_by_the_later_clock() -> None:
    story = call("+3227887499", "2026-11-23 17:59", outcomes={"fuzer-office": "no-answer"})
    assert story.ended_at is not None and story.ended_at.tzinfo == BRUSSELS
    assert story.ended_at > at("2026-11-23 18:00")
