// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/offlineembedder.h"

#include "app/services/embeddermodel.h"

#include <QFile>
#include <QHash>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

namespace {

// The file, little-endian, is written by resources/embedder/train/pack.py; keep both in step.
constexpr std::array<char, 8> magic = {'R', 'A', 'E', 'M', 'B', '0', '0', '1'};

struct Header
{
    char magic[8];
    quint32 semanticDimensions;
    quint32 rows;
    quint32 entries; // words, irregular forms, stop words, emoji
    quint32 stringBytes;
    quint64 checksum; // of all that follows the header
    char model[32];   // UTF-8, zero-filled
};
static_assert(sizeof(Header) == 64);

constexpr quint32 stopWord = 0xFFFFFFFFU;
constexpr quint32 noEntry = 0xFFFFFFFEU;
constexpr int totalDimensions = 1536; // what the database's column holds
constexpr qsizetype longestText = 65536;
constexpr int mostCorrections = 64;   // a text of nothing but unknown words stays cheap
constexpr float nameWeight = 2.0F;    // tuned on a development set of our own, flat between 1.5 and 3
constexpr float guessWeight = 0.7F;   // a corrected or split word counts less than a known one
constexpr float lexicalShare = 0.10F; // share of the squared length that the hashed block holds
constexpr int leastBase = 85;         // 16 × log2 of 40 occurrences in the training text
constexpr std::size_t longestWord =
    40; // longer runs are not English words; they still reach the hashed block

quint64 checksumOf(const uchar *data, qsizetype size)
{
    quint64 h = 0xCBF29CE484222325ULL; // FNV-1a over 8-byte words
    qsizetype i = 0;
    for (; i + 8 <= size; i += 8) {
        quint64 word = 0;
        std::memcpy(&word, data + i, 8);
        h = (h ^ word) * 0x100000001B3ULL;
    }
    for (; i < size; ++i)
        h = (h ^ data[i]) * 0x100000001B3ULL;
    return h;
}

quint32 hashOf(std::string_view s)
{
    quint32 h = 2166136261U;
    for (const char c : s)
        h = (h ^ static_cast<uchar>(c)) * 16777619U;
    h ^= h >> 16; // FNV-1a's low bits are weak; the finisher of MurmurHash3 mixes them
    h *= 0x85EBCA6BU;
    h ^= h >> 13;
    h *= 0xC2B2AE35U;
    return h ^ (h >> 16);
}

bool isLowerLetter(char c)
{
    return c >= 'a' && c <= 'z';
}

bool isPlainWord(std::string_view s)
{
    return !s.empty() && s.size() <= longestWord && std::all_of(s.begin(), s.end(), isLowerLetter);
}

/// Base forms an inflected English word may have, most likely first; the same list as train/text.py.
std::vector<std::string> baseForms(std::string_view w)
{
    std::vector<std::string> out;
    const std::size_t n = w.size();
    const auto ends = [&](std::string_view tail) { return w.ends_with(tail); };
    const auto cut = [&](std::size_t k, const char *more = "") {
        out.push_back(std::string(w.substr(0, n - k)) + more);
    };
    if (n > 4 && ends("ies"))
        cut(3, "y");
    if (n > 3 && ends("s") && !ends("ss"))
        cut(1);
    if (n > 4 && ends("es"))
        cut(2);
    if (n > 5 && ends("ing")) {
        cut(3);
        cut(3, "e");
        if (w[n - 4] == w[n - 5])
            cut(4);
    }
    if (n > 4 && ends("ed")) {
        cut(2);
        cut(1);
        if (n > 5 && w[n - 3] == w[n - 4])
            cut(3);
        if (ends("ied"))
            cut(3, "y");
    }
    if (n > 4 && ends("er")) {
        cut(1);
        if (n > 5)
            cut(2);
    }
    if (n > 5 && ends("ly"))
        cut(2);
    return out;
}

struct Token
{
    std::string text;    // UTF-8, folded; letters, digits or one symbol
    bool plain = false;  // ASCII letters only: may be an English word
    bool joined = false; // continues the run of the token before it ("16oz")
    float weight = 1.0F;
};

/// Folds case, compatibility forms and accents, then cuts into runs of letters, runs of digits and single
/// symbols.
std::vector<Token> tokensOf(QStringView text)
{
    if (text.size() > longestText)
        text = text.first(longestText);
    const QString folded = text.toString().normalized(QString::NormalizationForm_KD).toCaseFolded();
    const qsizetype lineEnd = folded.indexOf(u'\n');
    const bool named = lineEnd > 0 && !QStringView(folded).mid(lineEnd).trimmed().isEmpty();

    enum class Kind { None, Letters, Digits };
    std::vector<Token> out;
    QString run;
    Kind kind = Kind::None;
    bool joined = false;
    qsizetype at = 0;
    const auto flush = [&] {
        if (!run.isEmpty()) {
            Token t;
            t.text = run.toStdString();
            t.plain = kind == Kind::Letters && isPlainWord(t.text);
            t.joined = joined;
            t.weight = named && at <= lineEnd ? nameWeight : 1.0F;
            out.push_back(std::move(t));
        }
        run.clear();
    };
    for (qsizetype i = 0; i < folded.size(); ++i) {
        char32_t c = folded[i].unicode();
        const qsizetype start = i;
        if (QChar::isHighSurrogate(c) && i + 1 < folded.size() && folded[i + 1].isLowSurrogate())
            c = QChar::surrogateToUcs4(folded[start], folded[++i]);
        if (QChar::isSurrogate(c) || (c >= 0x300 && c <= 0x36F) || c == u'\'' || c == 0x2019)
            continue; // lone surrogates, accents and apostrophes vanish
        const QStringView piece = QStringView(folded).mid(start, i - start + 1);
        const bool mark = QChar::isMark(c);
        const Kind next = QChar::isDigit(c)                                    ? Kind::Digits
                          : QChar::isLetter(c) || (mark && kind != Kind::None) ? Kind::Letters
                                                                               : Kind::None;
        if (next == Kind::None) {
            flush();
            kind = Kind::None;
            const auto category = QChar::category(c);
            if (category == QChar::Symbol_Other || category == QChar::Other_NotAssigned) {
                run = piece.toString();
                joined = false;
                at = start;
                flush();
            }
            joined = false;
            continue;
        }
        if (next != kind) {
            flush();
            joined = kind != Kind::None;
            kind = next;
            at = start;
        }
        run += piece;
    }
    flush();
    // "men's" became "mens" above, which the base forms bring back to "men".
    return out;
}

} // namespace

