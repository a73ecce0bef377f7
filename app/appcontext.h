// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/settings.h"
#include "app/db/connectionpool.h"
#include "app/db/profile.h"
#include "app/db/secretstore.h"
#include "app/jobs/jobrunner.h"
#include "app/local/localstore.h"
#include "app/local/metricstore.h"
#include "app/services/auditservice.h"
#include "app/services/browseservice.h"
#include "app/services/embeddingservers.h"
#include "app/services/embeddingservice.h"
#include "app/services/explainservice.h"
#include "app/services/exportservice.h"
#include "app/services/importservice.h"
#include "app/services/isolationservice.h"
#include "app/services/metricsampler.h"
#include "app/services/overviewservice.h"
#include "app/services/performanceservice.h"
#include "app/services/sampledataservice.h"
#include "app/services/schedule.h"
#include "app/services/searchquality.h"
#include "app/services/searchservice.h"
#include "app/services/storeservice.h"
#include "app/services/uploadtarget.h"

/// Owns everything the two faces of the program share. Members stand in the order of their construction, each
/// after what it needs. Made once, in main().
class AppContext final
{
public:
    AppContext();
    ~AppContext(); ///< cancels what runs and waits for it, before any member goes
    Q_DISABLE_COPY_MOVE(AppContext)

    Settings settings;
    ProfileStore profiles;
    SecretStore secrets;
    LocalStore local;
    EmbeddingServers embeddingServers;
    UploadTargets uploadTargets;
    Schedules schedules;
    MetricStore metrics;
    EmbeddingProviders providers;
    ConnectionPool pool;
    StoreService stores;
    BrowseService browse;
    ExportService exports;
    IsolationService isolation;
    AuditService audit;
    OverviewService overview;
    SampleDataService sampleData;
    EmbeddingService embeddings;
    SearchService search;
    SearchQuality searchQuality;
    ImportService imports;
    MetricSampler sampler;
    PerformanceService performance;
    ExplainService explain;
    JobRunner jobs; ///< last, so that it ends first: its work uses all above
};
