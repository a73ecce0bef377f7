// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/isolationdialog.h"

#include "app/appcontext.h"
#include "ui/shared/errorpanel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QAccessible>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

// What is wrong comes first.
int rank(Verdict verdict)
{
    return verdict == Verdict::Broken ? 0 : verdict == Verdict::Undecided ? 1 : 2;
}

QList<ListColumn<IsolationAttempt>> columns()
{
    using Attempt = IsolationAttempt;
    const auto tr = [](const char *text) { return IsolationDialog::tr(text); };
    ListColumn<Attempt> verdict;
    verdict.title = tr("Verdict");
    verdict.value = [](const Attempt &attempt) { return rank(attempt.verdict); };
    verdict.text = [tr](const Attempt &attempt) {
        return attempt.verdict == Verdict::Passed   ? tr("Passed")
               : attempt.verdict == Verdict::Broken ? tr("BROKEN")
                                                    : tr("Undecided");
    };
    verdict.tone = [](const Attempt &attempt) {
        return attempt.verdict == Verdict::Passed   ? cell::Tone::Good
               : attempt.verdict == Verdict::Broken ? cell::Tone::Bad
                                                    : cell::Tone::Warning;
    };
    verdict.icon = [](const Attempt &attempt) {
        return attempt.verdict == Verdict::Passed   ? u"dialog-ok-apply"_s
               : attempt.verdict == Verdict::Broken ? u"state-error"_s
                                                    : u"state-warning"_s;
    };
    verdict.bold = true;
    ListColumn<Attempt> attempt;
    attempt.title = tr("Attempt");
    attempt.value = [](const Attempt &row) { return row.attempt; };
    ListColumn<Attempt> setting;
    setting.title = tr("Tried");
    setting.value = [](const Attempt &row) { return row.setting; };
    ListColumn<Attempt> rows;
    rows.title = tr("Rows");
    rows.value = [](const Attempt &row) { return row.rows; };
    rows.text = [](const Attempt &row) { return row.rows < 0 ? QString() : QLocale().toString(row.rows); };
    rows.number = true;
    ListColumn<Attempt> state;
    state.title = tr("SQLSTATE");
    state.value = [](const Attempt &row) { return row.sqlstate; };
    state.explanation = tr("42501: refused for lack of rights. 23503: the row that was named is not there.");
    ListColumn<Attempt> answer;
    answer.title = tr("Answer of the server");
    answer.value = [](const Attempt &row) { return row.answer; };
    answer.toolTip = answer.text = [](const Attempt &row) { return row.answer; };
    return {verdict, attempt, setting, rows, state, answer};
}

} // namespace

IsolationDialog::IsolationDialog(const UiContext &ui, const QString &role, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_role(role)
    , m_verdict(new QLabel(this))
    , m_about(new QLabel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"isolationTable"_s, this))
    , m_error(new ErrorPanel(ui.theme, this))
    , m_again(new QPushButton(tr("Prove &again"), this))
    , m_model(new ListModel<IsolationAttempt>(
          columns(), [](const IsolationAttempt &row) { return row.attempt + row.setting; }, this))
    , m_request(this)
{
    setObjectName(u"isolationDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Proof of isolation"));
    m_verdict->setObjectName(u"isolationVerdict"_s);
    m_verdict->setFont(ui.theme.font(1.2, QFont::DemiBold));
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setWordWrap(true);
    m_about->setObjectName(u"isolationAbout"_s);
    m_about->setProperty("secondary", true);
    m_about->setTextFormat(Qt::PlainText);
    m_about->setWordWrap(true);
    m_view->setAccessibleName(tr("Attempts"));
    m_view->setLeastStretch(ui.theme.px(200));
    showSorted(*m_view, m_model, 0);
    m_error->setCentred(false);
    m_error->hide();
    m_again->setObjectName(u"isolationAgain"_s);
    auto *closing = new QPushButton(tr("&Close"), this);
    closing->setObjectName(u"isolationClose"_s);
    closing->setDefault(true);

    auto *frame = new QFrame(this);
    frame->setObjectName(u"profileFrame"_s);
    auto *framed = new QVBoxLayout(frame);
    framed->setContentsMargins(1, 1, 1, 1);
    framed->addWidget(m_view);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_again);
    buttons->addWidget(closing);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(8);
    layout->addWidget(m_verdict);
    layout->addWidget(m_about);
    layout->addWidget(m_error);
    layout->addWidget(frame, 1);
    layout->addLayout(buttons);
    connect(m_again, &QPushButton::clicked, this, &IsolationDialog::prove);
    connect(closing, &QPushButton::clicked, this, &QDialog::accept);
    resize(ui.theme.px(980), ui.theme.px(620));
    prove();
}

void IsolationDialog::prove()
{
    m_again->setEnabled(false);
    m_error->hide();
    setStyleProperty(m_verdict, "tone", QString());
    m_verdict->setText(tr("Trying what “%1” could try…")
                           .arg(m_role.isEmpty() ? m_ui.app.pool.capabilities().login : m_role));
    m_about->setText(tr("Every attempt is really made on this database, as that role, and undone."));
    m_request.run([this](const CancelToken &token) { return m_ui.app.isolation.prove(m_role, token); },
                  [this](const Result<IsolationReport> &report) {
                      m_again->setEnabled(true);
                      if (report) {
                          show(*report);
                          return;
                      }
                      m_verdict->setText(tr("Nothing was proved"));
                      m_model->setRows({});
                      m_error->show(report.error(), {});
                      m_error->setVisible(true);
                  });
}

void IsolationDialog::show(const IsolationReport &report)
{
    m_model->setRows(report.attempts);
    const int broken = report.count(Verdict::Broken);
    const int undecided = report.count(Verdict::Undecided);
    // What proves that there is something to see is no attack, and it is the one that passes with rows.
    const auto isControl = [](const IsolationAttempt &attempt) {
        return attempt.verdict == Verdict::Passed && attempt.rows > 0;
    };
    const auto controls =
        static_cast<int>(std::count_if(report.attempts.cbegin(), report.attempts.cend(), isControl));
    const auto all = static_cast<int>(report.attempts.size());
    const int attacks = all - controls;
    if (broken > 0)
        m_verdict->setText(tr("ISOLATION IS BROKEN: %1 of %2 attacks got through").arg(broken).arg(attacks));
    else if (undecided > 0)
        m_verdict->setText(tr("Not proved: %1 of %2 attempts could not be decided").arg(undecided).arg(all));
    else
        m_verdict->setText(tr("“%1” reaches no other store’s data: all %2 attacks were refused")
                               .arg(report.role)
                               .arg(attacks));
    setStyleProperty(m_verdict, "tone", broken > 0 ? u"bad"_s : undecided > 0 ? u"warning"_s : u"good"_s);
    QString about = tr("%1, tried as “%2” by “%3” on %4.")
                        .arg(report.database, report.role, report.login,
                             QLocale().toString(report.at.toLocalTime(), QLocale::ShortFormat));
    if (!report.ownStore.isEmpty())
        about += u' ' + tr("Own store: %1.").arg(report.ownStore);
    about += u' ' + (report.otherKnown
                         ? tr("Attacked: %1.").arg(report.otherStore)
                         : tr("This login knows no other store, so a made-up one was attacked; the owner’s "
                              "proof says more."));
    if (controls > 0)
        about += u' ' + tr("Its own customers were seen, as they must be.");
    about += u' ' + tr("Everything was undone; the server’s log shows the refused attempts.");
    m_about->setText(about);
    QAccessibleEvent event(m_verdict, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}
