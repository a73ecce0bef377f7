// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/embeddingservers.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

/// Sets up, tries and forgets the servers that compute vectors. A key goes into the keyring; where there is
/// none, it holds for this session and the dialog says so.
class ServerDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ServerDialog)

public:
    explicit ServerDialog(const UiContext &ui, QWidget *parent = nullptr);

private:
    void loadServers();
    void showServer(int index);
    EmbeddingServer described() const;
    void test();
    void save();
    void keep(EmbeddingServer server);
    void forget();
    void say(const QString &text, const char *tone);
    void setBusy(bool busy);

    const UiContext m_ui;
    QList<EmbeddingServer> m_servers;
    QComboBox *m_which;
    QComboBox *m_preset;
    QLineEdit *m_address;
    QLineEdit *m_model;
    QSpinBox *m_dimensions;
    QLineEdit *m_key;
    QLabel *m_said;
    QPushButton *m_test;
    QPushButton *m_forget;
    QPushButton *m_save;
    Request<QString> m_testRequest;
    Request<void> m_keyRequest;
};
