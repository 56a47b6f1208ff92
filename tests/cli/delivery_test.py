#!/usr/bin/env python3
"""Real programs deliver mail through the filter, with every byte but the header field, and with no model as well."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

from workshop import workshop

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "mail"
SPAM = (b"Return-Path: <a@b.example>\nFrom: a@b.example\nTo: c@d.example\nSubject: =?utf-8?q?fr=65e?= offer\n"
        b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        b"<p>w<b></b>inner \xc3\xa9\n\nFrom here on  \n.\n..\n\ttrailing \t\n\n\n" + b"x" * 5000 + b"\n\xff\xfe\n")
HAM = SPAM.replace(b"inner", b"ine").replace(b"Subject: ", b"Subject: meeting ").replace(b"Return-Path", b"X-Standfast: spam forged\nReturn-Path")


def command_of(agent, recipe):
    return [agent, str(recipe)]


def install_recipe(agent, folder, filter_program):
    """The example with this folder in place of the user's own, which the programs take from the system's list of users."""
    text = (EXAMPLES / {"procmail": "procmailrc", "maildrop": "mailfilter"}[agent]).read_text()
    text = text.replace("$HOME", str(folder)).replace("standfast filter", f"{filter_program} filter")
    recipe = folder / "recipe"
    recipe.write_text(text)
    recipe.chmod(0o600)
    for box in ("", ".Spam/"):
        for part in ("tmp", "new", "cur"):
            (folder / "Maildir" / box / part).mkdir(parents=True, exist_ok=True)
    return recipe


def only_message(folder):
    """The message that was delivered, and the folder that it was delivered to."""
    found = [(box, path) for box in ("", ".Spam") for path in (folder / "Maildir" / box / "new").iterdir()]
    if len(found) != 1:
        sys.exit(f"delivered {found}, expected one message")
    message = found[0][1].read_bytes()
    found[0][1].unlink()
    return found[0][0], message


def check_delivery(command, folder, environment, sent, box, field):
    done = subprocess.run(command, input=sent, cwd=folder, env=environment, capture_output=True, timeout=60)
    if done.returncode != 0:
        sys.exit(f"{command}: exit code {done.returncode}: {done.stderr.decode(errors='replace')}")
    found_box, found = only_message(folder)
    fields = re.findall(rb"(?m)^X-Standfast: .*\n", found.partition(b"\n\n")[0] + b"\n")
    without = found.replace(fields[0], b"", 1) if fields else found
    # the other fields as they were, but for a forged one
    expected = sent.replace(b"X-Standfast: spam forged", b"Old-X-Standfast: spam forged") if fields else sent
    if without != expected:
        sys.exit(f"{command}: the message changed: {found[:600]!r}")
    if found_box != box or len(fields) != (field is not None) or (field and not re.match(field, fields[0])):
        sys.exit(f"{command}: delivered to '{found_box}' with {fields}, expected '{box}' with {field}")


def check_rules(field):
    """The patterns of the SpamAssassin rules hit what they say."""
    rules = dict(re.findall(r"(?m)^header\s+(\w+)\s+X-Standfast =~ /(.*)/$", (EXAMPLES / "standfast.cf").read_text()))
    for value, hits in ((field, {"STANDFAST_SPAM"}), ("spam words=35 added=48 score=3.2", {"STANDFAST_SPAM", "STANDFAST_FIRM"}),
                        ("spam words=inf added=inf score=3.2", {"STANDFAST_SPAM", "STANDFAST_FIRM"}),
                        ("ham score=-1.0", {"STANDFAST_HAM"}), ("error no model", set()), ("", set())):
        found = {name for name, pattern in rules.items() if re.search(pattern, value)}
        if found != hits:
            sys.exit(f"standfast.cf: {found} for '{value}', expected {hits}")


def main():
    program, make_models, agent = sys.argv[1:4]
    with workshop(program, make_models) as (folder, environment):
        command = command_of(agent, install_recipe(agent, folder, program))
        deliver = lambda *how: check_delivery(command, folder, environment, *how)
        deliver(SPAM, ".Spam", rb"X-Standfast: spam words=2 added=inf score=2\.500\n")
        deliver(HAM, "", rb"X-Standfast: ham score=-0\.500\n")
        (folder / "mail.safetensors").rename(folder / "away")
        deliver(SPAM, "", rb"X-Standfast: error .* is not there")
        (folder / "mail.safetensors").write_bytes(b"no model")
        deliver(SPAM, "", rb"X-Standfast: error ")
        # the program itself is gone
        install_recipe(agent, folder, folder / "gone")
        deliver(SPAM, "", None)
        check_rules("spam words=2 added=inf score=2.500")
    print(f"{agent} delivers")


if __name__ == "__main__":
    main()
