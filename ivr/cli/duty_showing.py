"""`dutyline duty now`, `at`, `week`: who is on duty, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from rich.table import Table

from ivr.cli.duty_asking import ask
from ivr.cli.duty_words import Words
from ivr.cli.shared import give_up, out, print_json
from ivr.settings import Settings

Answer = Mapping[str, Any]


def show_duty(settings: Settings, at: str, language: str, *, as_json: bool) -> None:
    """Who is on duty at a moment as somebody typed it; empty: now. Exit code 1: nobody, or no such moment."""
    answer, _ = ask(settings, "duty", {"at": at, "language": language})
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json(answer)
    else:
        words = Words(language, answer["zone"], datetime.now(UTC))
        for line in _lines(answer, words, is_now=not at):
            out.print(line, markup=isinstance(line, Table))
    if not answer["order"]:
        raise typer.Exit(1)


def show_period(
    settings: Settings,
    start: str,
    days: float,
    layer: str,
    language: str,
    *,
    with_why: bool,
    as_json: bool,
) -> None:
    """Who is on duty over some days, handover by handover."""
    answer, _ = ask(
        settings, "duty-period", {"from": start, "days": days, "layer": layer, "language": language}
    )
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json(answer)
        return
    words = Words(language, answer["zone"], datetime.now(UTC))
    out.print(_period_table(answer, words, layer, with_why=with_why))


def stop_if_refused(answer: Answer, *, as_json: bool) -> None:
    """What was refused is said in its sentence, and ends the command with exit code 1."""
    if "error" in answer:
        if as_json:
            print_json(answer)
            raise typer.Exit(1)
        give_up(answer["error"])


def _lines(answer: Answer, words: Words, *, is_now: bool) -> Iterator[str | Table]:
    head = words.say("now" if is_now else "at", at=words.time(answer["at"]))
    until = f", {words.say('until', until=words.time(answer['until']))}" if answer["until"] else ""
    yield f"{head}{until}"
    if answer["order"]:
        yield _people_table(answer, words)
    else:
        yield words.say("nobody")
    if answer["why"]:
        yield f"{words.say('why')}: {'; '.join(answer['why'])}."
    for key, word in (("requests", "asked"), ("means_nothing", "lost")):
        if answer.get(key):
            yield words.say(word)
            yield from (_say_change(one) for one in answer[key])
    yield from (f"! {each}" for each in answer.get("notes", ()))
    if answer.get("stale"):
        yield f"! {words.say('stale', why=answer['stale'])}"


def _say_change(one: Answer) -> str:
    why = f" - {one['means_nothing']}" if one["means_nothing"] else ""
    return f"  {one['id']}  {one['what']}{why}"


def _people_table(answer: Answer, words: Words) -> Table:
    layers = {one["layer"]: _say_layer(one, words) for one in answer["layers"]}
    has_layers = len(layers) > 1 or any(one["team"] for one in answer["layers"])
    table = Table(box=None, pad_edge=True, show_header=False)
    for place, one in enumerate(answer["order"], 1):
        layer = [layers[one["layer"]]] if has_layers else []
        phones = _phones(one["phones"], words)
        table.add_row(str(place), f"[bold]{one['trigram']}[/]", *layer, phones, one["title"])
    return table


def _say_layer(layer: Answer, words: Words) -> str:
    """`nights (team voice)`."""
    team = f" ({words.say('team', team=layer['team'])})" if layer["team"] else ""
    return f"{layer['layer']}{team}"


def _phones(phones: Sequence[Answer], words: Words) -> str:
    """In the order in which they are rung."""
    if not phones:
        return words.say("no-phone")
    said = [words.phone(one) for one in phones if not one["if_needed"]]
    kept = [words.phone(one) for one in phones if one["if_needed"]]
    if kept:
        said.append(f"{', '.join(kept)} ({words.say('if-needed')})")
    return words.say("then").join(said)


def _period_table(answer: Answer, words: Words, layer: str, *, with_why: bool) -> Table:
    columns = list(dict.fromkeys(name for row in answer["rows"] for name in row["layers"] if name))
    by_layer = len(columns) > 1 and not layer
    heads = columns if by_layer else [words.say("first-head"), words.say("then-head")]
    more = [words.say("why")] if with_why else []
    table = Table(words.say("from-head"), words.say("until-head"), *heads, *more, box=None, pad_edge=False)
    for row in answer["rows"]:
        cells = _by_layer(row, columns, words) if by_layer else _first_and_then(row["order"], words)
        why = ["; ".join(row["why"])] if with_why else []
        table.add_row(words.time(row["from"]), words.time(row["until"]), *cells, *why)
    return table


def _by_layer(row: Answer, columns: Sequence[str], words: Words) -> list[str]:
    """Each layer in its column; an override of everything stands in the first."""
    layers = row["layers"]
    if "" in layers:
        return [", ".join(layers[""]), *("" for _ in columns[1:])]
    if not row["order"]:
        return [words.say("nobody-cell"), *("" for _ in columns[1:])]
    return [", ".join(layers.get(name, ())) or "-" for name in columns]


def _first_and_then(order: Sequence[str], words: Words) -> list[str]:
    if not order:
        return [f"[bold red]{words.say('nobody-cell')}[/]", ""]
    return [f"[bold]{order[0]}[/]", ", ".join(order[1:])]


__all__ = ["show_duty", "show_period", "stop_if_refused"]
