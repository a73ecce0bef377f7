// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/settingsservice.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class AdvicePanel;
class QLabel;
class QPushButton;
class QTabWidget;
class TableView;

/// The recommended configuration beside the server's, and advice where something was observed. Writes a
/// setting only when asked and confirmed, looks whether it arrived, and restarts nothing.
class SettingsPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SettingsPage)

public:
    SettingsPage(const UiContext &ui, QWidget *parent);

    QString help() const override;

protected:
    void load() override;
    void clear() override;

private:
    QWidget *tab(TableView *view, AdvicePanel *panel, QPushButton *apply);
    void showReport();
    void showSetting();
    void showAdvice();
    void updateStatus();
    void ask(const QString &name, const QString &value, const QString &effect);
    void send(const QString &name, const QString &value);

    SettingReport m_report;
    QLabel *m_note;
    QTabWidget *m_tabs;
    ListModel<ServerSetting> *m_settings;
    TableView *m_settingView;
    AdvicePanel *m_settingPanel;
    QPushButton *m_applySetting;
    ListModel<SettingAdvice> *m_advice;
    TableView *m_adviceView;
    AdvicePanel *m_advicePanel;
    QPushButton *m_applyAdvice;
    SettingsService m_service;
    Request<SettingReport> m_request;
    Request<SettingChange> m_change;
};
