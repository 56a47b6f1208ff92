#!/usr/bin/env python3
"""Postfix takes mail on loopback and delivers it through the filter: an instance of its own, in a temporary folder and on
a free port. Exit code 77 where it cannot start, as for other users than root."""
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import time
from pathlib import Path

from workshop import workshop

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "mail"
USER = "nobody"
BODY = b"<p>w<b></b>inner\r\n\r\nFrom here on  \r\n..two dots\r\n\tend\r\n"
SPAM = (b"Subject: free offer\r\nFrom: a@b.example\r\nTo: c@d.example\r\nContent-Type: text/html\r\n"
        b"Message-Id: <1@b.example>\r\nDate: Mon, 01 Jan 2024 00:00:00 +0000\r\n\r\n" + BODY)
HAM = SPAM.replace(b"free offer", b"meeting")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def configure(folder, port):
    config = folder / "config"
    for name in ("config", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    (config / "main.cf").write_text(f"""compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = filter.invalid
mydestination =
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = reject_unauth_destination
virtual_mailbox_domains = d.example
virtual_transport = standfast
standfast_destination_recipient_limit = 1
""")
    services = [f"127.0.0.1:{port} inet n - n - - smtpd", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
                "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
                "trace unix - - n - 0 bounce", "anvil unix - - n - 1 anvil", "proxymap unix - - n - - proxymap",
                "error unix - - n - - error", "retry unix - - n - - error", "postlog unix-dgram n - n - 1 postlogd"]
    pipe = (EXAMPLES / "postfix-master.cf").read_text().replace("user=vmail", f"user={USER}")
    pipe = pipe.replace("/etc/standfast.mailfilter", f"{folder}/recipe")
    (config / "master.cf").write_text("\n".join(services) + "\n" + pipe)
    return config


def install_recipe(folder, program):
    """The example of maildrop, with this folder as the user's own."""
    text = (EXAMPLES / "mailfilter").read_text().replace("$HOME", str(folder))
    recipe = folder / "recipe"
    recipe.write_text(text.replace("standfast filter", f"{program} filter"))
    for box in ("", ".Spam/"):
        for part in ("tmp", "new", "cur"):
            (folder / "Maildir" / box / part).mkdir(parents=True)
    for path in (recipe, folder / "mail.safetensors", *folder.glob("Maildir/**/"), folder / "Maildir"):
        shutil.chown(path, USER)
    recipe.chmod(0o600)


def is_open(port):
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5):
            return True
    except OSError:
        return False


def wait_for(fact, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := fact():
            return found
        time.sleep(0.1)
    return None


def delivered(folder):
    return [(box, path.read_bytes(), path) for box in ("", ".Spam") for path in (folder / "Maildir" / box / "new").iterdir()]


def check_delivery(folder, port, sent, box, field):
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
        server.sendmail("a@b.example", ["c@d.example"], sent)
    found = wait_for(lambda: delivered(folder))
    if not found:
        sys.exit(f"not delivered: {(folder / 'log').read_text(errors='replace')}")
    (found_box, message, path), = found
    path.unlink()
    header, _, body = message.partition(b"\n\n")
    sent_header, _, sent_body = sent.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = header.split(b"\n")
    fields = [line for line in lines if line.startswith(b"X-Standfast: ")]
    if body != sent_body or not header.split(b"\nX-Standfast")[0].endswith(sent_header):
        sys.exit(f"the message changed: {message!r}")
    if found_box != box or len(fields) != 1 or not fields[0].startswith(b"X-Standfast: " + field):
        sys.exit(f"delivered to '{found_box}' with {fields}, expected '{box}' with {field}")


def main():
    program, make_models = sys.argv[1:3]
    if os.geteuid() != 0:
        print("postfix is started by root only")
        return 77
    with workshop(program, make_models) as (folder, _):
        folder.chmod(0o755)
        # a program under a folder that only its owner enters is copied to where the user can run it
        shutil.copy(program, folder / "standfast")
        install_recipe(folder, folder / "standfast")
        port = free_port()
        config = configure(folder, port)
        postfix = lambda word: subprocess.run(["postfix", "-c", str(config), word], capture_output=True, timeout=60)
        started = postfix("start")
        try:
            if started.returncode != 0 or not wait_for(lambda: is_open(port), 20):
                print(f"postfix does not start here: {started.stderr.decode(errors='replace')}")
                return 77
            check_delivery(folder, port, SPAM, ".Spam", b"spam words=2 ")
            check_delivery(folder, port, HAM, "", b"ham ")
            (folder / "mail.safetensors").unlink()
            check_delivery(folder, port, SPAM, "", b"error ")
        finally:
            postfix("stop")
    print("postfix delivers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
