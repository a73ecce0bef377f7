// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QString>
#include <QStringView>

#include <memory>
#include <vector>

/// Turns a text into a vector without a network: a sum of word vectors that were trained on dictionaries
/// (resources/embedder), beside a block of hashed words and letter triples for codes, names and typing
/// errors. The same text gives the same vector on every machine; it is a unit vector, never zero and never
/// non-finite. embed() is const and may be called from any number of threads; copies share the model's
/// memory. load() answers NotFound when there is no such file and Verification when it is damaged or not a
/// model of ours.
///
/// Sources: words weighted by the length of their vector, started from smooth inverse frequency (Arora,
/// Liang, Ma, "A simple but tough-to-beat baseline for sentence embeddings", ICLR 2017); vectors first
/// trained by skip-gram (Bojanowski et al., "Enriching word vectors with subword information", TACL 2017,
/// fastText), then with definitions as teacher (Hill et al., "Learning to understand phrases by embedding the
/// dictionary", TACL 2016) and InfoNCE as loss (van den Oord, Li, Vinyals, 2018); signed feature hashing
/// (Weinberger et al., ICML 2009); correction by candidates at edit distance one (Norvig, "How to write a
/// spelling corrector", 2007).
class OfflineEmbedder final
{
public:
    /// Reads a model from a file, which is mapped, not copied.
    static Result<OfflineEmbedder> load(const QString &path);
    /// The model that is part of the program.
    static Result<OfflineEmbedder> builtIn();

    /// What to embed for a product: the first line counts double, so the name outweighs the description.
    static QString productText(const QString &name, const QString &description);

    QString model() const;
    int dimensions() const;

    /// Reads the first 65,536 characters at most. A text without any known word still has a vector of its
    /// own.
    std::vector<float> embed(QStringView text) const;

private:
    class Model;
    explicit OfflineEmbedder(std::shared_ptr<const Model> model);

    std::shared_ptr<const Model> m_model;
};
