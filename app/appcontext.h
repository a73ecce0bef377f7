// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/settings.h"
#include "app/db/connectionpool.h"
#include "app/db/profile.h"
#include "app/db/secretstore.h"
#include "app/jobs/jobrunner.h"
#include "app/local/localstore.h"
#include "app/services/browseservice.h"
#include "app/services/embeddingservice.h"
#include "app/services/importservice.h"
#include "app/services/sampledataservice.h"
#include "app/services/searchservice.h"
#include "app/services/storeservice.h"

/// Owns everything the two faces of the program share. Members stand in the order of their construction, each
/// after what it needs. Made once, in main().
class AppContext final
{
public:
    AppContext();

    Settings settings;
    ProfileStore profiles;
    SecretStore secrets;
    LocalStore local;
    JobRunner jobs;
    ConnectionPool pool;
    StoreService stores;
    BrowseService browse;
    SampleDataService sampleData;
    EmbeddingProviders providers;
    EmbeddingService embeddings;
    SearchService search;
    ImportService imports;
};
