#!/usr/bin/env python3
"""Every command's --help has one sentence and an example, and every example works as it stands."""
import argparse
import subprocess
import sys

from workshop import workshop

NEEDS_TRAINER = ("standfast demo", "standfast train", "standfast-lab compare")  # the last also needs pictures


def run(line, folder, environment):
    return subprocess.run(["/bin/sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=900)


def section(text, title):
    """The lines after `title:` up to a blank one."""
    lines = text.splitlines()
    if f"{title}:" not in lines:
        return []
    start = lines.index(f"{title}:") + 1
    end = next((i for i in range(start, len(lines)) if not lines[i].strip()), len(lines))
    return lines[start:end]


def examples(path, folder, environment):
    """(command path, example line) of a command and those below it."""
    shown = run(f"{path} --help", folder, environment)
    if shown.returncode != 0 or shown.stderr:
        sys.exit(f"{path} --help: exit code {shown.returncode}\n{shown.stderr}")
    first = shown.stdout.split("\n\n")[0]
    if not first.endswith(".") or ". " in first:
        sys.exit(f"{path} --help does not start with one sentence: {first}")
    found = [line.strip() for line in section(shown.stdout, "Example")]
    if len(found) != 1 or not found[0].startswith(path):
        sys.exit(f"{path} --help: expected one example that starts with `{path}`, found {found}")
    children = [line.split()[0] for line in section(shown.stdout, "Commands") if line[2] != " "]
    return [(path, found[0])] + [pair for child in children for pair in examples(f"{path} {child}", folder, environment)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("make_models")
    parser.add_argument("--command", default="standfast", help="whose help is read: standfast or standfast-lab")
    parser.add_argument("--trainer", action="store_true", help="run the examples that train, and only those")
    arguments = parser.parse_args()
    ran = 0
    with workshop(arguments.program, arguments.make_models) as (folder, environment):
        for path, line in examples(arguments.command, folder, environment):
            if line.startswith(NEEDS_TRAINER) != arguments.trainer:
                continue
            done = run(line, folder, environment)
            if done.returncode != 0 or not (done.stdout or "-o " in line or ">" in line):
                sys.exit(f"$ {line}\nexit code {done.returncode}\n{done.stdout}{done.stderr}")
            ran += 1
    if ran == 0:
        sys.exit("no example was run")
    print(f"{ran} examples work")


if __name__ == "__main__":
    main()
