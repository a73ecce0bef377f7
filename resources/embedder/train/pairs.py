# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage 2: pairs of texts that mean the same thing, as lists of vocabulary words.

Dictionary definitions are the teacher (Hill, Cho, Korhonen, Bengio, "Learning to understand phrases by embedding the
dictionary", TACL 2016): a headword, its gloss in WordNet and its independent definition in GCIDE are three descriptions
of one thing, exactly what a shopper's paraphrase and a product's text are.

pairs.py WORKDIR writes pairs.npz: two ragged arrays of word ids and a bucket per pair (hard negatives share a bucket).
"""
import collections
import math
import os
import random
import re
import sys

import numpy as np

import sources
from corpus import Lexicon

ARTIFACT_LIKE = {6: 5, 13: 3, 27: 3, 8: 2, 20: 2, 4: 2, 17: 1}   # lexicographer file -> repetitions
PURPOSE = re.compile(r"\b(?:used (?:to|for|in|as|by|on|when|with)|for|that|which|to|worn|designed to|intended to) (.+)")


def load_lexicon(work):
    vocab, alias = {}, {}
    for i, line in enumerate(open(os.path.join(work, "vocab.tsv"))):
        vocab[line.split("\t")[0]] = i
    for line in open(os.path.join(work, "alias.tsv")):
        k, v = line.split()
        alias[k] = v
    return Lexicon(vocab, alias)


def main(work):
    rng = random.Random(11)
    lex = load_lexicon(work)
    freq = np.array([int(l.split("\t")[1]) for l in open(os.path.join(work, "vocab.tsv"))], float)
    idf = np.log(freq.sum() / freq)
    ids = lambda s: [lex.vocab[w] for w in lex.features(s)]
    A, B, bucket = [], [], []

    def add(a, b, where, times=1):
        if a and b and a != b:
            for _ in range(times):
                A.append(a), B.append(b), bucket.append(where)

    wn = sources.wordnet()
    senses = collections.defaultdict(list)
    for h, d in sources.gcide():
        f = ids(d)
        if len(f) >= 3:
            senses[h].append((f, set(f)))
    stats = collections.Counter()
    for h, group in senses.items():
        head = ids(h)
        for f, _ in group[:6]:
            add(head, f, 100)
            stats["gcide head"] += 1

    for s in wn.values():
        if any(p[0] == "@i" for p in s.pointers):
            continue
        b = s.lex
        t = ARTIFACT_LIKE.get(b, 1)
        names = [ids(w) for w in s.words]
        words = [i for n in names for i in n]
        up = [i for sym, key in s.pointers if sym == "@" for w in wn[key].words[:2] for i in ids(w)]
        definition = ids(s.definition)
        add(words, definition, b, t)
        add(names[0] + up, definition, b, t)
        for n in names[1:]:
            add(names[0], n, b, t)
            add(n, definition, b, t)
            stats["synonym"] += 1
        if up and s.pos in "nv":
            add(names[0], up, b)
            add(definition, up, b)
        m = PURPOSE.search(s.definition)
        if m and s.pos == "n":
            purpose = ids(m.group(1))
            if len(purpose) >= 2:
                add(words + up, purpose, b, t)
                stats["purpose"] += 1
        for e in s.examples:
            add(definition, ids(e), b)
        for sym, key in s.pointers:
            if sym == "+" and s.key < key:
                add(names[0], ids(wn[key].words[0]), b)
                add(definition, [i for w in wn[key].words for i in ids(w)], b)
                stats["derived"] += 1
            elif sym in ("%p", "%s") and t > 1:
                part = [i for w in wn[key].words for i in ids(w)]
                add(words, part, b)
                add(definition, part, b)
                stats["part"] += 1
            elif sym == "&":
                add(names[0], ids(wn[key].words[0]), b)
        # The GCIDE sense that shares most with this synset describes the same thing in other words.
        mine = set(words + up + definition)
        for w in s.words:
            best, score = None, 0.0
            for f, fs in senses.get(w.lower(), []):
                common = sum(idf[i] for i in fs & mine)
                sc = common / math.sqrt(sum(idf[i] for i in fs) + 1)
                if sc > score:
                    best, score = f, sc
            if best and score > 1.0:
                add(definition, best, b, t)
                add(words + up + best, definition, b, t)
                stats["gloss-gcide"] += 1
    for h, terms in sources.mythes():
        head = ids(h)
        for x in rng.sample(terms, min(3, len(terms))):
            add(head, ids(x), 101)
    for _, terms in sources.de_en():
        if len(terms) > 1:
            fs = [ids(x) for x in terms[:6]]
            add(fs[0], fs[1], 102)
            if len(fs) > 2:
                i, j = rng.sample(range(len(fs)), 2)
                add(fs[i], fs[j], 102)
            stats["ding"] += 1
    for w, d in sources.modern():
        add(ids(w.replace("_", " ")), ids(d), 104, 10)
    for item in sources.catalogue():
        kind = ids(item["type"])
        full = kind + [i for a in item["also"] for i in ids(a)]
        for a in item["also"]:
            add(kind, ids(a), 104, 6)
        for d in item["descriptions"]:
            add(full, ids(d.replace("{material}", " ".join(item.get("materials", [])[:1]))
                          .replace("{use}", " ".join(item.get("uses", [])[:1]))), 104, 6)
        add(kind, ids(" ".join(item["tags"] + [item["group"]])), 104, 6)
        add(full, ids(" ".join(item.get("uses", []) + item.get("for", []))), 104, 6)
    common = [w for w in list(lex.vocab)[:16000] if "_" not in w]
    for w, terms in sources.aiksaurus(common):
        for x in rng.sample(terms, min(2, len(terms))):
            add(ids(w), ids(x), 103)
        stats["aiksaurus"] += 1
    print(len(A), dict(stats))
    flat = lambda L: (np.array([i for x in L for i in x[:40]], np.int32), np.cumsum([0] + [len(x[:40]) for x in L]).astype(np.int64))
    (fa, oa), (fb, ob) = flat(A), flat(B)
    np.savez(os.path.join(work, "pairs.npz"), fa=fa, oa=oa, fb=fb, ob=ob, bucket=np.array(bucket, np.int32))


if __name__ == "__main__":
    main(sys.argv[1])