class OfflineEmbedder::Model final
{
public:
    static Result<std::shared_ptr<const Model>> read(const QString &path);
    static Result<std::shared_ptr<const Model>> builtIn();

    QString name() const { return m_name; }
    std::vector<float> embed(QStringView text) const;

private:
    static Result<std::shared_ptr<const Model>> parse(std::shared_ptr<Model> model, QByteArrayView file,
                                                      const QString &path);
    quint32 find(std::string_view word) const;      ///< row, stopWord or noEntry
    quint32 known(std::string_view word) const;     ///< the same, trying the base forms too
    quint32 corrected(std::string_view word) const; ///< the most frequent row one typing error away
    std::string_view wordOf(quint32 entry) const;
    void addRow(quint32 row, float weight, float *to) const;
    void addLexical(const std::vector<Token> &tokens, float *to) const;

    std::unique_ptr<QFile> m_file; // keeps the mapping alive
    QString m_name;
    quint32 m_dimensions = 0;
    quint32 m_rows = 0;
    quint32 m_entries = 0;
    const quint32 *m_offsets = nullptr;  // entries + 1, into m_strings
    const quint32 *m_entryRow = nullptr; // entries
    const float *m_scale = nullptr;      // rows
    const uchar *m_vectors = nullptr; // rows × dimensions / 2: two signed 4-bit numbers a byte, low one first
    const uchar *m_commonness = nullptr; // rows: 16 × log2 of the frequency, capped
    const char *m_strings = nullptr;
    std::vector<quint32> m_table; // open addressing, entry + 1 or 0
};

namespace {

Error modelError(ErrorKind kind, const QString &path, const QString &why)
{
    return Error{.kind = kind,
                 .message =
                     QStringLiteral("The model of the built-in embedder could not be loaded: %1").arg(why),
                 .hint = QStringLiteral("Install the program's data files again."),
                 .detail = path};
}

} // namespace

