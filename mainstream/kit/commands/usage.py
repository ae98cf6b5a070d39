"""What typer finds wrong with the words of a command line, as the one line that the kit's own errors have."""

from __future__ import annotations

import re
from typing import Any

import typer

from mainstream.errors import unknown

UsageError: Any = typer.BadParameter.__base__  # raised for words that typer cannot use; typer does not export it


def _options(command: Any, context: Any) -> list[str]:
    return [word for p in command.get_params(context) for word in p.opts if word.startswith("--")]


def one_line(error: Any) -> str:
    """A `UsageError` in one line, with the nearest valid option or command, or where to read on."""
    text, context = error.format_message(), error.ctx
    if hasattr(error, "possibilities"):  # an unknown option
        options = _options(context.command, context)
        commands = getattr(context.command, "commands", {})
        of = [name for name, command in commands.items() if error.option_name in _options(command, context)]
        if of:  # typed before the command that has it
            return f"unknown option '{error.option_name}': did you mean 'mainstream {of[0]} {error.option_name}'?"
        return str(unknown("option", error.option_name, options))
    if named := re.match("No such command '(.*?)'", text):
        return str(unknown("command", named[1], context.command.commands))
    path = context.command_path if context else "mainstream COMMAND"
    text = " ".join(text.replace("Value error, ", "").split()).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}; see {path} --help"
