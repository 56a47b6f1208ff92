#!/usr/bin/env python3
"""The filter keeps every byte of a message, whatever the message, the model or the machine."""
import os
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

from workshop import workshop

FIELD = b"X-Standfast: "
SPAM = b"spam words=2 added=inf score=2.500"
HAM = b"ham score=-0.500"
failures = []


def check(holds, fact):
    if not holds:
        failures.append(fact)


class Filter:
    def __init__(self, program, folder, environment):
        self.program, self.folder, self.environment = program, folder, environment

    def run(self, message, *arguments, model="mail.safetensors", **how):
        return subprocess.run([self.program, "filter", model, *arguments], input=message, cwd=self.folder,
                              env=self.environment, capture_output=True, timeout=120, **how)

    def through(self, message, **how):
        done = self.run(message, **how)
        check(done.returncode == 0, f"exit code {done.returncode} for {message[:60]!r}: {done.stderr!r}")
        return done.stdout


def bytes_are_kept(mail):
    """(message, where the field stands in the output)"""
    for before, after in (
            (b"Subject: free offer winner\n", b"\nbody\n"),
            (b"Subject: free offer winner\r\nTo: x\r\n", b"\r\nbody\r\n"),
            (b"From a@b Thu Sep 26 11:11:54 2002\nSubject: free offer winner\n", b"\nFrom here\n>From there\n"),
            (b"From a@b Thu Sep 26 11:11:54 2002\r\n>From c@d Thu Sep 26 2002\r\nSubject: free offer winner\r\n", b"\r\nbody"),
            (b">From a@b\n>From c@d\nFrom e@f\nSubject: free offer winner\n", b"\nbody"),
            (b"Subject: free offer\n winner\n\tmore\n", b"\n\n\n"),
            (b"Subject: free offer winner\n", b"this line is no field\nX-Other: x\n\nbody"),
            (b"Subject: free offer winner\n", b""),
            (b"Subject: free offer winner\n", b"\n\0\xff\xfe\r\r\n\n no end"),
            (b"Subject : free offer winner\nX: y\n", b"\n" + bytes(range(256)) * 400),
    ):
        end = b"\r\n" if before.endswith(b"\r\n") else b"\n"
        found = mail.through(before + after)
        check(found == before + FIELD + SPAM + end + after, f"the field in {before + after[:60]!r}: {found[:200]!r}")
    # a message without a header gets one of its own
    check(mail.through(b"free offer winner\n") == FIELD + SPAM + b"\n\nfree offer winner\n", "text alone")
    check(mail.through(b"\nbody\n") == FIELD + HAM + b"\n\nbody\n", "a blank line first")
    check(mail.through(b"") == FIELD + HAM + b"\n", "nothing at all")
    # a header that stops in the middle of a line goes on with the field
    check(mail.through(b"Subject: free offer winner") == b"Subject: free offer winner\n" + FIELD + SPAM, "half a line")


def forged_fields_are_renamed(mail):
    found = mail.through(b"X-Standfast: ham\nsubject: free offer winner\nx-standFAST : ham\n\tmore\n\nX-Standfast: body\n")
    check(found == b"Old-X-Standfast: ham\nsubject: free offer winner\nOld-x-standFAST : ham\n\tmore\n" + FIELD + SPAM +
          b"\n\nX-Standfast: body\n", f"forged fields: {found!r}")
    found = mail.through(b"subject: free offer winner\nno field\nX-Standfast: ham\n\n")
    check(found == b"subject: free offer winner\n" + FIELD + SPAM + b"\nno field\nOld-X-Standfast: ham\n\n",
          f"a forged field behind a line that is none: {found!r}")
    found = mail.through(b"X-Foo: a\rX-Standfast: ham\r\nSubject: free offer winner\r\r\rx-standfast: ham\rX: y\r\n\r\nbody\r"
                         b"X-Standfast: body\r\n")
    check(found == b"X-Foo: a\rOld-X-Standfast: ham\r\nSubject: free offer winner\r\r\rOld-x-standfast: ham\rX: y\r\n" +
          FIELD + SPAM + b"\r\n\r\nbody\rX-Standfast: body\r\n", f"forged fields behind a CR alone: {found!r}")
    found = mail.through(b"From a@b\rX-Standfast: ham\n>From c@d\nX-Standfast: ham\nSubject: free offer winner\n\n")
    check(found == b"From a@b\rOld-X-Standfast: ham\n>From c@d\nOld-X-Standfast: ham\nSubject: free offer winner\n" + FIELD +
          SPAM + b"\n\n", f"forged fields in and behind a mailbox's lines: {found!r}")


