# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage 4: prune, quantise to 4 bits and write the file that app/services/offlineembedder.cpp maps.

pack.py WORKDIR OUT [MODEL.npy] ; the layout is at the top of the C++ file.
"""
import math
import os
import struct
import sys

import numpy as np

import sources
from corpus import STOP
from pairs import load_lexicon

ROWS = 66000
NAME = "retail-offline-1"


def checksum(data):
    h = 0xCBF29CE484222325
    whole = len(data) // 8 * 8
    for (w,) in struct.iter_unpack("<Q", data[:whole]):
        h = ((h ^ w) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    for b in data[whole:]:
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def quantise(E):
    """Signed 4-bit numbers and one scale a row; the scale is the best of a few clippings by squared error."""
    top = np.abs(E).max(axis=1)
    best = np.full(len(E), np.inf)
    scale = np.ones(len(E), np.float32)
    for clip in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5):
        s = np.maximum(top * clip / 7, 1e-9)
        q = np.clip(np.rint(E / s[:, None]), -8, 7)
        err = ((q * s[:, None] - E) ** 2).sum(axis=1)
        better = err < best
        best[better], scale[better] = err[better], s[better]
    q = (np.clip(np.rint(E / scale[:, None]), -8, 7) + 8).astype(np.uint8)
    print("quantisation error %.2f %%" % (100 * best.sum() / (E ** 2).sum()))
    return (q[:, 0::2] | (q[:, 1::2] << 4)).tobytes(), scale.astype("<f4").tobytes()


def main(work, out, model):
    lex = load_lexicon(work)
    E = np.load(model)
    words = list(lex.vocab)
    freq = np.array([int(line.split("\t")[1]) for line in open(os.path.join(work, "vocab.tsv"))])
    ours = {w for s in [d + " " + w.replace("_", " ") for w, d in sources.modern()] for w in lex.features(s)}
    for item in sources.catalogue():
        for s in [item["type"]] + item["also"] + item["styles"] + item["descriptions"]:
            ours.update(lex.features(s))
    rank = [(w not in ours, -freq[i] * (0.6 if "_" in w else 1.0), w) for i, w in enumerate(words)]
    keep = sorted(w for _, _, w in sorted(rank)[:ROWS])
    rows = [E[lex.vocab[w]] for w in keep]
    common = [min(255, int(16 * math.log2(max(freq[lex.vocab[w]], 1)))) for w in keep]
    entries = {w: i for i, w in enumerate(keep)}
    for k, v in lex.alias.items():
        if v in entries and k not in entries:
            entries[k] = entries[v]
    for cp, text in sources.emoji().items():
        sign = cp.replace("\ufe0f", "")
        feats = [lex.vocab[w] for w in lex.features(text)]
        if len(sign) == 1 and feats and sign not in entries and ord(sign) > 0x2000:
            v = E[feats].sum(axis=0)
            entries[sign] = len(rows)
            rows.append(v / max(np.linalg.norm(v), 1e-6))
            common.append(60)
    for w in STOP:
        entries[w] = 0xFFFFFFFF
    names = sorted(entries)
    strings = [w.encode() for w in names]
    offsets = np.cumsum([0] + [len(s) for s in strings]).astype("<u4").tobytes()
    which = np.array([entries[w] for w in names], "<u4").tobytes()
    vectors, scale = quantise(np.array(rows, np.float32))
    body = offsets + which + scale + vectors + bytes(common) + b"".join(strings)
    head = b"RAEMB001" + struct.pack("<IIII", E.shape[1], len(rows), len(names), sum(map(len, strings)))
    head += struct.pack("<Q", checksum(body)) + NAME.encode().ljust(32, b"\0")
    with open(out, "wb") as f:
        f.write(head + body)
    print(len(rows), "rows", len(names), "entries", (len(head) + len(body)) / 1e6, "MB")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else os.path.join(sys.argv[1], "model.npy"))
