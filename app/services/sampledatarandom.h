// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <array>
#include <bit>

/// The sample data's random numbers: the same on every machine, which the distributions of <random> are not.
/// xoshiro256** (Blackman, Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021), started
/// by splitmix64 (Steele, Lea, Flood, OOPSLA 2014) from a seed, a stream and an index, so that row n of a
/// table can be made without the rows before it. Integers only: floating point may be contracted differently.
class SampleRandom final
{
public:
    SampleRandom(quint64 seed, quint64 stream, quint64 index)
    {
        quint64 state = mixed(seed + mixed(stream + mixed(index)));
        for (quint64 &word : m_state) {
            state += 0x9E3779B97F4A7C15ULL;
            word = mixed(state);
        }
    }

    quint64 next()
    {
        const quint64 result = std::rotl(m_state[1] * 5, 7) * 9;
        const quint64 shifted = m_state[1] << 17;
        m_state[2] ^= m_state[0];
        m_state[3] ^= m_state[1];
        m_state[1] ^= m_state[2];
        m_state[0] ^= m_state[3];
        m_state[2] ^= shifted;
        m_state[3] = std::rotl(m_state[3], 45);
        return result;
    }

    /// Evenly from 0 to n - 1, n > 0; by multiplication with rejection (Lemire, "Fast random integer
    /// generation in an interval", ACM TOMACS 2019).
    quint32 below(quint32 n)
    {
        quint64 product = quint64(quint32(next() >> 32)) * n;
        if (quint32(product) < n) {
            const quint32 threshold = (0U - n) % n;
            while (quint32(product) < threshold)
                product = quint64(quint32(next() >> 32)) * n;
        }
        return quint32(product >> 32);
    }

    quint32 between(quint32 least, quint32 most) { return least + below(most - least + 1); }

    bool chance(quint32 percent) { return below(100) < percent; }

    /// An index of `weights`, each as likely as its share.
    template <std::size_t N>
    std::size_t weighted(const std::array<quint32, N> &weights)
    {
        quint32 total = 0;
        for (const quint32 weight : weights)
            total += weight;
        quint32 drawn = below(total);
        std::size_t i = 0;
        while (drawn >= weights[i])
            drawn -= weights[i++];
        return i;
    }

private:
    static quint64 mixed(quint64 z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }

    std::array<quint64, 4> m_state{};
};