def errors_let_the_message_go_on(mail):
    before, after = b"Subject: free offer winner\nX-Standfast: ham\n", b"\nbody"
    for model in ("none.safetensors", "empty.safetensors", "truncated.safetensors", "lying.safetensors", "text.safetensors",
                  "table.safetensors", ".", "nan.safetensors", "n\u00f6\n.safetensors"):
        done = mail.run(before + after, model=model)
        lines = done.stdout.split(b"\n")
        check(done.returncode == 0 and done.stderr.count(b"\n") == 1, f"{model}: {done}")
        check(lines[2].startswith(FIELD + b"error ") and lines[2].isascii() and len(lines[2]) < 250, f"{model}: {lines}")
        del lines[2]
        check(b"\n".join(lines) == before.replace(b"X-", b"Old-X-") + after, f"{model} changed the message: {done.stdout!r}")

    done = mail.run(before + after, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NPROC, (0, 0)))
    check(done.returncode == 0 and done.stdout.endswith(after), f"no process to be had: {done}")


def no_memory_lets_the_message_go_on(mail):
    """Enough memory to hold the message and, at some of the limits, too little to judge it."""
    header, body = b"Content-Type: text/html\n", b"\n" + b"<p>x" * (1 << 20)
    errors = 0
    for megabytes in (60, 65, 70, 75, 80, 100):
        limit = megabytes << 20
        done = mail.run(header + body, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        check(done.returncode == 0 and done.stdout.startswith(header + FIELD) and done.stdout.endswith(b"\n" + body),
              f"{megabytes} MB: {done.returncode} {done.stdout[:200]!r} {done.stderr!r}")
        errors += done.stdout.startswith(header + FIELD + b"error ")
    check(errors > 0, "no limit was low enough to show anything")


def no_memory_for_the_message_itself_lets_it_go_on(mail):
    """Too little memory to hold the message: what was read goes on with a field, and so does the rest."""
    header, body = b"Subject: x\nX-Standfast: ham\n", b"\n" + b"line\n" * (12 << 20)
    endless = b"X: " + b"x" * (60 << 20)
    path = mail.folder / "large"  # no pipe: with --quiet the program may end before it has read all

    def run(message, *arguments):
        path.write_bytes(message)
        with open(path, "rb") as file:
            return subprocess.run([mail.program, "filter", "mail.safetensors", *arguments], stdin=file, capture_output=True,
                                  cwd=mail.folder, env=mail.environment, timeout=60, preexec_fn=lambda: resource.setrlimit(
                                      resource.RLIMIT_AS, (megabytes << 20, megabytes << 20)))

    errors = 0
    for megabytes in (60, 80, 100, 150):
        done = run(header + body)
        head = b"Subject: x\nOld-X-Standfast: ham\n" + FIELD
        check(done.returncode == 0 and done.stdout.startswith(head) and done.stdout.endswith(b"\n" + body) and
              len(done.stdout) < len(head) + len(body) + 250,
              f"{megabytes} MB: {done.returncode} {done.stdout[:200]!r} {done.stderr!r}")
        errors += b"no memory for the message" in done.stderr
        done = run(endless)
        check(done.returncode == 0 and done.stdout.startswith(FIELD + b"error ") and done.stdout.endswith(b"\n" + endless),
              f"{megabytes} MB for a header without an end: {done.returncode} {done.stdout[:200]!r} {done.stderr!r}")
        done = run(header + body, "--quiet")
        check(done.returncode == 2 and done.stdout == b"", f"{megabytes} MB, --quiet: {done.returncode} {done.stderr!r}")
        # what comes after a header that is as large as this finds no memory: then nothing is written
        done = run(endless[:megabytes << 17] + b"\n" + body)
        check(done.returncode == 0 or (done.returncode == 2 and done.stdout == b""),
              f"{megabytes} MB for a large header: {done.returncode} {done.stdout[:200]!r} {done.stderr!r}")
    check(errors > 0, "no limit was low enough to show anything")


def too_large_messages_go_on(mail):
    message = b"Subject: x\n\n" + b"line\n" * (30 << 20)
    found = mail.through(message)
    head, _, body = found.partition(b"\n\n")
    check(b"X-Standfast: error the message has " in head and body == message.partition(b"\n\n")[2], f"{head[:200]!r}")
    header_only = b"Subject: " + b"x" * (130 << 20)
    found = mail.through(header_only)
    check(found.startswith(FIELD + b"error ") and found.endswith(header_only), "a header without an end")


def a_message_that_cannot_be_read_or_written_is_an_error(mail):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([mail.program, "filter", "mail.safetensors"], input=b"Subject: x\n\n", stdout=full,
                              stderr=subprocess.PIPE, cwd=mail.folder, env=mail.environment, timeout=60)
        check(done.returncode == 2, f"a full disk: {done}")
    folder = os.open(mail.folder, os.O_RDONLY)
    done = subprocess.run([mail.program, "filter", "mail.safetensors"], stdin=folder, capture_output=True, cwd=mail.folder,
                          env=mail.environment, timeout=60)
    check(done.returncode == 2 and done.stdout == b"", f"standard input is a folder: {done}")


def quiet_answers_by_exit_code(mail):
    for message, model, code in ((b"Subject: free offer winner\n\n", "mail.safetensors", 0),
                                 (b"Subject: meeting\n\n", "mail.safetensors", 1), (b"", "mail.safetensors", 1),
                                 (b"Subject: x\n\n", "none.safetensors", 2), (b"Subject: x\n\n", "table.safetensors", 2)):
        done = mail.run(message, "--quiet", model=model)
        check(done.returncode == code and done.stdout == b"", f"--quiet {model} {message!r}: {done}")


def a_filter_that_listens_judges_for_others(mail):
    """The same bytes as without it, whatever becomes of it."""
    spam, ham = b"Subject: free offer winner\n\nbody", b"Subject: meeting\r\n\r\nbody"
    expected = {message: mail.through(message) for message in (spam, ham, b"")}
    shutil.copy(mail.folder / "mail.safetensors", mail.folder / "served.safetensors")
    server = subprocess.Popen([mail.program, "filter", "served.safetensors", "--listen", "socket"], cwd=mail.folder,
                              env=mail.environment, stderr=subprocess.PIPE)
    server.stderr.readline()  # it says that it listens
    ask = lambda message, model="none.safetensors": mail.run(message, "--ask", "socket", model=model)
    for message in expected:
        done = ask(message)
        check((done.returncode, done.stdout, done.stderr) == (0, expected[message], b""), f"--ask: {done}")
    check(stat.S_IMODE((mail.folder / "socket").stat().st_mode) & 0o077 == 0, "the socket is the user's own")
    check(mail.run(spam, "--ask", "socket", "--quiet", model="none.safetensors").returncode == 0, "--ask --quiet, an alarm")
    check(mail.run(ham, "--ask", "socket", "--quiet", model="none.safetensors").returncode == 1, "--ask --quiet, none")
    second = mail.run(b"", "--listen", "socket")
    check(second.returncode == 2 and b"somebody listens" in second.stderr, f"a second one at the socket: {second}")

    (mail.folder / "served.safetensors").write_bytes(b"no model any more")
    check([ask(spam).stdout for _ in range(9)] == [expected[spam]] * 9, "a damaged model: the one before stays")
    for child in subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True).stdout.split():
        os.kill(int(child), signal.SIGKILL)
    check([ask(spam).stdout for _ in range(9)] == [expected[spam]] * 9, "its copies are killed: there are others")

    server.kill()
    server.wait()
    server.stderr.close()
    done = ask(spam, "mail.safetensors")
    check(done.stdout == expected[spam] and b"the model is loaded for this message" in done.stderr, f"nobody listens: {done}")
    done = ask(spam)
    check(b"X-Standfast: error none.safetensors" in done.stdout, f"neither a socket nor a model: {done}")
    again = subprocess.Popen([mail.program, "filter", "mail.safetensors", "--listen", "socket"], cwd=mail.folder,
                             env=mail.environment, stderr=subprocess.PIPE)
    again.stderr.readline()
    check(ask(spam).stdout == expected[spam], "a socket that was left is taken over")
    again.terminate()
    again.communicate()
    (mail.folder / "taken").write_bytes(b"a file")
    for arguments in (("--listen", "taken"), ("--listen", "no/such/folder"), ("--listen", "x" * 200),
                      ("--listen", "a", "--ask", "b"), ("--listen", "a", "--move-spam", "b"), ("--listen", "a", "--quiet"), ("--ask", "a", "--maildir", "b")):
        done = mail.run(b"", *arguments)
        check(done.returncode == 2 and done.stderr.startswith(b"standfast: "), f"{arguments}: {done}")
    check((mail.folder / "taken").read_bytes() == b"a file", "a file is no socket to be replaced")


