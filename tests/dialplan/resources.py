"""A small configuration with origins, lists and tables, for the tests of the nodes that use them."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from textwrap import dedent

from openpyxl import Workbook
from paper import known_prompts, small_texts

from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration
from dialplan.source import BINARY, Loaded, load_texts

ORIGINS = """
    important: {title: Important customers, numbers: [02 788 74 99], prefixes: [03 205 5]}
    neighbours: {countries: [FR, NL]}
    coast: {zones: [Brugge, oostende, "058"]}
    everybody-else: {callers: [national, foreign, anonymous]}
    """
LISTS = """
    blocked:
      title: Callers we do not serve
      entries:
        - 0470 00 00 98
        - {number: 0470 00 00 97, reason: abuse, until: 2026-11-30}
        - {prefix: 0900, reason: they never call}
        - +44 20*
    hidden: {entries: [anonymous]}
    gold: {kind: words, entries: ["465", {value: Colruyt, reason: important}]}
    from-a-file: {file: tables/blocked.csv}
    """
BLOCKED_CSV = "Number;Reason;Until\n0470 00 00 96;spam;2026-12-01 12:00\n+3281*;;\n"
TABLES = """
    customers:
      file: tables/customers.csv
      key: Customer
      columns: {Customer Name: customer_name, window: window}
      default: {window: "1"}
    phones: {file: tables/phones.xlsx, key: msisdn, key-kind: phone}
    crm:
      url: $CRM_URL
      query: SELECT name, level FROM customers WHERE msisdn = :key
      key-kind: phone
      columns: {name: customer_name, level: level}
      limit: 1 s
      default: {level: standard}
    """
CUSTOMERS_CSV = 'customer,Customer Name,window\n465,Actiphone,3\nC-12,"Smals, Brussels",2\n'


def workbook(*rows: tuple[object, ...], sheet: str = "Sheet") -> str:
    """A workbook as the source keeps it."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    kept = BytesIO()
    book.save(kept)
    return BINARY + b64encode(kept.getvalue()).decode()


def texts_of(plan: str, **files: str) -> dict[str, str]:
    """The texts; other files by their name without suffix, or with it (`tables/x.csv`)."""
    texts = small_texts(plan)
    texts |= {
        "origins.yaml": dedent(ORIGINS).lstrip("\n"),
        "lists.yaml": dedent(LISTS).lstrip("\n"),
        "tables.yaml": dedent(TABLES).lstrip("\n"),
        "tables/blocked.csv": BLOCKED_CSV,
        "tables/customers.csv": CUSTOMERS_CSV,
        "tables/phones.xlsx": workbook(("msisdn", "Owner", "since"), ("0470 00 00 21", "Night desk", 465.0)),
    }
    for name, text in files.items():
        file = name if "." in name else f"{name.replace('__', '/')}.yaml"
        texts[file] = dedent(text).lstrip("\n") if file.endswith(".yaml") else text
    return texts


def load_small(texts: dict[str, str]) -> Loaded:
    return load_texts(texts, known_prompts(), {"plan-mail"})


def with_resources(plan: str, **files: str) -> Configuration:
    return load_small(texts_of(plan, **files)).configuration


def faults_in(texts: dict[str, str]) -> list[str]:
    """What is said of these texts; empty when they can be used."""
    try:
        load_small(texts)
    except ConfigurationFaults as found:
        return [str(fault) for fault in found.faults]
    return []
