#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-3.0-or-later
#
# vectors.pl COUNT DIMENSIONS CLUSTERS SEED: COUNT vectors as binary COPY of (n integer, v vector).
# CLUSTERS > 0: a random centre per cluster plus noise of 0.7 of its length, so that two vectors of a
# cluster have a cosine near 0.67, as texts about one thing have. CLUSTERS = 0: uniform random directions.
use strict;
use warnings;

my ($count, $dimensions, $clusters, $seed) = @ARGV;
die "usage: vectors.pl COUNT DIMENSIONS CLUSTERS SEED\n" unless defined $seed;
srand($seed);
# The sum of three uniforms is close enough to a normal distribution, and quick.
sub noise { return map { rand() + rand() + rand() - 1.5 } 1 .. $dimensions }
my @centres = map { [noise()] } 1 .. $clusters;

binmode STDOUT;
print "PGCOPY\n\xff\r\n\0", pack('NN', 0, 0);
for my $n (1 .. $count) {
    my @v;
    if ($clusters) {
        my $centre = $centres[int rand $clusters];
        @v = map { $_ + 0.7 * (rand() + rand() + rand() - 1.5) } @$centre;
    } else {
        @v = noise();
    }
    print pack('n N N N nn f>*', 2, 4, $n, 4 + 4 * $dimensions, $dimensions, 0, @v);
    # pack's order: fields, length of n, n, length of the vector, dimensions, unused, values
}
print pack('n', 0xffff);
