// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/canceltoken.h"

#include <QTest>

#include <thread>

class TestCancelToken final : public QObject
{
    Q_OBJECT

private slots:
    void aCallbackRunsOnceAndOnlyWhileItIsRegistered()
    {
        CancelToken token;
        int early = 0;
        int kept = 0;
        {
            const auto registration = token.onCancel([&] { ++early; });
        }
        const auto registration = token.onCancel([&] { ++kept; });
        token.cancel();
        token.cancel();
        QCOMPARE(early, 0);
        QCOMPARE(kept, 1);
    }

    void aCallbackOnACancelledTokenRunsAtOnce()
    {
        const CancelToken token;
        token.cancel();
        bool ran = false;
        const auto registration = token.onCancel([&] { ran = true; });
        QVERIFY(ran);
    }

    void copiesShareTheirState()
    {
        const CancelToken token;
        const CancelToken copy = token;
        std::thread([copy] { copy.cancel(); }).join();
        QVERIFY(token.cancelled());
    }
};

QTEST_GUILESS_MAIN(TestCancelToken)
#include "tst_canceltoken.moc"
