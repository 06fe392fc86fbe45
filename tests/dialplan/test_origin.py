"""Where callers call from, and what a plan makes of it."""

from __future__ import annotations

import phonenumbers
import pytest
from paper import PaperCall
from phonenumbers.geodata import GEOCODE_DATA
from resources import with_resources

from dialplan.origins import built_in, whereabouts
from dialplan.zones import ZONES, zone_named, zone_of

PLAN = """
    start: where
    nodes:
      where:
        origin:
          - {from: important, go: vip}
          - {from: [brussels, namur], go: centre}
          - {from: mobile, go: mobile}
          - {from: [FR, LU], go: south}
          - {from: foreign, go: abroad}
          - {from: anonymous, go: hidden}
        rest: other
      vip: {hangup: 41}
      centre: {hangup: 42}
      mobile: {hangup: 43}
      south: {hangup: 44}
      abroad: {hangup: 45}
      hidden: {hangup: 46}
      other: {hangup: 47}
"""

CALLERS = [
    ("+3227887499", "important", 'the caller has a number that stands in "important"'),
    ("+3232055582", "important", 'the caller has a number that begins with +3232055, as "important" says'),
    ("+3222000000", "brussels", "the caller has a fixed line in the zone Brussels (02)"),
    ("+3281200000", "namur", "the caller has a fixed line in the zone Namur (081)"),
    ("+32470000099", "mobile", "the caller has a mobile number"),
    ("+33123456789", "FR", "the caller has a foreign number (FR)"),
    ("+442079460000", "foreign", "the caller has a foreign number (GB)"),
    (None, "anonymous", "the caller has no number"),
    ("+3293300000", "rest",
     "the caller has a fixed line in the zone Ghent (09): none of important, brussels, namur, mobile, FR, "
     "LU, foreign, anonymous"),
    ("+3280039808", "rest",
     "the caller has a free number: none of important, brussels, namur, mobile, FR, LU, foreign, anonymous"),
    ("101", "rest",
     "the caller has a number of no known kind: none of important, brussels, namur, mobile, FR, LU, foreign, "
     "anonymous"),
]  # fmt: skip


@pytest.mark.parametrize(("caller", "exit_", "why"), CALLERS, ids=[str(caller[0]) for caller in CALLERS])
def test_the_first_origin_that_fits_wins(caller: str | None, exit_: str, why: str) -> None:
    call = PaperCall(with_resources(PLAN), caller=caller)
    assert (call.hops[0].exit, call.hops[0].why) == (exit_, why)


def test_own_origins_of_zones_countries_and_the_general_ones() -> None:
    plan = """
        start: where
        nodes:
          where: {origin: [{from: coast, go: a}, {from: neighbours, go: b}, {from: everybody-else, go: c}],
                  rest: d}
          a: {hangup: 41}
          b: {hangup: 42}
          c: {hangup: 43}
          d: {hangup: 44}
    """
    ends = {
        "+3259500000": 41,
        "+31201234567": 42,
        "+491701234567": 43,
        None: 43,
        "+3222000000": 43,
        "101": 44,
    }
    for caller, end in ends.items():
        assert PaperCall(with_resources(plan), caller=caller).hung_up == end, caller


class TestZones:
    def test_every_zone_that_the_numbering_plan_knows_is_there_with_its_names(self) -> None:
        """The geocoding data of libphonenumber is the witness; 042 and 043 are both Liège."""
        known = {prefix: names for prefix, names in GEOCODE_DATA.items() if prefix.startswith("32")}
        assert len(known) == len(ZONES) + 1
        for prefix, names in known.items():
            zone = zone_named(names["en"])
            assert zone is not None and prefix.removeprefix("32").startswith(zone.area)
            assert (zone.nl, zone.fr) == (names["nl"], names["fr"])

    @pytest.mark.parametrize("zone", ZONES.values(), ids=list(ZONES))
    def test_a_number_of_each_zone_is_told(self, zone) -> None:  # type: ignore[no-untyped-def]
        rest = "2" + "0" * (7 - len(zone.area))
        number = f"+32{zone.area}{rest}"
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number
        assert zone_of(number) is zone

    @pytest.mark.parametrize("name", ["Brussel", "bruxelles", "Brüssel", "02", "brussels"])
    def test_a_zone_has_all_its_names(self, name: str) -> None:
        origin = built_in(name)
        assert origin is not None and origin.id == "brussels"

    def test_a_mobile_and_a_free_number_are_in_no_zone(self) -> None:
        assert zone_of("+32470000001") is None, "047 begins like Liège"
        assert zone_of("+3280039808") is None, "0800 begins like Stavelot"
        assert whereabouts("+3290000000", "BE").zone is None, "0900 begins like Ghent"

    def test_mobile_means_of_the_own_country(self) -> None:
        assert str(whereabouts("+33612345678", "BE")) == "a foreign number (FR)"
        assert str(whereabouts("+33612345678", "FR")) == "a mobile number"