Result<std::shared_ptr<const OfflineEmbedder::Model>> OfflineEmbedder::Model::read(const QString &path)
{
    auto m = std::make_shared<Model>();
    m->m_file = std::make_unique<QFile>(path);
    if (!m->m_file->exists())
        return modelError(ErrorKind::NotFound, path, QStringLiteral("there is no such file"));
    if (!m->m_file->open(QIODevice::ReadOnly))
        return modelError(ErrorKind::Io, path, m->m_file->errorString());
    const qsizetype size = m->m_file->size();
    const uchar *data = size > 0 ? m->m_file->map(0, size) : nullptr;
    if (data == nullptr)
        return modelError(ErrorKind::Verification, path, QStringLiteral("the file is too short"));
    return parse(std::move(m), {data, size}, path);
}

Result<std::shared_ptr<const OfflineEmbedder::Model>> OfflineEmbedder::Model::builtIn()
{
    return parse(std::make_shared<Model>(), builtInEmbedderModel(), {});
}

Result<std::shared_ptr<const OfflineEmbedder::Model>>
OfflineEmbedder::Model::parse(std::shared_ptr<Model> m, QByteArrayView file, const QString &path)
{
    const auto fail = [&](ErrorKind kind, const QString &why) { return modelError(kind, path, why); };
    const auto *data = reinterpret_cast<const uchar *>(file.data());
    const qsizetype size = file.size();
    Header h;
    if (size < static_cast<qsizetype>(sizeof h))
        return fail(ErrorKind::Verification, QStringLiteral("the file is too short"));
    std::memcpy(&h, data, sizeof h);
    if (std::memcmp(h.magic, magic.data(), magic.size()) != 0)
        return fail(ErrorKind::Verification, QStringLiteral("it is not a model of this program"));
    const quint64 d = h.semanticDimensions;
    const quint64 rows = h.rows;
    const quint64 entries = h.entries;
    if (d == 0 || d % 2 != 0 || d >= totalDimensions || rows == 0 || rows > 10'000'000 ||
        entries > 10'000'000)
        return fail(ErrorKind::Verification, QStringLiteral("its header makes no sense"));
    const quint64 expected =
        sizeof h + 4 * (entries + 1) + 4 * entries + 4 * rows + rows * d / 2 + rows + h.stringBytes;
    if (expected != static_cast<quint64>(size))
        return fail(ErrorKind::Verification,
                    QStringLiteral("its length is %1 bytes, not %2").arg(size).arg(expected));
    const uchar *p = data + sizeof h;
    if (checksumOf(p, size - static_cast<qsizetype>(sizeof h)) != h.checksum)
        return fail(ErrorKind::Verification, QStringLiteral("its checksum is wrong"));
    m->m_dimensions = h.semanticDimensions;
    m->m_rows = h.rows;
    m->m_entries = h.entries;
    m->m_offsets = reinterpret_cast<const quint32 *>(p);
    p += 4 * (entries + 1);
    m->m_entryRow = reinterpret_cast<const quint32 *>(p);
    p += 4 * entries;
    m->m_scale = reinterpret_cast<const float *>(p);
    p += 4 * rows;
    m->m_vectors = p;
    p += rows * d / 2;
    m->m_commonness = p;
    p += rows;
    m->m_strings = reinterpret_cast<const char *>(p);
    m->m_name = QString::fromUtf8(h.model, static_cast<qsizetype>(qstrnlen(h.model, sizeof h.model)));

    std::size_t capacity = 1024;
    while (capacity < entries * 2)
        capacity *= 2;
    m->m_table.assign(capacity, 0);
    for (quint32 e = 0; e < h.entries; ++e) {
        const bool inside = m->m_offsets[e] <= m->m_offsets[e + 1] && m->m_offsets[e + 1] <= h.stringBytes;
        if (!inside || (m->m_entryRow[e] != stopWord && m->m_entryRow[e] >= h.rows))
            return fail(ErrorKind::Verification, QStringLiteral("its word list is damaged"));
        std::size_t slot = hashOf(m->wordOf(e)) & (capacity - 1);
        while (m->m_table[slot] != 0)
            slot = (slot + 1) & (capacity - 1);
        m->m_table[slot] = e + 1;
    }
    for (quint32 r = 0; r < h.rows; ++r)
        if (!std::isfinite(m->m_scale[r]))
            return fail(ErrorKind::Verification, QStringLiteral("it holds numbers that are not finite"));
    return std::shared_ptr<const Model>(std::move(m));
}

std::string_view OfflineEmbedder::Model::wordOf(quint32 entry) const
{
    return {m_strings + m_offsets[entry], m_offsets[entry + 1] - m_offsets[entry]};
}

