#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Trains retail-offline-1.bin from Debian packages: train.sh WORKDIR [OUT]. About 20 minutes on two cores, 2 GB.
#   apt-get install fasttext wordnet-base dict-gcide mythes-en-us trans-de-en aiksaurus libaiksaurus-1.2-data \
#                   unicode-cldr-core python3-numpy libopenblas0-pthread
# fastText with several threads is not bit-reproducible; THREADS=1 makes the result so, in twice the time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:?usage: train.sh WORKDIR [OUT]}
out=${2:-"$here/../retail-offline-1.bin"}
python=${PYTHON:-/usr/bin/python3}
mkdir -p "$work"
"$python" "$here/corpus.py" "$work"
fasttext skipgram -input "$work/corpus.txt" -output "$work/ft" -dim 256 -ws 6 -epoch 6 -minn 0 -maxn 0 -minCount 1 \
    -neg 8 -lr 0.05 -t 0.0002 -thread "${THREADS:-2}"
"$python" "$here/pairs.py" "$work"
"$python" "$here/contrast.py" "$work" 2
"$python" "$here/pack.py" "$work" "$out"
