// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testcluster.h"

#include <QCoreApplication>

#include <cstdio>

// Starts and stops the cluster that the tests of one ctest run share.
int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const QString directory = arguments.value(2);
    const Result<void> done = arguments.value(1) == QStringLiteral("start") ? TestCluster::start(directory)
                                                                            : TestCluster::stop(directory);
    if (done)
        return 0;
    std::fprintf(stderr, "%s\n", qPrintable(done.error().text()));
    return 1;
}
