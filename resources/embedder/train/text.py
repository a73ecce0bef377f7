# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens and look-up rules, the same as app/services/offlineembedder.cpp (tests compare the two)."""
import re
import unicodedata

TOKEN = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+", re.UNICODE)


def fold(text):
    text = unicodedata.normalize("NFKD", text).lower()
    text = "".join(c for c in text if not 0x300 <= ord(c) <= 0x36F)
    text = text.replace("\u2019", "'")
    text = re.sub(r"'s\b", "", text)
    return text.replace("'", "")


def tokens(text):
    return TOKEN.findall(fold(text))


def singulars(w):
    """Candidate base forms of an English word, most likely first."""
    n = len(w)
    out = []
    if n > 4 and w.endswith("ies"):
        out.append(w[:-3] + "y")
    if n > 3 and w.endswith("s") and not w.endswith("ss"):
        out.append(w[:-1])
    if n > 4 and w.endswith("es"):
        out.append(w[:-2])
    if n > 5 and w.endswith("ing"):
        out += [w[:-3], w[:-3] + "e"]
        if w[-4] == w[-5]:
            out.append(w[:-4])
    if n > 4 and w.endswith("ed"):
        out += [w[:-2], w[:-1]]
        if n > 5 and w[-3] == w[-4]:
            out.append(w[:-3])
        if w.endswith("ied"):
            out.append(w[:-3] + "y")
    if n > 4 and w.endswith("er"):
        out += [w[:-1], w[:-2]] if n > 5 else [w[:-1]]
    if n > 5 and w.endswith("ly"):
        out.append(w[:-2])
    return out
