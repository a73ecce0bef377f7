// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

using namespace Qt::StringLiterals;

void cli::addProviderOptions(Invocation &call)
{
    call.parser().addOption(
        {u"provider"_s, u"Who computes the vectors: offline."_s, u"PROVIDER"_s, u"offline"_s});
}

Result<std::shared_ptr<EmbeddingProvider>> cli::chosenProvider(const Invocation &call)
{
    if (call.value(u"provider"_s) != u"offline")
        return Error{ErrorKind::Usage, u"There is no provider “%1”."_s.arg(call.value(u"provider"_s))};
    return OfflineEmbeddingProvider::load();
}
