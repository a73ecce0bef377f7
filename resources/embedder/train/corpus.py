# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage 1: vocabulary, alias table, text for fastText and pairs for the contrastive stage.

corpus.py WORKDIR writes vocab.tsv, alias.tsv, corpus.txt, pairs.tsv.
"""
import collections
import os
import random
import sys

import sources
import text

# WordNet lexicographer files whose collocations are worth an entry of their own (things one can buy or do).
THINGS = {4, 6, 8, 13, 20, 27}          # act, artifact, body, food, plant, substance
PEOPLE_AND_PLACES = {15, 18}
STOP = set("a an the of to in on at by for with and or as is are was were be been being it its this that these those "
           "from into which who whom whose what when where he she his her him they them their you your i we our us my me "
           "not no nor but if than then so such some any each other there here has have had having do does did done can "
           "could may might must shall should will would also very more most much many used use using usually often "
           "especially etc eg ie one s t".split())


class Lexicon:
    """Maps a surface token to its vocabulary word; shared by every stage."""

    def __init__(self, vocab, alias):
        self.vocab, self.alias = vocab, alias

    def canon(self, w):
        if w in self.vocab:
            return w
        a = self.alias.get(w)
        if a in self.vocab:
            return a
        for c in text.singulars(w):
            if c in self.vocab:
                return c
        return None

    def features(self, s):
        """Vocabulary words of a text: single words, and collocations or closed compounds of two neighbours."""
        out = []
        before = None
        for t in text.tokens(s):
            w = None if t in STOP else self.canon(t)
            if w:
                out.append(w)
                if before:
                    for c in (before + "_" + w, before + w):
                        if c in self.vocab:
                            out.append(c)
            before = w
        return out


def lemma_key(word):
    """'claw hammer' -> 'claw_hammer', 'T-shirt' -> 't_shirt'."""
    return "_".join(text.tokens(word))


def add_young_words(keep, lex):
    """Words of the catalogue and of modern.tsv that no dictionary has."""
    texts = [d.replace("_", " ") + " " + w for w, d in sources.modern()]
    for item in sources.catalogue():
        texts += [item["type"]] + item["also"] + item["styles"] + item["descriptions"] + item.get("materials", [])
    for s in texts:
        for t in text.tokens(s):
            if t.isascii() and t.isalpha() and len(t) > 2 and t not in STOP and lex.canon(t) is None:
                keep[t] = keep.get(t, 0) + 3


def build(work):
    rng = random.Random(7)
    wn = sources.wordnet()
    tags = sources.tag_counts()
    base, collocations = set(), set()
    for s in wn.values():
        instance = any(p[0] == "@i" for p in s.pointers)
        for w in s.words:
            key = lemma_key(w)
            if "_" in key:
                if s.pos == "n" and s.lex in THINGS and not instance and w == w.lower() and key.count("_") == 1 \
                        and not set(key.split("_")) & STOP:
                    collocations.add(key)
            elif key.isalpha() and key.isascii() and len(key) > 1:
                base.add(key)
    alias = {}
    for kind in ("noun", "verb", "adj"):
        for k, v in sources.exceptions(kind).items():
            if k.isalpha() and v.isalpha() and k not in base:
                alias.setdefault(k, v)
    first = Lexicon(base, alias)

    gc = sources.gcide()
    ding = sources.de_en()
    my = sources.mythes()
    lines = []                               # (text, weight)
    hyper = {}
    for s in wn.values():
        up = []
        for sym, key in s.pointers:
            if sym in ("@",):
                up += wn[key].words[:2]
        hyper[s.key] = up
        lines.append(" ".join(s.words) + " " + " ".join(up) + " " + s.definition)
        lines += s.examples
    lines += [h + " " + d for h, d in gc]
    for h, terms in my:
        rng.shuffle(terms)
        lines.append(" ".join([h] + terms[:12]))
    for _, terms in ding:
        lines.append(" ".join(terms))

    # Frequency with the first lexicon; words that WordNet lacks (smartphone, wifi) enter when the sources use them.
    count = collections.Counter()
    raw = collections.Counter()
    for line in lines:
        for t in text.tokens(line):
            if t in STOP:
                continue
            c = first.canon(t)
            if c:
                count[c] += 1
            elif t.isalpha() and t.isascii() and 2 < len(t) < 25:
                raw[t] += 1
    extra = {w: n for w, n in raw.items() if n >= 4}
    keep = {}
    things = set()
    for s in wn.values():
        if s.pos == "n" and s.lex in THINGS and not any(p[0] == "@i" for p in s.pointers):
            if s.lex in (20,) and not any(tags.get(w.lower().replace(" ", "_")) for w in s.words):
                continue
            things |= {lemma_key(w) for w in s.words if w == w.lower()}
    for w in base:
        n = count[w]
        if (w in things and n >= 3) or n >= 9:
            keep[w] = n
    for w, n in extra.items():
        if n >= 6:
            keep[w] = n
    lex = Lexicon(dict(keep), alias)
    ccount = collections.Counter()
    for line in lines:
        toks = [lex.canon(t) if t not in STOP else None for t in text.tokens(line)]
        for a, b in zip(toks, toks[1:]):
            if a and b and a + "_" + b in collocations:
                ccount[a + "_" + b] += 1
    for c, n in ccount.items():
        if n >= 2 and all(p in keep for p in c.split("_")):
            keep[c] = n
    add_young_words(keep, Lexicon(keep, alias))
    lex = Lexicon(keep, alias)

    with open(os.path.join(work, "vocab.tsv"), "w") as f:
        for w, n in sorted(keep.items(), key=lambda x: (-x[1], x[0])):
            f.write(f"{w}\t{n}\n")
    with open(os.path.join(work, "alias.tsv"), "w") as f:
        for k, v in sorted(alias.items()):
            if v in keep and k not in keep:
                f.write(f"{k}\t{v}\n")
    with open(os.path.join(work, "corpus.txt"), "w") as f:
        rng.shuffle(lines)
        for line in lines:
            words = [lex.canon(t) for t in text.tokens(line) if t not in STOP]
            words = [w for w in words if w]
            if len(words) > 1:
                f.write(" ".join(words) + "\n")
    print("vocab", len(keep), "collocations", sum("_" in w for w in keep), "alias", len(alias), "lines", len(lines))
    return


if __name__ == "__main__":
    build(sys.argv[1])