quint32 OfflineEmbedder::Model::find(std::string_view word) const
{
    const std::size_t mask = m_table.size() - 1;
    for (std::size_t slot = hashOf(word) & mask; m_table[slot] != 0; slot = (slot + 1) & mask)
        if (wordOf(m_table[slot] - 1) == word)
            return m_entryRow[m_table[slot] - 1];
    return noEntry;
}

quint32 OfflineEmbedder::Model::known(std::string_view word) const
{
    quint32 row = find(word);
    if (row != noEntry)
        return row;
    for (const std::string &base : baseForms(word)) {
        row = find(base);
        // "hamer" is rather a hammer mistyped than one who hames: other endings than the plural need a common
        // base.
        if (row < m_rows && (word.ends_with('s') || m_commonness[row] >= leastBase))
            return row;
    }
    return noEntry;
}

quint32 OfflineEmbedder::Model::corrected(std::string_view word) const
{
    quint32 best = noEntry;
    int bestScore = -1;
    std::string s;
    const auto consider = [&](bool firstLetterKept, int slip = 0) {
        const quint32 row = find(s);
        if (row >= m_rows)
            return;
        const int score =
            m_commonness[row] + slip + (firstLetterKept ? 64 : 0); // the first letter is seldom wrong
        if (score > bestScore) {
            bestScore = score;
            best = row;
        }
    };
    for (std::size_t i = 0; i < word.size(); ++i) {
        s.assign(word.substr(0, i)).append(word.substr(i + 1));
        consider(i > 0);
        if (i + 1 < word.size()) {
            s.assign(word);
            std::swap(s[i], s[i + 1]);
            consider(i > 0, 48);
        }
        s.assign(word);
        for (char c = 'a'; c <= 'z'; ++c) {
            s[i] = c;
            consider(i > 0);
        }
    }
    for (std::size_t i = 0; i <= word.size(); ++i) {
        s.assign(word.substr(0, i)).append(1, 'a').append(word.substr(i));
        for (char c = 'a'; c <= 'z'; ++c) {
            s[i] = c;
            consider(i > 0, 32); // a letter left out
        }
    }
    return best;
}

void OfflineEmbedder::Model::addRow(quint32 row, float weight, float *to) const
{
    const uchar *q = m_vectors + static_cast<std::size_t>(row) * m_dimensions / 2;
    const float unit = weight * m_scale[row];
    for (quint32 i = 0; i < m_dimensions; i += 2, ++q) {
        to[i] += unit * static_cast<float>((*q & 15) - 8);
        to[i + 1] += unit * static_cast<float>((*q >> 4) - 8);
    }
}

/// Whole runs ("16oz", "HTHM001600"), base forms of words and letter triples, signed-hashed.
void OfflineEmbedder::Model::addLexical(const std::vector<Token> &tokens, float *to) const
{
    const quint32 buckets = totalDimensions - m_dimensions;
    const auto add = [&](std::string_view key, float x) {
        const quint32 h = hashOf(key);
        to[h % buckets] += (h >> 31) != 0 ? -x : x;
    };
    std::string key;
    for (std::size_t i = 0; i < tokens.size();) {
        std::string run = tokens[i].text;
        const bool single = i + 1 == tokens.size() || !tokens[i + 1].joined;
        const float weight = tokens[i].weight;
        quint32 row = single && tokens[i].plain ? known(run) : noEntry;
        for (++i; i < tokens.size() && tokens[i].joined; ++i)
            run += tokens[i].text;
        if (row == stopWord)
            continue;
        // Rare words tell more: from about 0.4 for the commonest to 1.
        const float rarity = row < m_rows ? 1.0F - static_cast<float>(m_commonness[row]) / 400.0F : 1.0F;
        if (row < m_rows)
            key.assign("r").append(reinterpret_cast<const char *>(&row), sizeof row);
        else
            key.assign("w").append(run);
        add(key, weight * rarity);
        const std::string padded = '^' + run.substr(0, 256) + '$';
        const float part = 0.5F * weight * rarity / std::sqrt(static_cast<float>(padded.size() - 2));
        for (std::size_t k = 0; k + 3 <= padded.size(); ++k)
            add(key.assign("g").append(padded, k, 3), part);
    }
}

