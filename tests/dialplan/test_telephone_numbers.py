"""Numbers in every form carriers and people write, and callers who show none or junk."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper import shipped

from dialplan.fields import phone_prefix
from dialplan.numbers import NumberKind, country_of, display, is_withheld, kind_of, masked, to_e164


@pytest.mark.parametrize(
    "text",
    [
        "+3227887499", "003227887499", "3227887499", "027887499", "27887499",
        "+32 2 788 74 99", "0032 2 788 74 99", "02 788 74 99", "02/788.74.99", "02-788-74-99",
        "+32 (0)2 788 74 99",
        "tel:+3227887499", "tel:+32-2-788-74-99;phone-context=+32", "sip:+3227887499@carrier.example:5060",
        "sip:027887499@10.0.0.1;user=phone", "<sip:003227887499@carrier.example>;tag=1",
        '"Fuzer" <sip:+3227887499@carrier.example>', "  +3227887499 ",
        "\u200e+3227887499", "\ufeff02\u00a0788\u202f74\u200b99",
        "\u202a+32 2 788 74 99\u202c", "\u2066027887499\u2069", "02 788 74 99\u00ad",
        "02 788 74 99 ext 5", "02 788 74 99 ext. 512", "+32 2 788 74 99x5", "02 788 74 99, poste 12",
        "02 788 74 99 (toestel 3)", "02 788 74 99 #5",
    ],
)  # fmt: skip
def test_one_number_in_every_form(text: str) -> None:
    assert to_e164(text) == "+3227887499"


def test_every_shipped_number_in_every_carriers_form() -> None:
    for number in shipped().numbers:
        national = number.removeprefix("+32")
        for form in (number, f"00{number[1:]}", number[1:], f"0{national}"):
            assert to_e164(form) == number, form


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0470 00 00 01", "+32470000001"),
        ("0800 39808", "+3280039808"),
        ("+32 800 39808", "+3280039808"),
        ("3280039808", "+3280039808"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("33612345678", "+33612345678"),
        ("+442079460000", "+442079460000"),
    ],
)
def test_other_numbers(text: str, number: str) -> None:
    assert to_e164(text) == number


@pytest.mark.parametrize(
    "text",
    [
        None, "", " ", "anonymous", "Anonymous", "Restricted", "unknown", "unavailable", "private",
        "sip:anonymous@anonymous.invalid", '"Anonymous" <sip:anonymous@anonymous.invalid>',
    ],
)  # fmt: skip
def test_withheld(text: str | None) -> None:
    assert is_withheld(text)
    assert to_e164(text) is None
    assert display(to_e164(text)) == "withheld"


@pytest.mark.parametrize(
    "text",
    [
        "alice",
        "12",
        "+",
        "++32",
        "0",
        "00",
        "abc123",
        "0800 FLOWERS",
        "9" * 40,
        "+32\n470",
        "x" * 5000,
        "\x00",
        "💥",
    ],
)
def test_junk_is_no_number_and_no_fault(text: str) -> None:
    assert to_e164(text) in (None, "+32470")


@given(st.text(max_size=60) | st.from_regex(r"[+0-9 ./()-]{0,25}", fullmatch=True))
def test_nothing_that_a_caller_sends_raises(text: str) -> None:
    found = to_e164(text)
    assert found is None or (found.startswith("+") and found[1:].isdigit() and len(found) <= 16)
    if found is not None:
        assert to_e164(found) == found
        assert display(found) and masked(found) != found
        assert kind_of(found) in NumberKind and len(country_of(found)) in (0, 2, 3)


def test_as_people_write_them() -> None:
    assert display("+3232055582") == "03 205 55 82"
    assert display("+32470000001") == "0470 00 00 01"
    assert display("+33612345678") == "+33 6 12 34 56 78"
    assert display("+3232055582", "NL") == "+32 3 205 55 82"


def test_masked_keeps_only_the_network_and_the_end() -> None:
    assert masked("+32470003401") == "+3247xxxxx01"
    assert masked("+3212") == "xxxxx"
    assert masked(None) == "withheld"


def test_what_a_number_costs() -> None:
    assert kind_of("+3290012345") is NumberKind.PREMIUM
    assert kind_of("+3280039808") is NumberKind.FREE
    assert kind_of("+32470000001") is NumberKind.MOBILE
    assert kind_of("+3232055582") is NumberKind.FIXED


@pytest.mark.parametrize(
    ("home", "text", "prefix"),
    [
        ("BE", "02 788", "+322788"), ("BE", "3290", "+3290"), ("FR", "01", "+331"),
        ("NL", "0031 20*", "+3120"), ("DE", "030", "+4930"), ("LU", "27", "+35227"),
        ("LU", "352 27", "+35227"), ("ES", "91", "+3491"), ("IT", "06", "+3906"),
        ("US", "202", "+1202"), ("US", "+1 202", "+1202"),
    ],
)  # fmt: skip
def test_the_beginning_of_a_number_is_read_as_people_of_the_country_write_it(
    home: str, text: str, prefix: str
) -> None:
    assert phone_prefix(home)(text) == prefix


@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.text("0123456789", min_size=3, max_size=12),
)
def test_an_international_number_is_what_the_numbering_plans_say(code: int, rest: str) -> None:
    """Most are told apart without asking the library: with the same result, trunk zeros and all."""
    text = f"+{code}{rest}"
    try:
        known = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        known = None
    is_long_enough = 7 <= len(text) - 1 <= 15
    expected = phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.E164) if known else None
    assert to_e164(text) == (expected if is_long_enough else None)
