#!/usr/bin/env python3
"""Runs the command lines of a case file and compares what they print and return.

A case file holds comments (#) and commands: a line `$ COMMAND`, then the expected lines of stdout, the expected lines of
stderr each after `! `, and `[EXIT CODE]`. In an expected line `...` stands for any text; a line `...` for any lines.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

from workshop import workshop


class Command:
    def __init__(self, line):
        self.line = line
        self.stdout, self.stderr, self.exit_code = [], [], None


def read_case(path):
    commands = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("$ "):
            commands.append(Command(line[2:]))
        elif re.fullmatch(r"\[\d+\]", line):
            commands[-1].exit_code = int(line[1:-1])
        elif line.startswith("#") and (not commands or commands[-1].exit_code is not None) or not line.strip() and (
                not commands or commands[-1].exit_code is not None):
            continue
        elif not commands or commands[-1].exit_code is not None:
            sys.exit(f"{path}:{number}: text that belongs to no command: {line}")
        elif line.startswith("! "):
            commands[-1].stderr.append(line[2:])
        else:
            commands[-1].stdout.append(line)
    if not commands or commands[-1].exit_code is None:
        sys.exit(f"{path}: the last command has no [EXIT CODE]")
    return commands


def pattern(lines):
    parts = [r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(re.escape("..."), ".*") + "\n" for line in lines]
    return re.compile("".join(parts))


def check(command, folder, environment):
    """A description of each difference."""
    done = subprocess.run(["/bin/sh", "-c", command.line], cwd=folder, env=environment, capture_output=True, timeout=600)
    differences = []
    if done.returncode != command.exit_code:
        differences.append(f"exit code {done.returncode}, expected {command.exit_code}")
    for name, found, expected in (("stdout", done.stdout, command.stdout), ("stderr", done.stderr, command.stderr)):
        text = found.decode(errors="replace")
        if text and not text.endswith("\n"):
            text += "\n"
        if not pattern(expected).fullmatch(text):
            differences.append(f"{name}:\n{text}expected:\n" + "\n".join(expected))
    return differences


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("make_models")
    parser.add_argument("case", type=Path)
    arguments = parser.parse_args()
    failed = 0
    with workshop(arguments.program, arguments.make_models) as (folder, environment):
        for command in read_case(arguments.case):
            differences = check(command, folder, environment)
            for difference in differences:
                print(f"$ {command.line}\n{difference}\n")
            failed += bool(differences)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
