#!/usr/bin/env python3
"""Makes the tables of docs/tables.md in the current folder: small, made up, and as untidy as real ones.

usage: make_tables.py   The same tables each time. Python's standard library only.
"""
import csv
import hashlib
import math
import random


def write(name, rows, separator=","):
    with open(name, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)


def payments(random, count):
    """One fraud in 500. A number of the row, a time, a category, a missing value now and then, a yes or no."""
    for row in range(count):
        fraud = row % 500 == 250
        amount = random.lognormvariate(5.5 if fraud else 3.2, 0.8)
        age = random.randint(0, 60) if fraud else random.randint(10, 3000)
        yield {"": row, "time": f"2024-03-{1 + row * 28 // count:02d}T{random.randint(0, 23):02d}:15:00",
               "amount": f"{amount:.2f}", "merchant": random.choice(["gift cards", "gift cards", "travel"] if fraud else
                                                                   ["grocery", "fuel", "electronics", "travel", "books"]),
               "account_age": "" if random.random() < 0.05 else age,
               "foreign": random.random() < (0.8 if fraud else 0.1), "country": "NL", "fraud": int(fraud)}


def network(random, count):
    """Connections: three columns of text, one with rare values, counts with heavy tails."""
    for row in range(count):
        attack = random.random() < 0.3
        service = random.choice(["http", "private", "telnet"] if attack else ["http", "smtp", "dns", "ftp", "ssh"])
        yield {"protocol": random.choice(["tcp", "tcp", "icmp"] if attack else ["tcp", "tcp", "udp"]),
               "service": f"port_{row}" if random.random() < 0.003 else service,
               "flag": random.choice(["S0", "REJ", "SF"] if attack else ["SF", "SF", "SF", "REJ"]),
               "duration": round(random.expovariate(2 if attack else 0.2), 2),
               "sent": int(random.lognormvariate(3 if attack else 6, 1.5)),
               "received": int(random.lognormvariate(2 if attack else 6.5, 1.5)),
               "same_host": random.randint(40, 255) if attack else random.randint(0, 80),
               "kind": "attack" if attack else "normal"}


def phishing(random, count):
    """What a page shows: 1 legitimate, 0 suspicious, -1 phishing, in every column and in the label."""
    names = ["having_ip", "url_length", "shortener", "at_symbol", "prefix", "https", "anchor_urls", "web_traffic"]
    for _ in range(count):
        bad = random.random() < 0.45
        weights = [5, 2, 2] if bad else [1, 2, 6]
        yield {**{name: random.choices([-1, 0, 1], weights)[0] for name in names}, "result": -1 if bad else 1}


def apps(random, count):
    """Permissions that an app asks for, as pandas writes them, and its hash."""
    names = ["SEND_SMS", "READ_CONTACTS", "INTERNET", "CAMERA", "INSTALL_PACKAGES", "VIBRATE"]
    likely = {"SEND_SMS": 0.6, "READ_CONTACTS": 0.7, "INTERNET": 0.97, "CAMERA": 0.3, "INSTALL_PACKAGES": 0.4, "VIBRATE": 0.3}
    usual = {"SEND_SMS": 0.03, "READ_CONTACTS": 0.2, "INTERNET": 0.9, "CAMERA": 0.35, "INSTALL_PACKAGES": 0.02,
             "VIBRATE": 0.6}
    for row in range(count):
        malware = random.random() < 0.4
        yield {"sha256": hashlib.sha256(str(row).encode()).hexdigest(),
               **{name: random.random() < (likely if malware else usual)[name] for name in names},
               "class": "malware" if malware else "goodware"}


def headers(random, count):
    """Fields of executables' headers, parted by semicolons, with values that a parser could not read."""
    for row in range(count):
        malware = random.random() < 0.4
        yield {"file": f"sample_{row:05d}.exe", "machine": random.choice(["x86", "x86", "x64"] if malware else ["x86", "x64"]),
               "sections": random.randint(3, 9) if malware else random.randint(4, 7),
               "entropy": f"{min(8, random.gauss(7.2 if malware else 6.1, 0.6)):.3f}",
               "imports": "NaN" if random.random() < 0.08 else int(random.lognormvariate(2.5 if malware else 4.5, 0.8)),
               "size_of_code": int(math.exp(random.gauss(10 if malware else 11.5, 1.2))),
               "has_signature": "yes" if random.random() < (0.05 if malware else 0.6) else "no", "checksum": 0,
               "label": "malware" if malware else "benign"}


def tomorrow(rows):
    """The same kind of rows without labels, with their columns in another order and one more."""
    for row in rows:
        del row["fraud"], row[""]
        yield {"branch": "Utrecht", **dict(reversed(row.items()))}


def main():
    write("payments.csv", list(payments(random.Random(1), 4000)))
    write("payments_tomorrow.csv", list(tomorrow(payments(random.Random(2), 500))))
    write("network.csv", list(network(random.Random(3), 2000)))
    write("phishing.csv", list(phishing(random.Random(4), 1500)))
    write("apps.csv", list(apps(random.Random(5), 1500)))
    write("headers.csv", list(headers(random.Random(6), 1500)), ";")


if __name__ == "__main__":
    main()
