// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/isolationservice.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class QLabel;
class QPlainTextEdit;
class TableView;

/// What a role may do with each table, which policies hold for it, and how the server then reads: for the
/// owner, and for a DBA, who may study a role but sees none of its rows.
class RightsDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RightsDialog)

public:
    /// `asRole`: the login may take the role, and the plans are that role's own.
    RightsDialog(const UiContext &ui, const QString &role, bool asRole, QWidget *parent);

private:
    void showCurrent(int row);

    QLabel *m_about;
    TableView *m_view;
    QPlainTextEdit *m_details;
    ListModel<TableRights> *m_model;
    Request<QList<TableRights>> m_request;
};
