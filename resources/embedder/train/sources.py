# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of the Debian packages the embedder is trained from (see ../README.md for their licences)."""
import glob
import gzip
import json
import os
import re
import subprocess

WORDNET = "/usr/share/wordnet"
GCIDE = "/usr/share/dictd/gcide.dict.dz"
MYTHES = "/usr/share/mythes/th_en_US_v2.dat"
DE_EN = "/usr/share/trans/de-en"
EMOJI = ("/usr/share/unicode/cldr/common/annotations/en.xml",
         "/usr/share/unicode/cldr/common/annotationsDerived/en.xml")
POS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


class Synset:
    __slots__ = ("key", "pos", "lex", "words", "pointers", "definition", "examples")


def wordnet():
    """All synsets: {(pos, offset): Synset}; pointers are (symbol, (pos, offset))."""
    out = {}
    for name, pos in POS.items():
        for line in open(os.path.join(WORDNET, "data." + name), encoding="latin-1"):
            if line.startswith(" "):
                continue
            head, _, gloss = line.rstrip("\n").partition(" | ")
            f = head.split()
            s = Synset()
            s.key, s.pos, s.lex = (pos, f[0]), pos, int(f[1])
            n = int(f[3], 16)
            s.words = [re.sub(r"\((?:a|p|ip)\)$", "", w).replace("_", " ") for w in f[4:4 + 2 * n:2]]
            p = 4 + 2 * n
            s.pointers = []
            for i in range(int(f[p])):
                sym, off, ps = f[p + 1 + 4 * i:p + 4 + 4 * i]
                s.pointers.append((sym, ("a" if ps == "s" else ps, off)))
            s.examples = re.findall(r'"([^"]+)"', gloss)
            s.definition = re.sub(r'"[^"]*"?', " ", gloss).strip(" ;")
            out[s.key] = s
    return out


def exceptions(kind):
    """Irregular forms: {inflected: base}."""
    out = {}
    for line in open(os.path.join(WORDNET, kind + ".exc"), encoding="latin-1"):
        f = line.split()
        if len(f) >= 2:
            out.setdefault(f[0], f[1])
    return out


def tag_counts():
    """Lemma -> how often it was tagged in SemCor (cntlist.rev), a frequency of general English."""
    out = {}
    for line in open(os.path.join(WORDNET, "cntlist.rev"), encoding="latin-1"):
        f = line.split()
        w = f[0].split("%")[0]
        out[w] = out.get(w, 0) + int(f[2])
    return out


def sense_counts():
    """(lemma, pos) -> list of synset keys in WordNet's order, most frequent sense first."""
    out = {}
    for name, pos in POS.items():
        for line in open(os.path.join(WORDNET, "index." + name), encoding="latin-1"):
            if line.startswith(" "):
                continue
            f = line.split()
            n = int(f[2])
            out[(f[0].replace("_", " "), pos)] = [(pos, o) for o in f[-n:]]
    return out


def gcide():
    """Senses of the Collaborative International Dictionary of English: (headword, definition)."""
    text = gzip.open(GCIDE, "rb").read().decode("utf-8", "replace")
    head = None
    out = []
    for block in re.split(r"\n\s*\n", text):
        if not block.strip():
            continue
        m = re.match(r"([A-Za-z][A-Za-z' -]*?) \\[^\n]*", block)
        if m:
            head = m.group(1).strip().lower()
            body = block[m.end():]
            body = re.sub(r"^.*?\]", " ", body, count=1, flags=re.S) if "[" in m.group(0) and "]" not in m.group(0) else body
            body = m.group(0).rpartition("]")[2] + "\n" + body if "]" in m.group(0) else body
        elif block[0] != " ":
            head = None
            continue
        else:
            body = block
        if not head or re.match(r"\s*\{", body) is not None and not re.search(r"\}[^.]*, [a-z]", body):
            continue
        body = re.sub(r"--[A-Z][^\n]*", " ", body)
        body = re.sub(r"\[[^\]]*\]", " ", body)
        body = re.sub(r"\((?:[A-Z][a-z.]+\s*)+\)", " ", body)
        body = re.sub(r"[{}]", "", body)
        body = re.sub(r"^\s*\d+\.\s*", "", body.strip())
        body = re.sub(r"\s+", " ", body).strip()
        body = re.split(r" Note: | Syn: ", " " + body)[0].strip()
        if len(body) > 15:
            out.append((head, body[:400]))
    return out


def mythes():
    """Groups of synonyms and generic terms of the LibreOffice thesaurus: (headword, [terms])."""
    out = []
    head = None
    for line in open(MYTHES, encoding="utf-8", errors="replace"):
        line = line.rstrip("\n")
        if line.startswith("(") or line.startswith("-|"):
            terms = [re.sub(r" \((?:generic|similar|related) term\)", "", t) for t in line.split("|")[1:] if "antonym" not in t]
            if head and terms:
                out.append((head, terms))
        elif "|" in line:
            head = line.split("|")[0]
    return out


def de_en():
    """English alternatives of one German sense: [[term, …], …] (Ding, trans-de-en)."""
    out = []
    for line in open(DE_EN, encoding="utf-8"):
        if line.startswith("#") or "::" not in line:
            continue
        german, english = line.split("::", 1)
        for de, en in zip(german.split("|"), english.split("|")):
            en = re.sub(r"\[[^\]]*\]|\{[^}]*\}|<[^>]*>|/[A-Z][^/ ]*/|\([^)]*\)", " ", en)
            terms = []
            for t in en.split(";"):
                if "/" in t:
                    t = t.split("/")[0]
                t = re.sub(r"\s+", " ", t).strip(" .!?")
                t = re.sub(r"^(to|sb\.|sth\.) ", "", t)
                if 1 < len(t) < 60 and t not in terms:
                    terms.append(t)
            if terms:
                de = re.sub(r"\[[^\]]*\]|\{[^}]*\}|\([^)]*\)", " ", de).split(";")[0].strip()
                out.append((de, terms))
    return out


def aiksaurus(words):
    """Groups of the Aiksaurus thesaurus (from Moby): (headword, [terms]), asked through its command."""
    out = []
    for w in words:
        r = subprocess.run(["aiksaurus", w], capture_output=True, text=True, errors="replace").stdout
        for group in r.split("=== ")[1:]:
            head, _, rest = group.partition("\n")
            terms = [t.strip() for t in rest.replace("\n", " ").split(",") if t.strip()]
            if 1 < len(terms) <= 60:
                out.append((w, terms))
    return out


def emoji():
    """Emoji -> its English keywords (Unicode CLDR)."""
    out = {}
    for path in EMOJI:
        if os.path.exists(path):
            for cp, kind, text in re.findall(r'<annotation cp="([^"]+)"( type="tts")?>([^<]+)<', open(path, encoding="utf-8").read()):
                out[cp] = (out.get(cp, "") + " " + text.replace("|", " ")).strip()
    return out


def modern():
    """Our own definitions of words that the dictionaries are too old for: [(word, definition)]."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "modern.tsv")
    rows = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8") if not line.startswith("#")]
    return [(w, d) for w, d in rows]


def catalogue():
    """The item types of the sample data's catalogue."""
    here = os.path.dirname(os.path.abspath(__file__))
    out = []
    for path in sorted(glob.glob(os.path.join(here, "..", "..", "catalogue", "*.json"))):
        data = json.load(open(path, encoding="utf-8"))
        out += [dict(item, category=data["category"]) for item in data["items"]]
    return out
