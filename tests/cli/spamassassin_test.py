#!/usr/bin/env python3
"""SpamAssassin's rules of examples/mail see in the filter's field what they say. Local rules only: no network, no home."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

from workshop import workshop

RULES = Path(__file__).resolve().parents[2] / "examples" / "mail" / "standfast.cf"
MESSAGE = b"From: a@b.example\nTo: c@d.example\nDate: Mon, 01 Jan 2024 00:00:00 +0000\nSubject: %b\n\nbody\n"


# The program itself would make a folder in the home of whoever runs the test.
CHECK = """
use Mail::SpamAssassin;
my ($folder) = @ARGV;
my $engine = Mail::SpamAssassin->new({rules_filename => '/usr/share/spamassassin', site_rules_filename => $folder,
  userprefs_filename => "$folder/none", userstate_dir => $folder, home_dir_for_helpers => $folder,
  local_tests_only => 1, dont_copy_prefs => 1});
binmode STDIN;
my $verdict = $engine->check($engine->parse([<STDIN>]));
print $verdict->get_names_of_tests_hit(), "\\n";
"""


def hits(message, folder, environment):
    """The names of the example's rules that hit."""
    done = subprocess.run(["perl", "-e", CHECK, folder / "rules"], input=message, env=environment, capture_output=True,
                          timeout=120)
    if done.returncode != 0 or b"," not in done.stdout:  # some rule of its own always hits such a message
        sys.exit(f"SpamAssassin: exit code {done.returncode}: {done.stdout!r} {done.stderr!r}")
    return set(re.findall(r"\bSTANDFAST_\w+", done.stdout.decode(errors="replace")))


def main():
    program, make_models = sys.argv[1:3]
    with workshop(program, make_models) as (folder, environment):
        (folder / "rules").mkdir()
        shutil.copy(RULES, folder / "rules")
        for file in Path("/etc/spamassassin").glob("*.pre"):  # the plug-ins that every installation loads
            shutil.copy(file, folder / "rules")
        (folder / "rules" / "none").write_text("")
        (folder / "rules" / "local.cf").write_text("use_bayes 0\nuse_auto_whitelist 0\n")
        judge = lambda subject, model: subprocess.run([program, "filter", folder / model], input=MESSAGE % subject,
                                                      capture_output=True, timeout=60).stdout
        cases = [(judge(b"free offer winner", "mail.safetensors"), {"STANDFAST_SPAM"}),
                 (judge(b"meeting", "mail.safetensors"), {"STANDFAST_HAM"}),
                 (judge(b"free offer winner", "none.safetensors"), set()),
                 (b"X-Standfast: spam words=35 added=48 score=3.214\n" + MESSAGE % b"x", {"STANDFAST_SPAM", "STANDFAST_FIRM"}),
                 (b"Old-X-Standfast: spam words=35\n" + MESSAGE % b"x", set())]
        for message, expected in cases:
            if (found := hits(message, folder, environment)) != expected:
                sys.exit(f"{found} for {message!r}, expected {expected}")
    print("the rules see what they say")


if __name__ == "__main__":
    main()
