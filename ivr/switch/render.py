"""The switch's configuration, rendered into the state folder."""

from __future__ import annotations

from asterisk.tree import Tree
from ivr.settings import Settings
from ivr.switch.failsafe import NO_RULES
from ivr.switch.music import ensure_music
from ivr.switch.paths import SwitchPaths, place
from ivr.switch.templates import render_files, write_private
from ivr.switch.values import switch_values


def render(settings: Settings, tree: Tree) -> SwitchPaths:
    """Render `asterisk/*.conf` into `<state>/switch/etc`. Raises StatePathError, TemplateError."""
    paths = place(settings.state_dir / "switch")
    render_files(sorted(settings.asterisk_files.glob("*.conf")), paths, tree, switch_values(settings))
    ensure_music(paths.music)
    if not paths.failsafe_file.exists():
        write_private(paths.failsafe_file, NO_RULES)
    return paths


__all__ = ["render"]
