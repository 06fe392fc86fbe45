"""Stories of the numbers: each is greeted as its brand, whatever form the carrier writes it in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from ivr.carrier.habits import Habit
from tests.stories.house import FRIDAY_MORNING, SATURDAY_NIGHT, House, together

pytestmark = pytest.mark.switch


class Brand(NamedTuple):
    """What stands in the desk script: two desk numbers, a public one, the welcome."""

    id: str
    desk: tuple[str, str]
    public: str
    welcome: str


BRANDS = (
    Brand("fuzer", ("32055582", "36804582"), "27887499", "welcome-fuzer"),
    Brand("escaux", ("32055542", "36804542"), "27887470", "welcome-escaux"),
    Brand("colt", ("32055884", "36804884"), "80039808", "welcome-colt"),
    Brand("fuzer-mobile-emergency", ("32055977", "36804977"), "27887489", "welcome-fuzer-mobile"),
    Brand("fuzer-mobile-legal", ("32055972", "36804972"), "27887488", "welcome-fuzer-mobile"),
)
FORMS = ("+32{}", "0032{}", "32{}", "0{}")
"""The forms in which carriers write a Belgian number."""
EVERYBODY = (*(f"+3247000000{n}" for n in range(1, 7)), "+32470000011")


def numbers() -> Iterator[tuple[Brand, str, bool]]:
    """The fifteen, without their zero; whether it is a public one."""
    for brand in BRANDS:
        yield from ((brand, number, number == brand.public) for number in (*brand.desk, brand.public))


@pytest.mark.parametrize("turn", [0, 1])
async def test_each_of_the_fifteen_numbers_hears_its_brands_welcome(house: House, turn: int) -> None:
    """All fifteen at once, the desk's numbers by night, the public ones by day; each turn in other forms."""
    await house.phones(dict.fromkeys(EVERYBODY, Habit.RING_FOREVER.value))

    async def greeted(place: int, brand: Brand, number: str, is_public: bool) -> None:
        caller, form = f"+3247000{9100 + 20 * turn + place}", FORMS[(place + 2 * turn) % 4]
        call = await house.call(
            form.format(number),
            at=FRIDAY_MORNING if is_public else SATURDAY_NIGHT,
            caller=caller,
            hang_up_after_s=4.5,
        )
        await call.ended(40)
        heard = [one.prompt_id for one in await house.heard_whole(call)]
        assert heard[:1] == [brand.welcome], f"{form.format(number)} of {brand.id} heard {heard}"
        record = (await house.record_from(caller)).record
        assert (record.brand, record.dialled) == (brand.id, f"+32{number}")
        assert record.plan == ("day-and-night" if is_public else "night")
        assert record.hung_by == "caller"

    await together(*(greeted(place, *each) for place, each in enumerate(numbers())))
