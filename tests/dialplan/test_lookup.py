"""Tables: data files and databases, on paper."""

from __future__ import annotations

import pytest
from paper import PaperCall, at
from resources import with_resources, workbook

from dialplan.commands import LookUp
from dialplan.events import Found
from dialplan.simulate import simulate
from dialplan.suppositions import UnknownDestination, WrongSupposition
from dialplan.tables import find_row

PLAN = """
    start: ask
    nodes:
      ask: {collect: enter-customer-number, into: customer, digits: 2-6, next: who, rest: who}
      who:
        lookup: customers
        by: $customer
        exits: {found: window, not-found: unknown, unanswered: window}
      window: {switch: $window, cases: {"3": always, "1": office}, rest: other}
      always: {hangup: 41}
      office: {hangup: 42}
      other: {hangup: 43}
      unknown: {hangup: 44}
"""
CRM = """
    start: who
    nodes:
      who: {lookup: crm, exits: {found: level, not-found: new, unanswered: level}}
      level: {switch: $level, cases: {gold: gold, standard: plain}, rest: none}
      gold: {hangup: 41}
      plain: {hangup: 42}
      none: {hangup: 43}
      new: {hangup: 44}
"""
NUMBER = "03 205 55 82"
WHEN = at("2026-11-23 10:00")


class TestNode:
    def test_a_row_sets_the_variables_of_its_columns(self) -> None:
        configuration = with_resources(PLAN)
        call = PaperCall(configuration).keys("465")
        assert call.asked == LookUp("customers", "465", 2.0)
        call.answer(find_row(configuration.tables["customers"], "465"))
        assert call.state.variables == {"customer": "465", "customer_name": "Actiphone", "window": "3"}
        assert call.hung_up == 41
        assert call.hops[1].why == 'the table "customers" has a row for $customer'

    def test_without_a_row_the_variables_are_empty(self) -> None:
        call = PaperCall(with_resources(PLAN)).keys("999").answer(Found(None))
        assert call.hung_up == 44
        assert call.state.variables == {"customer": "999", "customer_name": "", "window": ""}
        assert call.hops[1].why == 'the table "customers" has no row for $customer'

    def test_a_silent_table_is_answered_for_by_its_default(self) -> None:
        call = PaperCall(with_resources(PLAN)).keys("465")
        call.answer(Found({"window": "1"}, "it was silent for 2 s", is_default=True))
        assert call.hung_up == 42
        assert call.hops[1].why == (
            'the table "customers" did not answer (it was silent for 2 s); its default row stands'
        )

    def test_a_silent_table_without_a_default(self) -> None:
        call = PaperCall(with_resources(PLAN)).keys("465").answer(Found(None, "broken", is_default=True))
        assert call.hung_up == 43
        assert call.hops[1].why.endswith("did not answer (broken); it has no default row")

    def test_nothing_to_look_for_asks_nothing(self) -> None:
        call = PaperCall(with_resources(PLAN)).keys("").keys("").keys("")
        assert call.hung_up == 44
        assert call.hops[1].why == "$customer has no value to look for"


class TestTables:
    def test_a_workbook_is_read_like_a_person_reads_it(self) -> None:
        table = with_resources(CRM).tables["phones"]
        found = find_row(table, "+32 470 00 00 21").row
        assert found == {"msisdn": "0470 00 00 21", "Owner": "Night desk", "since": "465"}
        assert table.variables == {"msisdn": "msisdn", "Owner": "owner", "since": "since"}

    def test_another_sheet(self) -> None:
        tables = "stock: {file: tables/stock.xlsx, sheet: Two, key: article}\n"
        texts = {"tables/stock.xlsx": workbook(("article", "left"), ("A", 3), sheet="Two")}
        plan = "start: b\nnodes:\n  b: {hangup: normal}\n"
        table = with_resources(plan, tables=tables, **texts).tables["stock"]
        assert find_row(table, " a ").row == {"article": "A", "left": "3"}

    def test_digits_alone_may_be_the_key(self) -> None:
        tables = "tickets: {file: tables/t.csv, key: ticket, key-kind: digits}\n"
        csv = "ticket\tstate\n1-0123456789\topen\n"
        plan = "start: b\nnodes:\n  b: {hangup: normal}\n"
        table = with_resources(plan, tables=tables, **{"tables/t.csv": csv}).tables["tickets"]
        assert find_row(table, "10123456789").row == {"ticket": "1-0123456789", "state": "open"}


class TestOnPaper:
    def test_data_files_are_asked_as_they_are(self) -> None:
        configuration = with_resources(PLAN)
        story = simulate(configuration, NUMBER, None, WHEN, ["465"])
        assert [step.exit for step in story.steps] == ["next", "found", "3", "end"]
        assert simulate(configuration, NUMBER, None, WHEN, ["11"]).steps[1].exit == "not-found"

    def test_databases_answer_by_their_default_or_as_supposed(self) -> None:
        configuration = with_resources(CRM)
        usual = simulate(configuration, NUMBER, "0470 00 00 99", WHEN)
        assert [step.exit for step in usual.steps] == ["unanswered", "standard", "end"]
        assert usual.steps[0].why == (
            'the table "crm" did not answer (no database is asked on paper); its default row stands'
        )
        rows = {"crm": {"name": "Colruyt", "level": "Gold"}}
        gold = simulate(configuration, NUMBER, "0470 00 00 99", WHEN, found=rows)
        assert [step.exit for step in gold.steps] == ["found", "gold", "end"]
        nobody = simulate(configuration, NUMBER, "0470 00 00 99", WHEN, found={"crm": None})
        assert [step.exit for step in nobody.steps] == ["not-found", "end"]

    @pytest.mark.parametrize("word", ["not-found", "unanswered"])
    def test_a_node_may_be_supposed_to_be_answered_so(self, word: str) -> None:
        story = simulate(with_resources(PLAN), NUMBER, None, WHEN, ["465"], suppose={"who": word})
        assert story.steps[1].exit == word

    def test_a_wrong_supposition_is_told(self) -> None:
        with pytest.raises(WrongSupposition, match="found, not-found or unanswered"):
            simulate(with_resources(PLAN), NUMBER, None, WHEN, ["465"], suppose={"who": "maybe"})
        with pytest.raises(UnknownDestination, match='"cmr"; did you mean "crm"'):
            simulate(with_resources(PLAN), NUMBER, None, WHEN, found={"cmr": None})


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\ncustomer;Customer Name;window\r\n465;Acme, of Ghent;3\r\n",
        '"Customer Name";"customer";window;"a, b, c"\n"Acme, of Ghent";465;3;\n',
        "\ufeffcustomer\tCustomer Name\twindow\n465\tAcme, of Ghent\t3\n",
    ],
)
def test_a_csv_as_spreadsheets_of_several_countries_write_it(text: str) -> None:
    """With a first line that names the separator, or with another separator within quotes."""
    configuration = with_resources(PLAN, **{"tables/customers.csv": text})
    assert configuration.tables["customers"].rows == {
        "465": {"Customer Name": "Acme, of Ghent", "window": "3"}
    }