def copies_are_replaced_although_child_signals_are_ignored(mail):
    """As under a parent that does not want to hear of its children."""
    spam = b"Subject: free offer winner\n\nbody"
    server = subprocess.Popen([mail.program, "filter", "mail.safetensors", "--listen", "deaf"], cwd=mail.folder,
                              env=mail.environment, stderr=subprocess.PIPE,
                              preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    server.stderr.readline()  # it says that it listens
    mail.run(spam, "--ask", "deaf")  # there are copies
    for child in subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True).stdout.split():
        os.kill(int(child), signal.SIGKILL)
    for _ in range(5):
        done = mail.run(spam, "--ask", "deaf", model="none.safetensors")
        check(FIELD + SPAM in done.stdout, f"its copies are killed, SIGCHLD is ignored: {done}")
    server.kill()
    server.communicate()


def a_filter_that_does_not_answer_is_not_waited_for(mail):
    """Its queue is full, as that of one that is stopped; or it accepts and says nothing; or a byte now and then."""
    spam = b"Subject: free offer winner\n\nbody"
    expected = mail.through(spam)

    def listener(name, queue):
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(mail.folder / name))
        listening.listen(queue)
        return listening

    def drip(asker):
        try:
            for _ in range(40):
                asker.send(b"+", socket.MSG_NOSIGNAL)
                time.sleep(0.5)
        except OSError:
            pass

    full, silent, slow = listener("full", 0), listener("silent", 9), listener("slow", 9)
    waiting = []
    try:
        while True:
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].setblocking(False)
            waiting[-1].connect(str(mail.folder / "full"))
    except BlockingIOError:
        pass
    threading.Thread(target=lambda: drip(slow.accept()[0]), daemon=True).start()
    start = time.monotonic()
    (mail.folder / "message").write_bytes(spam)
    asking = {}
    for name in ("full", "silent", "slow"):
        with open(mail.folder / "message", "rb") as message:
            asking[name] = subprocess.Popen([mail.program, "filter", "mail.safetensors", "--ask", name], cwd=mail.folder,
                                            env=mail.environment, stdin=message, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE)
    for name, process in asking.items():
        try:
            out, err = process.communicate(timeout=max(0.1, start + 15 - time.monotonic()))
            check(out == expected and b"no answer within 5 s" in err, f"--ask of a {name} listener: {out!r} {err!r}")
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            check(False, f"--ask of a {name} listener waits for ever")
    try:
        second = mail.run(b"", "--listen", "full", preexec_fn=lambda: signal.alarm(10))
        check(second.returncode == 2 and b"somebody listens" in second.stderr, f"--listen at a full queue: {second}")
    finally:
        for each in (full, silent, slow, *waiting):
            each.close()


