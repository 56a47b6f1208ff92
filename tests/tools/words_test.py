"""tools/words.py and the program make the same words of the same text: of every code point, of texts in many scripts,
of links, marks and spelt words, and of bytes that are no UTF-8.

    words_test.py PRINT_WORDS [SEED]
"""
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SENTENCES = """
Congratulations! You have WON $1,000,000.00 -- click http://www.prize.example:8080/claim?id=7 NOW!!!
Achetez aujourd'hui, c'est gratuit: https://cadeau.example/été
Große Straße, süße Öfen; 50 % Rabatt auf Uhren, ab 19,99 €
Купите сейчас — бесплатно! Ѕаlе, vіаgrа, сiаlis
Αγοράστε τώρα δωρεάν, ΣΊΣΥΦΟΣ σίσυφος
اشتر الآن مجانا ١٢٣ ﷺ
קנה עכשיו בחינם שלום
अभी खरीदें मुफ्त १२३
ซื้อเลยตอนนี้ฟรี ๑๒๓
立即购买 免费 http://商店.example/免费
今すぐ購入 無料 ﾑﾘｮｳ がが カﾞ
지금 구매하세요 무료 한글 ㄱㄴ
f r e e  m.o.n.e.y v*i*a*g*r*a V - I - A a b 1 c U.S.A. e.g.
ｆｕｌｌ ｗｉｄｔｈ 𝐛𝐨𝐥𝐝 ⓒⓘⓡⓒⓛⓔ 🅰🅱 🇺🇸 ½ ² ™ © №
v\u200bi\u00ada\u0301g\ufeffr\u202ea don't don’t don`t
http://user:pass@bank.example@1.2.3.4/x www.www.com http://...a..b-: https://0x7f.1 www. http:// xwww.a.b
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1234567890123 12345678901234567890123456789012abc
💰💸🔥 ❤️ 👍🏽 👨‍👩‍👧 £5 ¥6 ₿
""".strip().splitlines()
PIECES = ["http://", "https://", "www.", "@", ":", ".", "-", "_", "/", "?", "\\", '"', "<", ">", "!", "!!", "$", "#", "€", "'",
          " ", "  ", "\n", "\r\n", "\t", "\v", "\0", "\x1c", "\x85", "\u2028", "\u00a0", "a", "b", "w", "0", "17",
          "long" * 12, "é", "а", "п", "漢", "か", "한", "\u0301", "\u200d", "\ufffd", "\U0010ffff", "FREE", "word"]


def random_text(choose):
    pieces = []
    for _ in range(choose.randrange(1, 80)):
        kind = choose.random()
        if kind < .75:
            pieces.append(choose.choice(PIECES).encode())
        elif kind < .9:
            c = choose.randrange(choose.choice([0x250, 0x3000, 0x110000]))
            pieces.append(chr(c).encode("utf-8", "surrogatepass"))
        else:
            pieces.append(bytes(choose.choices(range(256), k=choose.randrange(1, 4))))
    return b"".join(pieces)


def texts(choose):
    """Every text of the test, as bytes."""
    for sentence in SENTENCES:
        yield sentence.encode()
    yield "\n".join(SENTENCES).encode()
    whole = "\n".join(SENTENCES).encode()
    for _ in range(50):  # torn characters
        start = choose.randrange(len(whole))
        yield whole[start:start + choose.randrange(40)] + whole[:choose.randrange(40)]
    for block in range(0, 0x110000, 0x1000):
        characters = [chr(c).encode("utf-8", "surrogatepass") for c in range(block, block + 0x1000)]
        yield b" ".join(b"ab%sc %s" % (character, character) for character in characters)
    for _ in range(1500):
        yield random_text(choose)


def main():
    program, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print("seed", seed)
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, text in enumerate(texts(random.Random(seed))):
            names.append(f"{folder}/{number}")
            pathlib.Path(names[-1]).write_bytes(text)
        ours, theirs = (subprocess.run([*command, *names], check=True, capture_output=True).stdout.split(b"\n")
                        for command in ([program], [sys.executable, "-B", ROOT / "tools/words.py"]))
        if len(ours) != len(names) + 1:
            sys.exit(f"{len(ours) - 1} lines of words for {len(names)} texts")
        different = [k for k in range(len(names)) if ours[k] != theirs[k]]
        for k in different[:3]:
            print(pathlib.Path(names[k]).read_bytes()[:500])
            print(sorted(set(ours[k].split()) ^ set(theirs[k].split())))
        if different:
            sys.exit(f"the words of {len(different)} texts differ")
    lines = (ROOT / "tools/words.py").read_text(encoding="utf-8").count("\n")
    if lines >= 100:
        sys.exit(f"tools/words.py has {lines} lines, and the page promises fewer than 100")


if __name__ == "__main__":
    main()