std::vector<float> OfflineEmbedder::Model::embed(QStringView text) const
{
    const std::vector<Token> tokens = tokensOf(text);
    QHash<quint32, float> weights;
    std::vector<quint32> order; // a sum in a fixed order is the same sum everywhere
    const auto use = [&](quint32 row, float w) {
        if (row >= m_rows)
            return;
        auto it = weights.find(row);
        if (it == weights.end()) {
            weights.insert(row, w);
            order.push_back(row);
        } else {
            *it += w;
        }
    };
    std::string_view before;
    std::string joint;
    int corrections = 0;
    for (const Token &t : tokens) {
        quint32 row = t.plain || t.text.size() <= 8 ? known(t.text) : noEntry;
        if (row == stopWord) {
            before = {};
            continue;
        }
        if (row < m_rows) {
            use(row, t.weight);
        } else if (t.plain && t.text.size() >= 4 && corrections < mostCorrections) {
            ++corrections;
            quint32 guess = corrected(t.text);
            if (guess == noEntry && t.text.ends_with('s'))
                guess = corrected(std::string_view(t.text).substr(0, t.text.size() - 1));
            use(guess, guessWeight * t.weight);
            for (std::size_t i = t.text.size() - 3; i >= 3;
                 --i) { // longest first part: "wristwatch", "soundbars"
                const quint32 head = find(std::string_view(t.text).substr(0, i));
                const quint32 tail = known(std::string_view(t.text).substr(i));
                if (head < m_rows && tail < m_rows) {
                    use(head, guessWeight * t.weight);
                    use(tail, guessWeight * t.weight);
                    break;
                }
            }
        }
        // Two neighbours may be one thing: "circuit breaker" has a vector of its own, "rain coats" is a
        // raincoat.
        if (t.plain && !before.empty()) {
            const auto pair = [&](std::string_view second) {
                use(find(joint.assign(before).append("_").append(second)), t.weight);
                use(find(joint.assign(before).append(second)), t.weight);
            };
            pair(t.text);
            if (t.text.size() > 3 && t.text.ends_with('s'))
                pair(std::string_view(t.text).substr(0, t.text.size() - 1));
        }
        before = t.plain ? std::string_view(t.text) : std::string_view();
    }

    std::vector<float> out(totalDimensions, 0.0F);
    for (const quint32 row : order) {
        const float w = weights.value(row);
        addRow(row, w <= 2.0F ? w : 2.0F + std::log(w / 2.0F), out.data()); // repetition adds less and less
    }
    float *lexical = out.data() + m_dimensions;
    addLexical(tokens, lexical);

    const auto length = [](const float *v, std::size_t n) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i)
            sum += static_cast<double>(v[i]) * static_cast<double>(v[i]);
        return std::sqrt(sum);
    };
    const std::size_t lexicalSize = totalDimensions - m_dimensions;
    const double meaning = length(out.data(), m_dimensions);
    double letters = length(lexical, lexicalSize);
    if (letters < 1e-6 && meaning < 1e-6) {
        lexical[0] = 1.0F; // nothing at all to go by: one fixed direction, far from everything
        letters = 1.0;
    }
    const double share = meaning < 1e-6 ? 1.0 : letters < 1e-6 ? 0.0 : static_cast<double>(lexicalShare);
    const float a = meaning < 1e-6 ? 0.0F : static_cast<float>(std::sqrt(1.0 - share) / meaning);
    const float b = letters < 1e-6 ? 0.0F : static_cast<float>(std::sqrt(share) / letters);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] *= i < m_dimensions ? a : b;
    return out;
}

OfflineEmbedder::OfflineEmbedder(std::shared_ptr<const Model> model)
    : m_model(std::move(model))
{
}

Result<OfflineEmbedder> OfflineEmbedder::load(const QString &path)
{
    auto model = Model::read(path);
    if (!model)
        return model.error();
    return OfflineEmbedder(*model);
}

Result<OfflineEmbedder> OfflineEmbedder::builtIn()
{
    auto model = Model::builtIn();
    if (!model)
        return model.error();
    return OfflineEmbedder(*model);
}

QString OfflineEmbedder::productText(const QString &name, const QString &description)
{
    return description.trimmed().isEmpty() ? name.simplified()
                                           : name.simplified() + u'\n' + description.trimmed();
}

QString OfflineEmbedder::model() const
{
    return m_model->name();
}

int OfflineEmbedder::dimensions() const
{
    return totalDimensions;
}

std::vector<float> OfflineEmbedder::embed(QStringView text) const
{
    return m_model->embed(text);
}
