# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage 3: turn fastText word vectors into a sum-of-words text encoder by contrastive learning.

A text is the sum of its words' vectors; the length of a vector is the word's weight, started from smooth inverse
frequency (Arora, Liang, Ma, ICLR 2017). Loss: InfoNCE with in-batch negatives, both directions (van den Oord, Li,
Vinyals 2018), Adam on the rows a batch touches (Kingma, Ba, ICLR 2015). numpy only.

contrast.py WORKDIR [EPOCHS] reads ft.vec, vocab.tsv, pairs.npz; writes model.npy.
"""
import os
import sys
import time

import numpy as np

DIM, BATCH, TAU, LR, DROP = 256, 1024, 0.12, 0.0025, 0.15


def initial(work):
    words = [l.rstrip("\n").split("\t") for l in open(os.path.join(work, "vocab.tsv"))]
    at = {w: i for i, (w, _) in enumerate(words)}
    freq = np.array([int(n) for _, n in words], np.float64)
    E = np.zeros((len(words), DIM), np.float32)
    for line in open(os.path.join(work, "ft.vec"), encoding="utf-8"):
        w, _, rest = line.partition(" ")
        if w in at:
            v = np.fromstring(rest, np.float32, sep=" ")
            if len(v) == DIM:
                E[at[w]] = v
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    have = norm[:, 0] > 0
    E[have] /= norm[have]
    E[have] -= E[have].mean(axis=0)
    E[have] /= np.linalg.norm(E[have], axis=1, keepdims=True)
    for w, i in at.items():                                  # a collocation starts as the sum of its words
        if "_" in w:
            v = sum(E[at[p]] for p in w.split("_") if p in at)
            E[i] = v / max(np.linalg.norm(v), 1e-6)
    missing = np.flatnonzero(~E.any(axis=1))                 # words only modern.tsv and the catalogue know
    E[missing] = np.random.default_rng(3).normal(0, 0.5 / np.sqrt(DIM), (len(missing), DIM))
    p = freq / freq.sum()
    E *= (1e-3 / (1e-3 + p)).astype(np.float32)[:, None]
    for w, i in at.items():
        if "_" in w:
            E[i] *= 0.5
    return E


def gather(flat, offs, idx, drop, rng):
    lens = offs[idx + 1] - offs[idx]
    start = np.repeat(offs[idx], lens)
    inner = np.arange(lens.sum()) - np.repeat(np.cumsum(lens) - lens, lens)
    tok = flat[start + inner]
    row = np.repeat(np.arange(len(idx)), lens)
    keep = rng.random(len(tok)) > np.where(lens[row] > 2, drop, 0.0)
    keep[np.cumsum(lens) - lens] = True                      # never an empty text
    return tok[keep], row[keep]


def encode(E, tok, row, n):
    starts = np.searchsorted(row, np.arange(n))
    S = np.add.reduceat(E[tok], starts, axis=0)
    norm = np.maximum(np.linalg.norm(S, axis=1, keepdims=True), 1e-6)
    return S / norm, norm


def main(work, epochs):
    rng = np.random.default_rng(5)
    E = initial(work)
    np.save(os.path.join(work, "init.npy"), E)
    z = np.load(os.path.join(work, "pairs.npz"))
    fa, oa, fb, ob, bucket = z["fa"], z["oa"], z["fb"], z["ob"], z["bucket"]
    n = len(bucket)
    M, V = np.zeros_like(E), np.zeros_like(E)
    step, total, t0, seen = 0, epochs * n // BATCH, time.time(), 0.0
    for epoch in range(epochs):
        # Half of the batches hold one kind of pair (hard negatives), half are mixed.
        order = rng.permutation(n)
        half = order[:n // 2]
        half = half[np.argsort(bucket[half], kind="stable")]
        batches = [x[i:i + BATCH] for x in (half, order[n // 2:]) for i in range(0, len(x) - BATCH + 1, BATCH)]
        rng.shuffle(batches)
        for idx in batches:
            ta, ra = gather(fa, oa, idx, DROP, rng)
            tb, rb = gather(fb, ob, idx, DROP, rng)
            b = len(idx)
            A, na = encode(E, ta, ra, b)
            B, nb = encode(E, tb, rb, b)
            L = (A @ B.T) / TAU
            same = fa[oa[idx]][:, None] == fa[oa[idx]][None, :]      # same headword: not a negative
            np.fill_diagonal(same, False)
            L[same] = -30
            P = np.exp(L - L.max(axis=1, keepdims=True))
            P /= P.sum(axis=1, keepdims=True)
            Q = np.exp(L - L.max(axis=0, keepdims=True))
            Q /= Q.sum(axis=0, keepdims=True)
            loss = -np.log(np.maximum(np.diag(P), 1e-9)).mean()
            seen += loss
            G = (P + Q) / 2
            G[np.arange(b), np.arange(b)] -= 1
            G /= TAU * b
            gA, gB = G @ B, G.T @ A
            gA = (gA - A * (gA * A).sum(1, keepdims=True)) / na
            gB = (gB - B * (gB * B).sum(1, keepdims=True)) / nb
            tok = np.concatenate([ta, tb])
            g = np.concatenate([gA[ra], gB[rb]])
            o = np.argsort(tok, kind="stable")
            u, s = np.unique(tok[o], return_index=True)
            g = np.add.reduceat(g[o], s, axis=0)
            step += 1
            lr = LR * min(1.0, step / 100) * max(0.0, 1 - step / (total + 1))
            M[u] = m = 0.9 * M[u] + 0.1 * g
            V[u] = v = 0.99 * V[u] + 0.01 * g * g
            E[u] -= lr * m / (np.sqrt(v) + 1e-8)
            if step % 100 == 0:
                print(f"epoch {epoch} step {step}/{total} loss {seen / 100:.3f} {time.time() - t0:.0f}s", flush=True)
                seen = 0.0
        np.save(os.path.join(work, "model.npy"), E)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4)