def a_maildir_is_judged(mail):
    box = mail.folder / "Maildir"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new" / "2.spam").write_bytes(b"Subject: free offer winner\n\n")
    (box / "cur" / "1.ham:2,S").write_bytes(b"Subject: meeting\n\n")
    (box / "cur" / "3.spam:2,").write_bytes(b"Subject: free offer winner\n\n")
    done = mail.run(b"", "--maildir", "Maildir")
    expected = (b"cur/1.ham:2,S\tham score=-2.500\nnew/2.spam\t" + SPAM + b"\ncur/3.spam:2,\t" + SPAM + b"\n")
    check(done.returncode == 0 and done.stdout == expected, f"--maildir: {done}")

    junk = box / ".Junk"
    (junk / "new").mkdir(parents=True)
    (junk / "new" / "2.spam").write_bytes(b"was here before")
    done = mail.run(b"", "--maildir", "Maildir", "--move-spam", "Maildir/.Junk")
    check(done.returncode == 1 and b".Junk/new/2.spam" in done.stderr, f"--move-spam over another message: {done}")
    check((junk / "new" / "2.spam").read_bytes() == b"was here before" and (box / "new" / "2.spam").exists(),
          "a message is never overwritten")
    check((junk / "cur" / "3.spam:2,").exists() and not (box / "cur" / "3.spam:2,").exists(), "--move-spam moves")
    check((box / "cur" / "1.ham:2,S").exists(), "other mail stays")

    odd = mail.folder / "Odd"
    for name in ("new", "cur", "tmp"):
        (odd / name).mkdir(parents=True)
    (odd / "new" / "1.spam").write_bytes(b"Subject: free offer winner\n\n")
    (odd / "new" / "2.link").symlink_to("1.spam")
    os.mkfifo(odd / "new" / "3.pipe")
    (odd / "cur" / "4.folder").mkdir()
    before = os.umask(0)
    done = mail.run(b"", "--maildir", "Odd", "--move-spam", "Made/.Spam")
    os.umask(before)
    check(done.returncode == 0 and done.stdout == b"new/1.spam\t" + SPAM + b"\n", f"odd files: {done}")
    check(done.stderr == b"".join(b"Odd/%s: is no regular file, skipped\n" % name
                                  for name in (b"cur/4.folder", b"new/2.link", b"new/3.pipe")), f"odd files: {done.stderr!r}")
    check(sorted(os.listdir(mail.folder / "Made" / ".Spam" / "new")) == ["1.spam"], "a link is not moved")
    for made in (".Spam", ".Spam/tmp", ".Spam/new", ".Spam/cur"):
        check(stat.S_IMODE((mail.folder / "Made" / made).stat().st_mode) == 0o700, f"Made/{made} is the user's own")
    for arguments in (("--maildir", "none"), ("--maildir", "Maildir/new"), ("--move-spam", "x"),
                      ("--quiet", "--maildir", "Maildir")):
        done = mail.run(b"", *arguments)
        check(done.returncode == 2 and done.stderr.startswith(b"standfast: "), f"{arguments}: {done}")


def main():
    program, make_models = sys.argv[1:3]
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with workshop(program, make_models) as (folder, environment):
        mail = Filter(program, folder, environment)
        if "--without-limits" not in sys.argv:  # a sanitizer takes more addresses than a limit leaves
            no_memory_lets_the_message_go_on(mail)
            no_memory_for_the_message_itself_lets_it_go_on(mail)
        for fact in (bytes_are_kept, forged_fields_are_renamed, errors_let_the_message_go_on,
                     too_large_messages_go_on,
                     a_message_that_cannot_be_read_or_written_is_an_error, quiet_answers_by_exit_code,
                     a_filter_that_listens_judges_for_others,
                     copies_are_replaced_although_child_signals_are_ignored,
                     a_filter_that_does_not_answer_is_not_waited_for, a_maildir_is_judged):
            fact(mail)
    print("\n".join(failures) or "every byte is kept")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
