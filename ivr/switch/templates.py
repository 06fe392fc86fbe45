"""Asterisk's configuration files from their templates: `{{ name }}` is a fact of this installation."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from asterisk.tree import Tree
from ivr.switch.paths import SwitchPaths

Value = str | int | bool


class TemplateError(Exception):
    """A template names something that does not exist, or a value would break out of its line."""


def render_files(
    sources: Iterable[Path], paths: SwitchPaths, tree: Tree, values: Mapping[str, Value]
) -> None:
    """Write each template of `sources` into the folder of configuration, 0600.

    Raises TemplateError; nothing is left half written.
    """
    paths.make()
    _link_documentation(paths, tree)
    _check_values(values)
    known = {name: _escape(value) for name, value in {**_folders(paths, tree), **values}.items()}
    present = _module_names(tree)
    for source in sources:
        text = _render(source, {**known, "has_module": present.__contains__})
        write_private(paths.etc / source.name, text)


def write_private(path: Path, text: str) -> None:
    """Write a file at once, readable by its owner alone; readers see the old text or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def _module_names(tree: Tree) -> frozenset[str]:
    """Modules this Asterisk brings; a few came or went between versions 20 and 23."""
    return frozenset(path.stem for path in tree.modules_dir.glob("*.so")) if tree.modules_dir else frozenset()


def _render(source: Path, values: Mapping[str, object]) -> str:
    # the service itself renders nothing, and starts sooner without
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

    environment = Environment(
        loader=FileSystemLoader(source.parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - not HTML; values are checked for what breaks a line
    )
    try:
        return environment.get_template(source.name).render(values)
    except UndefinedError as fault:
        raise TemplateError(f"{source}: {fault}") from fault


def _check_values(values: Mapping[str, Value]) -> None:
    for name, value in values.items():
        if isinstance(value, str) and any(ord(c) < 32 for c in value):
            raise TemplateError(f"The value of {name!r} holds a line break, which ends a setting.")


def _escape(value: Value) -> Value:
    """In Asterisk's files `;` begins a comment."""
    return value.replace(";", "\\;") if isinstance(value, str) else value


def _folders(paths: SwitchPaths, tree: Tree) -> dict[str, Value]:
    if tree.modules_dir is None:
        raise TemplateError(f"{tree.name} {tree.version} has no folder of modules.")
    return {
        "etc_dir": str(paths.etc),
        "modules_dir": str(tree.modules_dir),
        "var_dir": str(paths.var),
        "data_dir": str(paths.data),
        "spool_dir": str(paths.spool),
        "run_dir": str(paths.run),
        "log_dir": str(paths.log),
        "failsafe_file": paths.failsafe_file.name,
    }


def _link_documentation(paths: SwitchPaths, tree: Tree) -> None:
    """Asterisk refuses to load the SIP stack without the XML that describes its options."""
    if tree.data_dir is None:
        return
    for name in ("documentation", "rest-api"):
        link, target = paths.data / name, tree.data_dir / name
        if link.is_symlink() and link.readlink() != target:
            link.unlink()
        if target.exists() and not link.is_symlink():
            link.symlink_to(target)


__all__ = ["TemplateError", "Value", "render_files", "write_private"]
